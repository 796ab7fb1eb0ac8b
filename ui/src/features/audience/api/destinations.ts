import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
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

export function runDestination(id: string, whole: boolean): Promise<Run> {
  return answered(
    api.POST("/api/destinations/{destination_id}/run", {
      params: { path: { destination_id: id } },
      body: { whole },
    }),
  );
}
