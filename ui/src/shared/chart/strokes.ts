/** The parts all charts are drawn with: axes without noise, bands between two lines, lines that name themselves. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import { fontFamily, type Palette } from "@/shared/tokens";

export type Point = [x: number, y: number];

export function ground(palette: Palette, still: boolean): EChartsOption {
  return {
    animation: !still,
    animationDuration: 140,
    textStyle: { fontFamily, color: palette.inkSoft, fontSize: 12 },
    grid: { left: 8, right: 96, top: 16, bottom: 8, containLabel: true },
    aria: { enabled: false },
  };
}

export function axisLook(palette: Palette) {
  return {
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    axisLabel: { color: palette.inkFaint, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line } },
  };
}

/** A filled band from `low` to `high`, drawn as an unseen line with its width stacked on it. */
export function band(
  name: string,
  low: Point[],
  high: Point[],
  color: string,
  opacity: number,
): LineSeriesOption[] {
  const unseen = {
    type: "line" as const,
    stack: name,
    stackStrategy: "all" as const,
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    emphasis: { disabled: true },
  };
  const width = high.map(([x, y], index): Point => [x, y - (low[index]?.[1] ?? 0)]);
  return [
    { ...unseen, data: low, tooltip: { show: false } },
    { ...unseen, data: width, areaStyle: { color, opacity }, tooltip: { show: false } },
  ];
}

/** A straight line across the chart at one value, named at its right end. */
export function level(
  value: number,
  name: string,
  color: string,
  dashed: boolean,
  axis: "xAxis" | "yAxis" = "yAxis",
) {
  return {
    [axis]: value,
    name,
    lineStyle: { color, type: dashed ? ("dashed" as const) : ("solid" as const), width: 1.5 },
    label: { formatter: name, color, position: "end" as const, distance: 6, overflow: "truncate" as const },
  };
}

export function levels(lines: ReturnType<typeof level>[]): LineSeriesOption {
  return {
    type: "line",
    data: [],
    markLine: { symbol: "none", silent: true, data: lines as never[], animation: false },
  };
}
