"""The plan of a first try, where no random contact of the past tells what options do."""

import math

import numpy as np
from msgspec.structs import replace

from liftloop.inference.power import Noise
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.baseline import Baseline
from liftloop.plan.exploration import Limits, Sizing, assumed_forecast, try_out
from liftloop.plan.finding import Finding, Plan, Reason, lifts_of, people_at, sign_of
from liftloop.plan.forecast import HOLDOUT_DEFAULT, Design, Forecast, reach_probability
from liftloop.plan.inputs import Flags, Floats, Integers, People, StudyInputs
from liftloop.plan.optimise import DRAW_MARGIN, Menu, draw, held_out, open_arms
from liftloop.plan.phases import DAY_S, kept_of
from liftloop.plan.redemption import expected_costs
from liftloop.plan.resources import Rows, bounding

PEOPLE_MIN = 50  # With fewer nothing can be tried or shown.


def explored(inputs: StudyInputs, baseline: Baseline, people: People, reason: Reason) -> Finding:
    """Return an exploration: options and nobody drawn uniformly, a usual holdout beside them."""
    people = replace(people, reach=people.reach & _affordable(inputs)[None, :])
    flat = expected_costs(inputs.options, people, inputs.order_share)
    noise = Noise(deviation=baseline.deviation)
    limits = Limits(
        profile=people.profile,
        baseline=abs(baseline.value),
        noise=noise,
        budget_fen=inputs.budget_fen,
        salt=inputs.salt,
    )
    sizing = try_out(inputs.options, people.reach, flat, limits)
    lifts = lifts_of(inputs, baseline, baseline.value)
    known = Finding(
        status="refused", baseline=baseline, lifts=lifts, eligible=people.count, sizing=sizing, reason="no_money"
    )
    if not sizing.arms.size or int(sizing.included.sum()) < PEOPLE_MIN:
        return known
    tried = people_at(people, _carried(inputs, people, sizing))
    if tried.count < PEOPLE_MIN:
        return replace(known, reason="no_capacity")
    reach = np.zeros_like(tried.reach)
    reach[:, sizing.arms - 1] = tried.reach[:, sizing.arms - 1]
    tried = replace(tried, reach=reach)
    plan = _exploring_plan(inputs, tried, noise, baseline)
    measurement = plan.design.error() / baseline.value if baseline.value else 0.0
    measurement = measurement if math.isfinite(measurement) else 0.0
    treated = float((plan.draw.cells[plan.draw.cell] @ (kept_now(inputs) * _is_contact(inputs))).mean())
    forecast = assumed_forecast(treated, measurement)
    if sign_of(inputs) < 0:
        forecast = _mirrored(forecast)
    if lifts.kind == "points":
        forecast = _scaled(forecast, baseline.value)
    return replace(
        known,
        status="exploration",
        reason=reason,
        eligible=tried.count,
        plan=replace(plan, effect=forecast.point * lifts.unit),
        forecast=forecast,
        probability=reach_probability(forecast, lifts.goal),
        prove=forecast.point,
    )


def kept_now(inputs: StudyInputs) -> Floats:
    """Return [1 + options] which part of each arm's effect is left, seen when people start."""
    leads = np.array([float(inputs.terms.lead_days.get(option.channel.id, 0)) for option in inputs.options])
    return kept_of(inputs.options, inputs.window_days, inputs.spread, leads * DAY_S)


def _is_contact(inputs: StudyInputs) -> Floats:
    return np.append(0.0, np.ones(len(inputs.options)))


def _carried(inputs: StudyInputs, people: People, sizing: Sizing) -> Integers:
    """Return as many of the included as stock and channels suffice for, whoever draws what; the same for a salt."""
    rows = np.flatnonzero(sizing.included)
    reach = np.zeros((rows.size, people.reach.shape[1]), dtype=np.bool_)
    reach[:, sizing.arms - 1] = people.reach[rows][:, sizing.arms - 1]
    drawn = (reach / (reach.sum(axis=1, keepdims=True) + 1)).sum(axis=0)
    nothing = np.zeros((0, reach.shape[1]))
    asked = Rows(options=inputs.options, effect=nothing, cost_fen=nothing, groups=(), share=1.0)
    parts = [
        max(row.limit - DRAW_MARGIN * math.sqrt(row.limit), 0.0) / used
        for row in bounding(inputs.terms, asked)
        if (used := float(drawn @ row.use)) > row.limit
    ]
    luck = uniform(people.profile[rows].astype(np.uint64), hash_text("carried", inputs.salt))
    count = int(rows.size * min([1.0, *parts]))
    return np.sort(rows[np.argsort(luck, kind="stable")[:count]])


def _affordable(inputs: StudyInputs) -> Flags:
    """Return which options [options] may be tried: without a budget, none whose coupon is worth more than an order."""
    if inputs.budget_fen is not None or inputs.worth is None:
        return np.ones(len(inputs.options), dtype=np.bool_)
    return np.array([option.redemption_fen <= inputs.worth.unit_fen for option in inputs.options], dtype=np.bool_)


def _exploring_plan(inputs: StudyInputs, tried: People, noise: Noise, baseline: Baseline) -> Plan:
    share = HOLDOUT_DEFAULT if inputs.wishes.proof else 0.0
    held = held_out(tried.profile, share, inputs.salt)
    costs = expected_costs(inputs.options, tried, inputs.order_share)
    menu = Menu(
        options=inputs.options,
        effect=np.zeros_like(costs),
        cost_fen=costs,
        reach=tried.reach,
        held=held,
        budget_fen=inputs.budget_fen,
        floor=0.0,
        exploration=1.0,
    )
    drawn = draw(tried.profile, np.zeros(tried.count, dtype=np.int64), open_arms(menu), 1.0, inputs.salt)
    arms, rows = costs.shape[1], np.flatnonzero(~held)
    arm = drawn.arm[rows]
    return Plan(
        people=tried,
        menu=menu,
        allotment=None,
        draw=drawn,
        share=share,
        design=Design(treated=rows.size, held_out=int(held.sum()), noise=noise),
        base=baseline.value,
        effect=0.0,
        arm_people=np.bincount(arm, minlength=arms).astype(np.int64),
        arm_cost_fen=np.bincount(arm, weights=costs[rows, arm], minlength=arms).astype(np.float64),
        arm_effect=np.zeros(arms),
    )


def _mirrored(forecast: Forecast) -> Forecast:
    return _scaled(forecast, -1.0)


def _scaled(forecast: Forecast, by: float) -> Forecast:
    def both(interval: tuple[float, float]) -> tuple[float, float]:
        low, high = sorted((interval[0] * by, interval[1] * by))
        return low, high

    return replace(
        forecast,
        point=forecast.point * by,
        i50=both(forecast.i50),
        i80=both(forecast.i80),
        i90=both(forecast.i90),
        measurement=abs(forecast.measurement * by),
        shift=abs(forecast.shift * by),
    )
