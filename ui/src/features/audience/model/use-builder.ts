/** Sentence and tree in step: whichever was changed last leads, and the other follows it. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";
import { useSettled } from "@/shared/use-settled";
import { understoodOptions } from "../api/audiences";
import { begun, type Step, stepped } from "./history";
import { type Group, isComplete, type Node } from "./tree";

const PAUSE_MS = 120; // With an answer in 150 ms the count follows within the 300 ms that feel live.

interface Said {
  text: string;
  chosen: Readonly<Record<string, number>>;
  /** Whether the sentence leads; else it is the tree read aloud. */
  leads: boolean;
}

/** `usePreview` asks who a tree finds: of an audience and of a signal other things are shown. */
export function useBuilder<Preview extends { sentence: { zh: string; en: string } }>(
  first: Group,
  say: (sentence: { zh: string; en: string }) => string,
  isNew: boolean,
  usePreview: (definition: Node, complete: boolean) => UseQueryResult<Preview>,
) {
  const [history, step] = useReducer(stepped, first, begun);
  const [said, setSaid] = useState<Said>({ text: "", chosen: {}, leads: isNew });
  const asked = useSettled(said, PAUSE_MS);
  const written = said.leads && asked.leads && asked.text.trim() !== "";
  const understood = useQuery(understoodOptions(asked.text, asked.chosen, written));
  const heard = written && !understood.isPlaceholderData ? understood.data : undefined;
  const definition = heard?.definition;
  useEffect(() => {
    if (definition) step({ kind: "set", node: definition });
  }, [definition]);
  // What a sentence says has had its pause already; only the editor's changes wait for another.
  const settled = useSettled(history.now, said.leads ? 0 : PAUSE_MS);
  const complete = isComplete(settled);
  const preview = usePreview(settled, complete);
  const aloud = preview.data && !preview.isPlaceholderData && complete ? say(preview.data.sentence) : null;
  const change = (next: Step) => {
    setSaid((before) => ({ ...before, chosen: {}, leads: false }));
    step(next);
  };
  const write = (text: string, chosen: Readonly<Record<string, number>>) =>
    setSaid({ text, chosen, leads: true });
  const text = said.leads ? said.text : (aloud ?? said.text);
  return {
    definition: history.now,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change,
    write,
    text,
    chosen: said.chosen,
    understood: said.leads && said.text !== "" ? (understood.data ?? null) : null,
    refusal: said.leads && understood.isError ? understood.error : null,
    preview,
    complete,
  };
}
