import { describe, expect, it } from "vitest";
import type { Tile } from "../api/dashboards";
import { added, movedTo, overlap, resizedTo } from "./grid";
import { fitting } from "./tile";

const tile = (id: string, x: number, y: number, w = 4, h = 3): Tile => ({
  id,
  title: "",
  chart: "number",
  dataset: "sales",
  measure: "revenue",
  property: "",
  by: null,
  only: [],
  grain: null,
  days: 30,
  x,
  y,
  w,
  h,
});

const places = (tiles: Tile[]) => Object.fromEntries(tiles.map(({ id, x, y }) => [id, [x, y]]));

describe("tiles on their grid", () => {
  const three = [tile("a", 0, 0), tile("b", 4, 0), tile("c", 0, 3)];

  it("lets the one that is moved land, and pushes what lay there down", () => {
    expect(places(movedTo(three, "c", 0, 0))).toEqual({ c: [0, 0], b: [4, 0], a: [0, 3] });
    expect(places(movedTo(three, "b", 8, 5))).toEqual({ a: [0, 0], b: [8, 0], c: [0, 3] });
  });

  it("keeps every tile inside and apart, wherever they are pulled", () => {
    for (let seed = 1; seed < 60; seed += 1) {
      const x = ((seed * 7) % 20) - 4;
      const y = ((seed * 5) % 12) - 3;
      const after = resizedTo(movedTo(three, "abc"[seed % 3] ?? "a", x, y), "a", (seed % 15) + 1, seed % 14);
      for (const one of after) {
        expect(one.x >= 0 && one.x + one.w <= 12 && one.y >= 0 && one.w >= 2 && one.h >= 2).toBe(true);
        for (const two of after) if (one.id < two.id) expect(overlap(one, two)).toBe(false);
      }
    }
  });

  it("puts a new tile as far up as it fits below others", () => {
    expect(places(added(three, tile("d", 8, 0))).d).toEqual([8, 0]);
  });

  it("takes the chart that shows a group or a time", () => {
    expect(fitting({ ...tile("a", 0, 0), by: { kind: "column", name: "buyer" } }).chart).toBe("bars");
    expect(fitting({ ...tile("a", 0, 0), grain: "day" }).chart).toBe("line");
    expect(fitting({ ...tile("a", 0, 0), chart: "bars" }).chart).toBe("number");
  });
});
