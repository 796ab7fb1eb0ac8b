/** Tests of an event's properties, one comparison a line: what the form writes, and what the server reads. */

export type Comparison = "is" | "gte" | "lte" | "in" | "contains";

export const COMPARISONS: readonly Comparison[] = ["is", "gte", "lte", "in", "contains"];
const LISTS: readonly Comparison[] = ["in", "contains"];

export interface Test {
  property: string;
  by: Comparison;
  value: string;
  /** What the form does not show, kept as it is. */
  rest: Readonly<Record<string, unknown>>;
}

export const FRESH: Test = { property: "", by: "is", value: "", rest: {} };

/** The lines of filters as they are written; one of several comparisons becomes several lines. */
export function testsOf(filters: unknown): Test[] {
  const all = (Array.isArray(filters) ? filters : []) as Record<string, unknown>[];
  return all.flatMap((filter) => {
    const rest = Object.fromEntries(
      Object.entries(filter).filter(([name]) => name !== "property" && !isComparison(name)),
    );
    const property = String(filter.property ?? "");
    const by = COMPARISONS.filter((each) => each in filter);
    return by.map((each): Test => ({ property, by: each, value: textOf(filter[each]), rest }));
  });
}

export function filtersOf(tests: readonly Test[]): Record<string, unknown>[] {
  return tests.map(({ property, by, value, rest }) => ({ property, [by]: comparedTo(by, value), ...rest }));
}

/** Whether nothing of a line is missing. */
export function isWhole({ property, by, value }: Test): boolean {
  const number = by === "gte" || by === "lte";
  return property.trim() !== "" && value.trim() !== "" && (!number || Number.isFinite(Number(value)));
}

function isComparison(name: string): boolean {
  return (COMPARISONS as readonly string[]).includes(name);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join("，") : String(value ?? "");
}

function comparedTo(by: Comparison, text: string): unknown {
  if (LISTS.includes(by)) {
    const parts = text
      .split(/[,，、]/)
      .map((each) => each.trim())
      .filter(Boolean);
    return by === "in" ? parts.map(readAs) : parts;
  }
  return by === "is" ? readAs(text) : Number(text);
}

/** A number or a truth value where it reads as one, else the text. */
export function readAs(text: string): string | number | boolean {
  if (/^-?\d+(\.\d+)?$/.test(text) && text.length < 16) return Number(text);
  return text === "true" || text === "false" ? text === "true" : text;
}
