import { describe, expect, it } from "vitest";
import { ledger } from "@/testing/campaigns";
import { waterfallOf } from "./waterfall";

describe("the ledger as a waterfall", () => {
  it("goes from everyone who qualified down to nobody left over", () => {
    const { steps, unaccounted } = waterfallOf(ledger);
    expect(unaccounted).toBe(0);
    expect(steps.reduce((sum, step) => sum + step.row.people, 0)).toBe(ledger.qualified);
    expect(steps.at(-1)?.start).toBeCloseTo(0, 10);
    for (const [index, step] of steps.entries()) {
      const before = steps[index - 1];
      expect(step.start + step.length).toBeCloseTo(before ? before.start : 1, 10);
    }
  });

  it("orders the way from blocked to answered", () => {
    const kinds = waterfallOf({ ...ledger, rows: [...ledger.rows].reverse() }).steps.map(
      (step) => step.row.kind,
    );
    expect([...new Set(kinds)]).toEqual(["blocked", "held_out", "waiting", "lost", "reached", "answered"]);
  });

  it("tells when people are missing instead of stretching the bars", () => {
    expect(waterfallOf({ ...ledger, qualified: ledger.qualified + 5 }).unaccounted).toBe(5);
  });
});
