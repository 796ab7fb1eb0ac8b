import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

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

export function retireSignal(id: string): Promise<Views["Published"]> {
  return answered(
    api.DELETE("/api/definitions/{kind}/{identity}", { params: { path: { kind: "signal", identity: id } } }),
  );
}
