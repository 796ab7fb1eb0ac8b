/** Lift over the planned looks: a band that narrows, against the people left alone. */
import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisSpan, spreadPx } from "@/shared/chart/labels";
import {
  band,
  endName,
  ground,
  type Look,
  levels,
  liftAxis,
  type Point,
  timeAxis,
} from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";

export interface LooksWords {
  goal: string;
  heldOut: string;
  measured: string;
}

type Report = Pick<Views["Report"], "looks" | "goal_lift" | "lift_kind">;

export const LOOKS_HEIGHT_PX = 260;
const PLOT_PX = 210;
// How far, in lifts, a range without an upper end is drawn at least.
const OPEN = 1.5;

export function looksOption(report: Report, look: Look, format: Format, words: LooksWords): EChartsOption {
  const { palette } = look;
  const { goal_lift: goal, lift_kind: kind } = report;
  const measured = report.looks.flatMap((at) => (at.lift ? [{ x: Date.parse(at.at), lift: at.lift }] : []));
  const ahead = report.looks.filter((at) => at.lift === null && at.planned).map((at) => Date.parse(at.at));
  const times = report.looks.map((at) => Date.parse(at.at));
  const last = measured.at(-1);
  const ends = [0, goal, ...(last ? [last.lift.value] : [])];
  const shown = [...ends, ...measured.flatMap(({ lift }) => [lift.low, lift.high ?? lift.value * OPEN])];
  const line = (pick: "low" | "value" | "high") =>
    measured.map(({ x, lift }): Point => [x, lift[pick] ?? Math.max(...shown)]);
  const [heldOutPx = 0, goalPx = 0, measuredPx = 0] = spreadPx(
    ends,
    axisSpan(Math.min(...shown), Math.max(...shown)) / PLOT_PX,
  );
  return {
    ...ground(look),
    xAxis: {
      ...timeAxis(palette, format),
      min: Math.min(...times),
      max: Math.max(...times),
      axisLine: { show: false },
    },
    yAxis: liftAxis(palette, format, kind),
    series: [
      ...band("interval", line("low"), line("high"), palette.jade, 0.18),
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
      {
        type: "line",
        data: line("value"),
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { color: palette.jade, width: 2 },
        itemStyle: { color: palette.jade },
        ...(last
          ? endName(`${words.measured} ${format.lift(last.lift.value, kind)}`, palette.jade, look, measuredPx)
          : {}),
        emphasis: { disabled: true },
        silent: true,
      },
      levels(
        [
          { value: 0, name: words.heldOut, color: palette.holdout, dashed: true, movedPx: heldOutPx },
          {
            value: goal,
            name: `${words.goal} ${format.lift(goal, kind)}`,
            color: palette.ink,
            dashed: false,
            movedPx: goalPx,
          },
        ],
        look,
        { inside: "end" },
      ),
    ],
  };
}
