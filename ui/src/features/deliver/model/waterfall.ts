/** The ledger as a waterfall: from everyone who qualified, row by row, to those who answered. Nobody is lost. */
import type { Ledger, LedgerRow } from "../api/ledger";

export interface Step {
  row: LedgerRow;
  /** Where the bar begins and how long it is, as fractions of the qualified. */
  start: number;
  length: number;
}

export interface Waterfall {
  steps: Step[];
  /** Rows' people minus qualified; anything but 0 is a fault of the ledger and is shown as one. */
  unaccounted: number;
}

const ORDER: Record<LedgerRow["kind"], number> = {
  blocked: 0,
  held_out: 1,
  waiting: 2,
  lost: 3,
  reached: 4,
  answered: 5,
};

export function waterfallOf(ledger: Ledger): Waterfall {
  const rows = [...ledger.rows].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || b.people - a.people);
  const whole = Math.max(ledger.qualified, 1);
  let left = ledger.qualified;
  const steps = rows.map((row): Step => {
    left -= row.people;
    return { row, start: Math.max(0, left) / whole, length: row.people / whole };
  });
  const total = rows.reduce((sum, row) => sum + row.people, 0);
  return { steps, unaccounted: ledger.qualified - total };
}
