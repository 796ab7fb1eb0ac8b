/** One value of a step, a trigger or a journey: how it is written, and whether it is there. */
import { incomplete } from "./ways";

/** How a value is written and said. */
export type FieldAs =
  | "seconds"
  | "minute"
  | "count"
  | "text"
  | "longText"
  | "choice"
  | "channel"
  | "content"
  | "audience"
  | "event"
  | "campaign"
  | "moment"
  | "trait"
  | "tag"
  | "journey"
  | "pool"
  | "number"
  | "value"
  | "flag"
  | "weekdays"
  | "date"
  | "localTime"
  | "tree"
  | "cases"
  | "filters"
  | "answers"
  | "ways"
  | "arms"
  | "sides";

export interface Field {
  name: string;
  as: FieldAs;
  choices?: readonly string[];
  /** May be left out: a choice then is the first. */
  optional?: true;
  /** Shown below the fields that matter every time. */
  seldom?: true;
}

/** The fields that nobody has filled in. */
export function lackingOf(fields: readonly Field[], of: Readonly<Record<string, unknown>>): Field[] {
  return fields.filter((field) => {
    const value = of[field.name];
    if (field.as === "answers" && Array.isArray(value)) {
      return value.some((each: { where: unknown }) => !asks(each.where));
    }
    if (field.as === "ways") return incomplete(value);
    if (field.optional || (field.seldom && value === undefined)) return false;
    if (field.as === "tree") return isEmptyTree(value) && !asks(of.entry);
    if (field.as === "cases") {
      return (value as { when: unknown; entry?: unknown }[]).some(
        (each) => isEmptyTree(each.when) && !asks(each.entry),
      );
    }
    return value === undefined || value === null || value === "";
  });
}

/** Whether anything is asked of how people entered. */
export function asks(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length > 0;
}

/** A condition as it is published: what it does not ask is not there. */
export function condition<T extends object>(of: T): T {
  const { when, entry } = of as { when?: unknown; entry?: unknown };
  if (when === undefined && entry === undefined) return of;
  const { entry: _, ...without } = of as { entry?: unknown };
  return (asks(entry) ? (isEmptyTree(when) ? { ...of, when: {} } : of) : without) as T;
}

export function isEmptyTree(value: unknown): boolean {
  if (value === null || typeof value !== "object") return true;
  const tree = value as { all?: unknown[]; any?: unknown[] };
  const members = tree.all ?? tree.any;
  return Object.keys(tree).length === 0 || (members !== undefined && members.length === 0);
}
