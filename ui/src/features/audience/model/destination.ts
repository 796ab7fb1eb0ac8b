/** A destination while it is being written, and the definition that it becomes. */
export const IDENTIFIERS = ["customer_id", "phone", "email"] as const;
export type Identifier = (typeof IDENTIFIERS)[number];
export type When = "asked" | "hours" | "daily";

export interface DestinationDraft {
  name: string;
  kind: "webhook" | "database";
  url: string;
  secret: string;
  table: string;
  identifiers: Identifier[];
  columns: string[];
  channel: string;
  when: When;
  hours: number;
  at: string;
}

export const emptyDestination: DestinationDraft = {
  name: "",
  kind: "webhook",
  url: "",
  secret: "",
  table: "",
  identifiers: ["customer_id"],
  columns: [],
  channel: "",
  when: "asked",
  hours: 24,
  at: "06:30",
};

export function isWhole(draft: DestinationDraft): boolean {
  const rest = draft.kind === "webhook" ? draft.secret : draft.table;
  const timed = draft.when !== "daily" || /^\d{2}:\d{2}$/.test(draft.at);
  return [draft.name, draft.url, rest].every((text) => text.trim() !== "") && timed;
}

/** The body of the definition; what was not chosen is left out. */
export function definitionOf(draft: DestinationDraft, audience: string): Record<string, unknown> {
  const to =
    draft.kind === "webhook"
      ? { kind: "webhook", url: draft.url.trim(), secret: draft.secret.trim() }
      : { kind: "database", url: draft.url.trim(), table: draft.table.trim() };
  return {
    name: draft.name.trim(),
    audience,
    to,
    identifiers: IDENTIFIERS.filter((each) => draft.identifiers.includes(each)),
    ...(draft.columns.length > 0 ? { columns: draft.columns } : {}),
    ...(draft.channel === "" ? {} : { channel: draft.channel }),
    ...(draft.when === "hours" ? { every_hours: draft.hours } : {}),
    ...(draft.when === "daily" ? { daily_at: draft.at } : {}),
  };
}
