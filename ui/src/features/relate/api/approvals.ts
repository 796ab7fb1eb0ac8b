import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Approval = Views["ApprovalView"];

export function approvalsOptions() {
  return queryOptions({ queryKey: ["approvals"], queryFn: () => answered(api.GET("/api/approvals")) });
}

export interface Answered {
  approved: boolean;
  reason: string;
}

export function useAnswer(approvalId: string) {
  const queries = useQueryClient();
  return useMutation<Approval, Error, Answered>({
    mutationFn: (body) =>
      answered(
        api.POST("/api/approvals/{approval_id}", {
          params: { path: { approval_id: approvalId } },
          body: { ...body, by: "" },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvals"] }),
  });
}
