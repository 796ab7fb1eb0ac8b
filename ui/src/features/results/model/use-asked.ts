/** What is asked lives in the address; so does which number's people are shown. */
import { useSearchParams } from "react-router";
import type { Vocabulary } from "../api/results";

const DAY_MS = 86_400_000;

export interface Address {
  get(name: string): string | null;
  /** Asks anew: names with null are dropped, and the people are closed. */
  ask(changes: Record<string, string | null>): void;
  /** The address of the people behind a number. */
  behind(which: Record<string, string>): string;
  close(): void;
}

const BEHIND = ["people", "age", "of", "key", "rows"];

export function useAsked(): Address {
  const [search, setSearch] = useSearchParams();
  const cleared = () => {
    const next = new URLSearchParams(search);
    for (const name of BEHIND) next.delete(name);
    return next;
  };
  return {
    get: (name) => search.get(name),
    ask: (changes) => {
      const next = cleared();
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) next.delete(name);
        else next.set(name, value);
      }
      setSearch(next, { preventScrollReset: true });
    },
    behind: (which) => {
      const next = cleared();
      for (const [name, value] of Object.entries(which)) next.set(name, value);
      return String(next);
    },
    close: () => setSearch(cleared(), { preventScrollReset: true }),
  };
}

/** The days asked for, else the last `days` that have data. */
export function lastDays(address: Address, vocabulary: Vocabulary, days: number) {
  const usual = vocabulary.to;
  const first =
    usual === null
      ? null
      : new Date(Date.parse(`${usual}T00:00:00Z`) - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  return { from: address.get("from") ?? first, to: address.get("to") ?? usual };
}
