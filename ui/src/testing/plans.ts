/** Plans for pages and tests: one ready, one exploration, one that asks, one that is refused. */
import type { Views } from "@/shared/api/client";
import { guarded, phases, unproven } from "./plan-wishes.ts";
import { readingFor } from "./reading.ts";
import { daysAgo, text } from "./shop.ts";

export const GOAL = "30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次";

const empty = {
  baseline: null,
  holdout: null,
  actions: [],
  lift_kind: "relative",
  goal_lift: null,
  constraints: [],
  certificate: null,
  forecast: null,
  reachable: null,
  provable: null,
  next: null,
  remarks: [],
  eligible: 0,
  cost: 0,
  missing: [],
  ask_margin: false,
  campaign_id: null,
} as const satisfies Partial<Views["Plan"]>;

export function planFor(
  planId: string,
  goal: { text: string; answers?: Record<string, string>; phases?: boolean | null; proof?: boolean },
): Views["Plan"] {
  const reading = readingFor(goal);
  const head = {
    plan_id: planId,
    understood: reading.understood,
    questions: reading.questions,
    created_at: daysAgo(0),
  };
  if (reading.questions.length > 0) {
    return {
      ...empty,
      ...head,
      actions: [],
      constraints: [],
      missing: [],
      remarks: [],
      status: "needs_answer",
      sentence: text("还差一个回答才能做计划", "One answer is missing before this can be planned"),
    };
  }
  if ((reading.understood.size ?? 0) > 1) {
    return {
      ...empty,
      ...head,
      actions: [],
      constraints: [],
      missing: [],
      remarks: [],
      status: "refused",
      sentence: text(
        "做不到：复购率现在是 19.8%，翻到六倍会超过 100%",
        "Cannot be done: the repeat rate is 19.8%, and six times that is above 100%",
      ),
      next: text("过去做得最好的一次是 +6.1%。试试「+5%」。", "The best so far was +6.1%. Try “+5%”."),
    };
  }
  const plan = { ...readyPlan(), ...head, ...(/试探|explor/i.test(goal.text) ? exploration() : {}) };
  return { ...plan, ...(goal.phases ? { phases } : {}), ...(goal.proof === false ? unproven() : {}) };
}

function exploration(): Partial<Views["Plan"]> {
  return {
    status: "exploration",
    sentence: text(
      "数据还不足以预测：没有随机发放过优惠。先用 9% 的人试两周，第二份计划就有学来的预测。",
      "There is not enough to forecast from: no offer was ever given at random. Try 9% of the people for two weeks; the second plan will have a learned forecast.",
    ),
    forecast: {
      point: 0.03,
      i50: [0.01, 0.05],
      i80: [-0.01, 0.08],
      i90: [-0.02, 0.1],
      hash: "e1c0ffee00d15ea5e1c0ffee00d15ea5",
      assumed: true,
    },
    missing: [
      {
        label: text("短信签名还没有审核通过", "The SMS signature is not approved yet"),
        lead_days: 3,
        blocks_launch: true,
      },
    ],
  };
}

