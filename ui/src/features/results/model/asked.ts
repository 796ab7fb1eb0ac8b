/** Questions about results live in the address: they can be sent to somebody, and "back" goes to the last one. */
import type { FunnelAsked, Vocabulary } from "../api/results";

export type Grouping = NonNullable<FunnelAsked["group"]>;

const KINDS: readonly string[] = ["channel", "last_touch", "trait", "property", "audience", "campaign"];

/** Ways through a shop that many have; shown where all their events came in. */
export const WAYS = {
  buying: ["Product Viewed", "Product Added", "Order Completed"],
  messages: ["message.sent", "message.clicked", "Order Completed"],
  growing: ["Promotion Viewed", "Promotion Clicked", "Signed Up", "any", "Order Completed"],
} as const;

export type Way = keyof typeof WAYS;

export function knownWays(vocabulary: Vocabulary): Way[] {
  const known = new Set(vocabulary.events.map((each) => each.event));
  return (Object.keys(WAYS) as Way[]).filter((way) => WAYS[way].every((event) => known.has(event)));
}

/** The steps that a first look begins with: a usual way, else the two commonest events. */
export function firstSteps(vocabulary: Vocabulary): string[] {
  const way = knownWays(vocabulary).find((each) => each !== "messages");
  if (way) return [...WAYS[way]];
  return vocabulary.events
    .filter((each) => each.times > 0)
    .slice(0, 2)
    .map((each) => each.event);
}

export function groupingOf(said: string | null): Grouping | null {
  const [kind = "", ...name] = (said ?? "").split(":");
  return KINDS.includes(kind) ? { kind: kind as Grouping["kind"], name: name.join(":") } : null;
}

export function groupingSaid(grouping: Grouping | null): string {
  if (grouping === null) return "";
  return grouping.name ? `${grouping.kind}:${grouping.name}` : grouping.kind;
}

export function daysOf(search: URLSearchParams): { from: string | null; to: string | null } {
  return { from: search.get("from") || null, to: search.get("to") || null };
}

/** The days that are asked for when nobody chose: the last thirty in which anything happened. */
export function usualDays(vocabulary: Vocabulary): { from: string; to: string } | null {
  if (vocabulary.to === null) return null;
  const last = Date.parse(`${vocabulary.to}T00:00:00Z`);
  const first = new Date(last - 29 * 86_400_000).toISOString().slice(0, 10);
  return { from: first, to: vocabulary.to };
}

export function funnelOf(search: URLSearchParams, vocabulary: Vocabulary): FunnelAsked {
  const steps = search.getAll("step");
  const days = daysOf(search);
  const usual = usualDays(vocabulary);
  return {
    from: days.from ?? usual?.from ?? null,
    to: days.to ?? usual?.to ?? null,
    steps: (steps.length > 0 ? steps : firstSteps(vocabulary)).map((event) => ({ event, where: [] })),
    window_days: Number(search.get("within")) || 7,
    ordered: search.get("order") !== "any",
    group: groupingOf(search.get("by")),
  };
}

/** The address of a question, people closed. */
export function addressOf(asked: FunnelAsked): URLSearchParams {
  const search = new URLSearchParams();
  if (asked.from) search.set("from", asked.from);
  if (asked.to) search.set("to", asked.to);
  for (const step of asked.steps) search.append("step", step.event);
  search.set("within", String(asked.window_days));
  if (!asked.ordered) search.set("order", "any");
  if (asked.group) search.set("by", groupingSaid(asked.group));
  return search;
}
