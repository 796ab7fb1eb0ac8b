/** What the parts of the editor share: the journey as it is now, what may be done to it, and what things are called. */
import { type ComponentType, createContext, use } from "react";
import type { Views } from "@/shared/api/client";
import type { Change, Fragment, Place } from "./model/changes";
import type { Draft, Step } from "./model/draft";
import type { Move } from "./model/history";

export type Problem = Views["JourneyProblem"];

export interface Choice {
  value: string;
  label: string;
}

/** What steps may name, and what it is called. */
export interface Named {
  channel: readonly Choice[];
  content: readonly Choice[];
  audience: readonly Choice[];
  event: readonly Choice[];
  campaign: readonly Choice[];
  trait: readonly Choice[];
  /** Of events. */
  property: readonly Choice[];
  tag: readonly Choice[];
  journey: readonly Choice[];
  pool: readonly Choice[];
  /** The words of a content. */
  text(content: string): string | null;
}

/** Kinds of things that have names. */
export type NamedKind = Exclude<keyof Named, "text">;

/** What the app lends from other features. */
export interface Parts {
  named: Named;
  /** Who is meant by a condition: its sentence and tree, and how many that are now. */
  Tree: ComponentType<{ tree: unknown; onChange(tree: unknown): void }>;
  /** Picks one real person. */
  Person: ComponentType<{ person: string; onPerson(person: string): void }>;
  /** A message as its person would see it. */
  Seen: ComponentType<{ preview: Views["PreviewAnswer"] }>;
  /** Conditions in words, null while they are being read. */
  useSentences(trees: readonly unknown[]): (tree: unknown) => string | null;
}

export interface Counted {
  arrived: number;
  waiting: number;
  sent: number;
}

/** Where a trial went: the steps that somebody came to, and the edges, with how many took each where that was counted. */
export interface Trail {
  steps: ReadonlySet<string>;
  /** By step and way, as `edgeOf` says them. */
  edges: ReadonlyMap<string, number | null>;
}

export type Mark = "added" | "changed";

export interface Telling {
  step(step: Step): string;
  kind(kind: string): string;
  way(step: Step | undefined, path: string): string;
  trigger(draft: Draft): string;
  lacks(step: Step): string | null;
  span(seconds: number): string;
}

/** What the drawer shows. */
export type Opened = { what: "step"; id: string } | { what: "settings" } | { what: "trial" } | null;

export interface Editor {
  draft: Draft;
  move(move: Move): void;
  add(at: Place, kind: string): void;
  /** Copied steps, to be put somewhere. */
  clipboard: Fragment | null;
  paste(at: Place): void;
  act(change: Change): void;
  selected: ReadonlySet<string>;
  select(ids: ReadonlySet<string>): void;
  opened: Opened;
  open(opened: Opened): void;
  tell: Telling;
  parts: Parts;
  counts: ReadonlyMap<string, Counted>;
  marks: ReadonlyMap<string, Mark>;
  /** What a trial shows, null while nothing is tried. */
  trail: Trail | null;
  /** What the server finds wrong with the journey as it is. */
  problems: readonly Problem[];
  mend(problem: Problem): void;
}

/** The name of an edge. */
export function edgeOf({ from, path }: { from: string; path: string }): string {
  return `${from}:${path}`;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = use(EditorContext);
  if (editor === null) throw new Error("useEditor needs a JourneyEditor above it");
  return editor;
}
