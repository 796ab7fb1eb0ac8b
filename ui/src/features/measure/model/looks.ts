/** Lift over the planned looks: a band that narrows, against the people left alone. */
import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, band, ground, level, levels, type Point } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";

export interface LooksWords {
  goal: string;
  heldOut: string;
  measured: string;
}

type Report = Pick<Views["Report"], "looks" | "goal_lift" | "lift_kind">;

export function looksOption(
  report: Report,
  look: { palette: Palette; still: boolean },
  format: Format,
  words: LooksWords,
): EChartsOption {
  const { palette } = look;
  const kind = report.lift_kind;
  const measured = report.looks.flatMap((at) => (at.lift ? [{ x: Date.parse(at.at), lift: at.lift }] : []));
  const ahead = report.looks.filter((at) => at.lift === null && at.planned).map((at) => Date.parse(at.at));
  const line = (pick: "low" | "value" | "high") => measured.map(({ x, lift }): Point => [x, lift[pick]]);
  const times = report.looks.map((at) => Date.parse(at.at));
  const last = measured.at(-1);
  return {
    ...ground(palette, look.still),
    xAxis: {
      type: "time",
      min: Math.min(...times),
      max: Math.max(...times),
      ...axisLook(palette),
      splitLine: { show: false },
      axisLabel: {
        color: palette.inkFaint,
        hideOverlap: true,
        formatter: (time: number) => format.date(new Date(time).toISOString()),
      },
    },
    yAxis: {
      type: "value",
      ...axisLook(palette),
      axisLabel: { color: palette.inkFaint, formatter: (value: number) => format.lift(value, kind) },
    },
    series: [
      ...band("interval", line("low"), line("high"), palette.jade, 0.18),
      {
        type: "line",
        data: line("value"),
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        ...(last
          ? {
              endLabel: {
                show: true,
                formatter: `${words.measured} ${format.lift(last.lift.value, kind)}`,
                color: palette.jade,
                fontWeight: 600,
              },
            }
          : {}),
        emphasis: { disabled: true },
        silent: true,
      },
      {
        type: "line",
        data: ahead.map((x): Point => [x, 0]),
        symbol: "emptyCircle",
        symbolSize: 7,
        lineStyle: { opacity: 0 },
        itemStyle: { color: palette.holdout },
        emphasis: { disabled: true },
        silent: true,
      },
      levels([
        level(0, words.heldOut, palette.holdout, true),
        level(report.goal_lift, `${words.goal} ${format.lift(report.goal_lift, kind)}`, palette.ink, false),
      ]),
    ],
  };
}
