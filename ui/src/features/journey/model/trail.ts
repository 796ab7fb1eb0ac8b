/** What a trial means for the picture of a journey: which steps and edges it went, and how many came where. */
import { type Counted, edgeOf, type Trail } from "../editor";
import { allWays, type Draft, START } from "./draft";

interface Stepped {
  node: string;
  way: string;
}

interface NodeCounted {
  id: string;
  came: number;
  onward: readonly { node: string; people: number }[];
  gate: readonly { state: string; people: number }[];
}

const LEAVES = ["queued", "deferred"]; // What the gate says of messages that it lets through.

/** The way of one person; `entered` says that it begins with the trigger. */
export function trailOf(draft: Draft, steps: readonly Stepped[], entered: boolean): Trail {
  const pairs = steps.map((step, place): [Stepped, string | undefined] => [step, steps[place + 1]?.node]);
  const begun: [Stepped, string | undefined][] = entered
    ? [[{ node: START, way: "" }, steps[0]?.node], ...pairs]
    : pairs;
  const edges = begun.flatMap(([step, to]): [string, null][] => {
    const ways = allWays(draft).filter((way) => way.from === step.node && way.to === to);
    const taken = ways.find((way) => way.path === step.way) ?? ways[0];
    return taken ? [[edgeOf(taken), null]] : [];
  });
  return { steps: new Set(steps.map((step) => step.node)), edges: new Map(edges) };
}

/** The ways of a group, with how many took each. */
export function groupTrailOf(draft: Draft, nodes: readonly NodeCounted[], entered: number): Trail {
  const ways = allWays(draft);
  const edges = nodes.flatMap(({ id, onward }) =>
    onward.flatMap(({ node, people }): [string, number][] => {
      const way = ways.find((each) => each.from === id && each.to === node);
      return way ? [[edgeOf(way), people]] : [];
    }),
  );
  const first = ways.find((way) => way.from === START);
  if (first && entered > 0) edges.push([edgeOf(first), entered]);
  return {
    steps: new Set(nodes.filter((node) => node.came > 0).map((node) => node.id)),
    edges: new Map(edges),
  };
}

/** The numbers that stand on the steps of a group that was tried. */
export function groupCountsOf(nodes: readonly NodeCounted[]): ReadonlyMap<string, Counted> {
  return new Map(
    nodes.map(({ id, came, gate }) => {
      const sent = gate
        .filter((each) => LEAVES.includes(each.state))
        .reduce((sum, each) => sum + each.people, 0);
      return [id, { arrived: came, waiting: 0, sent }];
    }),
  );
}
