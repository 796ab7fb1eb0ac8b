/** The tracking plan as it is edited: bodies of definitions in, bodies out; what is not touched stays as it is. */
import type { EventRow, PlanRow } from "../api/data";

export const MAIN_PLAN = "main";
export const kinds = ["text", "number", "whole", "boolean", "instant", "list", "object"] as const;
export type Kind = (typeof kinds)[number];

export interface Rule {
  type?: Kind | null;
  required?: boolean;
  values?: (string | number | boolean)[];
  at_least?: number | null;
  at_most?: number | null;
}

export interface Plan {
  events: Record<string, { properties?: Record<string, Rule>; others?: string }>;
  violations?: string;
  unknown_events?: string;
  name?: string;
}

export const emptyPlan: Plan = { events: {}, violations: "warn", unknown_events: "allow" };

export type Standing = "planned" | "unplanned" | "unseen";

export function standing(event: EventRow): Standing {
  if (event.plan === null) return "unplanned";
  return event.sampled === 0 ? "unseen" : "planned";
}

/** The plan that an event is edited in: its own, else the main one, else the first there is. */
export function planOf(event: EventRow | null, plans: PlanRow[]): { id: string; plan: Plan } {
  const own = plans.find((each) => each.plan_id === event?.plan);
  const kept = own ?? plans.find((each) => each.plan_id === MAIN_PLAN) ?? plans[0];
  return kept ? { id: kept.plan_id, plan: kept.body as unknown as Plan } : { id: MAIN_PLAN, plan: emptyPlan };
}

/** The rules of an event as a form shows them: planned ones, and one without demands for what was only seen. */
export function rulesOf(event: EventRow): Record<string, Rule | null> {
  return Object.fromEntries(
    event.properties.map((property) => [property.name, property.planned as Rule | null]),
  );
}

export function withRules(plan: Plan, event: string, rules: Record<string, Rule | null>): Plan {
  const properties = Object.fromEntries(
    Object.entries(rules).filter((entry): entry is [string, Rule] => entry[1] !== null),
  );
  return { ...plan, events: { ...plan.events, [event]: { ...plan.events[event], properties } } };
}

export function without(plan: Plan, event: string): Plan {
  const events = { ...plan.events };
  delete events[event];
  return { ...plan, events };
}

/** Plans differ in what they do; the strictest counts, so that is what the page shows. */
export function strictest(plans: PlanRow[]): { violations: string; unknown: string } {
  const order = ["allow", "warn", "block"];
  const most = (all: string[], least: string) =>
    all.reduce((one, other) => (order.indexOf(other) > order.indexOf(one) ? other : one), least);
  return {
    violations: most(
      plans.map((each) => each.violations),
      "warn",
    ),
    unknown: most(
      plans.map((each) => each.unknown_events),
      "allow",
    ),
  };
}
