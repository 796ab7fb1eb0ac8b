/** A journey while it is written: the body of its definition, and how its steps lead to one another. */
import { kindOf } from "./kinds";

export interface Step {
  id: string;
  kind: string;
  [field: string]: unknown;
}

export interface Trigger {
  on: string;
  [field: string]: unknown;
}

export interface Draft {
  name: string;
  trigger: Trigger;
  /** People enter at the first. */
  nodes: readonly Step[];
  notes?: Record<string, string>;
  [field: string]: unknown;
}

/** One edge: out of which step (the trigger is `START`), by which of its ways, to which step. */
export interface Way {
  from: string;
  /** Where in the step the name of the next one stands: `next`, `yes`, `arms.0.next`. */
  path: string;
  to: string;
}

export const START = "";

/** Of a kind that this app does not know, these fields name the next step. */
const WAY_NAMES = ["next", "yes", "no", "otherwise", "timeout"];

/** All ways out of a step, in the order in which they are shown. */
export function waysOf(step: Step): Way[] {
  const kind = kindOf(step.kind);
  const perhaps = (kind?.perhaps ?? []).filter((name) => step[name]);
  const several = (kind?.several ?? []).filter((name) => Array.isArray(step[name]));
  const patterns = (kind && [...several, ...kind.ways, ...perhaps]) ?? [
    ...WAY_NAMES.filter((name) => typeof step[name] === "string"),
    ...Object.keys(step).filter((name) => leads(step[name])),
  ];
  return patterns.flatMap((pattern): Way[] => {
    const there = step[pattern];
    if (Array.isArray(there)) {
      return there.map((each, index) => ({
        from: step.id,
        path: `${pattern}.${index}.next`,
        to: String((each as { next?: unknown }).next ?? ""),
      }));
    }
    return typeof there === "string" ? [{ from: step.id, path: pattern, to: there }] : [];
  });
}

function leads(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each?.next === "string");
}

/** Every edge of a journey, the one of its trigger first. */
export function allWays(draft: Draft): Way[] {
  const first = draft.nodes[0];
  const start = first ? [{ from: START, path: "", to: first.id }] : [];
  return [...start, ...draft.nodes.flatMap(waysOf)];
}

export function stepOf(draft: Draft, id: string): Step | undefined {
  return draft.nodes.find((step) => step.id === id);
}

/** The step with one of its ways leading elsewhere. */
export function redirected(step: Step, path: string, to: string): Step {
  const [field = "", index, inner] = path.split(".");
  if (index === undefined || inner === undefined) return { ...step, [field]: to };
  const several = step[field] as Record<string, unknown>[];
  return {
    ...step,
    [field]: several.map((each, at) => (at === Number(index) ? { ...each, [inner]: to } : each)),
  };
}

/** The step with all its ways that lead to a key of `map` leading to its value. */
export function readdressed(step: Step, map: (to: string) => string): Step {
  return waysOf(step).reduce((now, way) => redirected(now, way.path, map(way.to)), step);
}

/** Who can be reached from a step, itself included; `without` is never entered. */
export function reached(draft: Draft, from: string, without = ""): Set<string> {
  const found = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = id === without ? undefined : stepOf(draft, id);
    if (!step || found.has(id)) continue;
    found.add(id);
    open.push(...waysOf(step).map((way) => way.to));
  }
  return found;
}

/** Steps in the order of a walk down the first ways; those that nobody reaches come last. */
export function inOrder(draft: Draft): string[] {
  const order = new Set<string>();
  const visit = (id: string): void => {
    const step = stepOf(draft, id);
    if (!step || order.has(id)) return;
    order.add(id);
    for (const way of waysOf(step)) visit(way.to);
  };
  for (const step of draft.nodes) visit(step.id);
  return [...order];
}

/** What a new journey is before anybody has written it: whoever enters leaves. */
export function emptyDraft(name: string): Draft {
  return { name, trigger: { on: "audience", audience: "" }, nodes: [{ id: "exit-1", kind: "exit" }] };
}
