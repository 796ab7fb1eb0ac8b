/** The only file that loads ECharts, and of it only what the charts use; drawn as SVG, so text stays text. */

import type { EChartsOption } from "echarts";
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

echarts.use([LineChart, AriaComponent, GridComponent, MarkLineComponent, SVGRenderer]);

export default function Canvas({ option }: { option: EChartsOption }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const drawn = echarts.init(host.current, null, { renderer: "svg" });
    chart.current = drawn;
    const watcher = new ResizeObserver(() => drawn.resize());
    watcher.observe(host.current);
    return () => {
      watcher.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);
  return <div ref={host} style={{ width: "100%", height: "100%" }} />;
}
