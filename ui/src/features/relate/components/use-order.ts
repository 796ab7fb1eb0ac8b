/** Orders work and lets every list, card and story around it be read again. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { orderWork, type Work, type WorkOrder } from "../api/work";

/** Moves work to another stage, whichever card was dropped. */
export function useMove() {
  const queries = useQueryClient();
  return useMutation<Work, Error, { id: string; stage: string }>({
    mutationFn: ({ id, stage }) => orderWork(id, { stage }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["work"] }),
  });
}

export function useOrder(workId: string) {
  const queries = useQueryClient();
  return useMutation<Work, Error, Partial<WorkOrder>>({
    mutationFn: (order) => orderWork(workId, order),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["work"] }),
        queries.invalidateQueries({ queryKey: ["profiles"] }),
      ]),
  });
}
