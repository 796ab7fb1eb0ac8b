import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Plan = Views["Plan"];

export function planListOptions() {
  return queryOptions({ queryKey: ["plans"], queryFn: () => answered(api.GET("/api/plans")) });
}

export function planOptions(planId: string) {
  return queryOptions({
    queryKey: ["plans", planId],
    queryFn: () => answered(api.GET("/api/plans/{plan_id}", { params: { path: { plan_id: planId } } })),
  });
}

export function launchPlan(planId: string): Promise<Views["Launched"]> {
  return answered(api.POST("/api/plans/{plan_id}/launch", { params: { path: { plan_id: planId } } }));
}
