import type { Views } from "@/shared/api/client";
import type { Tone } from "@/shared/parts/note";

export const statusTone: Record<Views["Campaign"]["status"], Tone> = {
  running: "good",
  measuring: "plain",
  done: "plain",
  stopped: "harm",
};

export const verdictTone: Record<Views["Report"]["verdict"], Tone> = {
  better: "good",
  worse: "harm",
  unclear: "decide",
  too_early: "plain",
};
