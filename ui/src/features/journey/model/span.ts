/** Lengths of time as people say them. */

export const UNITS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;
export type Unit = keyof typeof UNITS;
const NAMES = Object.keys(UNITS) as Unit[];

/** The largest unit in which a length is a whole number. */
export function unitOf(seconds: number): Unit {
  return NAMES.find((unit) => seconds > 0 && seconds % UNITS[unit] === 0) ?? "seconds";
}

/** A length in at most two units: 1 day 6 hours. */
export function partsOf(seconds: number): { unit: Unit; count: number }[] {
  const parts: { unit: Unit; count: number }[] = [];
  let rest = Math.round(seconds);
  for (const unit of NAMES) {
    const count = Math.floor(rest / UNITS[unit]);
    rest -= count * UNITS[unit];
    if (count > 0) parts.push({ unit, count });
  }
  return parts.length > 0 ? parts.slice(0, 2) : [{ unit: "seconds", count: 0 }];
}

export function clockOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

export function minuteOf(clock: string): number | null {
  const match = /^(\d{2}):(\d{2})/.exec(clock);
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
}
