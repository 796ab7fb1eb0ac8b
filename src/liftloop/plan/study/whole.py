"""The study of a goal, whole and pure: from people, log and money to a plan, an exploration or a refusal.

The same inputs give the same finding. Outcomes are turned so that more is better inside; what leaves is signed as
the goal is.
"""

import math
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.calibration import Foretold
from liftloop.inference.intervals import Estimate
from liftloop.inference.power import Noise
from liftloop.inference.strength import StrengthNow, strength_now
from liftloop.kernel.beside import Beside, in_turn
from liftloop.plan.baseline import Baseline, baseline_of
from liftloop.plan.effects.fit import Log, anyway_now, effects_for, fit, keen_now, prepare
from liftloop.plan.finding import Finding, Lifts, Plan, level_of, lifts_of, people_at, sign_of
from liftloop.plan.forecast import (
    Design,
    forecast_of,
    holdout_share,
    past_strengths,
    reach_probability,
    retold,
    shift_of,
)
from liftloop.plan.goal.check import check_against
from liftloop.plan.guarded import GuardedEffect, guarded_effects, harmful_options, without
from liftloop.plan.harm import worst_group
from liftloop.plan.inputs import Contacts, Flags, Floats, Guarded, Integers, People, StudyInputs
from liftloop.plan.optimise import (
    EXPLORATION_SHARE,
    Allotment,
    Draw,
    Menu,
    affordable_exploration,
    allot,
    draw,
    exploration_chances,
    exploration_odds,
    held_out,
    impersonal,
    sample_of,
    twins,
)
from liftloop.plan.outcome import outcome_of
from liftloop.plan.policy.selection import Judged, Terms, View, judge, tested, view
from liftloop.plan.policy.worth import Predicted, doses_of, overlap_rows
from liftloop.plan.reasons import Asked, drivers_of
from liftloop.plan.redemption import Costs, Moved, learned_costs, usual_of
from liftloop.plan.resources import Group, rates
from liftloop.plan.sensitive import sensitive_groups
from liftloop.plan.study.exploration import PEOPLE_MIN, explored, kept_now
from liftloop.plan.study.silence import EFFECTIVE_ROWS_MIN, silence_of, thinness_of
from liftloop.plan.whatif import Foretell, Told, budget_curve

HOPE = 0.9  # A goal inside the 90% interval of what the log shows is neither promised nor ruled out.
Z_ROOM = 1.645  # An option is given up where 19 of 20 logs like this one say that it cannot pay.
UNSEEN = ("unclear_log", "nothing_works")
"""Where the first days show nothing, answers may come late: the whole window is asked."""
SAMPLE_PEOPLE = 20_000  # Means over so many people miss by less than a hundredth of their spread.
PROBABILITY_MIN = 0.01  # A goal with less than one chance in a hundred is refused with what can be had instead.


def study(inputs: StudyInputs, beside: Beside = in_turn) -> Finding:
    """Return the plan, the exploration or the refusal that the inputs lead to, the same however `beside` works."""
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
    silence, contacts = silence_of(inputs), inputs.contacts
    if silence or contacts is None:
        return explored(inputs, baseline, people, silence)
    sign = sign_of(inputs)
    early = None if contacts.early is None else sign * contacts.early
    signed = replace(contacts, outcome=sign * contacts.outcome, early=early)
    given_up = _given_up(inputs, people, signed)
    if given_up:
        left = study(replace(without(inputs, contacts, given_up), guarded=_told_only(inputs)), beside)
        reason = "harms_guarded" if left.reason == "nobody_reachable" else left.reason
        return replace(left, reason=reason, baseline=baseline, given_up=given_up)
    found = _learned(inputs, baseline, (people, signed), beside)
    if early is None or found.status == "ready" or found.reason not in UNSEEN:
        return found
    return _learned(inputs, baseline, (people, replace(signed, early=None)), beside)


def _given_up(inputs: StudyInputs, people: People, contacts: Contacts) -> tuple[GuardedEffect, ...]:
    if not any(each.named for each in inputs.guarded):
        return ()
    return harmful_options(prepare(contacts, people, inputs.options, inputs.now_ms, inputs.salt), inputs.guarded)


def _told_only(inputs: StudyInputs) -> tuple[Guarded, ...]:
    """Return what is guarded, for a study of what is left: it is told, and gives up nothing more."""
    return tuple(replace(each, named=False) for each in inputs.guarded)


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


