/** Leads and deals as columns; pure. */
import type { Views } from "@/shared/api/client";

type Work = Views["Work"];
type Stage = Views["WorkChoice"];

export const REASONS_SHOWN = 3;

export interface Column {
  stage: Stage;
  works: Work[];
}

/** The columns in the order of the stages, the warmest or largest first; what has a stage that is no more stands in the first. */
export function byStage(works: Work[], stages: Stage[]): Column[] {
  const known = new Set(stages.map((each) => each.id));
  return stages.map((stage, place) => ({
    stage,
    works: works
      .filter((each) => each.stage?.id === stage.id || (place === 0 && !known.has(each.stage?.id ?? "")))
      .sort((one, other) => (other.score ?? other.amount) - (one.score ?? one.amount)),
  }));
}

export function strongest(reasons: Work["reasons"]): Work["reasons"] {
  return [...reasons].sort((one, other) => other.points - one.points).slice(0, REASONS_SHOWN);
}

/** What the deals of a column come to, in fen. */
export function worth(works: Work[]): number {
  return works.reduce((sum, each) => sum + each.amount, 0);
}
