/** A scorecard of three forecasts, or of none. */
import type { Views } from "@/shared/api/client";
import { daysAgo, text } from "./shop.ts";

const ROWS = [
  { goal: "30天内复购率 +5%", forecast: 0.072, measured: 0.064, inside: true },
  { goal: "60天内活跃率 +8%", forecast: 0.05, measured: 0.081, inside: true },
  { goal: "14天内进店率 +2%", forecast: 0.06, measured: -0.041, inside: false },
];

export function scorecardOf(empty: boolean): Views["Scorecard"] {
  const rows = empty ? [] : ROWS;
  return {
    standing: empty ? "empty" : "too_few",
    sentence: empty
      ? text("还没有一个启动过的预测到期，所以还没有分可记", "No forecast that was launched has come due")
      : text(
          "启动过的 3 个预测里，说「十次里有九次在这个范围」的，对了 2 个（67%）；次数太少，还说明不了什么",
          "Of 3 forecasts that were launched, 2 (67%) held their nine-in-ten range; too few to say much",
        ),
    next: text(
      "再有 17 个到期，新预测的范围就按这里的误差来定",
      "After 17 more, ranges are set by the errors seen here",
    ),
    scores: {
      campaigns: rows.length,
      coverage_50: empty ? null : 0.67,
      coverage_80: empty ? null : 0.67,
      coverage_90: empty ? null : 0.67,
      bias: empty ? null : 0.75,
      slope: empty ? null : 2.1,
      wrong_sign: empty ? null : 0.33,
      winkler: empty ? null : 4.8,
    },
    alarm: false,
    stretch_90: null,
    rows: rows.map((row, place) => ({
      campaign_id: `camp_${place}`,
      plan_id: `plan_${place}`,
      goal: row.goal,
      kind: "relative",
      metric_unit: "share",
      started_at: daysAgo(90 + place * 30),
      ended_at: daysAgo(60 + place * 30),
      assumed: false,
      forecast: row.forecast,
      i50: [row.forecast - 0.02, row.forecast + 0.02],
      i80: [row.forecast - 0.04, row.forecast + 0.04],
      i90: [row.forecast - 0.05, row.forecast + 0.05],
      measured: row.measured,
      measured_range: [row.measured - 0.03, row.measured + 0.03],
      inside: row.inside,
    })),
  };
}
