import { describe, expect, it } from "vitest";
import { fresh, running } from "@/testing/campaigns";
import { standingGoals } from "@/testing/home";
import { proposals } from "@/testing/proposals";
import { greeting, todayOf, undecided } from "./today";

const [goal] = standingGoals.goals;
const harmful = { ...running, lift: { value: -0.03, low: -0.05, high: -0.01, level: 0.9 } };

describe("today", () => {
  it("counts what waits and what leads", () => {
    expect(todayOf([running, fresh], standingGoals.goals, [])).toEqual({
      decide: 1,
      leading: 1,
      harming: 0,
      running: 2,
    });
    expect(greeting(todayOf([running, fresh], standingGoals.goals, []))).toBe("decideAndLead");
  });

  it("asks for a decision where a campaign does harm", () => {
    expect(todayOf([harmful], [], [])).toEqual({ decide: 1, leading: 0, harming: 1, running: 1 });
    expect(greeting(todayOf([harmful], [], []))).toBe("decide");
  });

  it("counts proposals that wait, and those whose trial has a verdict", () => {
    expect(todayOf([], [], proposals).decide).toBe(2);
    expect(undecided(proposals.map((each) => ({ ...each, status: "kept" as const })))).toEqual([]);
  });

  it("is quiet where nothing runs and nothing waits", () => {
    expect(greeting(todayOf([], goal ? [{ ...goal, review: null }] : [], []))).toBe("quiet");
    expect(greeting(todayOf([fresh], [], []))).toBe("running");
  });
});
