import { expect, it } from "vitest";
import { templates } from "@/testing/signals";
import { chosenOf, isSame, meant, typed } from "./signals";

it("begins with what is in use, and with the usual numbers where nothing is", () => {
  const [hesitating, competitor] = templates.templates;
  if (!hesitating || !competitor) throw new Error("two templates");
  expect(chosenOf(hesitating).values).toEqual({ views: 4, days: 3 });
  expect(chosenOf(competitor)).toEqual({ words: [], unless: [], values: { days: 7 } });
});

it("tells a change from the same said in another order", () => {
  const one = { words: ["a", "b"], unless: [], values: { days: 3, views: 5 } };
  expect(isSame(one, { words: ["b", "a"], unless: [], values: { views: 5, days: 3 } })).toBe(true);
  expect(isSame(one, { ...one, values: { days: 3, views: 4 } })).toBe(false);
  expect(isSame(one, { ...one, words: ["a"] })).toBe(false);
});

it("shows shares in percent and means them as fractions", () => {
  for (const share of [0.01, 0.07, 0.29, 0.5, 0.99])
    expect(meant("share", typed("share", share))).toBe(share);
  expect(meant("days", typed("days", 3))).toBe(3);
});
