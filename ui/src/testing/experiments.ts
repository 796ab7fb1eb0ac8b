/** An experiment for pages and tests: two ways, told apart at the end. */
import type { Views } from "@/shared/api/client";
import { found } from "./mock-answers.ts";
import { reviewOf } from "./reviews.ts";
import { scorecardOf } from "./scorecard.ts";
import { daysAgo, text } from "./shop.ts";

const arms = ["three", "five"];
const same = (said: string) => text(said, said);

export const experiment: Views["Experiment"] = {
  id: "days",
  name: "提前 3 天还是 5 天提醒",
  status: "final",
  verdict: "better",
  winner: "five",
  headline: text(
    "「five」比「three」每百人多 25.1（做了 Order Completed 的人；十次里有九次在 19.2～31.0 之间）",
    "five has 25.1 more per hundred than three (people with Order Completed; nine times out of ten 19.2 to 31.0)",
  ),
  as_of: daysAgo(0),
  starts_at: daysAgo(40),
  ends_at: daysAgo(0),
  facts: [
    { label: same("three"), value: same("30.2%"), under: text("352 人", "352 people") },
    { label: same("five"), value: same("55.3%"), under: text("348 人", "348 people") },
  ],
  sections: [
    {
      id: "result",
      title: text("和对照分支比", "Beside the control"),
      lead: text(
        "做了 Order Completed 的人，进入后 30 天内",
        "People with Order Completed within 30 days of entering",
      ),
      facts: [],
      chart: {
        kind: "intervals",
        title: text("比「three」多或少", "More or less than three"),
        unit: "points",
        bars: [
          {
            label: same("five"),
            value: 0.251,
            low: 0.192,
            high: 0.31,
            text: text("+25.1 个百分点", "+25.1 points"),
            tone: "good",
            state: "",
            reason: "",
          },
        ],
        mark: null,
      },
      table: null,
      notes: [],
      points: [],
    },
    {
      id: "guards",
      title: text("护栏指标", "Guards"),
      lead: text("护栏没有看出变差", "No guard is seen to do worse"),
      facts: [],
      chart: null,
      table: {
        columns: [text("指标", "Metric"), ...arms.map(same)],
        rows: [
          [text("打开率", "open rate"), same("21.0%"), same("22.4%")],
          [text("点击率", "click rate"), same("4.1%"), same("4.4%")],
        ],
      },
      notes: [],
      points: [],
    },
  ],
  method: text("按分到的分支比较", "Compared as assigned"),
};

type Answer = (asked: { ids: string[] }) => unknown;

/** Answers what reviews, forecasts and experiments ask. */
export function provedRoutes(
  empty: boolean,
  campaign: (id?: string) => Views["Campaign"],
): [string, RegExp, Answer][] {
  return [
    ["GET", /^\/api\/campaigns\/([^/]+)\/review$/, ({ ids }) => reviewOf(campaign(ids[0]))],
    ["GET", /^\/api\/forecasts$/, () => scorecardOf(empty)],
    ["GET", /^\/api\/experiments$/, () => ({ experiments: empty ? [] : [experiment] })],
    ["GET", /^\/api\/experiments\/([^/]+)$/, ({ ids }) => found([experiment], (each) => each.id === ids[0])],
  ];
}
