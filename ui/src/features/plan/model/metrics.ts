/** Metrics by the words that a reader looks for, the shop's own first. */
import type { Views } from "@/shared/api/client";

type Metric = Views["Metric"];

export function fitting(metrics: readonly Metric[], typed: string): Metric[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = metrics.filter((metric) => {
    const names = [metric.id, metric.name.zh, metric.name.en, ...metric.also].join("\n").toLowerCase();
    return words.every((word) => names.includes(word));
  });
  return [
    ...found.filter((metric) => metric.trade === null),
    ...found.filter((metric) => metric.trade !== null),
  ];
}
