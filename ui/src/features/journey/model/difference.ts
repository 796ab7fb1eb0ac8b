/** What lies between two versions of a journey, and one journey out of two that began alike. */
import { type Draft, type Step, stepOf, waysOf } from "./draft";
import { same } from "./history";

export interface Difference {
  added: string[];
  removed: string[];
  changed: string[];
  /** Fields of the journey itself: its name, its trigger, its goal. */
  settings: string[];
}

export function difference(before: Draft, after: Draft): Difference {
  const ids = (draft: Draft) => draft.nodes.map((step) => step.id);
  const note = (draft: Draft, id: string) => draft.notes?.[id] ?? "";
  const settings = fieldsOf(before, after).filter((name) => !same(before[name], after[name]));
  const moved = before.nodes[0]?.id !== after.nodes[0]?.id ? ["nodes"] : [];
  return {
    added: ids(after).filter((id) => !stepOf(before, id)),
    removed: ids(before).filter((id) => !stepOf(after, id)),
    changed: ids(after).filter((id) => {
      const old = stepOf(before, id);
      return old && (!same(old, stepOf(after, id)) || note(before, id) !== note(after, id));
    }),
    settings: [...settings, ...moved],
  };
}

export function isNothing(between: Difference): boolean {
  return Object.values(between).every((each) => each.length === 0);
}

/** Fields beside nodes and notes, of either. */
function fieldsOf(one: Draft, other: Draft): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => name !== "nodes" && name !== "notes");
}

export interface Merged {
  draft: Draft;
  /** Steps and fields that both changed, each in another way; here they are as in `mine`. */
  clashes: string[];
}

/** Both changes in one; null where a step leads to one that the other took out. */
export function merged(base: Draft, mine: Draft, theirs: Draft): Merged | null {
  const clashes: string[] = [];
  const choose = <T>(name: string, old: T, own: T, other: T): T => {
    if (same(own, old)) return other;
    if (!same(other, old) && !same(own, other)) clashes.push(name);
    return own;
  };
  const ids = [...theirs.nodes, ...mine.nodes.filter((step) => !stepOf(theirs, step.id))].map(({ id }) => id);
  const nodes = ids.flatMap((id): Step[] => {
    const step = choose(id, stepOf(base, id), stepOf(mine, id), stepOf(theirs, id));
    return step ? [step] : [];
  });
  const settings = fieldsOf(mine, theirs).map((name) => [
    name,
    choose(name, base[name], mine[name], theirs[name]),
  ]);
  const notes = nodes.flatMap(({ id }) => {
    const text = choose(`note ${id}`, base.notes?.[id], mine.notes?.[id], theirs.notes?.[id]);
    return text ? [[id, text]] : [];
  });
  const entry = choose("nodes", base.nodes[0]?.id, mine.nodes[0]?.id, theirs.nodes[0]?.id);
  const first = nodes.filter(({ id }) => id === entry);
  const draft = {
    ...Object.fromEntries(settings.filter(([, value]) => value !== undefined)),
    nodes: [...first, ...nodes.filter(({ id }) => id !== entry)],
    ...(notes.length > 0 ? { notes: Object.fromEntries(notes) } : {}),
  } as Draft;
  const whole = first.length > 0 && nodes.every((step) => waysOf(step).every((way) => stepOf(draft, way.to)));
  return whole ? { draft, clashes } : null;
}
