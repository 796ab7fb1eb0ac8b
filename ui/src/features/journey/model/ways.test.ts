import { describe, expect, test } from "vitest";
import { incomplete, modeOf, type WayMode, withMode } from "./ways";

const way = { channel: "sms", content: "short" };

describe("other ways of a message", () => {
  test.each<WayMode>(["refused", "unread", "both"])("a way that is %s stays so", (mode) => {
    expect(modeOf(withMode(way, mode))).toBe(mode);
  });

  test("nothing said waits half an hour for an open", () => {
    expect(modeOf(way)).toBe("unread");
    expect(withMode({ ...way, after_s: 0 }, "unread").after_s).toBe(1_800);
  });

  test("a way without words cannot be published", () => {
    expect(incomplete([way, { ...way, content: "" }])).toBe(true);
    expect(incomplete([way])).toBe(false);
  });
});
