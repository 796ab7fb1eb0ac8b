/** What an editor of one kind of condition is: data and a component, registered in `registry.ts`. */
import type { ReactNode } from "react";
import type { Views } from "@/shared/api/client";
import type { Atom } from "../model/tree";

export interface Words {
  vocabulary: Views["Vocabulary"];
  audiences: Views["AudienceRow"][];
}

export interface EditProps<A> {
  atom: A;
  words: Words;
  onChange(atom: A): void;
}

export interface AtomKind<A extends Atom> {
  kind: "trait" | "event" | "sequence" | "percent" | "audience" | "tag";
  /** The part after the subject: how it compares, how often, how much. */
  Edit(props: EditProps<A>): ReactNode;
}
