/** Retention and what buyers bring, as lines that name themselves. */
import type { EChartsOption } from "echarts";
import { axisLook, band, endName, ground, type Look, levels, type Point } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";
import type { Lifetime, Retention } from "../api/results";

export const CURVE_HEIGHT_PX = 240;

export function retentionOption(
  found: Pick<Retention, "curve">,
  look: Look,
  format: Format,
  name: (age: number) => string,
): EChartsOption {
  const { palette } = look;
  const points = found.curve;
  const line = (pick: (point: Retention["curve"][number]) => number) =>
    points.map((point): Point => [point.age, pick(point)]);
  const last = points.at(-1);
  return {
    ...ground(look),
    xAxis: {
      type: "value",
      ...axisLook(palette),
      splitLine: { show: false },
      minInterval: 1,
      min: points[0]?.age ?? 0,
      max: last?.age ?? 1,
      axisLabel: { color: palette.inkFaint, hideOverlap: true, formatter: (age: number) => name(age) },
    },
    yAxis: {
      type: "value",
      ...axisLook(palette),
      min: 0,
      axisLabel: { color: palette.inkFaint, formatter: (share: number) => format.percent(share, 0) },
    },
    series: [
      ...band(
        "range",
        line((point) => point.interval[0] ?? 0),
        line((point) => point.interval[1] ?? 0),
        palette.jade,
        0.18,
      ),
      {
        type: "line",
        data: line((point) => point.share),
        symbol: "circle",
        symbolSize: 6,
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        ...(last ? endName(format.percent(last.share), palette.jade, look, 0) : {}),
        emphasis: { disabled: true },
        silent: true,
      },
    ],
  };
}

const BUYERS_MIN = 30; // An average of fewer jumps with every order.
const BUYERS_SHARE_MIN = 0.1;

/** The ages that enough buyers have reached: beyond them a handful would bend the line. */
export function borne(curve: Lifetime["curve"]): Lifetime["curve"] {
  const most = Math.max(...curve.map((point) => point.people), 0);
  const least = Math.min(Math.max(BUYERS_MIN, most * BUYERS_SHARE_MIN), most);
  const thin = curve.findIndex((point) => point.people < least);
  return thin < 0 ? curve : curve.slice(0, thin);
}

export function lifetimeOption(
  found: Pick<Lifetime, "curve" | "whole">,
  look: Look,
  format: Format,
  words: { cac: string; day(days: number): string },
): EChartsOption {
  const { palette } = look;
  const points = borne(found.curve);
  const last = points.at(-1);
  const { cac } = found.whole;
  return {
    ...ground(look),
    xAxis: {
      type: "value",
      ...axisLook(palette),
      splitLine: { show: false },
      min: 0,
      max: last?.days ?? 30,
      axisLabel: { color: palette.inkFaint, hideOverlap: true, formatter: (days: number) => words.day(days) },
    },
    yAxis: {
      type: "value",
      ...axisLook(palette),
      min: 0,
      axisLabel: { color: palette.inkFaint, formatter: (fen: number) => format.money(fen) },
    },
    series: [
      {
        type: "line",
        data: points.map((point): Point => [point.days, point.value]),
        symbol: "circle",
        symbolSize: 6,
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        ...(last ? endName(format.money(last.value), palette.jade, look, 0) : {}),
        emphasis: { disabled: true },
        silent: true,
      },
      ...(cac === null
        ? []
        : [
            levels(
              [
                {
                  value: cac,
                  name: `${words.cac} ${format.money(cac)}`,
                  color: palette.amberInk,
                  dashed: true,
                },
              ],
              look,
            ),
          ]),
    ],
  };
}
