import type { EChartsOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, endName, ground, type Look, timeAxis } from "@/shared/chart/strokes";
import type { Format } from "@/shared/words/format";

export function trendOption(trend: Views["TrendPoint"][], look: Look, format: Format): EChartsOption {
  const { palette } = look;
  return {
    ...ground(look),
    xAxis: timeAxis(palette, format),
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
        ...endName(format.people(trend.at(-1)?.count ?? 0), palette.slate, look, 0),
        silent: true,
        emphasis: { disabled: true },
      },
    ],
  };
}
