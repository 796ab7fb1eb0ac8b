import { describe, expect, it } from "vitest";
import { languagesOf, published, rewritten, saidIn, withLanguage, withoutLanguage, written } from "./words";

describe("a content while it is written", () => {
  it("comes back as it was read, with what the editor does not show", () => {
    const body = { id: "a", body: "b", pool: "p", translations: { en: { body: "e" } } };
    expect(published(written("a", body))).toEqual({
      ...body,
      purpose: "marketing",
      format: "text",
      language: "zh-CN",
    });
  });

  it("changes the words of one language only", () => {
    const words = withLanguage(written("a", { body: "你好" }), "en");
    const changed = rewritten(words, "en", { body: "Hello" });
    expect(languagesOf(changed)).toEqual(["zh-CN", "en"]);
    expect([saidIn(changed, "zh-CN").body, saidIn(changed, "en").body]).toEqual(["你好", "Hello"]);
    expect(rewritten(changed, "zh-CN", { body: "早" }).body).toBe("早");
    expect(languagesOf(withoutLanguage(changed, "en"))).toEqual(["zh-CN"]);
  });
});
