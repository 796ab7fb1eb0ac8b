/** Campaigns for pages and tests: one running with a lift, one too early to tell, one that did nothing. */
import type { Views } from "@/shared/api/client";
import { GOAL, readyPlan } from "./plans.ts";
import { daysAgo, text } from "./shop.ts";

const LOOKS = 10;
const DAYS_BETWEEN_LOOKS = 3;
const repeat: Views["MetricRef"] = {
  id: "repeat_rate",
  name: text("复购率", "Repeat purchase rate"),
  unit: "share",
};

export const running: Views["Campaign"] = {
  campaign_id: "camp_running",
  plan_id: "plan_launched",
  goal: GOAL,
  status: "running",
  sentence: text(
    "比没被触达的人多买 4.3%（十次里有九次在 1.6%～7.0% 之间）",
    "4.3% more bought than without contact (nine times out of ten 1.6% to 7.0%)",
  ),
  started_at: daysAgo(21),
  ends_at: daysAgo(-9),
  lift: { value: 0.043, low: 0.016, high: 0.07, level: 0.9 },
  lift_kind: "relative",
  assigned: { treated: 78_642, held_out: 7_778 },
  spend: { spent: 6_412_000, expected: 10_128_000, budget: 20_000_000 },
};

export const fresh: Views["Campaign"] = {
  ...running,
  campaign_id: "camp_fresh",
  goal: "60天内客单价 +3%，预算 5 万",
  sentence: text("刚启动 1 天，第一次查看在 11 月 24 日", "Launched a day ago; the first look is on 24 Nov"),
  started_at: daysAgo(1),
  ends_at: daysAgo(-59),
  lift: null,
  spend: { spent: 120_000, expected: 4_300_000, budget: 5_000_000 },
};

export const flat: Views["Campaign"] = {
  ...running,
  campaign_id: "camp_flat",
  goal: "14天内进店率 +2%",
  status: "done",
  sentence: text(
    "还看不出差别（十次里有九次在 −2.1%～2.9% 之间）",
    "No difference to be seen (nine times out of ten −2.1% to 2.9%)",
  ),
  started_at: daysAgo(60),
  ends_at: daysAgo(46),
  lift: { value: 0.004, low: -0.021, high: 0.029, level: 0.9 },
  spend: { spent: 880_000, expected: 900_000, budget: null },
};

export function rowOf(campaign: Views["Campaign"]): Views["CampaignRow"] {
  const looks = looksOf(campaign);
  return {
    ...campaign,
    looks,
    next_look_at: looks.find((look) => look.lift === null)?.at ?? null,
  };
}

export function reportOf(campaign: Views["Campaign"]): Views["Report"] {
  const { forecast } = readyPlan();
  if (forecast === null) throw new Error("the ready plan has a forecast");
  const looks = looksOf(campaign);
  const { lift } = campaign;
  return {
    campaign_id: campaign.campaign_id,
    plan_id: campaign.plan_id,
    as_of: daysAgo(0),
    status: lift === null ? "too_early" : campaign.status === "done" ? "final" : "running",
    verdict: lift === null ? "too_early" : lift.low > 0 ? "better" : "unclear",
    sentence: campaign.sentence,
    next:
      lift !== null && lift.low <= 0
        ? text(
            "再等约 4 天，或把对照组加到 8%（约 ¥620）就能看清",
            "Wait about 4 days, or raise the share left alone to 8% (about ¥620), to see it",
          )
        : null,
    warnings: [],
    metric: repeat,
    goal_lift: 0.05,
    lift_kind: "relative",
    forecast,
    lift,
    difference: lift === null ? null : { value: 0.0085, low: 0.0032, high: 0.0139, level: 0.9 },
    outcome: lift === null ? null : { treated: 0.2065, held_out: 0.198 },
    assigned: campaign.assigned,
    looks,
    spend: campaign.spend,
    method: text(
      "按分组比较（不是按是否收到），用活动前 90 天的购买做 CUPED 校正，按计划的 10 次查看修正区间。",
      "Compared as assigned, not as received; adjusted by purchases of the 90 days before (CUPED); intervals hold at all 10 planned looks.",
    ),
    variance_removed: lift === null ? null : 0.31,
  };
}

function looksOf(campaign: Views["Campaign"]): Views["Look"][] {
  const { lift } = campaign;
  const seen = lift === null ? 0 : campaign.status === "done" ? LOOKS : 7;
  const start = Date.parse(campaign.started_at);
  return Array.from({ length: LOOKS }, (_, look): Views["Look"] => {
    const at = new Date(start + (look + 1) * DAYS_BETWEEN_LOOKS * 86_400_000).toISOString();
    if (lift === null || look >= seen) return { at, planned: true, lift: null, treated: 0, held_out: 0 };
    const left = seen - 1 - look;
    const width = (((lift.high ?? lift.value) - lift.low) / 2) * (1 + left * 0.42);
    const value = lift.value + 0.006 * left * (look % 2 === 0 ? 1 : -0.4);
    const share = (look + 1) / seen;
    return {
      at,
      planned: true,
      lift: { value, low: value - width, high: value + width, level: 0.9 },
      treated: Math.round(campaign.assigned.treated * share),
      held_out: Math.round(campaign.assigned.held_out * share),
    };
  });
}

export const ledger: Views["Ledger"] = {
  campaign_id: running.campaign_id,
  as_of: daysAgo(0),
  qualified: 86_420,
  rows: [
    {
      kind: "blocked",
      state: "suppressed",
      reason: "no_consent",
      label: text("没有营销同意", "No marketing consent"),
      people: 11_204,
    },
    {
      kind: "blocked",
      state: "suppressed",
      reason: "frequency_cap",
      label: text("这周已收到 2 条，达到上限", "Had 2 this week already, the cap"),
      people: 4_318,
    },
    {
      kind: "blocked",
      state: "suppressed",
      reason: "nobody_is_best",
      label: text("不打扰更好", "Better left alone"),
      people: 4_298,
    },
    {
      kind: "held_out",
      state: "held_out",
      reason: "",
      label: text("留作对照", "Left alone for comparison"),
      people: 7_778,
    },
    {
      kind: "waiting",
      state: "deferred",
      reason: "quiet_hours",
      label: text("等到早上 9 点再发", "Waiting until 9:00"),
      people: 6_120,
    },
    {
      kind: "lost",
      state: "failed",
      reason: "invalid_recipient",
      label: text("号码无效", "Number not valid"),
      people: 612,
    },
    {
      kind: "lost",
      state: "uncertain",
      reason: "",
      label: text("通道没有回话，不再重发", "The channel gave no answer; not sent again"),
      people: 41,
    },
    {
      kind: "reached",
      state: "delivered",
      reason: "",
      label: text("已送达，还没回应", "Delivered, no answer yet"),
      people: 41_587,
    },
    {
      kind: "answered",
      state: "answered",
      reason: "",
      label: text("回来买了", "Came back and bought"),
      people: 10_462,
    },
  ],
};

export function ledgerOf(campaign: Views["Campaign"]): Views["Ledger"] {
  if (campaign.campaign_id === running.campaign_id) return ledger;
  if (campaign.lift === null) {
    return { campaign_id: campaign.campaign_id, as_of: daysAgo(0), qualified: 0, rows: [] };
  }
  return { ...ledger, campaign_id: campaign.campaign_id };
}
