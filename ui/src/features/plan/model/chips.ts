/** What was understood, cut into chips: one a slot, each understood, assumed or still open. */
import type { Views } from "@/shared/api/client";
import type { Format } from "@/shared/words/format";
import type { Slot } from "../api/goals";

export type ChipState = "understood" | "assumed" | "open";

export interface Chip {
  slot: Slot;
  state: ChipState;
  /** Null where nothing is known; the chip then shows only its name. */
  value: string | null;
}

/** The words a chip needs beyond numbers; the caller brings them in the reader's language. */
export interface ChipWords {
  up: string;
  down: string;
  againstNobody: string;
  againstLast: string;
  days(count: number): string;
  everybody: string;
  cap(count: number, perDays: number): string;
}

export function chipsOf(reading: Views["Reading"], format: Format, words: ChipWords): Chip[] {
  const { understood, questions } = reading;
  const asked = new Set(questions.map((question) => question.slot));
  const assumed = new Set(understood.assumed);
  const values: [Slot, string | null][] = [
    ["metric", understood.metric ? format.say(understood.metric.name) : null],
    ["size", sizeOf(understood, format, words)],
    ["window", understood.window_days === null ? null : words.days(understood.window_days)],
    ["scope", understood.scope ? format.say(understood.scope) : words.everybody],
    ["budget", understood.budget === null ? null : format.money(understood.budget)],
    ["caps", capsOf(understood, words)],
  ];
  return values
    .map(([slot, value]): Chip => {
      if (asked.has(slot)) return { slot, state: "open", value };
      return { slot, state: assumed.has(slot) ? "assumed" : "understood", value };
    })
    .filter((chip) => chip.state === "open" || chip.value !== null);
}

function sizeOf(understood: Views["Understood"], format: Format, words: ChipWords): string | null {
  if (understood.size === null) return null;
  const signed = understood.direction === "down" ? -Math.abs(understood.size) : understood.size;
  const against = understood.against === "nobody" ? words.againstNobody : words.againstLast;
  return `${format.lift(signed, understood.size_kind)} ${against}`;
}

function capsOf(understood: Views["Understood"], words: ChipWords): string | null {
  if (understood.caps.length === 0) return null;
  return understood.caps.map((cap) => words.cap(cap.count, cap.per_days)).join(" · ");
}
