/** What there is to ask history about, for pages and pictures. */
import type { Views } from "@/shared/api/client";
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

export function resultsRoutes(empty: boolean): [string, RegExp, () => unknown][] {
  const nothing: Views["ResultsVocabulary"] = { from: null, to: null, events: [] };
  return [["GET", /^\/api\/results\/vocabulary$/, () => (empty ? nothing : vocabulary)]];
}
