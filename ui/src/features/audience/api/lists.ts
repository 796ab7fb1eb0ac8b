import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type ListMade = Views["ListView"];

export function freezeAudience(audienceId: string, name: string): Promise<ListMade> {
  return answered(
    api.POST("/api/audiences/{audience_id}/freeze", {
      params: { path: { audience_id: audienceId } },
      body: { name },
    }),
  );
}

export function listFromFile(file: File, name: string): Promise<ListMade> {
  const form = new FormData();
  form.append("file", file);
  form.append("name", name);
  return answered(api.POST("/api/lists", { body: { file: file.name, name }, bodySerializer: () => form }));
}
