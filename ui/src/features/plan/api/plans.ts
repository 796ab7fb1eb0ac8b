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

/** The plan at other budgets: the whole curve at once, so that the slider asks nobody while it moves. */
export function whatIfOptions(planId: string) {
  return queryOptions({
    queryKey: ["plans", planId, "what-if"],
    queryFn: () =>
      answered(api.GET("/api/plans/{plan_id}/what-if", { params: { path: { plan_id: planId } } })),
    staleTime: Number.POSITIVE_INFINITY, // A plan never changes once it is made.
  });
}

export type Rehearsed = Views["Rehearsal"];

export function rehearsePlan(planId: string, whole: boolean, terms: LaunchTerms): Promise<Rehearsed> {
  const params = { path: { plan_id: planId } };
  return answered(api.POST("/api/plans/{plan_id}/rehearse", { params, body: { whole, ...terms } }));
}

/** Say the shop's usual margin, a share of an order; null for somebody who will not say. */
export function tellMargin(share: number | null): Promise<Views["MarginTold"]> {
  return answered(api.PUT("/api/plans/margin", { body: { share } }));
}

/** What is chosen at the launch: over which time people are started, and contents to compare by action. */
export interface LaunchTerms {
  spread: { hours: number; waves: number } | null;
  canary: { share: number; people: number; hours: number } | null;
  variants: Record<string, string[]>;
}

/** From here on a mistake reaches so many that a small share goes first, unless somebody says otherwise. */
const CANARY_FROM_PEOPLE = 10_000;
export const CANARY = { share: 0.01, people: 0, hours: 1 };

/** What a launch begins with before anybody chooses. */
export function termsFor(plan: Plan): LaunchTerms {
  return { spread: null, variants: {}, canary: plan.eligible >= CANARY_FROM_PEOPLE ? CANARY : null };
}

export function launchPlan(planId: string, terms: LaunchTerms): Promise<Views["Launched"]> {
  const params = { path: { plan_id: planId } };
  return answered(api.POST("/api/plans/{plan_id}/launch", { params, body: terms }));
}

export function contentsOptions() {
  return queryOptions({
    queryKey: ["definitions", "content"],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind: "content" } } })),
  });
}