export function readyPlan(): Views["Plan"] {
  return {
    plan_id: "plan_ready",
    status: "ready",
    ...readingFor({ text: GOAL }),
    baseline: {
      value: 0.198,
      low: 0.196,
      high: 0.2,
      people: 86_420,
      sentence: text(
        "流失最多的是买过一次、已经 45～90 天没来的人（31,200 人，复购率 7.4%）。",
        "Most is lost among people who bought once and have been away for 45 to 90 days (31,200 people, 7.4%).",
      ),
    },
    holdout: { share: 0.09, people: 7_778, cost: 1_120_000, declined: false, declined_cost: 0 },
    actions: [
      {
        id: "a1",
        offer: "满 50 减 5",
        item: "鸡翅",
        channel: "sms",
        people: 21_400,
        cost: 5_350_000,
        lift: 0.082,
        label: text("满 50 减 5 · 鸡翅", "¥5 off ¥50 · chicken wings"),
        who: text("45～90 天没来、以前常买的人", "Away for 45 to 90 days, used to buy often"),
        recommended: text(
          "推荐商品：鸡翅，因为上次买的快用完了（14,200 人）、它最近买的人最多（7,200 人）",
          "Recommended: chicken wings, because what they bought last is about to run out (14,200 people), most people buy it lately (7,200 people)",
        ),
        reasons: [
          text("上次下单在 62 天前（其他人 21）", "last ordered 62 days ago (others 21)"),
          text("一年里下单 6.4 次（其他人 2.1）", "6.4 orders in a year (others 2.1)"),
        ],
        when: text("11 月 23 日起，按各自常来的时段", "From 23 Nov, at each person's usual hour"),
        why: text("¥5 和 ¥10 带来的人一样多，花费少一半", "¥5 brings as many as ¥10 at half the cost"),
      },
      {
        id: "a2",
        offer: null,
        item: "会员日新品",
        channel: "wecom",
        people: 28_900,
        cost: 868_000,
        lift: 0.051,
        label: text("会员日新品 · 不送优惠", "Member day novelties · no offer"),
        who: text("最近 30 天看过商品的人", "Viewed products in the last 30 days"),
        when: text("11 月 28 日 10:00", "28 Nov 10:00"),
        why: text("这些人不给优惠也会被提醒到", "A reminder alone moves these people"),
      },
      {
        id: "a3",
        offer: "满 100 减 12",
        item: null,
        channel: "email",
        people: 16_300,
        cost: 3_910_000,
        lift: 0.034,
        label: text("满 100 减 12", "¥12 off ¥100"),
        who: text("客单价高、只留了邮箱的人", "High basket, only e-mail known"),
        when: text("12 月 2 日 20:00", "2 Dec 20:00"),
        why: text("邮件便宜，面额按客单价定", "E-mail is cheap; the value follows the basket"),
      },
    ],
    lift_kind: "relative",
    goal_lift: 0.05,
    constraints: [
      {
        name: "budget",
        limit: 20_000_000,
        used: 10_128_000,
        shadow_price: 0,
        unit: "fen",
        label: text("预算", "Budget"),
        sentence: null,
      },
      {
        name: "sms_quota",
        limit: 22_000,
        used: 21_400,
        shadow_price: 0.0031,
        unit: "messages",
        label: text("短信额度", "SMS quota"),
        sentence: text(
          "再加 1,000 条短信额度，大约多 3 次复购",
          "1,000 more SMS would bring about 3 more repeat purchases",
        ),
      },
      {
        name: "weekly_cap",
        limit: 172_840,
        used: 66_600,
        shadow_price: 0,
        unit: "messages",
        label: text("每人每周 2 次", "2 a week each"),
        sentence: null,
      },
    ],
    certificate: { bound: 3614.27, value: 3612.9, gap: 0.00038 },
    forecast: {
      point: 0.047,
      i50: [0.038, 0.057],
      i80: [0.027, 0.068],
      i90: [0.019, 0.076],
      hash: "9f2c4e81d07ab35566d1a90c3b7e24f0",
      assumed: false,
    },
    reachable: {
      probability: 0.44,
      sentence: text(
        "达到 +5% 的可能是 44%，最可能是 +4.7%。",
        "There is a 44% chance of +5%; +4.7% is most likely.",
      ),
      would_need: text("短信额度加到 30,000 条，可能升到 61%。", "With 30,000 SMS the chance rises to 61%."),
    },
    provable: {
      power: 0.86,
      detectable: 0.041,
      sentence: text(
        "如果真有 +5%，有 86% 的机会看得清。",
        "If it really is +5%, there is an 86% chance to see it.",
      ),
      would_need: null,
    },
    sentence: text(
      "触达 66,600 人，花 ¥101,280，预计复购率比什么都不做高 4.7%",
      "Reach 66,600 people for ¥101,280; the repeat rate should be 4.7% higher than with nothing done",
    ),
    next: null,
    guarded,
    remarks: [text("毛利未知，结果按销售额说", "Margin is unknown, so results speak of revenue")],
    eligible: 86_420,
    cost: 10_128_000,
    missing: [],
    ask_margin: false,
    created_at: daysAgo(1),
    campaign_id: null,
  };
}

export function planRow(plan: Views["Plan"]): Views["PlanRow"] {
  return {
    plan_id: plan.plan_id,
    status: plan.status,
    text: plan.understood.text,
    sentence: plan.sentence,
    created_at: plan.created_at,
    campaign_id: plan.campaign_id,
  };
}
