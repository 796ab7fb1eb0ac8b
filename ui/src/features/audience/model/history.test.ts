import { describe, expect, it } from "vitest";
import { begun, type History, type Step, stepped } from "./history";
import type { Group, Node } from "./tree";

const city = (name: string): Node => ({ trait: "city", in: [name] });
const one: Group = { all: [city("上海")] };

const run = (history: History, ...steps: Step[]): History => steps.reduce(stepped, history);

describe("history", () => {
  it("takes changes back and does them again, in order", () => {
    const changed = run(
      begun(one),
      { kind: "add", path: [], node: city("北京") },
      { kind: "join", path: [], joint: "any" },
    );
    const back = run(changed, { kind: "undo" }, { kind: "undo" });
    expect(back.now).toEqual(one);
    expect(run(back, { kind: "redo" }, { kind: "redo" }).now).toEqual(changed.now);
  });

  it("keeps what is undone beyond the first and redone beyond the last as it is", () => {
    expect(run(begun(one), { kind: "undo" }).now).toEqual(one);
    expect(run(begun(one), { kind: "redo" }).now).toEqual(one);
  });

  it("forgets what was taken back once something else is changed", () => {
    const other = run(
      begun(one),
      { kind: "set", node: city("北京") },
      { kind: "undo" },
      { kind: "set", node: city("杭州") },
      { kind: "redo" },
    );
    expect(other.now).toEqual({ all: [city("杭州")] });
  });

  it("counts no step where nothing changed", () => {
    expect(run(begun(one), { kind: "set", node: one }).past).toEqual([]);
  });
});
