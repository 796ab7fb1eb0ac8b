"""The study of a goal, whole and pure: from people, log and money to a plan, an exploration or a refusal.

The same inputs give the same finding. Outcomes are turned so that more is better inside; what leaves is signed as
the goal is.
"""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.intervals import Estimate
from liftloop.inference.power import Noise
from liftloop.plan.baseline import Baseline, baseline_of
from liftloop.plan.effect_fit import Log, anyway_now, effects_for, fit, prepare
from liftloop.plan.finding import Finding, Lifts, Plan, level_of, lifts_of, people_at, sign_of
from liftloop.plan.forecast import (
    Design,
    forecast_of,
    holdout_share,
    past_surprises,
    reach_probability,
    shift_of,
)
from liftloop.plan.goal_check import check_against
from liftloop.plan.optimise import EXPLORATION_SHARE, Allotment, Draw, Menu, allot, draw, held_out, open_arms
from liftloop.plan.outcome import outcome_of
from liftloop.plan.policy_selection import Judged, Terms, View, judge, on_terms, view
from liftloop.plan.policy_worth import Told, chosen_now, effective_rows, shown, worth_now
from liftloop.plan.redemption import Costs, learned_costs
from liftloop.plan.study_exploration import PEOPLE_MIN, explored
from liftloop.plan.study_inputs import Contacts, Flags, Floats, People, StudyInputs

ROWS_MIN = 1_000  # Randomised contacts below which a log serves to price coupons, not to tell effects.
EFFECTIVE_ROWS_MIN = 200.0
THIN_SHARE_MAX = 0.05
HOPE = 0.9  # A goal inside the 90% interval of what the log shows is neither promised nor ruled out.
CHANCE_MIN = 0.005
PROBABILITY_MIN = 0.01  # A goal with less than one chance in a hundred is refused with what can be had instead.


def study(inputs: StudyInputs) -> Finding:
    """Return the plan, the exploration or the refusal that the inputs lead to."""
    if outcome_of(inputs.metric) is None:
        return Finding(status="refused", reason="not_plannable")
    baseline = baseline_of(inputs.windows, inputs.people.count, inputs.now_ms, inputs.window_days)
    if baseline is None:
        return Finding(status="refused", reason="no_history")
    refusal = _refused_at_once(inputs, baseline)
    if refusal is not None:
        return refusal
    eligible = np.flatnonzero(inputs.people.reach.any(axis=1))
    people = people_at(inputs.people, eligible)
    given = _usable_log(inputs)
    if given is None:
        return explored(inputs, baseline, people, "no_chances" if inputs.contacts_unusable else "no_log")
    return _learned(inputs, baseline, people, given)


def _refused_at_once(inputs: StudyInputs, baseline: Baseline) -> Finding | None:
    eligible = int(inputs.people.reach.any(axis=1).sum())
    known = Finding(status="refused", baseline=baseline, eligible=eligible)
    if inputs.people.count < PEOPLE_MIN:
        return replace(known, reason="no_people")
    if not inputs.options:
        return replace(known, reason="no_options")
    errors = check_against(inputs.goal, inputs.metric, level_of(inputs, baseline))
    if errors:
        return replace(known, reason="impossible", error=errors[0])
    if eligible < PEOPLE_MIN:
        return replace(known, reason="nobody_reachable")
    if inputs.budget_fen == 0 and all(option.send_fen > 0 or option.redemption_fen > 0 for option in inputs.options):
        return replace(known, reason="no_money")
    return None


def _usable_log(inputs: StudyInputs) -> Contacts | None:
    """Return the log with more of the outcome being better; None where it cannot tell anything from nobody."""
    contacts = inputs.contacts
    if contacts is None or contacts.count < ROWS_MIN:
        return None
    drawn = np.bincount(contacts.arm, minlength=len(inputs.options) + 1)
    if drawn[0] < EFFECTIVE_ROWS_MIN or drawn[1:].max(initial=0) < EFFECTIVE_ROWS_MIN:
        return None
    return replace(contacts, outcome=sign_of(inputs) * contacts.outcome)


