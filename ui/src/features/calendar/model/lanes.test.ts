import { describe, expect, it } from "vitest";
import type { Sender } from "../api/calendar";
import { spanOf, turned } from "./days";
import { barsOf, sendersOn } from "./lanes";

const campaign = (id: string, first: string, last: string): Sender => ({
  id,
  kind: "campaign",
  name: id,
  state: "running",
  first,
  last,
  channels: [],
  occasions: [],
  people: 0,
});

describe("the days of a calendar", () => {
  it("shows whole weeks, and turns over the end of a year", () => {
    expect(spanOf("month", "2026-02-17")).toEqual({ from: "2026-01-26", to: "2026-03-01" });
    expect(spanOf("week", "2026-11-22")).toEqual({ from: "2026-11-16", to: "2026-11-22" });
    expect(turned("month", "2026-12-31", 1)).toBe("2027-01-01");
    expect(turned("month", "2026-01-31", -1)).toBe("2025-12-01");
  });

  it("gives each bar of a week a lane of its own until one is free again", () => {
    const bars = barsOf(
      [
        campaign("a", "2026-11-10", "2026-11-17"),
        campaign("b", "2026-11-17", "2026-11-30"),
        campaign("c", "2026-11-18", "2026-11-19"),
        campaign("gone", "2026-11-01", "2026-11-15"),
      ],
      "2026-11-16",
    );
    expect(bars.map(({ sender, from, to, lane }) => [sender.id, from, to, lane])).toEqual([
      ["a", 0, 1, 0],
      ["b", 1, 6, 1],
      ["c", 2, 3, 0],
    ]);
    expect(bars.map(({ before, after }) => [before, after])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it("knows on which day of the shop a journey by the clock runs", () => {
    const journey: Sender = {
      ...campaign("j", "2026-01-01", "2026-12-31"),
      kind: "scheduled",
      last: null,
      occasions: ["2026-11-17T16:30:00Z"],
    };
    expect(sendersOn([journey], "2026-11-18").map(({ id }) => id)).toEqual(["j"]);
    expect(sendersOn([journey], "2026-11-17")).toEqual([]);
  });
});
