/** A bar's address leads to its people, the last bar's to those of none of the others. */
import { expect, it } from "vitest";
import type { Answer, Tile } from "../api/dashboards";
import { behindOf, partOf, searchOf } from "./behind";

const tile = { id: "t1", by: { kind: "column", name: "channel" } } as unknown as Tile;
const group = (value: string, other = false) => ({ value, other, name: { zh: value, en: value } });
const answer = { groups: [group("sms"), group(""), group("", true)] } as unknown as Answer;

it("goes from an address to an address", () => {
  for (const behind of [
    { tile: "t1", group: null },
    { tile: "t 2", group: 0 },
  ])
    expect(behindOf(new URLSearchParams(searchOf(behind)))).toEqual(behind);
  expect(behindOf(new URLSearchParams("q=1"))).toBeNull();
});

it("asks for a group by its value, for those that say nothing too, and for all others by what they are not", () => {
  expect(partOf(tile, answer, 0)).toEqual({ group: "sms", other_than: [] });
  expect(partOf(tile, answer, 1)).toEqual({ group: "", other_than: [] });
  expect(partOf(tile, answer, 2)).toEqual({ group: null, other_than: ["sms", ""] });
  expect(partOf(tile, answer, null)).toEqual({ group: null, other_than: [] });
});
