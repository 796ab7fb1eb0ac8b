/** The pages below 效果, as data: one page, one question. A page adds its line on the day it works. */
export interface Question {
  path: `/results/${string}`;
  /** What it asks and shows is in the words under this name. */
  name:
    | "dashboards"
    | "reviews"
    | "experiments"
    | "proposals"
    | "journeys"
    | "forecasts"
    | "funnel"
    | "retention"
    | "value"
    | "attribution"
    | "spend";
}

export const questions: Question[] = [
  { path: "/results/dashboards", name: "dashboards" },
  { path: "/results/reviews", name: "reviews" },
  { path: "/results/experiments", name: "experiments" },
  { path: "/results/proposals", name: "proposals" },
  { path: "/results/journeys", name: "journeys" },
  { path: "/results/forecasts", name: "forecasts" },
  { path: "/results/funnel", name: "funnel" },
  { path: "/results/retention", name: "retention" },
  { path: "/results/value", name: "value" },
  { path: "/results/attribution", name: "attribution" },
  { path: "/results/spend", name: "spend" },
];
