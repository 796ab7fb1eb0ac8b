/** The forecast as a picture: a fan from nothing today to the lift at the end of the window. */
import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, band, ground, level, levels, type Point } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format, LiftKind } from "@/shared/words/format";

export interface Fan {
  forecast: Views["Forecast"];
  goal: number | null;
  kind: LiftKind;
  windowDays: number;
}

export interface FanWords {
  day(count: number): string;
  goal: string;
  forecast: string;
  nobody: string;
}

// The wider the interval, the paler its band; the eye reads the overlap as how sure we are.
const OPACITY = { i90: 0.12, i80: 0.16, i50: 0.26 } as const;

export function fanOption(
  fan: Fan,
  look: { palette: Palette; still: boolean },
  format: Format,
  words: FanWords,
): EChartsOption {
  const { forecast, windowDays } = fan;
  const { palette } = look;
  const wedge = (end: number): Point[] => [
    [0, 0],
    [windowDays, end],
  ];
  const bands = (["i90", "i80", "i50"] as const).flatMap((name) => {
    const [low = 0, high = 0] = forecast[name];
    return band(name, wedge(low), wedge(high), palette.jade, OPACITY[name]);
  });
  const lines = [level(0, words.nobody, palette.holdout, true)];
  if (fan.goal !== null)
    lines.push(level(fan.goal, `${words.goal} ${format.lift(fan.goal, fan.kind)}`, palette.ink, false));
  return {
    ...ground(palette, look.still),
    xAxis: {
      type: "value",
      min: 0,
      max: windowDays,
      interval: windowDays / 3,
      ...axisLook(palette),
      splitLine: { show: false },
      axisLabel: {
        color: palette.inkFaint,
        formatter: (day: number) => words.day(Math.round(day)),
        alignMaxLabel: "right",
      },
    },
    yAxis: {
      type: "value",
      ...axisLook(palette),
      axisLabel: { color: palette.inkFaint, formatter: (value: number) => format.lift(value, fan.kind) },
    },
    series: [
      ...bands,
      {
        type: "line",
        data: wedge(forecast.point),
        symbol: "circle",
        symbolSize: (value: unknown) => (Array.isArray(value) && value[0] === windowDays ? 8 : 0),
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        endLabel: {
          show: true,
          formatter: `${words.forecast} ${format.lift(forecast.point, fan.kind)}`,
          color: palette.jade,
          fontWeight: 600,
        },
        silent: true,
        emphasis: { disabled: true },
      },
      levels(lines),
    ],
  };
}
