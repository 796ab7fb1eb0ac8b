import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import type { Goal } from "./goals";

export type StandingGoal = Views["StandingGoal"];
export type Autonomy = StandingGoal["autonomy"];

const path = (identity: string) => ({ params: { path: { identity } } });

export function standingOptions() {
  return queryOptions({
    queryKey: ["standing"],
    queryFn: () => answered(api.GET("/api/goals/standing")),
  });
}

export function standingGoalOptions(identity: string) {
  return queryOptions({
    queryKey: ["standing", identity],
    queryFn: () => answered(api.GET("/api/goals/standing/{identity}", path(identity))),
  });
}

/** Let a sentence stand; it begins by suggesting only. The same sentence stands once. */
export function letStand(goal: Goal): Promise<StandingGoal> {
  return answered(
    api.PUT("/api/goals/standing/{identity}", { ...path(idOf(goal.text)), body: { ...goal, ...BEGINNING } }),
  );
}

export function changeStanding(
  identity: string,
  change: Partial<Views["StandingGoalChange"]>,
): Promise<StandingGoal> {
  return answered(api.PATCH("/api/goals/standing/{identity}", { ...path(identity), body: change }));
}

export function approvePlan(identity: string, planId: string): Promise<Views["GoalReview"]> {
  return answered(
    api.POST("/api/goals/standing/{identity}/approve", { ...path(identity), body: { plan_id: planId } }),
  );
}

export function stopCampaign(identity: string, campaignId: string): Promise<Views["GoalReview"]> {
  return answered(
    api.POST("/api/goals/standing/{identity}/stop", { ...path(identity), body: { campaign_id: campaignId } }),
  );
}

export function endStanding(identity: string): Promise<StandingGoal> {
  return answered(api.DELETE("/api/goals/standing/{identity}", path(identity)));
}

const BEGINNING = { name: "", autonomy: "suggest", weekday: 1, hour: 9 } as const;

/** A short name made of the sentence (FNV-1a): the same words are the same goal. */
export function idOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const letter of text.trim()) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return `goal-${(hash >>> 0).toString(16).padStart(8, "0")}`;
}
