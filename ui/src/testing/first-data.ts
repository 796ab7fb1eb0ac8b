/** What the mock server knows when it starts. */
import type { Views } from "@/shared/api/client";
import type { Saved } from "./membership.ts";
import { GOAL } from "./plans.ts";
import { text } from "./shop.ts";

export const audiences: (Saved & { version: number })[] = [
  {
    id: "aud_sleeping",
    name: "沉睡会员",
    version: 3,
    definition: {
      all: [
        { trait: "orders", gte: 3 },
        { not: { event: "Order Completed", within_days: 30, count: { gte: 1 } } },
      ],
    },
  },
  {
    id: "aud_shanghai",
    name: "上海金卡",
    version: 1,
    definition: {
      all: [
        { trait: "city", in: ["上海"] },
        { trait: "level", in: ["金卡"] },
      ],
    },
  },
  {
    id: "aud_mixed",
    name: "看过没买或常进店",
    version: 2,
    definition: {
      any: [
        {
          all: [
            { event: "Product Viewed", within_days: 7, count: { gte: 2 } },
            { not: { event: "Order Completed", within_days: 14 } },
          ],
        },
        { event: "Store Visited", within_days: 60, count: { gte: 2 } },
      ],
    },
  },
];

export const examples: Views["GoalExample"][] = [
  {
    text: text(GOAL, "raise repeat purchases by 5% in 30 days, budget ¥200,000, at most 2 messages a week"),
    why: text("31,200 人买过一次后没再来", "31,200 people bought once and did not return"),
  },
  {
    text: text("60天内客单价 +3%", "raise the basket by 3% in 60 days"),
    why: text("42% 的订单差 ¥10 就够满减", "42% of orders are ¥10 short of the discount"),
  },
  {
    text: text("两周内进店率 +2%", "raise store visits by 2% in two weeks"),
    why: text(
      "8,600 人住在门店 3 公里内，90 天没进店",
      "8,600 people live within 3 km and have not come for 90 days",
    ),
  },
];
