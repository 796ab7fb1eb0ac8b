/** Phases of a plan: where each lies on the line of its time, and on which days. */
import type { Views } from "@/shared/api/client";

type Phase = Views["PlanPhase"];

const GAP_PERCENT = 0.4;

/** Left edge and width in percent of the whole time of all phases. */
export function placeOf(phase: Phase, phases: readonly Phase[]): { left: string; width: string } {
  const end = Math.max(...phases.map((each) => each.from_hours + each.hours), 1);
  const percent = (hours: number) => (100 * hours) / end;
  return {
    left: `${percent(phase.from_hours)}%`,
    width: `${Math.max(percent(phase.hours) - GAP_PERCENT, GAP_PERCENT)}%`,
  };
}

/** The days on which it starts people, counted from 1, and which words say so. */
export function daysOf(phase: Phase): {
  words: "timing.days" | "timing.oneDay";
  first: number;
  last: number;
} {
  const first = Math.floor(phase.from_hours / 24) + 1;
  const last = Math.max(Math.ceil((phase.from_hours + phase.hours) / 24), first);
  return { words: last > first ? "timing.days" : "timing.oneDay", first, last };
}
