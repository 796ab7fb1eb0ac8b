import type { Views } from "@/shared/api/client";
import type { Format } from "@/shared/words/format";

export interface Day {
  day: string;
  moments: Views["Moment"][];
}

/** Moments in the order given, put under the day of the reader's own zone. */
export function byDay(moments: Views["Moment"][], format: Format): Day[] {
  const days: Day[] = [];
  for (const moment of moments) {
    const day = format.day(moment.at);
    const last = days.at(-1);
    if (last && last.day === day) last.moments.push(moment);
    else days.push({ day, moments: [moment] });
  }
  return days;
}
