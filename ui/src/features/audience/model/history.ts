/** The tree with all that it was before and what was taken back: undo and redo for every change. */
import { asGroup, type Change, changed, type Group, type Node } from "./tree";

const STEPS_MAX = 100; // More steps back than anybody remembers.

export interface History {
  past: readonly Group[];
  now: Group;
  future: readonly Group[];
}

export type Step = Change | { kind: "set"; node: Node } | { kind: "undo" } | { kind: "redo" };

export function begun(now: Group): History {
  return { past: [], now, future: [] };
}

export function stepped(history: History, step: Step): History {
  switch (step.kind) {
    case "undo": {
      const before = history.past.at(-1);
      if (!before) return history;
      return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
    }
    case "redo": {
      const [after, ...future] = history.future;
      return after ? { past: [...history.past, history.now], now: after, future } : history;
    }
    default: {
      const now = step.kind === "set" ? asGroup(step.node) : changed(history.now, step);
      if (same(now, history.now)) return history;
      return { past: [...history.past, history.now].slice(-STEPS_MAX), now, future: [] };
    }
  }
}

export function same(one: Node, other: Node): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