class _Material(Struct, frozen=True, kw_only=True, eq=False):
    """What is known after fitting and before anybody is held out."""

    people: People
    log: Log
    costs: Costs
    relied: Flags
    promising: Flags | None
    seen: View
    logged: Floats
    """Calibrated effects of every option in the log, by models without the row's fold."""
    judged: Judged
    strength: StrengthNow
    predicted: Predicted
    """Effects of every option on everybody of now."""
    effect: Floats
    """The calibrated effects by which the deployed rule chooses: [people, 1 + options]."""
    base: float
    explained: float
    floor: float
    ledger: tuple[Foretold, ...]
    kept: Floats
    """Which part of each arm's effect is left where people start later than at once: [1 + options]."""
    tried: Allotment
    """What a sample of the people would get if everybody were decided on by person."""


def _learned(inputs: StudyInputs, baseline: Baseline, given: tuple[People, Contacts], beside: Beside) -> Finding:
    people, contacts = given
    log = prepare(contacts, people, inputs.options, inputs.now_ms, inputs.salt)
    relied = _relied(log)
    if not relied.any():
        return explored(inputs, baseline, people, thinness_of(contacts))
    fits, usual = beside(lambda: fit(log), lambda: usual_of(log, inputs.options))
    base = _base(inputs, baseline, log)
    predicted = Predicted(
        simple=effects_for(fits.simple[None], log),
        personal=effects_for(fits.personal[None], log),
        keen=keen_now(fits, log),
        doses=doses_of(log),
    ).without(people.unprofiled)
    floor = _floor(inputs)
    seen = tested(log, fits)
    strength = strength_now(past_strengths(seen))
    calibration = seen.calibration.now(strength)
    slopes = calibration.slopes
    kept = kept_now(inputs)
    by_person = kept * predicted.effects(slopes, personal=True)
    moved = Moved(logged=seen.predicted.effects(seen.calibration.slopes, personal=True), now=by_person)
    costs = learned_costs(log, inputs.options, moved, usual, inputs.order_share)
    costs = replace(costs, now=impersonal(costs.now, _usual(costs.now, people.unprofiled), people.unprofiled))
    promising = _may_pay(log, by_person, floor * costs.now) if floor > 0 else None
    nobody_held = np.zeros(people.count, dtype=np.bool_)
    trial = _menu(
        inputs,
        people,
        by_person,
        _Terms(costs=costs, floor=floor, relied=relied, held=nobody_held, promising=promising),
    )
    tried = allot(sample_of(trial, SAMPLE_PEOPLE)[1])
    seen_on_terms = view(seen, Terms(cost_fen=costs.logged, price=tried.price, relied=relied))
    judged = judge(seen_on_terms)
    judged = replace(judged, calibration=calibration)
    rule = judged.selected.rule
    lifts = lifts_of(inputs, baseline, base)
    known = Finding(status="refused", baseline=baseline, eligible=people.count, judged=judged, lifts=lifts)
    if rule == "nobody":
        if _could_reach(judged, lifts):
            asked = people if promising is None else replace(people, reach=people.reach & promising)
            return replace(explored(inputs, baseline, asked, "unclear_log"), judged=judged)
        return replace(known, reason="nothing_works")
    explained = float(np.clip(1 - log.whole_surprise.var() / max(contacts.outcome.var(), 1e-12), 0.0, 0.9))
    material = _Material(
        ledger=inputs.ledger,
        people=people,
        log=log,
        costs=costs,
        relied=relied,
        promising=promising,
        seen=seen_on_terms,
        logged=moved.logged,
        judged=judged,
        strength=strength,
        predicted=predicted,
        effect=by_person if rule == "personal" else kept * predicted.effects(slopes, personal=False),
        base=base,
        explained=explained,
        floor=floor,
        kept=kept,
        tried=tried,
    )
    return _planned(inputs, known, material)


def _usual(personal: Floats, unprofiled: Flags | None) -> Floats:
    """Return the mean of `personal` [people, arms] over those who may be looked at, for everybody."""
    seen = personal if unprofiled is None or unprofiled.all() else personal[~unprofiled]
    return np.broadcast_to(seen.mean(axis=0), personal.shape)


def _could_reach(judged: Judged, lifts: Lifts) -> bool:
    """Say whether what the log shows still leaves room for the goal: then it is too small to tell, not hopeless."""
    highest = max(one.effect.interval(HOPE).high for one in judged.selected.evidence)
    return highest / lifts.unit >= abs(lifts.goal)


