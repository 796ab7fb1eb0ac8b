/** Chips are cut from the sentence; editing one rewrites the sentence where the chip came from. */

export type Span = number[];

/** The words of a chip as they stood in the sentence. Offsets count characters, not UTF-16 units. */
export function wordsAt(text: string, spans: Span[]): string {
  const characters = Array.from(text);
  return spans.map(([start = 0, end = 0]) => characters.slice(start, end).join("")).join(" ");
}

/** The sentence with `words` in place of the first span, and the other spans taken out. */
export function withWordsAt(text: string, spans: Span[], words: string): string {
  const characters = Array.from(text);
  const [first, ...rest] = spans;
  // From the back, so that earlier offsets stay true.
  const cuts = [
    ...rest.map((span) => ({ span, words: "" })),
    ...(first ? [{ span: first, words }] : []),
  ].sort((a, b) => (b.span[0] ?? 0) - (a.span[0] ?? 0));
  for (const cut of cuts) {
    const [start = 0, end = 0] = cut.span;
    characters.splice(start, end - start, ...Array.from(cut.words));
  }
  return characters
    .join("")
    .replace(/[ \u00a0]{2,}/g, " ")
    .trim();
}

/** The sentence with another budget, in whole yuan; where it named none, one is added at its end. */
export function withBudget(
  understood: { text: string; chips: { field: string; spans: Span[] }[] },
  fen: number,
): string {
  const { text } = understood;
  const spans = understood.chips.find((chip) => chip.field === "budget")?.spans ?? [];
  const chinese = /\p{Script=Han}/u.test(text);
  const yuan = Math.round(fen / 100);
  const words = chinese ? `预算 ${yuan} 元` : `budget ¥${yuan}`;
  return spans.length > 0 ? withWordsAt(text, spans, words) : `${text}${chinese ? "，" : ", "}${words}`;
}
