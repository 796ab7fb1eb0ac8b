import { describe, expect, it } from "vitest";
import { tagDirectory } from "@/testing/tags";
import { byCategory, fitting } from "./tags";

const tags = tagDirectory.tags;

describe("the directory", () => {
  it("shows what somebody looks for, wherever the word stands", () => {
    expect(fitting(tags, "all", "会员部").every((tag) => tag.owner === "会员部")).toBe(true);
    expect(fitting(tags, "all", " VIP ").map((tag) => tag.tag_id)).toEqual(["vip"]);
    expect(fitting(tags, "all", "nothing of the kind")).toEqual([]);
  });

  it("keeps what nobody uses, and what contradicts something", () => {
    expect(fitting(tags, "unused", "").every((tag) => tag.unused)).toBe(true);
    expect(fitting(tags, "conflict", "").map((tag) => tag.tag_id)).toEqual(["vip", "new"]);
  });

  it("puts tags without a category last", () => {
    const names = byCategory(tags).map((each) => each.name);
    expect(names.at(-1)).toBe("");
    expect(new Set(names).size).toBe(names.length);
  });
});
