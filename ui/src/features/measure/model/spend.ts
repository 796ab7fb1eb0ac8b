/** Money over time beside the course that was planned. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, endName, ground, type Look, type Point } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";
import { shortTimeAxis } from "./short-axis";

export const SPEND_HEIGHT_PX = 180;

export function spendOption(
  spend: Views["SpendPoint"][],
  look: Look,
  format: Format,
  words: { spent: string; planned: string },
): EChartsOption {
  const { palette } = look;
  const line = (
    pick: "spent" | "planned",
    name: string,
    color: string,
    dashed: boolean,
  ): LineSeriesOption => ({
    type: "line",
    symbol: "none",
    data: spend.map((point): Point => [Date.parse(point.at), point[pick]]),
    lineStyle: { color, width: 2, type: dashed ? "dashed" : "solid" },
    emphasis: { disabled: true },
    silent: true,
    ...endName(name, color, look, dashed ? -10 : 10),
  });
  return {
    ...ground(look),
    xAxis: shortTimeAxis(
      spend.map((point) => Date.parse(point.at)),
      palette,
      format,
    ),
    yAxis: {
      type: "value",
      ...axisLook(palette),
      splitNumber: 3,
      axisLabel: { color: palette.inkFaint, formatter: (fen: number) => format.money(fen) },
    },
    series: [
      line("planned", words.planned, palette.holdout, true),
      line("spent", words.spent, palette.slate, false),
    ],
  };
}
