import { describe, expect, it } from "vitest";
import { dice } from "@/testing/dice";
import {
  asGroup,
  bare,
  type Change,
  changed,
  type Group,
  isComplete,
  isEditable,
  isGroup,
  members,
  type Node,
} from "./tree";

const city: Node = { trait: "city", in: ["上海"] };
const ordered: Node = { event: "Order Completed", within_days: 30, count: { gte: 1 } };
const start: Group = { all: [city, { not: { any: [ordered, { percent: [0, 10], salt: "s" }] } }] };

function atoms(node: Node): number {
  const { node: inner } = bare(node);
  return isGroup(inner) ? members(inner).reduce((sum, each) => sum + atoms(each), 0) : 1;
}

describe("the tree of a definition", () => {
  it("changes a group below a not and keeps the not", () => {
    const next = changed(start, { kind: "join", path: [1], joint: "all" });
    expect(next).toEqual({ all: [city, { not: { all: [ordered, { percent: [0, 10], salt: "s" }] } }] });
  });

  it("takes out a group together with its last condition", () => {
    const once = changed(start, { kind: "remove", path: [1], index: 0 });
    expect(changed(once, { kind: "remove", path: [1], index: 0 })).toEqual({ all: [city] });
  });

  it("wraps a lone condition so that it can be added to", () => {
    expect(asGroup(city)).toEqual({ all: [city] });
    expect(asGroup(start)).toBe(start);
  });

  it("cancels two nots", () => {
    expect(bare({ not: { not: city } })).toEqual({ node: city, negated: false });
  });

  it("calls unfinished what says nothing yet", () => {
    const unfinished: Node[] = [
      { all: [] },
      { trait: "city", in: [] },
      { trait: "spend" },
      { audience: "" },
      { percent: [10, 10], salt: "s" },
      { not: { any: [ordered, { all: [] }] } },
    ];
    expect(unfinished.map(isComplete)).toEqual(unfinished.map(() => false));
    expect(isComplete(start)).toBe(true);
    expect(isComplete({ trait: "wecom_friend", is: false })).toBe(true);
  });

  it("edits only what it can show in full", () => {
    expect(isEditable({ event: "Order Completed", within_days: 30 })).toBe(true);
    expect(isEditable({ trait: "total_spend", gte: 1, lte: 2 })).toBe(true);
    const shown: Parameters<typeof isEditable>[0][] = [
      { event: "Order Completed" },
      { event: "Order Completed", within_days: 30, count: { gte: 1, lte: 3 } },
      { event: "Order Completed", within_days: 30, property: "total", sum: { gte: 100 } },
      { event: "Order Completed", within_days: 30, where: [{ property: "city", is: "上海" }] },
      { event: "Order Completed", days_since_last: { gte: 30 } },
      { trait: "total_spend", gt: 100 },
      { trait: "replenish_due_ms", days_since: { gte: 0 } },
      { trait: "birthday", days_to_anniversary: { lte: 7 } },
      { trait: "city", exists: false },
      { sequence: [{ event: "A" }, { event: "B" }], within_days: 7, gap_days: 1, without: { event: "C" } },
      { tag: "parent" },
    ];
    expect(shown.map(isEditable)).toEqual(shown.map(() => true));
    const more: Parameters<typeof isEditable>[0][] = [
      { event: "Order Completed", count: { gte: 2, lt: 5 } },
      { event: "Order Completed", count: { gte: 2 }, property: "total", sum: { gte: 100 } },
      { event: "Order Completed", within_days: 30, property: "total", first: { gte: 100 } },
      { event: "Order Completed", where: [{ property: "city", is: "上海", contains: ["上"] }] },
      { trait: "city", is_not: "上海" },
      { trait: "replenish_due_ms", days_since: { gte: -3, lt: 14 } },
    ];
    expect(more.map(isEditable)).toEqual(more.map(() => false));
    expect(more.map(isComplete)).toEqual(more.map(() => true));
  });

  it("adds exactly one condition with each add, removes with each remove, and never touches the tree it was given", () => {
    const chance = dice(3);
    for (let round = 0; round < 200; round += 1) {
      let tree: Group = start;
      for (let step = 0; step < 12; step += 1) {
        const before = structuredClone(tree);
        const count = atoms(tree);
        const change: Change =
          chance.roll() < 0.6
            ? { kind: "add", path: [], node: chance.roll() < 0.5 ? city : { any: [ordered] } }
            : { kind: "remove", path: [], index: chance.between(0, Math.max(0, members(tree).length - 1)) };
        const gone = change.kind === "remove" ? members(tree)[change.index] : undefined;
        const next = changed(tree, change);
        expect(tree).toEqual(before);
        expect(atoms(next)).toBe(count + (change.kind === "add" ? 1 : -(gone ? atoms(gone) : 0)));
        tree = next;
      }
    }
  });
});
