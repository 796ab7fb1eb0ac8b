import { queryOptions, useQuery } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import type { Node } from "../model/tree";

export type SignalTemplate = Views["SignalTemplate"];
export type OwnSignal = Views["OwnSignal"];
export type SignalUse = Views["SignalUse"];
export type Chosen = Views["SignalTemplateRequest"];

export function templatesOptions() {
  return queryOptions({
    queryKey: ["signals"],
    queryFn: () => answered(api.GET("/api/signals/templates")),
  });
}

export function signalPreviewOptions(id: string, chosen: Chosen) {
  return queryOptions({
    queryKey: ["signals", id, "preview", chosen],
    queryFn: () =>
      answered(
        api.POST("/api/signals/templates/{template_id}/preview", {
          params: { path: { template_id: id } },
          body: chosen,
        }),
      ),
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
}

export function publishTemplate(id: string, chosen: Chosen): Promise<Views["Published"]> {
  return answered(
    api.POST("/api/signals/templates/{template_id}", {
      params: { path: { template_id: id } },
      body: chosen,
    }),
  );
}

/** Who would give a signal that is being written; the last answer stays until the next is there. */
export function useSignalPreview(definition: Node, complete: boolean) {
  return useQuery({
    queryKey: ["signals", "preview", definition],
    queryFn: () => answered(api.POST("/api/signals/preview", { body: { definition } })),
    enabled: complete,
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
}

export function writeSignal(body: Views["OwnSignalRequest"]): Promise<Views["Published"]> {
  return answered(api.POST("/api/signals/own", { body }));
}

export function retireSignal(id: string): Promise<Views["Published"]> {
  return answered(
    api.DELETE("/api/definitions/{kind}/{identity}", { params: { path: { kind: "signal", identity: id } } }),
  );
}
