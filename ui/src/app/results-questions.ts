/** The pages below 效果, as data: one page, one question. A page adds its line on the day it works. */
export interface Question {
  path: `/results/${string}`;
  /** What it asks and shows is in the words under this name. */
  name: "reviews" | "forecasts" | "funnel";
}

export const questions: Question[] = [
  { path: "/results/reviews", name: "reviews" },
  { path: "/results/forecasts", name: "forecasts" },
  { path: "/results/funnel", name: "funnel" },
];