class _Material(Struct, frozen=True, kw_only=True, eq=False):
    """What is known after fitting and before anybody is held out."""

    people: People
    log: Log
    costs: Costs
    seen: View
    judged: Judged
    effect: Floats
    """Predicted effects of the deployed rule [people, 1 + options]; unusable arms are never best."""
    personal: Floats
    base: float
    explained: float
    floor: float


def _learned(inputs: StudyInputs, baseline: Baseline, people: People, contacts: Contacts) -> Finding:
    log = prepare(contacts, people, inputs.options, inputs.salt)
    fits = fit(log)
    base = _base(inputs, baseline, log)
    costs = learned_costs(log, inputs.options, people, inputs.order_share)
    personal = effects_for(fits.personal[None], log, people)
    floor = _floor(inputs)
    trial = _menu(inputs, people, personal, costs, floor, np.zeros(people.count, dtype=np.bool_))
    seen = view(log, fits, Terms(cost_fen=costs.logged, price=allot(trial).price))
    judged = judge(seen)
    rule = judged.selected.rule
    lifts = lifts_of(inputs, baseline, base)
    known = Finding(status="refused", baseline=baseline, eligible=people.count, judged=judged, lifts=lifts)
    if rule == "nobody":
        if _could_reach(judged, lifts):
            return explored(inputs, baseline, people, "unclear_log")
        return replace(known, reason="nothing_works")
    effect = personal if rule == "personal" else effects_for(fits.ladder[None], log, people)
    residual = contacts.outcome - log.anyway
    explained = float(np.clip(1 - residual.var() / max(contacts.outcome.var(), 1e-12), 0.0, 0.9))
    material = _Material(
        people=people,
        log=log,
        costs=costs,
        seen=seen,
        judged=judged,
        effect=effect,
        personal=personal,
        base=base,
        explained=explained,
        floor=floor,
    )
    return _planned(inputs, known, material)


def _could_reach(judged: Judged, lifts: Lifts) -> bool:
    """Say whether what the log shows still leaves room for the goal: then it is too small to tell, not hopeless."""
    highest = max(one.effect.interval(HOPE).high for one in judged.selected.evidence)
    return highest / lifts.unit >= abs(lifts.goal)


def _base(inputs: StudyInputs, baseline: Baseline, log: Log) -> float:
    """Return what the eligible do when nothing is done: the baseline, scaled by how they differ from the rest."""
    scored = sign_of(inputs) * anyway_now(log, inputs.people)
    everybody = float(scored.mean())
    eligible = float(scored[inputs.people.reach.any(axis=1)].mean())
    return baseline.value * eligible / everybody if everybody > 0 and eligible > 0 else baseline.value


def _floor(inputs: StudyInputs) -> float:
    """Return the least outcome that a fen must buy: without a budget no coupon may cost more than it brings."""
    if inputs.budget_fen is not None or inputs.worth is None or inputs.worth.unit_fen <= 0:
        return 0.0
    return 1.0 / inputs.worth.unit_fen


def _menu(inputs: StudyInputs, people: People, effect: Floats, costs: Costs, floor: float, held: Flags) -> Menu:
    return Menu(
        options=inputs.options,
        effect=effect,
        cost_fen=costs.now,
        reach=people.reach,
        held=held,
        budget_fen=inputs.budget_fen,
        floor=floor,
        exploration=EXPLORATION_SHARE,
    )


def _planned(inputs: StudyInputs, known: Finding, given: _Material) -> Finding:
    """Size the holdout by a first forecast, take these people out, and plan and forecast again."""
    assert known.lifts is not None
    nobody_held = np.zeros(given.people.count, dtype=np.bool_)
    first = allot(_menu(inputs, given.people, given.effect, given.costs, given.floor, nobody_held))
    effect = _effect(given, first).value
    prove = _to_prove(known.lifts, effect)
    noise = _noise(known.baseline, given)
    share = holdout_share(prove * known.lifts.unit, noise, given.people.count)
    held = held_out(given.people.profile, share, inputs.salt)
    menu = _menu(inputs, given.people, given.effect, given.costs, given.floor, held)
    allotment = allot(menu)
    estimate = _effect(given, allotment)
    thin = _thin(given, allotment)
    if thin:
        return explored(inputs, _known(known.baseline), given.people, "thin_log")
    drawn = draw(given.people.profile, allotment.arm, open_arms(menu), menu.exploration, inputs.salt)
    design = Design(treated=int((~held).sum()), held_out=int(held.sum()), noise=noise)
    sign = sign_of(inputs)
    surprises = past_surprises(given.log, given.seen.given)
    signed = Estimate(value=sign * estimate.value, error=estimate.error, units=estimate.units)
    forecast = forecast_of(signed, shift_of(estimate, surprises), design, known.lifts.unit)
    probability = reach_probability(forecast, known.lifts.goal)
    plan = _plan(given, menu, allotment, drawn, (share, design, sign * estimate.value))
    found = replace(
        known,
        plan=plan,
        forecast=forecast,
        probability=probability,
        prove=sign * _to_prove(known.lifts, estimate.value),
    )
    if estimate.value <= 0:
        return replace(found, reason="nothing_works")
    if probability < PROBABILITY_MIN:
        return replace(found, reason="out_of_reach")
    return replace(found, status="ready")


