import { describe, expect, it } from "vitest";
import { withWordsAt, wordsAt } from "./chips";

const text = "30天内复购率 +5%，预算 20 万元";
const at = (words: string) => {
  const start = Array.from(text.slice(0, text.indexOf(words))).length;
  return [[start, start + Array.from(words).length]];
};

describe("chips", () => {
  it("show the words they were cut from", () => {
    expect(wordsAt(text, at("+5%"))).toBe("+5%");
  });

  it("rewrite the sentence where they came from and nowhere else", () => {
    expect(withWordsAt(text, at("+5%"), "+8%")).toBe("30天内复购率 +8%，预算 20 万元");
    expect(withWordsAt(text, at("30天内"), "60天内")).toBe("60天内复购率 +5%，预算 20 万元");
  });

  it("put new words at the first of several places and take the others out", () => {
    expect(
      withWordsAt(
        "a b c b d",
        [
          [2, 3],
          [6, 7],
        ],
        "x",
      ),
    ).toBe("a x c d");
  });

  it("count characters as people do, not halves of them", () => {
    const smiling = "😀复购率 +5%";
    expect(wordsAt(smiling, [[1, 4]])).toBe("复购率");
    expect(withWordsAt(smiling, [[1, 4]], "客单价")).toBe("😀客单价 +5%");
  });
});
