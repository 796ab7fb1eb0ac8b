/** Kinds of step as data: menu, form, words on the canvas and the list all read this one table. */
import { type Field, lackingOf } from "./field";
import { PARTINGS } from "./partings";

export type KindGroup = "waits" | "judges" | "reaches" | "customer" | "staff" | "ends";

export interface Kind {
  kind: string;
  group: KindGroup;
  /** Fields that name the next step; a list of objects has it in `next` of each. */
  ways: readonly string[];
  /** Lists of ways that need not be there, each with its `next`. */
  several?: readonly string[];
  /** Ways that need not be there; where they are empty, people go on by the first. */
  perhaps?: readonly string[];
  /** Where the ways beside the first lead in a new step: out, or on with the others. */
  aside?: "exit";
  /** A new one, before its ways are drawn. */
  fresh: Readonly<Record<string, unknown>>;
  fields: readonly Field[];
  /** Works only where the journey's own campaign is the trigger. */
  ofCampaign?: true;
}

const DAY_S = 86_400;
const HOUR_S = 3_600;
const EXPIRES: Field = { name: "expires_s", as: "seconds", seldom: true };
const ZONE: Field = { name: "zone", as: "choice", choices: ["", "recipient"], optional: true, seldom: true };
const YEARLY: readonly Field[] = [
  { name: "yearly", as: "flag", optional: true },
  { name: "calendar", as: "choice", choices: ["solar", "lunar"], optional: true, seldom: true },
];

export const KINDS: readonly Kind[] = [
  {
    kind: "wait",
    group: "waits",
    ways: ["next"],
    fresh: { duration_s: DAY_S },
    fields: [{ name: "duration_s", as: "seconds" }],
  },
  {
    kind: "until",
    group: "waits",
    ways: ["next"],
    fresh: { minute: 9 * 60 },
    fields: [
      { name: "minute", as: "minute" },
      { name: "weekdays", as: "weekdays", optional: true },
      { name: "days", as: "choice", choices: ["any", "working", "off"], optional: true },
      ZONE,
    ],
  },
  {
    kind: "until_event",
    group: "waits",
    several: ["answers"],
    ways: ["happened", "timed_out"],
    fresh: { name: "", timeout_s: 3 * DAY_S },
    fields: [
      { name: "name", as: "event" },
      { name: "where", as: "filters", optional: true },
      { name: "timeout_s", as: "seconds" },
      { name: "answers", as: "answers", optional: true },
    ],
  },
  {
    kind: "until_best_hour",
    group: "waits",
    ways: ["next"],
    fresh: { within: "week", otherwise_minute: 600 },
    fields: [
      { name: "within", as: "choice", choices: ["week", "day"], optional: true },
      { name: "otherwise_minute", as: "minute", optional: true },
    ],
  },
  {
    kind: "until_date",
    group: "waits",
    ways: ["next"],
    perhaps: ["passed"],
    fresh: { trait: "", offset_days: 0, minute: 540 },
    fields: [
      { name: "trait", as: "trait", optional: true },
      { name: "date", as: "date", optional: true },
      { name: "offset_days", as: "number", optional: true },
      { name: "minute", as: "minute", optional: true },
      ...YEARLY,
      ZONE,
    ],
  },
  {
    kind: "stagger",
    group: "waits",
    ways: ["next"],
    fresh: { over_s: DAY_S, waves: 24, salt: "waves" },
    fields: [
      { name: "over_s", as: "seconds" },
      { name: "waves", as: "count" },
      { name: "salt", as: "text", seldom: true },
    ],
    ofCampaign: true,
  },
  ...PARTINGS,
  {
    kind: "send",
    group: "reaches",
    ways: ["next"],
    fresh: { channel: "", content: "", purpose: "marketing" },
    fields: [
      { name: "channel", as: "channel" },
      { name: "content", as: "content" },
      { name: "purpose", as: "choice", choices: ["marketing", "transactional", "service"], optional: true },
      { name: "fallbacks", as: "ways", optional: true },
      EXPIRES,
    ],
  },
  { kind: "act", group: "reaches", ways: ["next"], fresh: {}, fields: [EXPIRES], ofCampaign: true },
  {
    kind: "coupon",
    group: "customer",
    ways: ["next"],
    fresh: { pool: "" },
    fields: [{ name: "pool", as: "pool" }, EXPIRES],
  },
  {
    kind: "points",
    group: "customer",
    ways: ["next"],
    fresh: { points: 100 },
    fields: [
      { name: "points", as: "number" },
      { name: "expires_days", as: "number", optional: true },
    ],
  },
  {
    kind: "tag",
    group: "customer",
    ways: ["next"],
    fresh: { tag: "" },
    fields: [
      { name: "tag", as: "tag" },
      { name: "take_off", as: "flag", optional: true },
      { name: "expires_days", as: "number", optional: true },
    ],
  },
  {
    kind: "trait",
    group: "customer",
    ways: ["next"],
    fresh: { trait: "", set: "" },
    fields: [
      { name: "trait", as: "trait" },
      { name: "set", as: "value" },
    ],
  },
  {
    kind: "journey",
    group: "customer",
    ways: ["next"],
    fresh: { journey: "" },
    fields: [{ name: "journey", as: "journey" }],
  },
  {
    kind: "task",
    group: "staff",
    ways: ["next"],
    fresh: { title: "", sort: "call", due_s: DAY_S },
    fields: [
      { name: "title", as: "text" },
      { name: "sort", as: "choice", choices: ["call", "visit"], optional: true },
      { name: "due_s", as: "seconds" },
      { name: "team", as: "text", optional: true },
      { name: "medium", as: "choice", choices: ["call", "wecom", "sms", "email"], optional: true },
      { name: "purpose", as: "choice", choices: ["marketing", "transactional", "service"], optional: true },
      { name: "text", as: "content", optional: true, seldom: true },
    ],
  },
  {
    kind: "score",
    group: "staff",
    ways: ["next"],
    fresh: { points: 10, reason: "" },
    fields: [
      { name: "points", as: "number" },
      { name: "reason", as: "text" },
    ],
  },
  {
    kind: "webhook",
    group: "staff",
    ways: ["next"],
    fresh: { channel: "", content: "", expires_s: HOUR_S },
    fields: [{ name: "channel", as: "channel" }, { name: "content", as: "content" }, EXPIRES],
  },
  { kind: "exit", group: "ends", ways: [], fresh: {}, fields: [] },
];

export const GROUPS: readonly KindGroup[] = ["waits", "judges", "reaches", "customer", "staff", "ends"];

export function kindOf(kind: string): Kind | undefined {
  return KINDS.find((each) => each.kind === kind);
}

/** The fields of a step that nobody has filled in. */
export function lacking(step: { kind: string; [field: string]: unknown }): Field[] {
  return lackingOf(kindOf(step.kind)?.fields ?? [], step);
}
