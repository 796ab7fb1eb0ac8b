import { describe, expect, it } from "vitest";
import { piecesOf } from "./echo";

const part = (...spans: [number, number][]) => ({
  definition: { trait: "city", in: ["上海"] },
  sentence: { zh: "", en: "" },
  spans: spans.map(([start, end]) => ({ start, end })),
});

describe("piecesOf", () => {
  it("cuts a sentence where its understanding changes and loses nothing", () => {
    const text = "上海买过榴莲的人";
    const unread = [{ start: 4, end: 6, text: "榴莲", near: [] }];
    const pieces = piecesOf(text, { parts: [part([0, 2]), part([2, 4])], unread });
    expect(pieces.map((piece) => [piece.text, piece.tone])).toEqual([
      ["上海", "said"],
      ["买过", "said"],
      ["榴莲", "unread"],
      ["的人", "rest"],
    ]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  });

  it("counts an emoji as one character, as the server does", () => {
    const pieces = piecesOf("😀上海", { parts: [part([1, 3])], unread: [] });
    expect(pieces.map((piece) => piece.text)).toEqual(["😀", "上海"]);
  });
});
