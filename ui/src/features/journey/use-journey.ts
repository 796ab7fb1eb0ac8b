/** Everything that may be done to a journey in its editor, whichever view it is done from. */
import { useQuery } from "@tanstack/react-query";
import { App } from "antd";
import { type KeyboardEvent, useCallback, useMemo, useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettled } from "@/shared/use-settled";
import { checkOptions } from "./api/journeys";
import type { Counted, Editor, Mark, Opened, Parts, Problem } from "./editor";
import { type Change, changed, copied, type Fragment, newStep, type Place } from "./model/changes";
import { type Draft, START, type Step, stepOf, waysOf } from "./model/draft";
import { begun, moved } from "./model/history";

import { patched } from "./model/patch";
import { PRESETS } from "./model/presets";
import { useTelling } from "./use-telling";

const PAUSE_MS = 300; // While somebody types nobody needs to know what is still missing.
const KEPT = "liftloop.journey.copied"; // Of this tab: steps can be carried from one journey to another.

function keptFragment(): Fragment | null {
  const kept = sessionStorage.getItem(KEPT);
  return kept === null ? null : (JSON.parse(kept) as Fragment);
}

/** The conditions that a step asks of people. */
function treesOf({ when, cases }: Step): unknown[] {
  const several = Array.isArray(cases) ? cases.map((each: { when?: unknown }) => each.when) : [];
  return [when, ...several].filter(Boolean);
}

export function useJourney(
  journeyId: string,
  first: Draft,
  parts: Parts,
  counts: ReadonlyMap<string, Counted>,
  marksOf: (draft: Draft) => ReadonlyMap<string, Mark>,
) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [history, move] = useReducer(moved, first, begun);
  const draft = history.now;
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const [opened, open] = useState<Opened>(null);
  const [clipboard, setClipboard] = useState(keptFragment);
  const trees = useMemo(() => draft.nodes.flatMap(treesOf), [draft]);
  const sentence = parts.useSentences(trees);
  const tell = useTelling(parts.named, sentence);
  const settled = useSettled(draft, PAUSE_MS);
  const checked = useQuery(checkOptions(journeyId, settled)).data;
  const mend = useCallback(
    ({ fix }: Problem) => {
      const after = fix ? patched(settled, fix.patch) : null;
      if (after) move({ kind: "become", draft: after });
    },
    [settled],
  );
  const whole = checked?.mended as Draft | null | undefined;
  const mendAll = whole ? () => move({ kind: "become", draft: whole }) : null;
  const marks = useMemo(() => marksOf(draft), [marksOf, draft]);

  /** Do it, then stand on the step that it made. */
  const make = useCallback(
    (change: Change, opens: boolean) => {
      const made = newStep(draft, changed(draft, change));
      move(change);
      if (made === undefined) return;
      select(new Set([made]));
      if (opens) open({ what: "step", id: made });
    },
    [draft],
  );
  const paste = useCallback(
    (at: Place) => {
      if (clipboard) make({ kind: "paste", at, fragment: clipboard }, false);
    },
    [clipboard, make],
  );
  const copy = useCallback(
    (ids: ReadonlySet<string>) => {
      const fragment = copied(draft, ids);
      if (fragment.steps.length === 0) return;
      sessionStorage.setItem(KEPT, JSON.stringify(fragment));
      setClipboard(fragment);
      void message.info(t("journey.copied", { count: fragment.steps.length }));
    },
    [draft, message, t],
  );
  const remove = useCallback(
    (ids: readonly string[]) => {
      const steps = ids.filter((id) => stepOf(draft, id));
      if (steps.length === 0) return;
      const after = changed(draft, { kind: "remove", ids: steps });
      if (after === draft) return void message.info(t("journey.keepOne"));
      const before = draft.nodes.flatMap(waysOf).find((way) => steps.includes(way.to))?.from;
      move({ kind: "remove", ids: steps });
      open(null);
      select(new Set([before !== undefined && stepOf(after, before) ? before : START]));
    },
    [draft, message, t],
  );

  const editor: Editor = {
    draft,
    move,
    act: move,
    add: (at, kind) => {
      const steps = PRESETS[kind]?.steps;
      make(
        steps ? { kind: "paste", at, fragment: { steps, notes: {} } } : { kind: "add", at, step: kind },
        true,
      );
    },
    clipboard,
    paste,
    selected,
    select,
    opened,
    open,
    tell,
    parts,
    counts,
    marks,
    trail: null,
    problems: checked?.problems ?? [],
    mend,
  };

  /** Keys of the canvas and of the list; fields of text have their own. */
  const press = (event: KeyboardEvent, find: () => void) => {
    if ((event.target as HTMLElement).closest("input, textarea, [role=combobox], [role=menu]")) return;
    const key = event.key.toLowerCase();
    const control = event.ctrlKey || event.metaKey;
    const first = [...selected][0];
    const after = first === undefined ? START : first;
    const step = stepOf(draft, after);
    const onward = step ? waysOf(step)[0] : { from: START, path: "" };
    const actions: Record<string, (() => void) | undefined> = control
      ? {
          z: () => move({ kind: event.shiftKey ? "redo" : "undo" }),
          y: () => move({ kind: "redo" }),
          c: () => copy(selected),
          v: onward ? () => paste(onward) : undefined,
          f: find,
        }
      : { delete: () => remove([...selected]), backspace: () => remove([...selected]) };
    const action = actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return {
    editor,
    press,
    copy,
    remove,
    mendAll,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  };
}
