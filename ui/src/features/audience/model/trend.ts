import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, ground } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";

export function trendOption(
  trend: Views["TrendPoint"][],
  look: { palette: Palette; still: boolean },
  format: Format,
): EChartsOption {
  const { palette } = look;
  return {
    ...ground(palette, look.still),
    grid: { left: 8, right: 56, top: 16, bottom: 8, containLabel: true },
    xAxis: {
      type: "time",
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
      splitNumber: 2,
      ...axisLook(palette),
      axisLabel: { color: palette.inkFaint, formatter: (count: number) => format.people(count) },
    },
    series: [
      {
        type: "line",
        data: trend.map((point) => [Date.parse(point.at), point.count]),
        showSymbol: false,
        lineStyle: { color: palette.slate, width: 2 },
        endLabel: { show: true, color: palette.slate, formatter: format.people(trend.at(-1)?.count ?? 0) },
        silent: true,
        emphasis: { disabled: true },
      },
    ],
  };
}
