import { describe, expect, it } from "vitest";
import type { Draft } from "./draft";
import { groupCountsOf, groupTrailOf, trailOf } from "./trail";

const draft: Draft = {
  name: "x",
  trigger: { on: "event", name: "Signed Up" },
  nodes: [
    { id: "ask", kind: "condition", when: {}, yes: "end", no: "end" },
    { id: "far", kind: "wait", duration_s: 1, next: "end" },
    { id: "end", kind: "exit" },
  ],
};

describe("the trail of a trial", () => {
  it("goes from the trigger along the ways that were taken, also where two lead to one step", () => {
    const steps = [
      { node: "ask", way: "no" },
      { node: "end", way: "" },
    ];
    const trail = trailOf(draft, steps, true);
    expect([...trail.steps]).toEqual(["ask", "end"]);
    expect([...trail.edges.keys()]).toEqual([":", "ask:no"]);
    expect([...trailOf(draft, steps, false).edges.keys()]).toEqual(["ask:no"]);
  });

  it("says of a group how many took each edge, and what leaves at each step", () => {
    const nodes = [
      { id: "far", came: 3, onward: [{ node: "end", people: 2 }], gate: [] },
      {
        id: "end",
        came: 2,
        onward: [],
        gate: [
          { state: "queued", people: 1 },
          { state: "capped", people: 1 },
        ],
      },
      { id: "ask", came: 0, onward: [], gate: [] },
    ];
    const trail = groupTrailOf(draft, nodes, 3);
    expect([...trail.steps]).toEqual(["far", "end"]);
    expect([...trail.edges]).toEqual([
      ["far:next", 2],
      [":", 3],
    ]);
    expect(groupCountsOf(nodes).get("end")).toEqual({ arrived: 2, waiting: 0, sent: 1 });
  });
});
