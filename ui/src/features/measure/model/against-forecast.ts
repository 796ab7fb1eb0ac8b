/** The frozen forecast and the measured lift on one scale: nested bars above, one bar below. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, ground, level, levels } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";

export interface AgainstWords {
  forecast: string;
  measured: string;
  goal: string;
}

type Report = Pick<Views["Report"], "forecast" | "lift" | "goal_lift" | "lift_kind">;

const ROW = { forecast: 1, measured: 0 } as const;

export function againstForecastOption(
  report: Report,
  look: { palette: Palette; still: boolean },
  format: Format,
  words: AgainstWords,
): EChartsOption {
  const { palette } = look;
  const kind = report.lift_kind;
  const bar = (
    [low = 0, high = 0]: number[],
    row: number,
    color: string,
    width: number,
    opacity: number,
  ): LineSeriesOption => ({
    type: "line",
    data: [
      [low, row],
      [high, row],
    ],
    symbol: "none",
    lineStyle: { color, width, opacity, cap: "butt" },
    silent: true,
    emphasis: { disabled: true },
  });
  const dot = (value: number, row: number, color: string): LineSeriesOption => ({
    type: "line",
    data: [[value, row]],
    symbol: "circle",
    symbolSize: 10,
    itemStyle: { color, borderColor: palette.card, borderWidth: 2 },
    label: {
      show: true,
      position: "top",
      distance: 12,
      formatter: format.lift(value, kind),
      color,
      fontWeight: 600,
    },
    silent: true,
    emphasis: { disabled: true },
  });
  const { forecast, lift } = report;
  return {
    ...ground(palette, look.still),
    grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
    xAxis: {
      type: "value",
      scale: true,
      ...axisLook(palette),
      axisLabel: {
        color: palette.inkFaint,
        hideOverlap: true,
        formatter: (value: number) => format.lift(value, kind),
      },
    },
    yAxis: {
      type: "value",
      min: -0.6,
      max: 1.6,
      interval: 1,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { show: false },
    },
    series: [
      bar(forecast.i90, ROW.forecast, palette.slate, 16, 0.2),
      bar(forecast.i80, ROW.forecast, palette.slate, 16, 0.25),
      bar(forecast.i50, ROW.forecast, palette.slate, 16, 0.45),
      dot(forecast.point, ROW.forecast, palette.slate),
      ...(lift
        ? [
            bar([lift.low, lift.high], ROW.measured, palette.jade, 16, 0.35),
            dot(lift.value, ROW.measured, palette.jade),
          ]
        : []),
      levels([
        level(0, "0", palette.holdout, true, "xAxis"),
        level(report.goal_lift, words.goal, palette.ink, false, "xAxis"),
      ]),
      named(words.forecast, ROW.forecast, palette.slate),
      named(words.measured, ROW.measured, palette.jade),
    ],
  };
}

/** A row's name, under its bar at the left edge of the plot. */
function named(name: string, row: number, color: string): LineSeriesOption {
  return {
    type: "line",
    data: [],
    markPoint: {
      silent: true,
      symbol: "none",
      data: [{ x: 12, yAxis: row } as never],
      label: { show: true, formatter: name, color, position: "right", offset: [0, 20], fontSize: 12 },
    },
  };
}
