import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";

export function metricsOptions() {
  return queryOptions({
    queryKey: ["metrics"],
    queryFn: () => answered(api.GET("/api/metrics/catalogue")),
  });
}
