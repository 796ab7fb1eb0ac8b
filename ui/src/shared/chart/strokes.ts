/** The parts all charts are drawn with: axes without noise, bands between two lines, lines that name themselves. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import { fontFamily, type Palette } from "@/shared/tokens";
import type { Format, LiftKind } from "@/shared/words/format";

export type Point = [x: number, y: number];

/** What a chart needs to know of the reader's screen. */
export interface Look {
  palette: Palette;
  still: boolean;
  /** A phone: names stand inside the plot, not beside it. */
  narrow: boolean;
}

const BESIDE_PX = 144; // Room for "Measured +12.5%" or "什么都不做" at the right of the plot.
const INSIDE_PX = 16;

export function ground(look: Look): EChartsOption {
  return {
    animation: !look.still,
    animationDuration: 140,
    textStyle: { fontFamily, color: look.palette.inkSoft, fontSize: 12 },
    grid: { left: 8, right: look.narrow ? INSIDE_PX : BESIDE_PX, top: 20, bottom: 8, containLabel: true },
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

export function timeAxis(palette: Palette, format: Format) {
  return {
    type: "time" as const,
    splitNumber: 4,
    ...axisLook(palette),
    splitLine: { show: false },
    axisLabel: {
      color: palette.inkFaint,
      hideOverlap: true,
      formatter: (time: number) => format.date(new Date(time).toISOString()),
    },
  };
}

export function liftAxis(palette: Palette, format: Format, kind: LiftKind) {
  return {
    type: "value" as const,
    ...axisLook(palette),
    axisLabel: {
      color: palette.inkFaint,
      hideOverlap: true,
      formatter: (value: number) =>
        format.lift(value, kind, Number.isInteger(Math.round(value * 1e6) / 1e4) ? 0 : 1),
    },
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
    { ...unseen, data: low },
    { ...unseen, data: width, areaStyle: { color, opacity } },
  ];
}

interface Level {
  value: number;
  name: string;
  color: string;
  dashed: boolean;
  /** Pixels that the name moves down, to keep clear of others. */
  movedPx?: number;
}

/** Straight lines across the chart, each at one value and named at its end; on a phone above the line, `inside`. */
export function levels(
  lines: Level[],
  look: Look,
  { axis = "yAxis", inside = "start" }: { axis?: "xAxis" | "yAxis"; inside?: "start" | "end" } = {},
): LineSeriesOption {
  const beside = axis === "xAxis" || !look.narrow;
  // On a phone the zero line's name goes below it, clear of what stands on the line.
  const within = (line: Level) =>
    `inside${inside === "start" ? "Start" : "End"}${line.value === 0 ? "Bottom" : "Top"}`;
  const awayPx = (line: Level) => (line.value === 0 ? 8 : 2); // Circles on the zero line are 5 px in radius.
  return {
    type: "line",
    data: [],
    markLine: {
      symbol: "none",
      silent: true,
      animation: false,
      data: lines.map((line) => ({
        [axis]: line.value,
        name: line.name,
        lineStyle: { color: line.color, type: line.dashed ? "dashed" : "solid", width: 1.5 },
        label: {
          formatter: line.name,
          color: line.color,
          position: beside ? "end" : within(line),
          distance: beside ? 6 : awayPx(line),
          offset: beside ? [0, line.movedPx ?? 0] : [0, 0],
        },
      })) as never[],
    },
  };
}

/** The name at the end of a drawn line; on a phone there is no room, and the title has said it. */
export function endName(name: string, color: string, look: Look, movedPx: number): LineSeriesOption {
  return {
    endLabel: {
      show: !look.narrow,
      formatter: name,
      color,
      fontWeight: 600,
      backgroundColor: look.palette.card,
      borderRadius: 4,
      padding: [1, 4],
      offset: [0, movedPx],
    },
  };
}
