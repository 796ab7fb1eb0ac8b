/** A tile's course in time: a line for each group, named at its end, all others dashed. */
import type { EChartsOption } from "echarts";
import { axisLook, endName, ground, type Look, timeAxis } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";
import type { Answer } from "../api/dashboards";
import { written } from "./tile";

export function linesOption(answer: Answer, look: Look, format: Format): EChartsOption {
  const { palette } = look;
  const colors = [
    palette.jade,
    palette.slate,
    palette.amber,
    palette.slateSoft,
    palette.inkSoft,
    palette.brick,
  ];
  const named = answer.groups.length > 1;
  const running = Math.max(...answer.points.map(({ at }) => Date.parse(at ?? "")), 0);
  return {
    ...ground({ ...look, narrow: look.narrow || !named }),
    xAxis: timeAxis(palette, format),
    yAxis: {
      type: "value",
      ...axisLook(palette),
      axisLabel: {
        color: palette.inkFaint,
        hideOverlap: true,
        formatter: (value: number) => written(value, answer.unit, format),
      },
    },
    series: answer.groups.flatMap((group, place) => {
      const color = group.other ? palette.holdout : (colors[place % colors.length] ?? palette.jade);
      const points = answer.points
        .filter((point) => point.group === place && point.at !== null && point.value !== null)
        .map((point): [number, number] => [Date.parse(point.at ?? ""), point.value ?? 0])
        .sort((a, b) => a[0] - b[0]);
      const over = points.filter(([at]) => at < running);
      const line = {
        type: "line" as const,
        symbol: "none",
        itemStyle: { color },
        emphasis: { disabled: true },
        silent: true,
      };
      return [
        {
          ...line,
          data: over,
          lineStyle: { color, width: 2, type: group.other ? ("dashed" as const) : ("solid" as const) },
          ...(named ? endName(format.say(group.name), color, look, 0) : {}),
          labelLayout: { moveOverlap: "shiftY" as const },
        },
        // What is not over yet would look like a fall.
        {
          ...line,
          data: points.slice(Math.max(over.length - 1, 0)),
          lineStyle: { color, width: 1, type: "dotted" as const },
        },
      ];
    }),
  };
}
