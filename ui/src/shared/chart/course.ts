/** A lift's course in the size of a word: a line in its band, over the line of no difference. */
import type { Views } from "@/shared/api/client";

export interface Sparkline {
  line: string;
  band: string;
  zero: number;
}

export const SPARK = { width: 96, height: 32 } as const;

/** Paths in a box of `SPARK`; null where fewer than two looks have told anything. */
export function sparklineOf(looks: Views["Look"][]): Sparkline | null {
  const told = looks.flatMap((look) => (look.lift ? [{ x: Date.parse(look.at), ...look.lift }] : []));
  const [first, last] = [looks[0], looks.at(-1)];
  if (told.length < 2 || !first || !last) return null;
  const start = Date.parse(first.at);
  const span = Math.max(Date.parse(last.at) - start, 1);
  const low = Math.min(0, ...told.map((look) => look.low));
  const high = Math.max(0, ...told.map((look) => look.high ?? look.value));
  const x = (time: number) => round(((time - start) / span) * SPARK.width);
  const y = (value: number) => round(SPARK.height - ((value - low) / (high - low || 1)) * SPARK.height);
  const along = (pick: "low" | "value" | "high") =>
    told.map((look) => `${x(look.x)},${y(look[pick] ?? high)}`);
  return {
    line: `M${along("value").join("L")}`,
    band: `M${along("low").join("L")}L${along("high").reverse().join("L")}Z`,
    zero: y(0),
  };
}

/** Whether any look has told something, be it only a difference and no percentage. */
export function someTold(looks: Views["Look"][]): boolean {
  return looks.some((look) => look.treated > 0);
}

const round = (value: number) => Math.round(value * 10) / 10;
