/** The graph as a list that is read from above: steps, the ways of a choice set in, and where they meet again. */
import { type Draft, inOrder, reached, START, stepOf, type Way, waysOf } from "./draft";

export type Line = { depth: number; key: string } & (
  | { as: "step"; id: string; number: number; way: Way | null }
  /** One way of a choice; its lines follow, set in. */
  | { as: "way"; way: Way }
  | { as: "leave"; id: string; way: Way | null }
  /** On with a step that stands elsewhere in the list. */
  | { as: "go"; way: Way }
  /** On with what follows below, where the ways meet. */
  | { as: "on"; way: Way }
);

interface Pen {
  draft: Draft;
  lines: Line[];
  written: Set<string>;
}

export function linesOf(draft: Draft): Line[] {
  const pen: Pen = { draft, lines: [], written: new Set() };
  const entry = draft.nodes[0]?.id ?? "";
  write(pen, { from: START, path: "", to: entry }, 0, new Set());
  for (const step of draft.nodes) {
    const left = !pen.written.has(step.id) && step.kind !== "exit";
    if (left) writeStep(pen, step.id, null, 0, new Set());
  }
  return pen.lines;
}

/** The place of each step in the list, to say "on with step 3". */
export function numbersOf(lines: readonly Line[]): Map<string, number> {
  return new Map(lines.flatMap((line) => (line.as === "step" ? [[line.id, line.number]] : [])));
}

function write(pen: Pen, way: Way, depth: number, joins: ReadonlySet<string>): void {
  const key = `${way.from}:${way.path}`;
  if (joins.has(way.to)) pen.lines.push({ as: "on", key, depth, way });
  else if (pen.written.has(way.to)) pen.lines.push({ as: "go", key, depth, way });
  else writeStep(pen, way.to, way, depth, joins);
}

function writeStep(pen: Pen, id: string, way: Way | null, depth: number, joins: ReadonlySet<string>): void {
  const step = stepOf(pen.draft, id);
  if (!step) return;
  if (step.kind === "exit") {
    pen.lines.push({ as: "leave", key: `${way?.from}:${way?.path}:${id}`, depth, id, way });
    return;
  }
  pen.written.add(id);
  const number = pen.written.size;
  pen.lines.push({ as: "step", key: id, depth, id, number, way });
  const ways = waysOf(step);
  const [only] = ways;
  if (only && ways.length === 1) write(pen, only, depth, joins);
  else if (ways.length > 1) writeChoice(pen, ways, depth, joins);
}

function writeChoice(pen: Pen, ways: readonly Way[], depth: number, joins: ReadonlySet<string>): void {
  const staying = ways.filter((way) => stepOf(pen.draft, way.to)?.kind !== "exit");
  const [main] = staying;
  const flat = staying.length === 1;
  const join = staying.length < 2 ? null : joinOf(pen.draft, staying);
  for (const way of ways) {
    pen.lines.push({ as: "way", key: `way ${way.from}:${way.path}`, depth: depth + 1, way });
    if (flat && way === main) {
      pen.lines.push({ as: "on", key: `${way.from}:${way.path}`, depth: depth + 2, way });
    } else {
      write(pen, way, depth + 2, join === null ? joins : new Set([...joins, join]));
    }
  }
  if (flat && main) {
    if (joins.has(main.to)) return;
    if (pen.written.has(main.to)) {
      pen.lines.push({ as: "go", key: `go ${main.from}:${main.path}`, depth, way: main });
    } else writeStep(pen, main.to, null, depth, joins);
  } else if (join !== null && !joins.has(join)) {
    writeStep(pen, join, null, depth, joins);
  }
}

/** The first step that everybody comes to, whichever of these ways they go; null where there is none. */
function joinOf(draft: Draft, ways: readonly Way[]): string | null {
  const exits = new Set(draft.nodes.filter((step) => step.kind === "exit").map((step) => step.id));
  const reach = ways.map((way) => reached(draft, way.to));
  const shared = inOrder(draft).filter((id) => reach.every((each) => each.has(id)));
  const sure = (id: string) =>
    ways.every((way) => [...reached(draft, way.to, id)].every((each) => !exits.has(each)));
  return shared.find(sure) ?? null;
}
