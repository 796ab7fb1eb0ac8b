/** Kinds of step as data: menu, form, words on the canvas and the list all read this one table. */

export type KindGroup = "waits" | "judges" | "reaches" | "customer" | "staff" | "ends";

/** How a value is written and said. */
export type FieldAs =
  | "seconds"
  | "minute"
  | "count"
  | "text"
  | "longText"
  | "choice"
  | "channel"
  | "content"
  | "audience"
  | "event"
  | "campaign"
  | "moment"
  | "tree"
  | "arms";

export interface Field {
  name: string;
  as: FieldAs;
  choices?: readonly string[];
  /** May be left out: a choice then is the first. */
  optional?: true;
  /** Shown below the fields that matter every time. */
  seldom?: true;
}

export interface Kind {
  kind: string;
  group: KindGroup;
  /** Fields that name the next step; a list of objects has it in `next` of each. */
  ways: readonly string[];
  /** Where the ways beside the first lead in a new step: out, or on with the others. */
  aside?: "exit";
  /** A new one, before its ways are drawn. */
  fresh: Readonly<Record<string, unknown>>;
  fields: readonly Field[];
  /** Works only where the journey's own campaign is the trigger. */
  ofCampaign?: true;
}

const DAY_S = 86_400;
const EXPIRES: Field = { name: "expires_s", as: "seconds", seldom: true };

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
    fields: [{ name: "minute", as: "minute" }],
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
  {
    kind: "condition",
    group: "judges",
    ways: ["yes", "no"],
    aside: "exit",
    fresh: { when: { all: [] } },
    fields: [{ name: "when", as: "tree" }],
  },
  {
    kind: "experiment",
    group: "judges",
    ways: ["arms"],
    fresh: {
      arms: [
        { id: "a", share: 0.5, next: "" },
        { id: "b", share: 0.5, next: "" },
      ],
    },
    fields: [{ name: "arms", as: "arms" }],
  },
  {
    kind: "send",
    group: "reaches",
    ways: ["next"],
    fresh: { channel: "", content: "", purpose: "marketing" },
    fields: [
      { name: "channel", as: "channel" },
      { name: "content", as: "content" },
      { name: "purpose", as: "choice", choices: ["marketing", "transactional", "service"], optional: true },
      EXPIRES,
    ],
  },
  { kind: "act", group: "reaches", ways: ["next"], fresh: {}, fields: [EXPIRES], ofCampaign: true },
  { kind: "exit", group: "ends", ways: [], fresh: {}, fields: [] },
];

export const GROUPS: readonly KindGroup[] = ["waits", "judges", "reaches", "customer", "staff", "ends"];

export function kindOf(kind: string): Kind | undefined {
  return KINDS.find((each) => each.kind === kind);
}

export interface TriggerKind {
  on: string;
  fresh: Readonly<Record<string, unknown>>;
  fields: readonly Field[];
  /** Made by launching a campaign, not by hand. */
  ofCampaign?: true;
}

export const TRIGGERS: readonly TriggerKind[] = [
  { on: "audience", fresh: { audience: "" }, fields: [{ name: "audience", as: "audience" }] },
  { on: "event", fresh: { name: "" }, fields: [{ name: "name", as: "event" }] },
  {
    on: "campaign",
    fresh: { campaign: "", at_ms: 0 },
    fields: [
      { name: "campaign", as: "campaign" },
      { name: "at_ms", as: "moment" },
    ],
    ofCampaign: true,
  },
];

export function triggerOf(on: string): TriggerKind | undefined {
  return TRIGGERS.find((each) => each.on === on);
}

/** The fields of a step that nobody has filled in. */
export function lacking(step: { kind: string; [field: string]: unknown }): Field[] {
  return lackingOf(kindOf(step.kind)?.fields ?? [], step);
}

export function lackingOf(fields: readonly Field[], of: Readonly<Record<string, unknown>>): Field[] {
  return fields.filter((field) => {
    const value = of[field.name];
    if (field.optional || (field.seldom && value === undefined)) return false;
    if (field.as === "tree") return isEmptyTree(value);
    return value === undefined || value === null || value === "";
  });
}

function isEmptyTree(value: unknown): boolean {
  if (value === null || typeof value !== "object") return true;
  const tree = value as { all?: unknown[]; any?: unknown[] };
  const members = tree.all ?? tree.any;
  return Object.keys(tree).length === 0 || (members !== undefined && members.length === 0);
}
