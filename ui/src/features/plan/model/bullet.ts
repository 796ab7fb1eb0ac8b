/** Where the marks of a bullet bar lie: now, the foreseen band, where it should be, and the target, in percent. */
import type { Views } from "@/shared/api/client";

export interface Bullet {
  now: number;
  band: { left: number; width: number };
  path: number;
  target: number;
}

const ROOM = 0.12; // Of the width, free at either end, so that no mark is cut off.

/** The bar does not begin at zero: a goal of five percent would be a hair's breadth. Its marks are labelled. */
export function bulletOf(review: Views["GoalReview"]): Bullet {
  const { level, base, path, target } = review;
  const all = [level.now, level.foreseen_low, level.foreseen_high, base, path, target];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const span = high - low || Math.abs(high) || 1;
  const at = (value: number) => (ROOM + (1 - 2 * ROOM) * ((value - low) / span)) * 100;
  return {
    now: at(level.now),
    band: {
      left: at(level.foreseen_low),
      width: Math.max(at(level.foreseen_high) - at(level.foreseen_low), 1),
    },
    path: at(path),
    target: at(target),
  };
}
