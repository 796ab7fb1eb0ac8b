/** The plan at another budget: read off the curve that the server sends once, so that a slider moves everything live. */
import type { Views } from "@/shared/api/client";

type Plan = Views["Plan"];
export type BudgetPoint = Views["BudgetPoint"];
export type Curve = Pick<Views["WhatIf"], "actions" | "points">;

/** What a budget leads to, on a straight line between the two known budgets around it. */
export function pointAt(points: BudgetPoint[], budget: number): BudgetPoint | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return undefined;
  const above = points.findIndex((point) => point.budget >= budget);
  if (above === 0) return first;
  const high = points[above];
  const low = points[above - 1];
  if (!high || !low) return last;
  const share = (budget - low.budget) / Math.max(high.budget - low.budget, 1);
  const mixed = (one: number, other: number) => one + share * (other - one);
  const whole = (one: number, other: number) => Math.round(mixed(one, other));
  return {
    budget: whole(low.budget, high.budget),
    cost: whole(low.cost, high.cost),
    people: whole(low.people, high.people),
    actions: low.actions.map((people, place) => whole(people, high.actions[place] ?? people)),
    point: mixed(low.point, high.point),
    i90: low.i90.map((end, place) => mixed(end, high.i90[place] ?? end)),
    probability: mixed(low.probability, high.probability),
    power: mixed(low.power, high.power),
    shadow_price: mixed(low.shadow_price, high.shadow_price),
  };
}

/** The plan as it would look at that point: people, money, lift, both verdicts. Words that would be wrong are left out. */
export function planAt(plan: Plan, curve: Curve, at: BudgetPoint): Plan {
  const { forecast, reachable, provable } = plan;
  const people = new Map(curve.actions.map((id, place) => [id, at.actions[place] ?? 0]));
  const moved = at.point - (forecast?.point ?? at.point);
  const squeeze = forecast ? width(at.i90) / Math.max(width(forecast.i90), 1e-12) : 1;
  return {
    ...plan,
    cost: at.cost,
    actions: plan.actions
      .map((action) => {
        const there = people.get(action.id) ?? action.people;
        const cost = action.people > 0 ? Math.round((action.cost * there) / action.people) : 0;
        return { ...action, people: there, cost };
      })
      .filter((action) => action.people > 0),
    forecast: forecast && {
      ...forecast,
      point: at.point,
      i50: shifted(forecast.i50, forecast.point, moved, squeeze),
      i80: shifted(forecast.i80, forecast.point, moved, squeeze),
      i90: at.i90,
    },
    reachable: reachable && { ...reachable, probability: at.probability, would_need: null },
    provable: provable && { ...provable, power: at.power, would_need: null },
  };
}

function width([low = 0, high = 0]: number[]): number {
  return high - low;
}

/** The inner intervals keep their place within the outer one. */
function shifted(interval: number[], center: number, moved: number, squeeze: number): number[] {
  return interval.map((end) => center + moved + (end - center) * squeeze);
}
