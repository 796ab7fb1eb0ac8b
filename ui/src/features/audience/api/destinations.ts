import { queryOptions } from "@tanstack/react-query";
import { ApiError, answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Destination = Views["DestinationView"];
export type Run = Views["RunView"];

export function destinationsOptions(audienceId: string) {
  return queryOptions({
    queryKey: ["destinations", audienceId],
    queryFn: () => answered(api.GET("/api/destinations", { params: { query: { audience_id: audienceId } } })),
  });
}

export function saveDestination(id: string, body: Record<string, unknown>): Promise<Views["Published"]> {
  return answered(api.POST("/api/definitions", { body: { kind: "destination", id, body, version: null } }));
}

export function retireDestination(id: string): Promise<Views["Published"]> {
  return answered(
    api.DELETE("/api/definitions/{kind}/{identity}", {
      params: { path: { kind: "destination", identity: id } },
    }),
  );
}

/** Everybody in an audience now as a file; fetched with the token, so it cannot be a plain link. */
export async function exportCsv(audienceId: string): Promise<Blob> {
  const made = await answered(
    api.POST("/api/audiences/{audience_id}/exports", {
      params: { path: { audience_id: audienceId } },
      body: { destination: "download", changes: false, columns: [], channel: "" },
    }),
  );
  const { data, error, response } = await api.GET("/api/exports/{export_id}/rows", {
    params: { path: { export_id: made.export_id } },
    parseAs: "blob",
  });
  if (!response.ok) throw new ApiError(error as never, response.status);
  return data as unknown as Blob;
}

export function runDestination(id: string, whole: boolean): Promise<Run> {
  return answered(
    api.POST("/api/destinations/{destination_id}/run", {
      params: { path: { destination_id: id } },
      body: { whole },
    }),
  );
}
