import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, ground, type Look, type Point, timeAxis } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";

type Source = Views["QualitySource"];
const DAY_MS = 86_400_000;

/** Days with their shares, oldest first; days on which nothing came are left out. */
export function points(shares: (number | null)[], nowMs: number): Point[] {
  return shares.flatMap((share, day): Point[] =>
    share === null ? [] : [[nowMs - (shares.length - 1 - day) * DAY_MS, share]],
  );
}

/** Recognised and refused over time: one line each, both shares of what came that day. */
export function qualityOption(source: Source, nowMs: number, look: Look, format: Format): EChartsOption {
  const { palette } = look;
  const line = (shares: (number | null)[], color: string) => ({
    type: "line" as const,
    data: points(shares, nowMs),
    showSymbol: shares.filter((share) => share !== null).length < 3,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    silent: true,
    emphasis: { disabled: true },
  });
  return {
    ...ground({ ...look, narrow: true }),
    xAxis: timeAxis(palette, format),
    yAxis: {
      type: "value",
      min: 0,
      max: 1,
      splitNumber: 2,
      ...axisLook(palette),
      axisLabel: { color: palette.inkFaint, formatter: (share: number) => format.percent(share, 0) },
    },
    series: [line(source.recognised_by_day, palette.jade), line(source.refused_by_day, palette.brick)],
  };
}
