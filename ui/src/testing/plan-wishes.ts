/** What plans of the mock server have beside the goal: phases, and proof declined. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

const phase = (name: "warm_up" | "main" | "encore", days: [number, number], people: number) => ({
  name,
  from_hours: days[0] * 24,
  hours: (days[1] - days[0]) * 24,
  people,
  cost: people * 152,
  series: text("成长系列", "Growing up"),
  format: text("企业微信：满 50 减 5", "WeCom: ¥5 off ¥50"),
});

export const phases: Views["PlanPhase"][] = [
  {
    ...phase("warm_up", [0, 2.4], 9_990),
    label: text("预热", "Warm-up"),
    purpose: text(
      "先发一小部分人，看哪种说法有人回应",
      "A few people first, to see which words are answered",
    ),
    hero: text("一段奶粉", "Stage 1 formula"),
  },
  {
    ...phase("main", [2.4, 8.4], 39_960),
    label: text("主推", "Main push"),
    purpose: text("用预热学到的，发给大多数人", "Most people, with what the warm-up taught"),
    hero: text("二段奶粉", "Stage 2 formula"),
  },
  {
    ...phase("encore", [8.4, 12], 16_650),
    label: text("返场", "Encore"),
    purpose: text("最后一批人，用前面都学到的", "The last people, with all that was learned before"),
    hero: null,
  },
];

export const guarded: Views["GuardedOutcome"][] = [
  {
    metric: { id: "gross_profit", name: text("毛利额", "Gross profit"), unit: "fen" },
    comparison: "no_drop",
    named: true,
    effect: 212,
    i90: [35, 389],
    standing: "spared",
    sentence: text(
      "不会伤到毛利额：每人变动 +¥0.35～+¥3.89（十次里有九次）",
      "Gross profit is not harmed: +¥0.35 to +¥3.89 per person (nine times out of ten)",
    ),
  },
  {
    metric: { id: "refund_rate", name: text("退款率", "Refund rate"), unit: "share" },
    comparison: "no_rise",
    named: false,
    effect: 0.0004,
    i90: [-0.0011, 0.0019],
    standing: "unclear",
    sentence: text(
      "会不会伤到退款率还看不清：每人变动 -0.11 个百分点～+0.19 个百分点（十次里有九次）",
      "Whether refund rate is harmed cannot be seen: -0.11 points to +0.19 points per person (nine times out of ten)",
    ),
  },
];

export function unproven(): Partial<Views["Plan"]> {
  const sentence = text(
    "选了不做证明：不留对照组，结束后只能说发了多少、花了多少、用了多少券，不能说带来了多少",
    "Proof was declined: afterwards we can tell what was sent, spent and redeemed, not what it brought",
  );
  return {
    holdout: { share: 0, people: 0, cost: 0, declined: true, declined_cost: 1_120_000 },
    provable: { power: 0, detectable: 0, sentence, would_need: null },
  };
}
