/** A time axis that says hours while all lies within a few days, and days beyond. */
import { timeAxis } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";

const HOURS_MAX = 60;
const HOUR_MS = 3_600_000;

export function shortTimeAxis(times: number[], palette: Palette, format: Format) {
  const axis = timeAxis(palette, format);
  const byHour = (times.at(-1) ?? 0) - (times[0] ?? 0) < HOURS_MAX * HOUR_MS;
  const said = byHour ? format.hour : format.date;
  return {
    ...axis,
    axisLabel: { ...axis.axisLabel, formatter: (time: number) => said(new Date(time).toISOString()) },
  };
}
