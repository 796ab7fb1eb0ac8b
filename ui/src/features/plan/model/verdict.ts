import type { Tone } from "@/shared/parts/note";

// 80% is the power that designs are held to by custom; below an even chance a plan should be changed.
const LIKELY = 0.8;
const EVEN = 0.5;

export function toneOf(probability: number): Tone {
  if (probability >= LIKELY) return "good";
  return probability >= EVEN ? "plain" : "decide";
}
