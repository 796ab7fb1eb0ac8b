/** Messages by the hour as steps: when they leave and how many at once is all that a rehearsal of sending must show. */
import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, ground, type Look, type Point, timeAxis } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";

export const HOURS_HEIGHT_PX = 200;
const HOUR_MS = 3_600_000;
const DATES_FROM_MS = 48 * HOUR_MS;
const HOURS_MAX = 24 * 31; // A month; what is sent after that is not worth a picture.

export function hoursOption(
  hours: Views["RehearsalHour"][],
  look: Look,
  format: Format,
  name: string,
): EChartsOption {
  const { palette } = look;
  return {
    ...ground(look),
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    xAxis: hourAxis(hours, look, format),
    yAxis: {
      type: "value",
      name,
      nameTextStyle: { color: palette.inkFaint, align: "left" },
      nameGap: 12,
      ...axisLook(palette),
      axisLabel: { color: palette.inkFaint, formatter: (value: number) => format.people(value) },
    },
    series: [
      {
        type: "line",
        step: "end",
        data: everyHour(hours),
        symbol: "none",
        lineStyle: { color: palette.slate, width: 1.5 },
        areaStyle: { color: palette.slate, opacity: 0.35 },
        silent: true,
        emphasis: { disabled: true },
      },
    ],
  };
}

/** Hours of the day while it takes two days at most, dates beyond. */
function hourAxis(hours: Views["RehearsalHour"][], look: Look, format: Format) {
  const times = hours.map((hour) => Date.parse(hour.at));
  const axis = timeAxis(look.palette, format);
  if (Math.max(...times) - Math.min(...times) > DATES_FROM_MS) return axis;
  const formatter = (time: number) => format.hour(new Date(time).toISOString());
  return { ...axis, axisLabel: { ...axis.axisLabel, formatter } };
}

/** Every hour from the first to the one after the last, so that hours in which nothing leaves lie at zero. */
function everyHour(hours: Views["RehearsalHour"][]): Point[] {
  const sent = new Map(hours.map((hour) => [Date.parse(hour.at), hour.messages]));
  const first = Math.min(...sent.keys());
  const count = Math.min(Math.round((Math.max(...sent.keys()) - first) / HOUR_MS) + 2, HOURS_MAX);
  return Array.from({ length: count }, (_, place): Point => {
    const at = first + place * HOUR_MS;
    return [at, sent.get(at) ?? 0];
  });
}
