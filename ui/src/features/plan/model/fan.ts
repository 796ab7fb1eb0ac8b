/** The forecast as a picture: a fan from nothing today to the lift at the end of the window. */
import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { spreadPx } from "@/shared/chart/labels";
import {
  axisLook,
  band,
  endName,
  ground,
  type Look,
  levels,
  liftAxis,
  type Point,
} from "@/shared/chart/strokes";
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

export const FAN_HEIGHT_PX = 280;
const PLOT_PX = 230; // What remains of it between the axes; only the distance of names depends on it.

// The wider the interval, the paler its band; the eye reads the overlap as how sure we are.
const OPACITY = { i90: 0.12, i80: 0.16, i50: 0.26 } as const;

export function fanOption(fan: Fan, look: Look, format: Format, words: FanWords): EChartsOption {
  const { forecast, goal, kind, windowDays } = fan;
  const { palette } = look;
  const wedge = (end: number): Point[] => [
    [0, 0],
    [windowDays, end],
  ];
  const bands = (["i90", "i80", "i50"] as const).flatMap((name) => {
    const [low = 0, high = 0] = forecast[name];
    return band(name, wedge(low), wedge(high), palette.jade, OPACITY[name]);
  });
  const ends = [0, forecast.point, ...(goal === null ? [] : [goal])];
  const shown = [...ends, ...forecast.i90];
  const [nobodyPx = 0, pointPx = 0, goalPx = 0] = spreadPx(
    ends,
    (Math.max(...shown) - Math.min(...shown)) / PLOT_PX,
  );
  return {
    ...ground(look),
    xAxis: {
      type: "value",
      min: 0,
      max: windowDays,
      interval: windowDays / 3,
      ...axisLook(palette),
      axisLine: { show: false },
      splitLine: { show: false },
      axisLabel: {
        color: palette.inkFaint,
        formatter: (day: number) => words.day(Math.round(day)),
        alignMinLabel: "left",
        alignMaxLabel: "right",
      },
    },
    yAxis: liftAxis(palette, format, kind),
    series: [
      ...bands,
      {
        type: "line",
        data: wedge(forecast.point),
        symbol: "circle",
        symbolSize: (value: unknown) => (Array.isArray(value) && value[0] === windowDays ? 8 : 0),
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        ...endName(`${words.forecast} ${format.lift(forecast.point, kind)}`, palette.jade, look, pointPx),
        silent: true,
        emphasis: { disabled: true },
      },
      levels(
        [
          { value: 0, name: words.nobody, color: palette.holdout, dashed: true, movedPx: nobodyPx },
          ...(goal === null
            ? []
            : [
                {
                  value: goal,
                  name: `${words.goal} ${format.lift(goal, kind)}`,
                  color: palette.ink,
                  dashed: false,
                  movedPx: goalPx,
                },
              ]),
        ],
        look,
      ),
    ],
  };
}
