import { describe, expect, it } from "vitest";
import { formatFor } from "@/shared/words/format";
import { profileOf } from "@/testing/profiles";
import { makeMembers } from "@/testing/shop";
import { byDay } from "./by-day";

describe("a story by day", () => {
  it("keeps every moment, in its order, under one heading a day", () => {
    const member = makeMembers(5)[4];
    if (!member) throw new Error("five members were made");
    const { timeline } = profileOf(member);
    const days = byDay(timeline, formatFor("zh-CN"));
    expect(days.flatMap((day) => day.moments)).toEqual(timeline);
    expect(new Set(days.map((day) => day.day)).size).toBe(days.length);
  });
});
