import { describe, expect, it } from "vitest";
import { SPARK, sparklineOf } from "@/shared/chart/course";
import { palettes } from "@/shared/tokens";
import { formatFor } from "@/shared/words/format";
import { reportOf, running } from "@/testing/campaigns";
import { liveOf } from "@/testing/live";
import { riverColors, riverOption } from "./river";

const look = { palette: palettes.light, still: true, narrow: false };

describe("the river", () => {
  const test = liveOf(running).tests[0];
  if (test === undefined) throw new Error("the running campaign has a test");

  it("has a band a variant that together hold everybody of the hour", () => {
    const { series } = riverOption(test, look, formatFor("en"));
    const bands = series as { data: [number, number][] }[];
    expect(bands).toHaveLength(test.variants.length);
    test.river.forEach((point, hour) => {
      const drawn = bands.reduce((sum, band) => sum + (band.data[hour]?.[1] ?? 0), 0);
      expect(drawn).toBe(point.people.reduce((sum, people) => sum + people, 0));
    });
  });

  it("gives the leading variant the colour of what is chosen, and no other", () => {
    const colors = riverColors(test, palettes.light);
    expect(colors.filter((color) => color === palettes.light.jade)).toHaveLength(1);
    expect(colors[0]).toBe(palettes.light.jade);
    expect(new Set(colors).size).toBe(colors.length);
  });
});

describe("a sparkline", () => {
  it("stays in its box, its zero line within", () => {
    const drawn = sparklineOf(reportOf(running).looks);
    const numbers = `${drawn?.line}${drawn?.band}`
      .match(/[\d.]+,[\d.]+/g)
      ?.map((pair) => pair.split(",").map(Number));
    for (const [x = -1, y = -1] of numbers ?? [[-1, -1]]) {
      expect(x >= 0 && x <= SPARK.width && y >= 0 && y <= SPARK.height).toBe(true);
    }
    expect(drawn?.zero).toBeLessThanOrEqual(SPARK.height);
  });

  it("draws nothing before two looks have told something", () => {
    expect(sparklineOf(reportOf(running).looks.slice(0, 1))).toBeNull();
    expect(sparklineOf([])).toBeNull();
  });
});
