/** What a person changes in quarantined messages before they are read again. */
import type { Group, Mending } from "../api/quarantine";
import { type Kind, kinds } from "./plan";

export interface ValueLine {
  id: number;
  path: string;
  from: string;
  to: string;
}

export interface Draft {
  asNumbers: string[];
  without: string[];
  values: ValueLine[];
  events: ValueLine[];
}

export const nothing: Draft = { asNumbers: [], without: [], values: [], events: [] };

export interface Problem {
  field: string;
  kind: "missing" | "type" | "values" | "range" | "unknown";
  type: Kind | null;
}

const ends: Record<string, Problem["kind"]> = {
  missing: "missing",
  unknown: "unknown",
  "out of range": "range",
  "not one of its values": "values",
};

/** A problem as the tracking plan names it, such as `price: not number`; null where it is of another kind. */
export function readProblem(problem: string): Problem | null {
  const [, field = "", end = ""] = /^(.+): ([^:]+)$/.exec(problem) ?? [];
  const kind = ends[end];
  if (kind) return { field, kind, type: null };
  const type = kinds.find((each) => end === `not ${each}`);
  return type ? { field, kind: "type", type } : null;
}

/** Paths that the group's problems name: `price: not number` is about `properties.price`. */
export function pathsOf(group: Group): string[] {
  const named = group.problems.flatMap(({ name }) => {
    const read = readProblem(name);
    return read === null ? [] : [`properties.${read.field}`];
  });
  return [...new Set(named)];
}

/** A typed value as JSON where it is one: 12, true, null; all else is text. */
export function typed(text: string): string | number | boolean | null {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function mendingOf(draft: Draft): Mending {
  const values: Mending["values"] = {};
  for (const { path, from, to } of draft.values) {
    if (path === "" || from === "") continue;
    values[path] = { ...values[path], [from]: typed(to) };
  }
  const events = Object.fromEntries(
    draft.events.filter(({ from, to }) => from !== "" && to !== "").map(({ from, to }) => [from, to]),
  );
  return { events, values, as_numbers: draft.asNumbers, without: draft.without };
}
