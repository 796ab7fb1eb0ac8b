import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export function predictAudience(audienceId: string): Promise<Views["Likeness"]> {
  return answered(
    api.POST("/api/predictions/{audience_id}", { params: { path: { audience_id: audienceId } } }),
  );
}

export function studySegments(): Promise<Views["Segments"]> {
  return answered(api.POST("/api/segments"));
}
