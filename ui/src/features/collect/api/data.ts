import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type SourceRow = Views["SourceRow"];
export type EventRow = Views["EventRow"];
export type PlanRow = Views["TrackingPlanRow"];

/** Minutes that the reader's days begin before UTC's: 480 in China. */
const zone = () => ({ params: { query: { zone_minutes: -new Date().getTimezoneOffset() } } });

export function sourcesOptions() {
  return queryOptions({
    queryKey: ["data", "sources"],
    queryFn: () => answered(api.GET("/api/data/sources", zone())),
  });
}

export function eventsOptions() {
  return queryOptions({
    queryKey: ["data", "events"],
    queryFn: () => answered(api.GET("/api/data/events", zone())),
  });
}

export function proposalOptions() {
  return queryOptions({
    queryKey: ["data", "proposal"],
    queryFn: () => answered(api.GET("/api/data/plan-proposal", zone())),
  });
}

export function qualityOptions() {
  return queryOptions({
    queryKey: ["data", "quality"],
    queryFn: () => answered(api.GET("/api/data/quality", zone())),
  });
}

export function personalFieldsOptions() {
  return queryOptions({
    queryKey: ["data", "personal-fields"],
    queryFn: () => answered(api.GET("/api/data/personal-fields")),
  });
}

export function createSource(body: Views["SourceRequest"]): Promise<Views["SourceCreated"]> {
  return answered(api.POST("/api/data/sources", { body }));
}

export function tryDatabase(body: Views["DatabaseTrialRequest"]): Promise<Views["DatabaseTrial"]> {
  return answered(api.POST("/api/data/databases/try", { body }));
}

export function retire(kind: string, identity: string): Promise<Views["Published"]> {
  return answered(api.DELETE("/api/definitions/{kind}/{identity}", { params: { path: { kind, identity } } }));
}

export function pullNow(sourceId: string): Promise<Views["PullDone"]> {
  return answered(api.POST("/api/sources/{source_id}/pull", { params: { path: { source_id: sourceId } } }));
}

export function resetWatermark(sourceId: string, watermark: string | null): Promise<Views["ResetDone"]> {
  return answered(
    api.POST("/api/sources/{source_id}/watermark", {
      params: { path: { source_id: sourceId } },
      body: { watermark },
    }),
  );
}

export function publish(
  kind: string,
  id: string,
  body: Record<string, unknown>,
): Promise<Views["Published"]> {
  return answered(api.POST("/api/definitions", { body: { kind, id, body } }));
}

export function definitionOptions(kind: string, identity: string) {
  return queryOptions({
    queryKey: ["data", "definition", kind, identity],
    queryFn: () =>
      answered(api.GET("/api/definitions/{kind}/{identity}", { params: { path: { kind, identity } } })),
    enabled: identity !== "",
  });
}
