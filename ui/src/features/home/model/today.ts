/** What of today wants a word: what waits for a decision, which campaigns lead or harm. Pure. */
import type { Campaign, Proposal, StandingGoal } from "../api/home";

export interface Today {
  /** Things that wait for somebody to decide. */
  decide: number;
  leading: number;
  harming: number;
  running: number;
}

/** A goal waits where its last look has a plan that nobody has launched yet. */
export function waiting(goals: readonly StandingGoal[]): StandingGoal[] {
  return goals.filter((goal) => goal.review?.act === "waits" || goal.review?.act === "suggested");
}

/** Campaigns that run and are seen to do harm: somebody should decide whether they go on. */
export function harming(campaigns: readonly Campaign[]): Campaign[] {
  return campaigns.filter(
    (each) =>
      each.status === "running" && each.lift !== null && each.lift.high !== null && each.lift.high < 0,
  );
}

/** Proposals wait for an approval, or with a verdict to be kept or taken back. */
export function undecided(proposals: readonly Proposal[]): Proposal[] {
  return proposals.filter((each) => each.status === "waits" || (each.status === "running" && each.settled));
}

export function todayOf(
  campaigns: readonly Campaign[],
  goals: readonly StandingGoal[],
  proposals: readonly Proposal[],
  approvals = 0,
): Today {
  const running = campaigns.filter((each) => each.status === "running");
  const harm = harming(campaigns).length;
  return {
    decide: waiting(goals).length + undecided(proposals).length + harm + approvals,
    leading: running.filter((each) => each.lift !== null && each.lift.low > 0).length,
    harming: harm,
    running: running.length,
  };
}

/** Which sentence says it; the counts fill its blanks. */
export function greeting({ decide, leading, running }: Today) {
  if (decide > 0) return leading > 0 ? "decideAndLead" : "decide";
  if (leading > 0) return "lead";
  return running > 0 ? "running" : "quiet";
}
