/** A journey with all that it was before and what was taken back: undo and redo for every change. */
import { type Change, changed } from "./changes";
import { type Draft, stepOf } from "./draft";

const STEPS_MAX = 200; // More steps back than anybody remembers.

export interface History {
  past: readonly Draft[];
  now: Draft;
  future: readonly Draft[];
  /** What the last change wrote in: typing on in one field is one step back. */
  wrote: string;
}

export type Move = Change | { kind: "undo" } | { kind: "redo" } | { kind: "become"; draft: Draft };

export function begun(now: Draft): History {
  return { past: [], now, future: [], wrote: "" };
}

export function moved(history: History, move: Move): History {
  const { past, now, future } = history;
  if (move.kind === "undo") {
    const before = past.at(-1);
    if (!before) return history;
    return { past: past.slice(0, -1), now: before, future: [now, ...future], wrote: "" };
  }
  if (move.kind === "redo") {
    const [after, ...rest] = future;
    return after ? { past: [...past, now], now: after, future: rest, wrote: "" } : history;
  }
  const next = move.kind === "become" ? move.draft : changed(now, move);
  if (same(next, now)) return history;
  const wrote = writtenIn(now, move);
  const kept = wrote !== "" && wrote === history.wrote ? past : [...past, now].slice(-STEPS_MAX);
  return { past: kept, now: next, future: [], wrote };
}

/** The one field that a change wrote in; empty for changes of another kind. */
function writtenIn(before: Draft, move: Move): string {
  if (move.kind === "note") return `note ${move.id}`;
  if (move.kind === "settle") return `settle ${Object.keys(move.fields).join()}`;
  if (move.kind !== "replace") return "";
  const { step } = move;
  const old = stepOf(before, step.id);
  return `${step.id} ${Object.keys({ ...old, ...step }).filter((name) => !same(old?.[name], step[name]))}`;
}

/** Whether two values say the same, whatever the order of their fields. */
export function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
