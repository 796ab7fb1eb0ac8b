import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type QuestionId = Views["Question"]["id"];
export type Answers = Partial<Record<QuestionId, string>>;
export interface Goal {
  text: string;
  answers: Answers;
}

/** What is asked of a plan beside the goal; nothing said goes by the shop's rules. */
export interface Wished extends Goal {
  phases?: boolean | undefined;
  proof?: boolean;
}

const body = (goal: Goal) => ({ text: goal.text, answers: goal.answers as Record<string, string> });

export function createPlan(goal: Wished): Promise<Views["Plan"]> {
  const wishes = { phases: goal.phases ?? null, proof: goal.proof ?? true };
  return answered(api.POST("/api/goals", { body: { ...body(goal), ...wishes } }));
}

/** What a sentence means so far; asked while it is typed. */
export function readingOptions(goal: Goal) {
  return queryOptions({
    queryKey: ["reading", goal],
    queryFn: () => answered(api.POST("/api/goals/reading", { body: { ...body(goal), proof: true } })),
    enabled: goal.text.trim() !== "",
    placeholderData: (before) => before,
  });
}

export function examplesOptions() {
  return queryOptions({
    queryKey: ["goals", "examples"],
    queryFn: () => answered(api.GET("/api/goals/examples")),
    staleTime: 300_000,
  });
}
