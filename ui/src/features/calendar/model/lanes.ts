/** Lays what runs over several days into lanes, so that a bar keeps its height through a week. */
import type { Conflict, Sender } from "../api/calendar";
import { plus } from "./days";

export interface Bar {
  sender: Sender;
  /** Columns of the week, from 0, the last one included. */
  from: number;
  to: number;
  lane: number;
  /** It began before this week, or goes on after it. */
  before: boolean;
  after: boolean;
}

/** The shop's day of an instant: it is written with the offset of the shop or as UTC. */
export function shopDay(iso: string): string {
  return new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** The hour that the shop's clock shows then. */
export function shopHour(iso: string): string {
  return new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(11, 16);
}

export function barsOf(senders: Sender[], monday: string): Bar[] {
  const sunday = plus(monday, 6);
  const busy: string[] = []; // By lane, the day up to which it is taken.
  const spans = senders.flatMap((sender) => spansOf(sender, monday, sunday));
  return spans
    .sort((a, b) => a.first.localeCompare(b.first) || b.last.localeCompare(a.last))
    .map(({ sender, first, last }) => {
      const from = first < monday ? monday : first;
      const to = last > sunday ? sunday : last;
      const free = busy.findIndex((until) => until < from);
      const lane = free === -1 ? busy.length : free;
      busy[lane] = to;
      const column = (day: string) => Math.round((Date.parse(day) - Date.parse(monday)) / 86_400_000);
      return {
        sender,
        from: column(from),
        to: column(to),
        lane,
        before: first < monday,
        after: last > sunday,
      };
    });
}

function spansOf(sender: Sender, monday: string, sunday: string) {
  if (sender.kind === "always") return [];
  if (sender.kind === "campaign") {
    const last = sender.last ?? sunday;
    return last < monday || sender.first > sunday ? [] : [{ sender, first: sender.first, last }];
  }
  const days = [...new Set(sender.occasions.map(shopDay))].filter((day) => day >= monday && day <= sunday);
  return days.map((day) => ({ sender, first: day, last: day }));
}

/** What sends on a day, and what stands against it. */
export function sendersOn(senders: Sender[], day: string): Sender[] {
  return senders.filter((each) => spansOf(each, day, day).length > 0);
}

export function conflictsOn(conflicts: Conflict[], day: string): Conflict[] {
  return conflicts.filter((each) => each.first <= day && day <= each.last);
}
