/** A sentence cut where its understanding changes: what says a condition, what was not understood, and the rest. */
import type { Views } from "@/shared/api/client";

export type Understood = Views["UnderstoodSentence"];
export type Tone = "said" | "unread" | "rest";

export interface Piece {
  text: string;
  tone: Tone;
  /** The condition that these words say, by its number among the parts. */
  part: number | null;
}

/** The pieces of `text` in order; spans count characters as people do, not halves of an emoji. */
export function piecesOf(text: string, understood: Pick<Understood, "parts" | "unread">): Piece[] {
  const characters = [...text];
  const marks: Omit<Piece, "text">[] = characters.map(() => ({ tone: "rest", part: null }));
  const mark = (start: number, end: number, piece: Omit<Piece, "text">) => {
    for (let at = start; at < Math.min(end, marks.length); at += 1) marks[at] = piece;
  };
  understood.parts.forEach((part, number) => {
    for (const { start, end } of part.spans) mark(start, end, { tone: "said", part: number });
  });
  for (const { start, end } of understood.unread) mark(start, end, { tone: "unread", part: null });
  const pieces: Piece[] = [];
  characters.forEach((character, at) => {
    const now = marks[at] ?? { tone: "rest", part: null };
    const last = pieces.at(-1);
    if (last && last.tone === now.tone && last.part === now.part) last.text += character;
    else pieces.push({ text: character, ...now });
  });
  return pieces;
}
