/** What there is to ask history about, for pages and pictures. */
import type { Views } from "@/shared/api/client";
import { attribution, lifetime, retention, spend } from "./results-answers.ts";
import { text } from "./shop.ts";

const vocabulary: Views["ResultsVocabulary"] = {
  from: "2025-11-21",
  to: "2026-11-21",
  events: [
    { event: "Product Viewed", name: text("浏览商品", "viewed a product"), times: 48_210 },
    { event: "Product Added", name: text("加购", "added to cart"), times: 12_007 },
    { event: "Order Completed", name: text("下单", "ordered"), times: 6_120 },
  ],
};

const funnel: Views["FunnelView"] = {
  from: "2025-11-22",
  to: "2026-11-21",
  ordered: true,
  window_days: 7,
  events: 66_337,
  steps: [
    step("Product Viewed", 2_704, 1_505, 1, null),
    step("Product Added", 1_199, 148, 0.443, [625, 1_066, 1_459, 127_380]),
    step("Order Completed", 1_051, 0, 0.877, [140, 320, 610, 86_400]),
  ],
  worst: 0,
  sentence: text(
    "100 人里有 39 人走到最后；丢得最多的是从「浏览商品」到「加购」（56% 的人）",
    "39 of 100 come through; most are lost between “viewed a product” and “added to cart” (56%)",
  ),
  groups: [],
  behind: [],
  told: null,
};

function step(
  event: string,
  people: number,
  lost: number,
  previous: number,
  seconds: number[] | null,
): Views["FunnelStep"] {
  const share_of_first = people / 2_704;
  return {
    event,
    people,
    lost,
    open: Math.round(lost / 7),
    share_of_first,
    share_of_previous: previous,
    seconds,
  };
}

export function resultsRoutes(empty: boolean): [string, RegExp, () => unknown][] {
  const nothing: Views["ResultsVocabulary"] = { from: null, to: null, events: [] };
  return [
    ["GET", /^\/api\/results\/vocabulary$/, () => (empty ? nothing : vocabulary)],
    ["POST", /^\/api\/results\/funnel$/, () => funnel],
    ["POST", /^\/api\/results\/retention$/, () => retention],
    ["POST", /^\/api\/results\/lifetime-value$/, () => lifetime],
    ["POST", /^\/api\/results\/attribution$/, () => attribution],
    ["POST", /^\/api\/results\/return-on-spend$/, () => spend],
  ];
}
