/** Presets: what the menu adds as several steps at once. */
import type { KindGroup } from "./kinds";

const DAY_S = 86_400;

/** A step of a preset; ways that lead nowhere lead on. */
interface PresetStep {
  id: string;
  kind: string;
  [field: string]: unknown;
}

/** Several steps that belong together and are added as one: a question, and the wait for its answer. */
export const PRESETS: Readonly<Record<string, { group: KindGroup; steps: readonly PresetStep[] }>> = {
  survey: {
    group: "reaches",
    steps: [
      { id: "ask", kind: "send", channel: "", content: "", purpose: "marketing", next: "answer" },
      {
        id: "answer",
        kind: "until_event",
        name: "Form Submitted",
        where: [],
        timeout_s: 7 * DAY_S,
        happened: "",
        timed_out: "",
      },
    ],
  },
};
