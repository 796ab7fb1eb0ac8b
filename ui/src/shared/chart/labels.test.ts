import { describe, expect, it } from "vitest";
import { dice } from "@/testing/dice";
import { axisSpan, spreadPx } from "./labels";

describe("names at the ends of lines", () => {
  it("stay where they are when there is room", () => {
    expect(spreadPx([0, 0.05, 0.1], 0.001)).toEqual([0, 0, 0]);
  });

  it("move apart evenly when two lines end together", () => {
    expect(spreadPx([0.05, 0.05], 0.001)).toEqual([-8, 8]);
  });

  it("never overlap, keep their order, and move no more than a full pile needs", () => {
    const chance = dice(11);
    for (let round = 0; round < 300; round += 1) {
      const values = Array.from({ length: chance.between(1, 5) }, () => chance.roll() * 0.1);
      const perPx = 0.1 / 200;
      const moved = spreadPx(values, perPx);
      const places = values
        .map((value, index) => ({ value, y: -value / perPx + (moved[index] ?? 0) }))
        .sort((a, b) => b.value - a.value);
      for (const [index, place] of places.entries()) {
        const next = places[index + 1];
        if (next) expect(next.y - place.y).toBeGreaterThanOrEqual(15); // 16 px, rounded to whole ones.
      }
      expect(Math.max(...moved.map(Math.abs))).toBeLessThanOrEqual(16 * values.length);
    }
  });

  it("reckons with the axis as the chart draws it, whose ends are rounded to its steps", () => {
    expect(axisSpan(-42, 43)).toBe(120);
    expect(axisSpan(0, 0.05)).toBeCloseTo(0.05);
    expect(axisSpan(3, 3)).toBe(1);
  });
});
