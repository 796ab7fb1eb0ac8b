/** Where everything stands: nobody places a step by hand. Each edge has room of its own for its plus. */
import { Graph, layout } from "@dagrejs/dagre";
import { allWays, type Draft, inOrder, START, stepOf, type Way } from "./draft";

export const STEP_WIDTH = 256;
const STEP_HEIGHT = 114;
const EXIT_HEIGHT = 64;
const PLUS_PX = 28;
const NAMED_WIDTH = 148;
const TRIGGER = "trigger"; // No step is called so: ids of steps are put behind a mark.

export interface Point {
  x: number;
  y: number;
}

export interface Placed {
  /** Upper left corners, by id; the trigger stands under `START`. */
  steps: Map<string, Point>;
  edges: { way: Way; points: Point[]; plus: Point }[];
}

export function heightOf(draft: Draft, id: string): number {
  return stepOf(draft, id)?.kind === "exit" ? EXIT_HEIGHT : STEP_HEIGHT;
}

const name = (id: string) => (id === START ? TRIGGER : `step ${id}`);

export function placed(draft: Draft): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 36, edgesep: 16, marginx: 16, marginy: 16 });
  const ids = [START, ...inOrder(draft)];
  for (const id of ids) graph.setNode(name(id), { width: STEP_WIDTH, height: heightOf(draft, id) });
  const ways = allWays(draft).filter((way) => graph.hasNode(name(way.to)));
  for (const way of ways) {
    const plain = way.path === "next" || way.path === "";
    const width = plain ? PLUS_PX : NAMED_WIDTH;
    const weight = plain ? 1 : 2; // The ways of a choice stand right under it, side by side.
    graph.setEdge(
      name(way.from),
      name(way.to),
      { width, weight, height: PLUS_PX, labelpos: "c" },
      `${way.from}:${way.path}`,
    );
  }
  layout(graph);
  const centre = (id: string) => graph.node(name(id)) as unknown as Point;
  const edges = ways.map((way): Placed["edges"][number] => {
    const edge = graph.edge(name(way.from), name(way.to), `${way.from}:${way.path}`) as unknown as Point & {
      points: Point[];
    };
    return { way, points: [...edge.points], plus: { x: edge.x, y: edge.y } };
  });
  const middles = new Map(ids.map((id) => [id, { ...centre(id) }]));
  const right = mirroredIf(edges) ? (graph.graph() as { width: number }).width : null;
  const turn = ({ x, y }: Point): Point => ({ x: right === null ? x : right - x, y });
  const steps = ids.map((id): [string, Point] => {
    const { x, y } = turn(middles.get(id) ?? { x: 0, y: 0 });
    return [id, { x: x - STEP_WIDTH / 2, y: y - heightOf(draft, id) / 2 }];
  });
  return {
    steps: new Map(steps),
    edges: edges.map(({ way, points, plus }) => ({
      way,
      points: straightened(points.map(turn), turn(centre(way.from)), turn(centre(way.to))),
      plus: turn(plus),
    })),
  };
}

/** Whether the first ways of choices stand on the right more often than on the left. */
function mirroredIf(edges: Placed["edges"]): boolean {
  const turns = edges.map((edge, place) => {
    const before = edges[place - 1];
    return before && before.way.from === edge.way.from ? Math.sign(edge.plus.x - before.plus.x) : 0;
  });
  return turns.reduce<number>((sum, each) => sum + each, 0) < 0;
}

/** Lines that go down leave below the middle of a step and arrive above the middle of the next. */
function straightened(points: readonly Point[], from: Point, to: Point): Point[] {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last || to.y <= from.y) return [...points];
  return [{ x: from.x, y: first.y }, ...rest, { x: to.x, y: last.y }];
}

/** A line through points that leaves and enters each from above or below. */
export function lineThrough(points: readonly Point[]): string {
  return points
    .map((to, index) => {
      const from = points[index - 1];
      if (!from) return `M ${to.x} ${to.y}`;
      const middle = (from.y + to.y) / 2;
      return `C ${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    })
    .join(" ");
}

export type Direction = "up" | "down" | "left" | "right";

/** The step to which an arrow key leads from another: along an edge, or beside it at the same height. */
export function neighbour(draft: Draft, { steps }: Placed, from: string, to: Direction): string | null {
  const ways = allWays(draft);
  if (to === "down") return ways.find((way) => way.from === from)?.to ?? null;
  if (to === "up") return ways.find((way) => way.to === from)?.from ?? null;
  const here = steps.get(from);
  if (!here) return null;
  const sign = to === "left" ? -1 : 1;
  const beside = [...steps]
    .map(([id, at]) => ({ id, far: (at.x - here.x) * sign, apart: Math.abs(at.y - here.y) }))
    .filter(({ far, apart }) => far > 0 && apart < STEP_HEIGHT)
    .sort((one, other) => one.far - other.far);
  return beside[0]?.id ?? null;
}
