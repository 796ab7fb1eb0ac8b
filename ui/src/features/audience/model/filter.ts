/** A filter on a property of an event, as the one choice an editor shows. */
import type { Views } from "@/shared/api/client";

type Where = NonNullable<Views["EventAtom"]["where"]>[number];
export type FilterValue = string | number | boolean;
export interface Filter {
  property: string;
  in?: FilterValue[];
  contains?: string[];
  gte?: number;
  lte?: number;
}
export type FilterKind = "in" | "contains" | "gte" | "lte";

/** The filters of an event where an editor can show them all, null where one says more than it can. */
export function filtersOf(where: readonly Where[] | null | undefined): Filter[] | null {
  const read = (where ?? []).map(filterRead);
  return read.some((each) => each === null) ? null : (read as Filter[]);
}

function filterRead(where: Where): Filter | null {
  const { property, is, ...tests } = where;
  if (typeof property !== "string") return null;
  const words = Object.keys(tests);
  if (is !== undefined && is !== null && words.length === 0) return { property, in: [is as FilterValue] };
  const [word] = words;
  if (words.length !== 1 || is !== undefined || !word || !["in", "contains", "gte", "lte"].includes(word)) {
    return null;
  }
  return { property, [word]: tests[word] } as Filter;
}

export function filterKind(filter: Filter): FilterKind {
  if (filter.contains) return "contains";
  if (filter.gte !== undefined) return "gte";
  return filter.lte !== undefined ? "lte" : "in";
}

export function filterValues(filter: Filter): FilterValue[] {
  const bound = filter.gte ?? filter.lte;
  return filter.in ?? filter.contains ?? (bound === undefined ? [] : [bound]);
}

export function filterOf(property: string, kind: FilterKind, values: readonly FilterValue[]): Filter {
  if (kind === "in") return { property, in: [...values] };
  if (kind === "contains") return { property, contains: values.map(String) };
  return { property, [kind]: Number(values[0] ?? 0) || 0 };
}

/** A filter without a value would let nothing through, or everything. */
export function isFilterComplete(filter: Filter): boolean {
  return filterValues(filter).length > 0;
}