def _known(baseline: Baseline | None) -> Baseline:
    assert baseline is not None
    return baseline


def _to_prove(lifts: Lifts, effect: float) -> float:
    """Return the size of lift that the design must be able to show: the goal, or the forecast where that is less."""
    return min(abs(lifts.goal), effect / lifts.unit) if effect > 0 else abs(lifts.goal)


def _noise(baseline: Baseline | None, given: _Material) -> Noise:
    spread = _known(baseline).deviation
    return Noise(deviation=spread, explained=given.explained)


def _effect(given: _Material, allotment: Allotment) -> Estimate:
    """Return what the plan adds per eligible person: best arms by doubly robust transport, the floor by the model."""
    terms = Terms(cost_fen=given.costs.logged, price=allotment.price)
    seen = on_terms(given.seen, terms)
    now = chosen_now(given.personal, allotment.arm)
    told = worth_now(given.log, seen.given, seen.choice(given.judged.selected.rule), now)
    luck = given.judged.luck
    best = Told(value=told.value - luck.value, influence=told.influence - luck.influence).estimate(given.log.person)
    open_ = np.column_stack([np.ones(given.people.count, dtype=np.bool_), given.people.reach])
    uniform = float(((given.personal * open_).sum(axis=1) / open_.sum(axis=1)).mean())
    value = (1 - EXPLORATION_SHARE) * best.value + EXPLORATION_SHARE * uniform
    return Estimate(value=value, error=(1 - EXPLORATION_SHARE) * best.error, units=best.units)


def _thin(given: _Material, allotment: Allotment) -> bool:
    """Say whether the log shows too little of what the plan would do to forecast it."""
    choice = given.seen.choice(given.judged.selected.rule)
    shares = np.bincount(allotment.arm, minlength=given.effect.shape[1]) / max(allotment.arm.size, 1)
    for arm in range(1, shares.size):
        if shares[arm] > THIN_SHARE_MAX and effective_rows(given.log, choice, arm) < EFFECTIVE_ROWS_MIN:
            return True
    rows = np.arange(choice.size)
    usable = shown(given.log, choice)
    chance = given.log.contacts.chance[rows, choice][usable]
    return bool((chance < CHANCE_MIN).mean() > THIN_SHARE_MAX) if chance.size else True


def _plan(given: _Material, menu: Menu, allotment: Allotment, drawn: Draw, told: tuple[float, Design, float]) -> Plan:
    share, design, effect = told
    treated = ~menu.held
    arms = menu.effect.shape[1]
    arm, rows = drawn.arm[treated], np.flatnonzero(treated)
    people = np.bincount(arm, minlength=arms).astype(np.int64)
    cost = np.bincount(arm, weights=menu.cost_fen[rows, arm], minlength=arms).astype(np.float64)
    sums = np.bincount(arm, weights=given.personal[rows, arm], minlength=arms)
    predicted = float(sums.sum()) / max(int(treated.sum()), 1)
    scale = effect / predicted if predicted else 0.0
    return Plan(
        people=given.people,
        menu=menu,
        allotment=allotment,
        draw=drawn,
        share=share,
        design=design,
        base=given.base,
        effect=effect,
        arm_people=people,
        arm_cost_fen=cost,
        arm_effect=scale * sums / np.maximum(people, 1),
    )
