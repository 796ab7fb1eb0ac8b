import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Proposal = Views["Proposal"];
export type ProposalOrder = "approve" | "decline" | "keep" | "roll-back";

export function proposalsOptions() {
  return queryOptions({ queryKey: ["proposals"], queryFn: () => answered(api.GET("/api/proposals")) });
}

/** Look now; it is done every day by itself. */
export function useLook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answered(api.POST("/api/proposals/look")),
    onSuccess: (page) => queries.setQueryData(["proposals"], page),
  });
}

export function useProposalOrder(proposalId: string) {
  const queries = useQueryClient();
  const params = { params: { path: { proposal_id: proposalId } } };
  return useMutation({
    mutationFn: (order: ProposalOrder) => {
      switch (order) {
        case "approve":
          return answered(api.POST("/api/proposals/{proposal_id}/approve", params));
        case "decline":
          return answered(api.POST("/api/proposals/{proposal_id}/decline", params));
        case "keep":
          return answered(api.POST("/api/proposals/{proposal_id}/keep", params));
        case "roll-back":
          return answered(api.POST("/api/proposals/{proposal_id}/roll-back", params));
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["proposals"] }),
  });
}
