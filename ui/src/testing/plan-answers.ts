/** What is asked of a plan that is made: other budgets, and a rehearsal. */
import type { Views } from "@/shared/api/client";
import { daysAgo, text } from "./shop.ts";

/** What other budgets would lead to: more people and more lift, less and less of both for each yuan. */
export function whatIfFor(plan: Views["Plan"]): Views["WhatIf"] {
  const { forecast, cost } = plan;
  if (!forecast || forecast.assumed) return { actions: [], points: [], at: null };
  const top = plan.understood.budget ?? cost;
  const width = (forecast.i90[1] ?? 0) - (forecast.i90[0] ?? 0);
  const points = [0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3].map((factor): Views["BudgetPoint"] => {
    const reached = 1 - Math.exp(-2.2 * factor);
    const gain = reached / (1 - Math.exp(-2.2));
    const point = forecast.point * gain;
    return {
      budget: Math.round(top * factor),
      cost: Math.round(cost * gain),
      people: Math.round(66_600 * gain),
      actions: [20_000, ...plan.actions.map((action) => Math.round(action.people * gain))],
      point,
      i90: [point - (width / 2) * Math.sqrt(gain + 0.05), point + (width / 2) * Math.sqrt(gain + 0.05)],
      probability: Math.min(0.97, 0.44 * gain ** 3),
      power: Math.min(0.95, 0.86 * gain),
      shadow_price: (2.2 * Math.exp(-2.2 * factor) * 900) / top,
    };
  });
  return { actions: ["nobody", ...plan.actions.map((action) => action.id)], points, at: null };
}

/** A rehearsal whose steps add up, with a channel that runs full on its first day. */
export function rehearsalFor(plan: Views["Plan"], whole: boolean): Views["Rehearsal"] {
  const people = plan.eligible;
  const step = (
    gate: string,
    label: Views["Text"],
    stopped: number,
    left: number,
    reason: Views["Text"],
  ) => ({
    gate,
    label,
    stopped,
    left,
    reasons: [{ reason: gate, label: reason, people: stopped }],
  });
  const hour = Date.parse(daysAgo(0)) - (Date.parse(daysAgo(0)) % 3_600_000);
  const hours = [9_200, 8_800, 4_000, 0, 12_000, 11_000, 10_000, 5_200].map((messages, place) => ({
    at: new Date(hour + place * 3_600_000).toISOString(),
    messages,
    cost: messages * 5,
  }));
  const handedOver = hours.reduce((sum, each) => sum + each.messages, 0);
  return {
    plan_id: plan.plan_id,
    starts_at: hours[0]?.at ?? daysAgo(0),
    rehearsed: whole ? people : 50_000,
    people,
    sentence: text(
      `现在启动，${people.toLocaleString("en")} 人里有 60,200 人会收到，1 天内发完，发送费 ¥3,010`,
      `Launched now, 60,200 of ${people.toLocaleString("en")} people would get a message on the first day, for ¥3,010 of sending`,
    ),
    steps: [
      step(
        "policy",
        text("计划决定不打扰", "left alone by the plan"),
        11_600,
        74_820,
        text("预期不触达更好", "better left alone"),
      ),
      step(
        "consent",
        text("没有授权或已停发", "no consent, or suppressed"),
        2_120,
        72_700,
        text("没有同意短信营销", "no consent to SMS"),
      ),
      step(
        "caps",
        text("达到触达上限", "at the frequency cap"),
        4_722,
        67_978,
        text("7 天内最多 2 条，已达上限", "at most 2 in 7 days"),
      ),
      step(
        "holdout",
        text("留作对照", "in the holdout"),
        7_778,
        60_200,
        text("对照组；否则会收到", "holdout; would have been sent"),
      ),
    ],
    handed_over: handedOver,
    cost: handedOver * 5,
    hours: hours.filter((each) => each.messages > 0),
    runs_out: [
      {
        what: "channel:sms",
        day: 0,
        people: 6_400,
        sentence: text(
          "短信第 1 天达到一天的上限，6,400 人会顺延到后面几天",
          "SMS carries no more on day 1; 6,400 people wait for later days",
        ),
      },
    ],
  };
}
