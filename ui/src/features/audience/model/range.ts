/** A comparison with numbers, as the one choice an editor shows: at least, more than, between. */
import type { Views } from "@/shared/api/client";

export type Range = Views["Range"];
export const BOUNDS = ["gte", "gt", "lte", "lt", "eq", "between"] as const;
export type Bound = (typeof BOUNDS)[number];

const WORDS = ["gte", "gt", "lte", "lt", "eq"] as const;

const said = (range: Range) => WORDS.filter((word) => range[word] !== null && range[word] !== undefined);

/** The choice a range is, null where it says more than one choice can. */
export function boundOf(range: Range): Bound | null {
  const words = said(range);
  if (words.length === 2 && words.includes("gte") && words.includes("lte")) return "between";
  const [word] = words;
  return words.length === 1 && word ? word : null;
}

export function lowOf(range: Range): number {
  return range.gte ?? range.gt ?? range.lte ?? range.lt ?? range.eq ?? 0;
}

export function highOf(range: Range): number {
  return range.lte ?? lowOf(range);
}

/** The range of a choice; of one number where it is not between two. */
export function rangeOf(bound: Bound, low: number, high: number): Range {
  return bound === "between" ? { gte: low, lte: high } : { [bound]: low };
}
