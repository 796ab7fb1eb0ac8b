/** Ranges of a review around a zero line; the same numbers as in its files. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import { axisLook, ground, type Look, levels } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";
import type { ReviewChart } from "../api/reviews";

const ROW_PX = 44;
const EDGES_PX = 48;
const BAR_PX = 14;
const NAME_PX = { wide: 210, narrow: 96 } as const;

export function heightOf(chart: ReviewChart): number {
  return chart.bars.length * ROW_PX + EDGES_PX;
}

export function toneColor(palette: Palette, tone: string): string {
  if (tone === "good") return palette.jade;
  if (tone === "harm") return palette.brick;
  return tone === "decide" ? palette.amber : palette.slate;
}

function written(format: Format, unit: ReviewChart["unit"]) {
  return (value: number) => {
    if (unit === "lift") return format.lift(value, "relative", 1);
    if (unit === "points") return format.lift(value, "points", 1);
    if (unit === "fen") return format.money(value);
    return unit === "people" ? format.people(value) : format.number(value);
  };
}

export function chartOption(chart: ReviewChart, look: Look, format: Format): EChartsOption {
  const bars = [...chart.bars].reverse(); // The first category stands lowest.
  const { palette } = look;
  const names = {
    type: "category" as const,
    data: bars.map((bar) => format.say(bar.label)),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: palette.inkSoft,
      width: look.narrow ? NAME_PX.narrow : NAME_PX.wide,
      overflow: "break" as const,
    },
  };
  const values = {
    type: "value" as const,
    ...axisLook(palette),
    axisLabel: { color: palette.inkFaint, hideOverlap: true, formatter: written(format, chart.unit) },
  };
  return {
    ...ground(look),
    grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
    yAxis: names,
    xAxis: values,
    series: ranges(chart, bars, look, format),
  };
}

function ranges(
  chart: ReviewChart,
  bars: ReviewChart["bars"],
  look: Look,
  format: Format,
): LineSeriesOption[] {
  const { palette } = look;
  const quiet = { silent: true, emphasis: { disabled: true } };
  const shown = bars.flatMap((bar) => [0, bar.value * 1.5, bar.high ?? 0]);
  const edge = Math.max(...shown, chart.mark?.value ?? 0); // Where a range without an upper end is drawn to.
  const spans = bars.flatMap((bar, row): LineSeriesOption[] =>
    bar.low === null
      ? []
      : [
          {
            type: "line",
            data: [
              [bar.low, row],
              [bar.high ?? edge, row],
            ],
            symbol: "none",
            lineStyle: {
              color: toneColor(palette, bar.tone),
              width: BAR_PX,
              opacity: 0.28,
              cap: "butt",
              join: "miter",
            },
            ...quiet,
          },
        ],
  );
  const dots = bars.map(
    (bar, row): LineSeriesOption => ({
      type: "line",
      data: [[bar.value, row]],
      symbol: "circle",
      symbolSize: 10,
      itemStyle: { color: toneColor(palette, bar.tone), borderColor: palette.card, borderWidth: 2 },
      label: {
        show: true,
        position: "top",
        formatter: format.say(bar.text),
        color: toneColor(palette, bar.tone),
        fontWeight: 600,
        backgroundColor: palette.card,
        padding: [0, 3],
      },
      z: 5,
      ...quiet,
    }),
  );
  const lines = [{ value: 0, name: "0", color: palette.holdout, dashed: true }];
  if (chart.mark) {
    const name = `${format.say(chart.mark.label)} ${format.say(chart.mark.text)}`;
    lines.push({ value: chart.mark.value, name, color: palette.ink, dashed: false });
  }
  return [...spans, levels(lines, look, { axis: "xAxis" }), ...dots];
}
