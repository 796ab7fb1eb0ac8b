/** The definition as a tree that an editor changes: pure operations, a path is the child's index at each level. */
import type { Views } from "@/shared/api/client";
import { isEventEditable } from "./event";
import { filtersOf, isFilterComplete } from "./filter";
import { boundOf } from "./range";

export type Node = Views["PreviewRequest"]["definition"];
export type Group = Views["AllOf"] | Views["AnyOf"];
export type Atom = Exclude<Node, Group | Views["Not"]>;
export type Path = readonly number[];
export type Joint = "all" | "any";

export const DEPTH_MAX = 4; // Deeper than this nobody reads a condition right; use another audience inside.

export function isGroup(node: Node): node is Group {
  return "all" in node || "any" in node;
}

export function joint(group: Group): Joint {
  return "all" in group ? "all" : "any";
}

export function members(group: Group): Node[] {
  return "all" in group ? group.all : group.any;
}

export function groupOf(kind: Joint, nodes: Node[]): Group {
  return kind === "all" ? { all: nodes } : { any: nodes };
}

/** An editor works on a group; anything else becomes the only member of one. */
export function asGroup(node: Node): Group {
  return isGroup(node) ? node : { all: [node] };
}

/** A node without its `not`, and whether it had one. Two of them cancel out. */
export function bare(node: Node): { node: Exclude<Node, Views["Not"]>; negated: boolean } {
  if (!("not" in node)) return { node, negated: false };
  const inner = bare(node.not);
  return { node: inner.node, negated: !inner.negated };
}

export function negatedIf(negated: boolean, node: Node): Node {
  return negated ? { not: node } : node;
}

/** Change the group at `path` (below its `not`, if it has one); the rest of the tree is left as it was. */
export function changeGroup(root: Group, path: Path, change: (group: Group) => Group): Group {
  const [index, ...rest] = path;
  if (index === undefined) return change(root);
  const nodes = members(root).map((node, at) => {
    if (at !== index) return node;
    const { node: inner, negated } = bare(node);
    return isGroup(inner) ? negatedIf(negated, changeGroup(inner, rest, change)) : node;
  });
  return groupOf(joint(root), nodes);
}

export type Change =
  | { kind: "join"; path: Path; joint: Joint }
  | { kind: "add"; path: Path; node: Node }
  | { kind: "replace"; path: Path; index: number; node: Node }
  | { kind: "remove"; path: Path; index: number };

/** The editor's reducer. Removing the last member of an inner group removes the group. */
export function changed(root: Group, change: Change): Group {
  switch (change.kind) {
    case "join":
      return changeGroup(root, change.path, (group) => groupOf(change.joint, members(group)));
    case "add":
      return changeGroup(root, change.path, (group) =>
        groupOf(joint(group), [...members(group), change.node]),
      );
    case "replace":
      return changeGroup(root, change.path, (group) =>
        groupOf(
          joint(group),
          members(group).map((node, at) => (at === change.index ? change.node : node)),
        ),
      );
    case "remove":
      return withoutEmpty(
        changeGroup(root, change.path, (group) =>
          groupOf(
            joint(group),
            members(group).filter((_, at) => at !== change.index),
          ),
        ),
      );
  }
}

function withoutEmpty(root: Group): Group {
  const nodes = members(root).flatMap((node): Node[] => {
    const { node: inner, negated } = bare(node);
    if (!isGroup(inner)) return [node];
    const kept = withoutEmpty(inner);
    return members(kept).length === 0 ? [] : [negatedIf(negated, kept)];
  });
  return groupOf(joint(root), nodes);
}

/** Why a condition cannot be counted yet; null where it can. */
export type Lack = "value" | "audience" | "tag" | "event" | "share" | "filter" | "window";

export function lackOf(atom: Atom): Lack | null {
  if ("trait" in atom) {
    const { trait, in: several, ...others } = atom;
    const compared = Object.values(others).some(
      (value) => value !== null && value !== undefined && value !== "",
    );
    return trait !== "" && (several ? several.length > 0 : compared) ? null : "value";
  }
  if ("event" in atom) {
    if (atom.event === "") return "event";
    if (atom.within_days === 0) return "window";
    return filtersComplete(atom.where) ? null : "filter";
  }
  if ("audience" in atom) return atom.audience === "" ? "audience" : null;
  if ("tag" in atom) return atom.tag === "" ? "tag" : null;
  if ("sequence" in atom) {
    if (atom.sequence.some((step) => step.event === "")) return "event";
    return atom.sequence.every((step) => filtersComplete(step.where)) ? null : "filter";
  }
  const [low = 0, high = 0] = atom.percent;
  return high > low ? null : "share";
}

function filtersComplete(where: Views["EventAtom"]["where"]): boolean {
  return (filtersOf(where) ?? []).every(isFilterComplete);
}

/** Whether every atom says something; an unfinished one is not sent to be counted. */
export function isComplete(node: Node): boolean {
  const { node: inner } = bare(node);
  if (isGroup(inner)) return members(inner).length > 0 && members(inner).every(isComplete);
  return lackOf(inner) === null;
}

const TEXT_KEYS = ["is", "in", "exists"];
const NUMBER_KEYS = new Set(["gte", "gt", "lte", "lt", "eq"]);

/** Whether the editor shows all that an atom says; what it cannot show it keeps as it is and lets nobody change. */
export function isEditable(atom: Atom): boolean {
  if ("trait" in atom) {
    const said = Object.entries(atom).flatMap(([key, value]) =>
      key === "trait" || value === null || value === undefined ? [] : [key],
    );
    const ofDate = atom.days_since ?? atom.days_to_anniversary;
    if (ofDate) return said.length === 1 && boundOf(ofDate) !== null;
    if (said.every((key) => NUMBER_KEYS.has(key))) return boundOf(atom) !== null;
    return said.length === 1 && said.every((key) => TEXT_KEYS.includes(key));
  }
  if ("event" in atom) return isEventEditable(atom);
  if ("sequence" in atom) {
    const steps = atom.without ? [...atom.sequence, atom.without] : atom.sequence;
    return steps.every((step) => filtersOf(step.where) !== null) && !atom.without?.where?.length;
  }
  return true;
}
