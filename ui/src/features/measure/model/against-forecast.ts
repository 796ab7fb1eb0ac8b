/** The frozen forecast and the measured lift on one scale: nested bars above, one bar below. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { ground, type Look, levels, liftAxis } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";

export interface AgainstWords {
  forecast: string;
  measured: string;
  goal: string;
}

type Report = Pick<Views["Report"], "forecast" | "lift" | "goal_lift" | "lift_kind">;

// Rows of the category axis, from below.
const ROW = { measured: 0, forecast: 1 } as const;
const BAR_PX = 16;

export function againstForecastOption(
  report: Report,
  look: Look,
  format: Format,
  words: AgainstWords,
): EChartsOption {
  const { palette } = look;
  const { forecast, lift, goal_lift: goal, lift_kind: kind } = report;
  const bar = (
    [low = 0, high = 0]: number[],
    row: number,
    color: string,
    opacity: number,
  ): LineSeriesOption => ({
    type: "line",
    data: [
      [low, row],
      [high, row],
    ],
    symbol: "none",
    lineStyle: { color, width: BAR_PX, opacity, cap: "butt" },
    silent: true,
    emphasis: { disabled: true },
  });
  const shown = [0, goal, ...forecast.i90, ...(lift ? [lift.value * 1.5] : [])];
  const dot = (value: number, row: number, color: string): LineSeriesOption => ({
    type: "line",
    data: [[value, row]],
    symbol: "circle",
    symbolSize: 10,
    itemStyle: { color, borderColor: palette.card, borderWidth: 2 },
    label: {
      show: true,
      position: "top",
      distance: 8,
      formatter: format.lift(value, kind),
      color,
      fontWeight: 600,
      backgroundColor: palette.card,
      padding: [0, 3],
    },
    silent: true,
    emphasis: { disabled: true },
    z: 5,
  });
  return {
    ...ground(look),
    grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
    xAxis: liftAxis(palette, format, kind),
    yAxis: {
      type: "category",
      data: [words.measured, words.forecast],
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.inkSoft, width: look.narrow ? 64 : 120, overflow: "break" },
    },
    series: [
      bar(forecast.i90, ROW.forecast, palette.slate, 0.2),
      bar(forecast.i80, ROW.forecast, palette.slate, 0.25),
      bar(forecast.i50, ROW.forecast, palette.slate, 0.45),
      ...(lift ? [bar([lift.low, lift.high ?? Math.max(...shown)], ROW.measured, palette.jade, 0.35)] : []),
      levels(
        [
          { value: 0, name: "0", color: palette.holdout, dashed: true },
          {
            value: goal,
            name: `${words.goal} ${format.lift(goal, kind)}`,
            color: palette.ink,
            dashed: false,
          },
        ],
        look,
        { axis: "xAxis" },
      ),
      dot(forecast.point, ROW.forecast, palette.slate),
      ...(lift ? [dot(lift.value, ROW.measured, palette.jade)] : []),
    ],
  };
}
