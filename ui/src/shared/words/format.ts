/** Numbers, money and times as people write them: fractions in, "3.1%" out; fen in, "¥1,234" out. */
import type { Views } from "@/shared/api/client";
import type { Language } from "./language";

export type Text = Views["Text"];
export type Unit = Views["MetricRef"]["unit"];
export type LiftKind = Views["Plan"]["lift_kind"];

const MINUS = "\u2212";

export interface Format {
  say(text: Text): string;
  /** Phrases one after the other, each as it is. */
  phrases(texts: Text[]): string;
  people(count: number): string;
  /** A number that may have decimals: two at most, none that say nothing. */
  number(value: number): string;
  money(fen: number): string;
  /** An amount that nobody knows to the yuan: two digits that count, the rest zeros. */
  yuan(fen: number): string;
  percent(fraction: number, digits?: number): string;
  /** A change with its sign: "+3.1%" for a relative one, "+0.6 points" for points. */
  lift(fraction: number, kind: LiftKind, digits?: number): string;
  /** The same in words: "多 3.1%", "3.1% more". */
  moreOrLess(fraction: number, kind: LiftKind): string;
  /** The two ends of a range, the unit written at both; an upper end that cannot be told is said to be so. */
  liftRange(low: number, high: number | null, kind: LiftKind): string;
  metric(value: number, unit: Unit): string;
  date(iso: string): string;
  /** A month with its year. */
  month(iso: string): string;
  /** With the year, for what may be long ago. */
  day(iso: string): string;
  hour(iso: string): string;
  moment(iso: string): string;
  /** Year and minute both. */
  full(iso: string): string;
}

const DAY_MS = 86_400_000;

export function formatFor(language: Language): Format {
  const number = (value: number, digits: number) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
      .format(value)
      .replace("-", MINUS);
  const percent = (fraction: number, digits = 1) => `${number(fraction * 100, digits)}%`;
  const money = (fen: number) => {
    const digits = Math.abs(fen) < 10_000 && fen % 100 !== 0 ? 2 : 0;
    return `${fen < 0 ? MINUS : ""}¥${number(Math.abs(fen) / 100, digits)}`;
  };
  const yuan = (fen: number) => {
    const whole = Math.round(fen / 100);
    const unit = 10 ** Math.max(Math.floor(Math.log10(Math.abs(whole) || 1)) - 1, 0);
    return money(Math.round(whole / unit) * unit * 100);
  };
  const points = language === "en" ? " points" : " 个百分点";
  const lift = (fraction: number, kind: LiftKind, digits = 1) => {
    const sign = fraction > 0 ? "+" : "";
    return kind === "points"
      ? `${sign}${number(fraction * 100, digits)}${points}`
      : `${sign}${percent(fraction, digits)}`;
  };
  const moreOrLess = (fraction: number, kind: LiftKind) => {
    const size =
      kind === "points" ? `${number(Math.abs(fraction) * 100, 1)}${points}` : percent(Math.abs(fraction));
    if (language === "en") return `${size} ${fraction < 0 ? "less" : "more"}`;
    return `${fraction < 0 ? "少" : "多"} ${size}`;
  };
  const least = (low: string) =>
    language === "en" ? `at least ${low}; no upper end can be told` : `不低于 ${low}，上限说不准`;
  const say = (text: Text) => (language === "en" ? text.en : text.zh);
  const between = language === "en" ? " to " : "～";
  return {
    say,
    phrases: (texts) => texts.map(say).join(language === "en" ? ", " : "，"),
    people: (count) => number(count, 0),
    number: (value) =>
      new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value).replace("-", MINUS),
    money,
    yuan,
    percent,
    lift,
    moreOrLess,
    liftRange: (low, high, kind) =>
      high === null ? least(lift(low, kind)) : `${lift(low, kind)}${between}${lift(high, kind)}`,
    metric: (value, unit) => {
      if (unit === "share") return percent(value);
      return unit === "fen" ? money(Math.round(value)) : number(value, 2);
    },
    date: (iso) =>
      new Intl.DateTimeFormat(language, { month: "short", day: "numeric" }).format(new Date(iso)),
    month: (iso) =>
      new Intl.DateTimeFormat(language, { year: "numeric", month: "short" }).format(new Date(iso)),
    day: (iso) =>
      new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric" }).format(
        new Date(iso),
      ),
    hour: (iso) =>
      new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
        new Date(iso),
      ),
    full: (iso) =>
      new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", hourCycle: "h23" }).format(
        new Date(iso),
      ),
    moment: (iso) =>
      new Intl.DateTimeFormat(language, {
        month: "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
      }).format(new Date(iso)),
  };
}

export function daysBetween(fromIso: string, toIso: string): number {
  return Math.round((Date.parse(toIso) - Date.parse(fromIso)) / DAY_MS);
}
