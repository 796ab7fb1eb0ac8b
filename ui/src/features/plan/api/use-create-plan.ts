import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createPlan } from "./goals";

/** Make a plan from a goal and call `onMade` with its id; the plan's page then has it already. */
export function useCreatePlan(onMade: (planId: string) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: createPlan,
    onSuccess: (plan) => {
      queries.setQueryData(["plans", plan.plan_id], plan);
      void queries.invalidateQueries({ queryKey: ["plans"], exact: true });
      onMade(plan.plan_id);
    },
  });
}
