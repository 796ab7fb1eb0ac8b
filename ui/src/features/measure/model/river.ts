/** Where people went: one band a variant, as wide as the people who got it, with the moments at which shares moved. */
import type { EChartsOption, LineSeriesOption } from "echarts";
import type { Views } from "@/shared/api/client";
import { axisLook, ground, type Look, type Point } from "@/shared/chart/strokes";
import type { Palette } from "@/shared/tokens";
import type { Format } from "@/shared/words/format";
import { shortTimeAxis } from "./short-axis";

type Test = Pick<Views["LiveTest"], "river" | "variants" | "moves">;

export const RIVER_HEIGHT_PX = 220;

export function riverOption(test: Test, look: Look, format: Format): EChartsOption {
  const { palette } = look;
  const times = test.river.map((point) => Date.parse(point.at));
  const colors = riverColors(test, palette);
  return {
    ...ground(look),
    xAxis: shortTimeAxis(times, palette, format),
    yAxis: { type: "value", ...axisLook(palette), splitNumber: 3 },
    series: test.variants.map((variant, place): LineSeriesOption => {
      const color = colors[place] ?? palette.slate;
      return {
        type: "line",
        stack: "people",
        symbol: "none",
        smooth: 0.3,
        data: test.river.map((point, hour): Point => [times[hour] ?? 0, point.people[place] ?? 0]),
        lineStyle: { width: 1, color },
        areaStyle: { color, opacity: 0.55 },
        silent: true,
        emphasis: { disabled: true },
        endLabel: {
          show: !look.narrow,
          formatter: `${variant.id} ${format.percent(variant.share, 0)}`,
          color,
          fontWeight: 600,
        },
        ...(place === 0 ? { markLine: moments(test, look) } : {}),
      };
    }),
  };
}

/** The variant that leads wears the colour of what is chosen, the others those of everything else. */
export function riverColors(test: Pick<Test, "variants">, palette: Palette): string[] {
  const best = Math.max(...test.variants.map((variant) => variant.best));
  const others = [palette.slate, palette.slateSoft, palette.holdout, palette.amber];
  let next = 0;
  let led = false;
  return test.variants.map((variant) => {
    if (variant.best === best && !led) {
      led = true;
      return palette.jade;
    }
    next += 1;
    return others[(next - 1) % others.length] ?? palette.slate;
  });
}

function moments(test: Test, look: Look): NonNullable<LineSeriesOption["markLine"]> {
  return {
    symbol: "none",
    silent: true,
    animation: false,
    label: { show: false },
    lineStyle: { color: look.palette.ink, type: "dashed", width: 1 },
    data: test.moves.slice(1).map((move) => ({ xAxis: Date.parse(move.at) })),
  };
}
