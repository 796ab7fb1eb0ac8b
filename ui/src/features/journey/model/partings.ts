/** The kinds of step at which people part. */
import type { Kind } from "./kinds";

const WEEK_S = 7 * 86_400;
const ARMS = [
  { id: "a", share: 0.5, next: "" },
  { id: "b", share: 0.5, next: "" },
];

export const PARTINGS: readonly Kind[] = [
  {
    kind: "condition",
    group: "judges",
    ways: ["yes", "no"],
    aside: "exit",
    fresh: { when: { all: [] } },
    fields: [
      { name: "when", as: "tree" },
      { name: "entry", as: "filters", optional: true },
    ],
  },
  {
    kind: "branch",
    group: "judges",
    ways: ["cases", "otherwise"],
    fresh: { cases: [{ name: "", when: { all: [] }, next: "" }] },
    fields: [{ name: "cases", as: "cases" }],
  },
  {
    kind: "experiment",
    group: "judges",
    ways: ["arms"],
    fresh: { arms: ARMS },
    fields: [{ name: "arms", as: "arms" }],
  },
  {
    kind: "split",
    group: "judges",
    ways: ["arms"],
    fresh: { arms: ARMS },
    fields: [
      { name: "arms", as: "arms" },
      { name: "salt", as: "text", optional: true, seldom: true },
    ],
  },
  {
    kind: "bandit",
    group: "judges",
    ways: ["arms"],
    fresh: { arms: ARMS.map(({ id, next }) => ({ id, next })), event: "", within_s: WEEK_S },
    fields: [
      { name: "arms", as: "sides" },
      { name: "event", as: "event" },
      { name: "within_s", as: "seconds" },
      { name: "floor", as: "number", optional: true, seldom: true },
    ],
  },
];
