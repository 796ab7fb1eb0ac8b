import { expect, test } from "vitest";
import { daysOf, placeOf } from "./phases";

const phase = (from_hours: number, hours: number) => ({
  name: "main" as const,
  label: { zh: "", en: "" },
  purpose: { zh: "", en: "" },
  from_hours,
  hours,
  people: 1,
  cost: 0,
  hero: null,
  series: null,
  format: null,
});

test("a phase is told by the days on which it starts people", () => {
  expect(daysOf(phase(0, 24))).toEqual({ words: "timing.oneDay", first: 1, last: 1 });
  expect(daysOf(phase(57.6, 144))).toEqual({ words: "timing.days", first: 3, last: 9 });
});

test("phases fill the line in their order", () => {
  const phases = [phase(0, 25), phase(25, 50), phase(75, 25)];
  expect(placeOf(phase(25, 50), phases)).toEqual({ left: "25%", width: "49.6%" });
});
