import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Experiment = Views["Experiment"];

export function experimentListOptions() {
  return queryOptions({
    queryKey: ["experiments"],
    queryFn: () => answered(api.GET("/api/experiments")),
  });
}

export function experimentOptions(experimentId: string) {
  return queryOptions({
    queryKey: ["experiments", experimentId],
    queryFn: () =>
      answered(
        api.GET("/api/experiments/{experiment_id}", { params: { path: { experiment_id: experimentId } } }),
      ),
  });
}
