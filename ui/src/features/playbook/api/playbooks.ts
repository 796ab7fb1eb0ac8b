import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Playbook = Views["Playbook"];
export type PlaybookField = Views["PlaybookField"];
export type Made = Views["PlaybookDefinition"];
export type Started = Views["PlaybookStarted"];
export type Answers = Record<string, string | number>;

export function playbooksOptions() {
  return queryOptions({
    queryKey: ["playbooks"],
    queryFn: () => answered(api.GET("/api/playbooks")),
  });
}

/** What starting would make; the last answer stays until the next is there. */
export function playbookPreviewOptions(id: string, answers: Answers) {
  return queryOptions({
    queryKey: ["playbooks", id, "preview", answers],
    queryFn: () =>
      answered(
        api.POST("/api/playbooks/{playbook_id}/preview", {
          params: { path: { playbook_id: id } },
          body: { answers },
        }),
      ),
    placeholderData: (before) => before,
    retry: false,
  });
}

export function startPlaybook(id: string, answers: Answers): Promise<Started> {
  return answered(
    api.POST("/api/playbooks/{playbook_id}/start", {
      params: { path: { playbook_id: id } },
      body: { answers },
    }),
  );
}
