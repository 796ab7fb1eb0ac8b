/** What an editor does to a journey: pure operations, each of which leaves a graph that holds together. */
import {
  type Draft,
  inOrder,
  reached,
  readdressed,
  redirected,
  START,
  type Step,
  stepOf,
  type Way,
  waysOf,
} from "./draft";
import { kindOf } from "./kinds";

export type Place = Pick<Way, "from" | "path">;

/** Steps that were copied, the one that is entered first in front. */
export interface Fragment {
  steps: readonly Step[];
  notes: Record<string, string>;
}

export type Change =
  | { kind: "add"; at: Place; step: string }
  | { kind: "remove"; ids: readonly string[] }
  | { kind: "replace"; step: Step }
  | { kind: "turn"; id: string; into: string }
  | { kind: "lead"; at: Place; to: string }
  | { kind: "paste"; at: Place; fragment: Fragment }
  | { kind: "note"; id: string; text: string }
  | { kind: "settle"; fields: Partial<Draft> };

export function changed(draft: Draft, change: Change): Draft {
  switch (change.kind) {
    case "add":
      return added(draft, change.at, change.step);
    case "remove":
      return change.ids.reduce(withoutStep, draft);
    case "replace":
      return mapped(draft, (step) => (step.id === change.step.id ? change.step : step));
    case "turn":
      return turned(draft, change.id, change.into);
    case "lead":
      return led(draft, change.at, change.to);
    case "paste":
      return pasted(draft, change.at, change.fragment);
    case "note":
      return noted(draft, change.id, change.text);
    case "settle":
      return { ...draft, ...change.fields };
  }
}

/** The id of the step that a change has put there, for the editor to open. */
export function newStep(before: Draft, after: Draft): string | undefined {
  return after.nodes.find((step) => !stepOf(before, step.id))?.id;
}

export function copied(draft: Draft, ids: ReadonlySet<string>): Fragment {
  const steps = inOrder(draft).flatMap((id) => (ids.has(id) ? (stepOf(draft, id) ?? []) : []));
  const notes = Object.entries(draft.notes ?? {}).filter(([id]) => ids.has(id));
  return { steps, notes: Object.fromEntries(notes) };
}

function mapped(draft: Draft, change: (step: Step) => Step): Draft {
  return { ...draft, nodes: draft.nodes.map(change) };
}

/** Where an edge leads now. */
function targetOf(draft: Draft, at: Place): string {
  if (at.from === START) return draft.nodes[0]?.id ?? "";
  const step = stepOf(draft, at.from);
  return (step ? waysOf(step) : []).find((way) => way.path === at.path)?.to ?? "";
}

function led(draft: Draft, at: Place, to: string): Draft {
  if (at.from !== START) {
    return mapped(draft, (step) => (step.id === at.from ? redirected(step, at.path, to) : step));
  }
  const first = stepOf(draft, to);
  return first ? { ...draft, nodes: [first, ...draft.nodes.filter((step) => step.id !== to)] } : draft;
}

