/** A journey for pages and tests: two versions, the newer one on trial. */
import type { Views } from "@/shared/api/client";

function node(id: string, kind: string, arrived: number, rest: Partial<Views["JourneyNode"]> = {}) {
  return { id, kind, arrived, waiting: 0, sent: 0, opened: 0, clicked: 0, ...rest };
}

export const welcome: Views["JourneyReport"] = {
  id: "welcome",
  name: "新会员欢迎",
  versions: [
    {
      version: 2,
      status: "live",
      entered: 412,
      inside: 96,
      left: { goal: 31, done: 285 },
      nodes: [
        node("try", "experiment", 412),
        node("send", "send", 203, { sent: 191, opened: 19, clicked: 4 }),
        node("send-changed", "send", 209, { sent: 196, opened: 47, clicked: 11 }),
        node("week", "wait", 412, { waiting: 96 }),
        node("done", "exit", 285),
      ],
    },
    {
      version: 1,
      status: "old",
      entered: 1_204,
      inside: 0,
      left: { goal: 118, done: 1_086 },
      nodes: [
        node("send", "send", 1_204, { sent: 1_131, opened: 114, clicked: 20 }),
        node("week", "wait", 1_204),
        node("done", "exit", 1_086),
      ],
    },
  ],
};

export function journeyRoutes(empty: boolean): [string, RegExp, () => unknown][] {
  const { id, name } = welcome;
  return [
    ["GET", /^\/api\/journeys$/, () => ({ journeys: empty ? [] : [{ id, name, version: 2 }] })],
    ["GET", /^\/api\/journeys\/[^/]+\/report$/, () => welcome],
  ];
}
