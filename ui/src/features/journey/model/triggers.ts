/** Who enters a journey: kinds of trigger as data, as steps are. */
import type { Draft } from "./draft";
import type { Field } from "./field";

export interface TriggerKind {
  on: string;
  fresh: Readonly<Record<string, unknown>>;
  fields: readonly Field[];
  /** Made by launching a campaign, not by hand. */
  ofCampaign?: true;
}

const ZONE: Field = { name: "zone", as: "choice", choices: ["", "recipient"], optional: true };

const EVENT: readonly Field[] = [
  { name: "name", as: "event" },
  { name: "where", as: "filters", optional: true },
];

export const TRIGGERS: readonly TriggerKind[] = [
  {
    on: "audience",
    fresh: { audience: "" },
    fields: [
      { name: "audience", as: "audience" },
      { name: "change", as: "choice", choices: ["entered", "left"], optional: true },
    ],
  },
  { on: "event", fresh: { name: "" }, fields: EVENT },
  {
    on: "schedule",
    fresh: { audience: "" },
    fields: [
      { name: "audience", as: "audience" },
      { name: "at", as: "localTime", optional: true },
      { name: "cron", as: "text", optional: true },
      { name: "rrule", as: "text", optional: true, seldom: true },
      { name: "starts", as: "localTime", optional: true, seldom: true },
      ZONE,
    ],
  },
  {
    on: "date",
    fresh: { trait: "", offset_days: 0, minute: 540, yearly: true },
    fields: [
      { name: "trait", as: "trait" },
      { name: "offset_days", as: "number", optional: true },
      { name: "minute", as: "minute", optional: true },
      { name: "yearly", as: "flag", optional: true },
      { name: "calendar", as: "choice", choices: ["solar", "lunar"], optional: true },
      { name: "audience", as: "audience", optional: true },
      ZONE,
    ],
  },
  { on: "api", fresh: {}, fields: [] },
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

/** Whether people enter with properties: those of the event, or of the request. */
export function bringsProperties({ trigger }: Draft): boolean {
  return trigger.on === "event" || trigger.on === "api";
}
