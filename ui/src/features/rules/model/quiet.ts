/** Minutes of the day and zones, as people write them. */
const DAY = 24 * 60;
const ZONES = [-8, -7, -6, -5, -4, -3, 0, 1, 2, 3, 4, 5.5, 7, 8, 9, 10, 12].map((hours) => hours * 60);

export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** The minute of the day, null where it is none: a field that is being typed in. */
export function minuteOf(time: string): number | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(time);
  if (match === null) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute < DAY ? minute : null;
}

export function zoneOf(offset: number): string {
  const minutes = Math.abs(offset) % 60;
  const hours = Math.floor(Math.abs(offset) / 60);
  return `UTC${offset < 0 ? "\u2212" : "+"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
}

/** The usual zones, and the one that is set though it is unusual. */
export function zonesWith(offset: number): { value: number; label: string }[] {
  const all = ZONES.includes(offset) ? ZONES : [...ZONES, offset].sort((one, other) => one - other);
  return all.map((value) => ({ value, label: zoneOf(value) }));
}
