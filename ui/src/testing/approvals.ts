/** What waits for a yes in the sample shop, and what was answered. */
import type { Views } from "@/shared/api/client";

const approval = (more: Partial<Views["ApprovalView"]>): Views["ApprovalView"] => ({
  id: "budget-plan-1",
  plan_id: "plan-1",
  journey_id: "",
  name: "30天内复购率 +5%，预算 2 万",
  amount: 2_000_000,
  people: 3_200,
  status: "waits",
  asked_by: "person:li@shop.example",
  asked_at: "2026-11-21T09:00:00+08:00",
  answered_by: "",
  answered_at: null,
  reason: "",
  ...more,
});
const approvals = [
  approval({}),
  approval({
    id: "journey-618-1",
    plan_id: "",
    journey_id: "618",
    name: "618 准点开抢",
    amount: 60_000,
    people: 12_000,
  }),
  approval({
    id: "budget-plan-0",
    plan_id: "plan-0",
    name: "老客召回，预算 5 万",
    amount: 5_000_000,
    status: "refused",
    answered_by: "person:wang@shop.example",
    answered_at: "2026-11-20T17:30:00+08:00",
    reason: "先用 1 万试两周",
  }),
];

interface Asked {
  ids: string[];
  request: Request;
}

export function approvalRoutes(empty: boolean): [string, RegExp, (asked: Asked) => unknown][] {
  const asked = empty ? [] : approvals.map((each) => ({ ...each }));
  return [
    ["GET", /^\/api\/approvals$/, () => ({ approvals: asked })],
    [
      "POST",
      /^\/api\/approvals\/([^/]+)$/,
      async ({ ids, request }) => {
        const said = (await request.json()) as Views["ApprovalAnswer"];
        const found = asked.find((each) => each.id === ids[0]) ?? approval({});
        found.status = said.approved ? "approved" : "refused";
        found.reason = said.reason ?? "";
        found.answered_by = "person:me@shop.example";
        found.answered_at = "2026-11-21T10:00:00+08:00";
        return found;
      },
    ],
  ];
}
