/** Days as texts such as 2026-09-25: a calendar knows no hours, and no zone may shift it. */
const DAY_MS = 86_400_000;

export type View = "month" | "week";

export function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** From 0 for Monday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export function monday(day: string): string {
  return plus(day, -weekday(day));
}

/** Whole weeks: those that a month touches, or one. */
export function spanOf(view: View, day: string): { from: string; to: string } {
  if (view === "week") return { from: monday(day), to: plus(monday(day), 6) };
  const first = `${day.slice(0, 7)}-01`;
  const last = plus(`${plus(first, 31).slice(0, 7)}-01`, -1);
  return { from: monday(first), to: plus(monday(last), 6) };
}

/** The day to which the view turns, so many months or weeks on. */
export function turned(view: View, day: string, by: 1 | -1): string {
  if (view === "week") return plus(day, 7 * by);
  const first = `${day.slice(0, 7)}-01`;
  return by === 1 ? `${plus(first, 31).slice(0, 7)}-01` : `${plus(first, -1).slice(0, 7)}-01`;
}

export function weeksOf<T>(days: T[]): T[][] {
  return Array.from({ length: Math.ceil(days.length / 7) }, (_, week) => days.slice(week * 7, week * 7 + 7));
}
