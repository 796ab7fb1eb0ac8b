import { describe, expect, it } from "vitest";
import { whatIfFor } from "@/testing/plan-answers";
import { readyPlan } from "@/testing/plans";
import { planAt, pointAt } from "./what-if";

const plan = readyPlan();
const curve = whatIfFor(plan);

describe("another budget", () => {
  it("lies on the line between the two known ones", () => {
    const [low, high] = [curve.points[3], curve.points[4]];
    if (!low || !high) throw new Error("the curve is too short");
    const middle = pointAt(curve.points, (low.budget + high.budget) / 2);
    expect(middle?.point).toBeCloseTo((low.point + high.point) / 2);
    expect(middle?.people).toBe(Math.round((low.people + high.people) / 2));
  });

  it("is the nearest end beyond the curve", () => {
    expect(pointAt(curve.points, -1)).toBe(curve.points[0]);
    expect(pointAt(curve.points, 1e15)).toBe(curve.points.at(-1));
    expect(pointAt([], 1)).toBeUndefined();
  });

  it("moves people, money, lift and verdicts together, the intervals staying nested", () => {
    const at = pointAt(curve.points, 5_000_000);
    if (!at) throw new Error("the curve is empty");
    const there = planAt(plan, curve, at);
    expect(there.cost).toBe(at.cost);
    expect(there.reachable?.probability).toBe(at.probability);
    const { i50 = [], i80 = [], i90 = [] } = there.forecast ?? {};
    const ends = [i90[0], i80[0], i50[0], at.point, i50[1], i80[1], i90[1]];
    expect(ends).toEqual([...ends].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(there.actions.reduce((sum, action) => sum + action.people, 0)).toBeLessThan(66_600);
  });
});
