import { describe, expect, it } from "vitest";
import { filtersOf, isWhole, testsOf } from "./filters";

describe("filters on properties", () => {
  it("come back as they were, a comparison a line", () => {
    const filters = [
      { property: "revenue", gte: 100, lte: 200 },
      { property: "products.category", in: ["milk", "tea"] },
      { property: "text", contains: ["慢"], unless: ["不慢"] },
      { property: "gift", is: true },
    ];
    const tests = testsOf(filters);
    expect(tests.map(({ by, value }) => `${by} ${value}`)).toEqual([
      "gte 100",
      "lte 200",
      "in milk，tea",
      "contains 慢",
      "is true",
    ]);
    expect(filtersOf(tests)).toEqual([
      { property: "revenue", gte: 100 },
      { property: "revenue", lte: 200 },
      ...filters.slice(1),
    ]);
  });

  it("are whole once each names a property and a value that can be compared", () => {
    expect(isWhole({ property: "revenue", by: "gte", value: "many", rest: {} })).toBe(false);
    expect(isWhole({ property: "revenue", by: "gte", value: "9.5", rest: {} })).toBe(true);
    expect(isWhole({ property: "", by: "is", value: "x", rest: {} })).toBe(false);
  });
});
