import type { Views } from "@/shared/api/client";
import type { Tone } from "@/shared/parts/note";

export const statusTone: Record<Views["Campaign"]["status"], Tone> = {
  running: "good",
  measuring: "plain",
  done: "plain",
  stopped: "harm",
  paused: "decide",
};

/** Whether a lift stands clear of zero; only then it may wear a colour. */
export function clearness(lift: Views["Lift"] | null): "none" | "unclear" | "better" | "worse" {
  if (lift === null) return "none";
  if (lift.low > 0) return "better";
  return lift.high !== null && lift.high < 0 ? "worse" : "unclear";
}

export const verdictTone: Record<Views["Report"]["verdict"], Tone> = {
  better: "good",
  worse: "harm",
  unclear: "decide",
  too_early: "plain",
};
