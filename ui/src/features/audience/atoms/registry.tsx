/** All kinds of condition: what may be chosen, what a new one looks like, and its editor. */
import type { ReactNode } from "react";
import type { Format } from "@/shared/words/format";
import { type Atom, isEditable } from "../model/tree";
import type { Words } from "./atom";
import { audience, newAudienceAtom } from "./audience";
import { event, newEvent } from "./event";
import { KeptAtom } from "./kept";
import { newPercent, percent } from "./percent";
import { newSequence, sequence } from "./sequence";
import { newTag, tag } from "./tag";
import { newTrait, trait } from "./trait";

/** The key of a subject in the list: "trait:city", "event:Order Completed", "tag:", "percent:", "audience:". */
export function subjectOf(atom: Atom): string {
  if ("trait" in atom) return `trait:${atom.trait}`;
  if ("event" in atom) return `event:${atom.event}`;
  if ("sequence" in atom) return "sequence:";
  if ("tag" in atom) return "tag:";
  return "percent" in atom ? "percent:" : "audience:";
}

export function newAtom(subject: string, words: Words): Atom {
  const colon = subject.indexOf(":");
  const kind = subject.slice(0, colon);
  const id = subject.slice(colon + 1);
  if (kind === "event") return newEvent(id);
  if (kind === "percent") return newPercent();
  if (kind === "sequence") return newSequence(words);
  if (kind === "tag") return newTag();
  if (kind === "audience") return newAudienceAtom();
  const word = words.vocabulary.traits.find((each) => each.id === id);
  return word ? newTrait(word) : { trait: id, in: [] };
}

export interface SubjectGroup {
  label: string;
  options: { value: string; label: string }[];
}

export function subjects(
  words: Words,
  format: Format,
  names: Record<"traits" | "events" | "more" | "percent" | "audience" | "sequence" | "tag", string>,
): SubjectGroup[] {
  return [
    {
      label: names.events,
      options: words.vocabulary.events.map((each) => ({
        value: `event:${each.id}`,
        label: format.say(each.name),
      })),
    },
    {
      label: names.traits,
      options: words.vocabulary.traits.map((each) => ({
        value: `trait:${each.id}`,
        label: format.say(each.name),
      })),
    },
    {
      label: names.more,
      options: [
        { value: "sequence:", label: names.sequence },
        { value: "audience:", label: names.audience },
        { value: "tag:", label: names.tag },
        { value: "percent:", label: names.percent },
      ],
    },
  ];
}

export function EditAtom({
  atom,
  words,
  onChange,
}: {
  atom: Atom;
  words: Words;
  onChange(atom: Atom): void;
}): ReactNode {
  if (!isEditable(atom)) return <KeptAtom atom={atom} />;
  if ("sequence" in atom) return <sequence.Edit atom={atom} words={words} onChange={onChange} />;
  if ("tag" in atom) return <tag.Edit atom={atom} words={words} onChange={onChange} />;
  if ("trait" in atom) return <trait.Edit atom={atom} words={words} onChange={onChange} />;
  if ("event" in atom) return <event.Edit atom={atom} words={words} onChange={onChange} />;
  if ("percent" in atom) return <percent.Edit atom={atom} words={words} onChange={onChange} />;
  return <audience.Edit atom={atom} words={words} onChange={onChange} />;
}