def _base(inputs: StudyInputs, baseline: Baseline, log: Log) -> float:
    """Return what the eligible do when nothing is done: the baseline, scaled by how they differ from the rest."""
    sample = people_at(inputs.people, np.arange(0, inputs.people.count, -(-inputs.people.count // SAMPLE_PEOPLE)))
    scored = sign_of(inputs) * anyway_now(log, sample)
    everybody = float(scored.mean())
    eligible = float(scored[sample.reach.any(axis=1)].mean())
    return baseline.value * eligible / everybody if everybody > 0 and eligible > 0 else baseline.value


def _floor(inputs: StudyInputs) -> float:
    """Return the least outcome that a fen must buy: without a budget no coupon may cost more than it brings."""
    if inputs.budget_fen is not None or inputs.worth is None or inputs.worth.unit_fen <= 0:
        return 0.0
    return 1.0 / inputs.worth.unit_fen


def _may_pay(log: Log, effect: Floats, price: Floats) -> Flags:
    """Return [people, options] what could bring its price at the best that the log leaves room for.

    `effect` and `price` are [people, 1 + options], in outcome. What cannot is not worth learning more of either:
    without a budget nobody has set money aside for it.
    """
    error = float(log.surprise.std()) / np.sqrt(np.maximum(overlap_rows(log), 1.0))
    return (effect + Z_ROOM * error >= price)[:, 1:]


class _Terms(Struct, frozen=True, kw_only=True, eq=False):
    """What options cost, the least that a fen must buy, which are relied upon, and who is held out."""

    costs: Costs
    floor: float
    relied: Flags
    held: Flags
    promising: Flags | None
    """What could pay [people, options]; None where there is no question of it."""


def _menu(inputs: StudyInputs, people: People, effect: Floats, terms: _Terms) -> Menu:
    menu = Menu(
        options=inputs.options,
        effect=effect,
        cost_fen=terms.costs.now,
        reach=people.reach,
        untried=~terms.relied,
        promising=terms.promising,
        held=terms.held,
        budget_fen=inputs.budget_fen,
        floor=terms.floor,
        exploration=EXPLORATION_SHARE,
        terms=inputs.terms,
        groups=sensitive_groups(people) if inputs.terms.fair else (),
    )
    return replace(menu, exploration=affordable_exploration(menu))


def _planned(inputs: StudyInputs, known: Finding, given: _Material) -> Finding:
    """Size the holdout by a first forecast, take these people out, and plan and forecast again."""
    assert known.lifts is not None
    terms = _Terms(
        costs=given.costs,
        floor=given.floor,
        relied=given.relied,
        promising=given.promising,
        held=np.zeros(given.people.count, dtype=np.bool_),
    )
    rows, trial = sample_of(_menu(inputs, given.people, given.effect, terms), SAMPLE_PEOPLE)
    tried = allot(trial, given.tried)
    effect = _effect(given, given.predicted.at(rows), tried.arm, trial).value
    prove = _to_prove(known.lifts, effect)
    noise = _noise(known.baseline, given)
    share = holdout_share(prove * known.lifts.unit, noise, given.people.count) if inputs.wishes.proof else 0.0
    held = held_out(given.people.profile, share, inputs.salt)
    menu = _menu(inputs, given.people, given.effect, replace(terms, held=held))
    allotment = allot(menu, tried)
    estimate = _effect(given, given.predicted, allotment.arm, menu)
    best = np.column_stack([allotment.arm, twins(menu, allotment.arm)])
    drawn = draw(given.people.profile, best, exploration_odds(menu), menu.exploration, inputs.salt)
    design = Design(treated=int((~held).sum()), held_out=int(held.sum()), noise=noise)
    sign = sign_of(inputs)
    error = math.hypot(estimate.error, _error_of_base(known, estimate))
    signed = Estimate(value=sign * estimate.value, error=error, units=estimate.units)
    forecast = retold(forecast_of(signed, shift_of(estimate, given.strength), design, known.lifts.unit), inputs.ledger)
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
    found = replace(found, **_whom(inputs, given, menu, (allotment, drawn)))
    found = replace(found, curve=budget_curve(menu, allotment, _foretell(given, known, design)))
    if probability < PROBABILITY_MIN:
        return replace(found, reason="out_of_reach")
    return replace(found, status="ready")


def _whom(inputs: StudyInputs, given: _Material, menu: Menu, chosen: tuple[Allotment, Draw]) -> dict[str, Any]:
    """Return why people get what they get, who and what might be harmed, and how sensitive groups fare with prices."""
    allotment, drawn = chosen
    rule = given.judged.selected.rule
    treated = ~menu.held
    groups = [Group(name=each.name, inside=each.inside[treated]) for each in sensitive_groups(given.people)]
    asked = Asked(features=given.people.features, menu=menu, arm=allotment.arm, price=allotment.price)
    return {
        "drivers": drivers_of(asked) if rule == "personal" else {},
        "worst": worst_group(given.log, given.logged, given.seen.choice[rule]),
        "guarded": guarded_effects(given.log, given.seen.choice[rule], inputs.guarded),
        "rates": rates(groups, drawn.arm[treated], menu.options),
    }


def _error_of_base(known: Finding, estimate: Estimate) -> float:
    """Return what the baseline's own error adds to a relative lift, in units of the effect (delta method)."""
    baseline = _known(known.baseline)
    relative = known.lifts is not None and known.lifts.kind == "relative" and baseline.value != 0
    return abs(estimate.value * baseline.error / baseline.value) if relative else 0.0


def _foretell(given: _Material, known: Finding, design: Design) -> Foretell:
    """Return what tells of any choice among the menu's people what `_planned` tells of the plan's own."""
    assert known.lifts is not None
    lifts, sign = known.lifts, 1.0 if known.lifts.goal >= 0 else -1.0

    def told(rows: Integers, arm: Integers, menu: Menu) -> Told:
        estimate = _effect(given, given.predicted.at(rows), arm, menu)
        error = math.hypot(estimate.error, _error_of_base(known, estimate))
        signed = Estimate(value=sign * estimate.value, error=error, units=estimate.units)
        forecast = retold(forecast_of(signed, shift_of(estimate, given.strength), design, lifts.unit), given.ledger)
        return Told(
            point=forecast.point,
            low=forecast.i90[0],
            high=forecast.i90[1],
            probability=reach_probability(forecast, lifts.goal),
            power=design.power(_to_prove(lifts, estimate.value) * lifts.unit),
        )

    return told


def _known(baseline: Baseline | None) -> Baseline:
    assert baseline is not None
    return baseline


def _to_prove(lifts: Lifts, effect: float) -> float:
    """Return the size of lift that the design must be able to show: the goal, or the forecast where that is less."""
    return min(abs(lifts.goal), effect / lifts.unit) if effect > 0 else abs(lifts.goal)


def _noise(baseline: Baseline | None, given: _Material) -> Noise:
    spread = _known(baseline).deviation
    return Noise(deviation=spread, explained=given.explained)


def _effect(given: _Material, predicted: Predicted, arm: Integers, menu: Menu) -> Estimate:
    """Return what a plan adds per eligible person: the calibrated worth of the best arms and of what explores.

    `predicted`, `arm` [people] and `menu` are of the same people.
    """
    explored = predicted.mean_parts(given.kept * exploration_chances(menu)).mean(axis=0)
    best = (1 - given.judged.overrated) * _parts(given, predicted, arm).mean(axis=0)
    found = given.judged.calibration.worth((1 - menu.exploration) * best + menu.exploration * explored)
    return Estimate(value=found.value - given.judged.luck, error=found.error, units=given.log.contacts.count)


def _parts(given: _Material, predicted: Predicted, arm: Integers) -> Floats:
    """Return the predicted parts of each person's arm, as far as they are kept: [people, PARTS]."""
    return given.kept[arm][:, None] * predicted.parts(arm)


def _relied(log: Log) -> Flags:
    """Return of which options [options] the log shows enough to choose them; the others may only be explored."""
    return overlap_rows(log)[1:] >= EFFECTIVE_ROWS_MIN


def _calibrated(given: _Material, arm: Integers) -> Floats:
    """Return the calibrated effect of each person's arm: [people]."""
    return _parts(given, given.predicted, arm) @ given.judged.calibration.slopes


def _plan(given: _Material, menu: Menu, allotment: Allotment, drawn: Draw, told: tuple[float, Design, float]) -> Plan:
    share, design, effect = told
    treated = ~menu.held
    arms = menu.effect.shape[1]
    arm, rows = drawn.arm[treated], np.flatnonzero(treated)
    people = np.bincount(arm, minlength=arms).astype(np.int64)
    cost = np.bincount(arm, weights=menu.cost_fen[rows, arm], minlength=arms).astype(np.float64)
    sums = np.bincount(arm, weights=_calibrated(given, drawn.arm)[rows], minlength=arms)
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
