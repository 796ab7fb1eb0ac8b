/** The definition as a tree that an editor changes: pure operations, a path is the child's index at each level. */
import type { Views } from "@/shared/api/client";

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

/** Whether every atom says something; an unfinished one is not sent to be counted. */
export function isComplete(node: Node): boolean {
  const { node: inner } = bare(node);
  if (isGroup(inner)) return members(inner).length > 0 && members(inner).every(isComplete);
  if ("trait" in inner) {
    const { trait, in: several, ...others } = inner;
    const compared = Object.values(others).some(
      (value) => value !== null && value !== undefined && value !== "",
    );
    return trait !== "" && (several ? several.length > 0 : compared);
  }
  if ("event" in inner) return inner.event !== "" && inner.within_days !== 0;
  if ("audience" in inner) return inner.audience !== "";
  if ("tag" in inner) return inner.tag !== "";
  if ("sequence" in inner) return true;
  const [low = 0, high = 0] = inner.percent;
  return high > low;
}

const EVENT_KEYS = new Set(["event", "within_days", "count"]);
const TRAIT_KEYS = new Set(["trait", "is", "in", "gte", "lte"]);

/** Whether the editor shows all that an atom says; what it cannot show it keeps as it is and lets nobody change. */
export function isEditable(atom: Atom): boolean {
  const said = Object.entries(atom).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [key],
  );
  if ("sequence" in atom) return false;
  if ("trait" in atom) return said.every((key) => TRAIT_KEYS.has(key));
  if ("event" in atom) {
    const bounds = Object.keys(atom.count ?? { gte: 1 });
    const plain = bounds.length === 1 && (bounds[0] === "gte" || bounds[0] === "lte");
    return said.every((key) => EVENT_KEYS.has(key)) && said.includes("within_days") && plain;
  }
  return true;
}
