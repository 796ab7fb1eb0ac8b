import { describe, expect, it } from "vitest";
import { leads, stages } from "@/testing/work";
import { byStage, strongest } from "./board";

describe("the board of leads", () => {
  it("has every lead once, the warmest of a stage first", () => {
    const columns = byStage(leads, stages);
    expect(columns.flatMap((each) => each.works).length).toBe(leads.length);
    for (const { works } of columns) {
      const scores = works.map((each) => each.score ?? 0);
      expect(scores).toEqual([...scores].sort((one, other) => other - one));
    }
  });

  it("keeps a lead whose stage was removed in view", () => {
    const [stray] = leads.map((each) => ({ ...each, stage: null }));
    expect(stray && byStage([stray], stages)[0]?.works).toEqual([stray]);
  });

  it("names the strongest reasons", () => {
    const reasons = [1, 40, 10, 20].map((points) => ({ name: `${points}`, points }));
    expect(strongest(reasons).map((each) => each.points)).toEqual([40, 20, 10]);
  });
});