/** An id that says the kind, and that no step has had: reports and messages are counted by it. */
function freeId(kind: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const id = `${kind}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function idsOf(draft: Draft): Set<string> {
  return new Set(draft.nodes.map((step) => step.id));
}

function added(draft: Draft, at: Place, name: string): Draft {
  const kind = kindOf(name);
  if (!kind) return draft;
  const onward = targetOf(draft, at);
  const taken = idsOf(draft);
  const id = freeId(name, taken);
  const exit: Step = { id: freeId("exit", new Set([...taken, id])), kind: "exit" };
  const step = drawn({ ...structuredClone(kind.fresh), id, kind: name }, [
    onward,
    kind.aside ? exit.id : onward,
  ]);
  const aside = waysOf(step).some((way) => way.to === exit.id) ? [exit] : [];
  return led(inserted(draft, at.from, [step, ...aside]), at, id);
}

/** A step all of whose ways lead somewhere: the first to the first target, the others to the second. */
function drawn(step: Step, [first, others]: readonly [string, string]): Step {
  const ways = kindOf(step.kind)?.ways ?? [];
  const open: Step = { ...Object.fromEntries(ways.map((way) => [way, ""])), ...step };
  return waysOf(open).reduce(
    (now, way, place) => redirected(now, way.path, place === 0 ? first : others),
    open,
  );
}

/** Steps put behind another in the list of the definition, so that a reader of it meets them in order. */
function inserted(draft: Draft, after: string, steps: readonly Step[]): Draft {
  const place = draft.nodes.findIndex((step) => step.id === after) + 1;
  return { ...draft, nodes: [...draft.nodes.slice(0, place), ...steps, ...draft.nodes.slice(place)] };
}

/** Without a step: who came to it goes on where its first way led; what only its other ways reached goes with it. */
function withoutStep(draft: Draft, id: string): Draft {
  const gone = stepOf(draft, id);
  if (!gone) return draft;
  const onward = waysOf(gone).find((way) => way.to !== id)?.to;
  const heir = onward ?? draft.nodes.find((step) => step.kind === "exit" && step.id !== id)?.id;
  if (heir === undefined || !stepOf(draft, heir)) return draft;
  const entry = draft.nodes[0]?.id ?? "";
  const before = reached(draft, entry);
  const healed = mapped(draft, (step) => readdressed(step, (to) => (to === id ? heir : to)));
  const bare = { ...healed, nodes: healed.nodes.filter((step) => step.id !== id) };
  const begun = entry === id ? led(bare, { from: START, path: "" }, heir) : bare;
  const after = reached(begun, begun.nodes[0]?.id ?? "");
  const nodes = begun.nodes.filter((step) => after.has(step.id) || !before.has(step.id));
  return withNotesOf({ ...begun, nodes });
}

/** Another kind in the same place: the ways lead where they led, as far as the new kind has them. */
function turned(draft: Draft, id: string, into: string): Draft {
  const kind = kindOf(into);
  const step = stepOf(draft, id);
  if (!kind || !step || step.kind === into) return draft;
  const ways = waysOf(step).map((way) => way.to);
  const first = ways[0] ?? draft.nodes.find((each) => each.kind === "exit" && each.id !== id)?.id;
  if (first === undefined && kind.ways.length > 0) return draft;
  const kept = Object.fromEntries(
    kind.fields.flatMap(({ name }) => (name in step ? [[name, step[name]]] : [])),
  );
  const fresh: Step = { ...structuredClone(kind.fresh), ...kept, id, kind: into };
  const next = drawn(fresh, [first ?? "", ways[1] ?? first ?? ""]);
  const after = mapped(draft, (each) => (each.id === id ? next : each));
  const before = reached(draft, draft.nodes[0]?.id ?? "");
  const still = reached(after, after.nodes[0]?.id ?? "");
  return withNotesOf({
    ...after,
    nodes: after.nodes.filter((each) => still.has(each.id) || !before.has(each.id)),
  });
}

function pasted(draft: Draft, at: Place, fragment: Fragment): Draft {
  const [entry] = fragment.steps;
  if (!entry) return draft;
  const onward = targetOf(draft, at);
  const taken = idsOf(draft);
  const names = new Map<string, string>();
  for (const step of fragment.steps) {
    const id = freeId(step.kind, taken);
    taken.add(id);
    names.set(step.id, id);
  }
  const steps = fragment.steps.map((step) => ({
    ...readdressed(structuredClone(step), (to) => names.get(to) ?? onward),
    id: names.get(step.id) ?? step.id,
  }));
  const notes = Object.entries(fragment.notes).map(([id, text]) => [names.get(id) ?? id, text]);
  const grown = inserted(
    { ...draft, notes: { ...draft.notes, ...Object.fromEntries(notes) } },
    at.from,
    steps,
  );
  return led(withNotesOf(grown), at, names.get(entry.id) ?? entry.id);
}

function noted(draft: Draft, id: string, text: string): Draft {
  const { [id]: _, ...others } = draft.notes ?? {};
  return withNotesOf({ ...draft, notes: text.trim() === "" ? others : { ...others, [id]: text } });
}

/** Notes of steps that are gone go with them; a journey without notes has no field for them. */
function withNotesOf(draft: Draft): Draft {
  const { notes, ...rest } = draft;
  const kept = Object.entries(notes ?? {}).filter(([id]) => stepOf(draft, id));
  return kept.length > 0 ? ({ ...rest, notes: Object.fromEntries(kept) } as Draft) : (rest as Draft);
}
