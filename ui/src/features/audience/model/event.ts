/** What is asked of an event: how often, how much, how long ago; pure, the shape an editor shows and changes. */
import type { Views } from "@/shared/api/client";
import { filtersOf } from "./filter";
import { boundOf, type Range } from "./range";

export type EventAtom = Views["EventAtom"];
export const MEASURES = [
  "count",
  "sum",
  "avg",
  "max",
  "min",
  "distinct",
  "days_since_last",
  "days_since_first",
] as const;
export type Measure = (typeof MEASURES)[number];

const WINDOWED: readonly Measure[] = ["max", "min", "distinct"];
const LIFELONG: readonly Measure[] = ["days_since_last", "days_since_first"];
const OF_PROPERTY: readonly Measure[] = ["sum", "avg", "max", "min", "distinct"];
const WINDOW_DAYS = 30;

export function measureOf(atom: EventAtom): Measure {
  return MEASURES.find((each) => atom[each]) ?? "count";
}

export function rangeOfEvent(atom: EventAtom): Range {
  return atom[measureOf(atom)] ?? { gte: 1 };
}

export const needsWindow = (measure: Measure) => WINDOWED.includes(measure);
export const needsLife = (measure: Measure) => LIFELONG.includes(measure);
export const needsProperty = (measure: Measure) => OF_PROPERTY.includes(measure);

/** The same event measured otherwise: with the window and the property that this takes. */
export function measured(atom: EventAtom, measure: Measure): EventAtom {
  const { event, within_days, where, property } = atom;
  const days = needsLife(measure) ? null : (within_days ?? (needsWindow(measure) ? WINDOW_DAYS : null));
  return {
    event,
    ...(days === null ? {} : { within_days: days }),
    ...(where && where.length > 0 ? { where } : {}),
    ...(needsProperty(measure) ? { property: property ?? "revenue" } : {}),
    [measure]: rangeOfEvent(atom),
  };
}

/** Whether the editor can show all that an event says. */
export function isEventEditable(atom: EventAtom): boolean {
  const asked = [...MEASURES, "first", "last"].filter((each) => atom[each as Measure]);
  const shown = asked.every((each) => (MEASURES as readonly string[]).includes(each));
  return shown && asked.length <= 1 && boundOf(rangeOfEvent(atom)) !== null && filtersOf(atom.where) !== null;
}
