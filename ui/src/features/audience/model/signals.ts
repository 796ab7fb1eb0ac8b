/** What is chosen of a signal template: pure, from what the server tells to what it is asked. */
import type { Chosen, SignalTemplate } from "../api/signals";

/** Begins with what is in use, else with what is usual. */
export function chosenOf(template: SignalTemplate): Chosen {
  const used = template.in_use;
  const usual = Object.fromEntries(template.fields.map((field) => [field.id, field.usual]));
  return {
    words: [...(used?.words ?? [])],
    unless: [...(used?.unless ?? [])],
    values: { ...usual, ...used?.values },
  };
}

export function isSame(one: Chosen, other: Chosen): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted({ words = [], unless = [], values = {} }: Chosen) {
  return [[...words].sort(), [...unless].sort(), Object.entries(values).sort()];
}

/** A number as it is shown and typed: shares in percent. */
export function typed(unit: SignalTemplate["fields"][number]["unit"], value: number): number {
  return unit === "share" ? Math.round(value * 10_000) / 100 : value;
}

export function meant(unit: SignalTemplate["fields"][number]["unit"], shown: number): number {
  return unit === "share" ? shown / 100 : Math.round(shown);
}
