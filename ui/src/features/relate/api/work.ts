import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Work = Views["Work"];
export type WorkKind = Work["kind"];
export type WorkOrder = Views["WorkOrder"];

export interface Wanted {
  kind: WorkKind;
  state: Work["state"];
  owner?: string;
  waiting?: boolean;
  overdue?: boolean;
}

export const LISTED_MAX = 200;

export function relateOptions() {
  return queryOptions({ queryKey: ["work", "overview"], queryFn: () => answered(api.GET("/api/relate")) });
}

export function workOptions(wanted: Wanted) {
  return queryOptions({
    queryKey: ["work", "list", wanted],
    queryFn: () => answered(api.GET("/api/work", { params: { query: { ...wanted, limit: LISTED_MAX } } })),
  });
}

export function cardOptions(workId: string) {
  return queryOptions({
    queryKey: ["work", "card", workId],
    queryFn: () => answered(api.GET("/api/work/{work_id}", { params: { path: { work_id: workId } } })),
  });
}

export function personWorkOptions(profileId: string) {
  return queryOptions({
    queryKey: ["work", "person", profileId],
    queryFn: () =>
      answered(api.GET("/api/profiles/{profile_id}/work", { params: { path: { profile_id: profileId } } })),
  });
}

export function orderWork(workId: string, order: Partial<WorkOrder>): Promise<Work> {
  return answered(
    api.POST("/api/work/{work_id}/orders", {
      params: { path: { work_id: workId } },
      body: { reopen: false, note: "", ...order },
    }),
  );
}

export function phoneOf(workId: string): Promise<Views["WorkPhone"]> {
  return answered(api.POST("/api/work/{work_id}/phone", { params: { path: { work_id: workId } } }));
}

export function openWork(body: Views["WorkRequest"]): Promise<Work> {
  return answered(api.POST("/api/work", { body }));
}

export function writeNote(profileId: string, text: string): Promise<Views["NoteWritten"]> {
  return answered(
    api.POST("/api/profiles/{profile_id}/notes", {
      params: { path: { profile_id: profileId } },
      body: { text, work: "" },
    }),
  );
}
