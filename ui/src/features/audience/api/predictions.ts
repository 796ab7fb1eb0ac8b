import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

/** What was last found of who is most like whom; studied anew every day where it is of use. */
export function predictionsOptions() {
  return queryOptions({
    queryKey: ["predictions"],
    queryFn: () => answered(api.GET("/api/predictions")),
  });
}

export function segmentsOptions() {
  return queryOptions({ queryKey: ["segments"], queryFn: () => answered(api.GET("/api/segments")) });
}

export function predictAudience(audienceId: string): Promise<Views["Likeness"]> {
  return answered(
    api.POST("/api/predictions/{audience_id}", { params: { path: { audience_id: audienceId } } }),
  );
}

export function studySegments(): Promise<Views["Segments"]> {
  return answered(api.POST("/api/segments"));
}
