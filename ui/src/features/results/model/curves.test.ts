import { describe, expect, it } from "vitest";
import { borne } from "./curves";

const point = (days: number, people: number) => ({ days, people, value: days * 100 });

describe("what buyers bring by age", () => {
  it("ends where fewer than a tenth of the buyers, or fewer than thirty, are that old", () => {
    const curve = [point(0, 9_000), point(30, 8_000), point(60, 950), point(90, 250)];
    expect(borne(curve).map((each) => each.days)).toEqual([0, 30, 60]);
    expect(borne([point(0, 100), point(30, 31), point(60, 29)]).length).toBe(2);
  });

  it("is whole where all are few, and never empty where somebody bought", () => {
    expect(borne([point(0, 12), point(30, 12)]).length).toBe(2);
    expect(borne([])).toEqual([]);
  });
});
