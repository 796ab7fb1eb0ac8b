"""What teams do without a planner: a blast to all, rules by recency and frequency, a response model.

Each habit spends the budget in its own order of people, at the costs that such a team reckons with; it knows what a
planner knows and nothing of the truth.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from liftloop.inference.ridge import fit_ridge, predict_linear, sums_of
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.inputs import Column, Flags, Floats, Integers, StudyInputs
from liftloop.plan.redemption import expected_costs

Habit = Literal["blast", "rfm", "response"]

USUAL_FACE_FEN = 1_000
"""The coupon that such a team takes for "the offer": the one nearest to ten yuan."""
RECENT_DAYS, OFTEN = 60.0, 3.0


def habit_arms(habit: Habit, inputs: StudyInputs, treated: Flags, tie: Floats) -> Integers:
    """Return the arm [people] that the habit gives, 0 nobody; `tie` [people] in [0, 1) orders equals."""
    arm, wish = _HABITS[habit](inputs)
    return _within_budget(inputs, np.where(treated, arm, 0), wish + 1e-9 * tie)


def _blast(inputs: StudyInputs) -> tuple[Integers, Floats]:
    """The usual coupon to everybody, by the channel that reaches most."""
    people = inputs.people.count
    return _reachable(inputs, np.full(people, _usual(inputs, USUAL_FACE_FEN))), np.zeros(people)


def _rfm(inputs: StudyInputs) -> tuple[Integers, Floats]:
    """Good customers are reminded, those who slip away get the dearest coupon first, the lost a usual one last."""
    features = inputs.people.features
    recent, often = features["order_age"] < RECENT_DAYS, features["orders_365"] >= OFTEN
    faces = [option.face_fen for option in inputs.options]
    dear, usual, plain = (_usual(inputs, face) for face in (max(faces), USUAL_FACE_FEN, 0))
    arm = np.select([recent & often, recent, often], [plain, usual, dear], usual).astype(np.int64)
    wish = np.select([recent & often, recent, often], [2.0, 1.0, 3.0], 0.0)
    return _reachable(inputs, arm), wish


def _response(inputs: StudyInputs) -> tuple[Integers, Floats]:
    """The usual coupon to those who are likeliest to buy: a model of who bought, whatever she was sent."""
    people, log = inputs.people, inputs.contacts
    arm = _reachable(inputs, np.full(people.count, _usual(inputs, USUAL_FACE_FEN)))
    if log is None:
        return arm, _known(people.features, "orders_90")
    scales = scales_of(people.features)
    past = standard(scales, log.features, log.count).astype(np.float32)
    line = fit_ridge(sums_of(past, log.outcome))
    return arm, predict_linear(standard(scales, people.features, people.count).astype(np.float32), line)


_HABITS: Mapping[Habit, Callable[[StudyInputs], tuple[Integers, Floats]]] = {
    "blast": _blast,
    "rfm": _rfm,
    "response": _response,
}


def _known(features: Mapping[str, Column], name: str) -> Floats:
    return np.nan_to_num(features[name].astype(np.float64))


def _usual(inputs: StudyInputs, face_fen: int) -> int:
    """Return the arm of the offer nearest to a face value, on nothing special, by the channel that reaches most."""
    reached = inputs.people.reach.sum(axis=0)
    plain = [place for place, option in enumerate(inputs.options) if option.item is None]
    place = min(plain, key=lambda one: (abs(inputs.options[one].face_fen - face_fen), -int(reached[one]), one))
    return place + 1


def _reachable(inputs: StudyInputs, arm: Integers) -> Integers:
    """Return the arm where consent allows it, else the same offer by the first channel that has one, else nobody."""
    found = np.zeros_like(arm)
    for wanted in np.unique(arm[arm > 0]).tolist():
        mine = np.flatnonzero(arm == wanted)
        offer = inputs.options[wanted - 1].offer
        same = [p for p, o in enumerate(inputs.options) if o.offer == offer and o.item is None and p != wanted - 1]
        for place in (wanted - 1, *same):
            free = mine[(found[mine] == 0) & inputs.people.reach[mine, place]]
            found[free] = place + 1
    return found


def _within_budget(inputs: StudyInputs, arm: Integers, wish: Floats) -> Integers:
    """Leave out whom the budget no longer pays for, the least wished for first."""
    if inputs.budget_fen is None:
        return arm
    cost = expected_costs(inputs.options, inputs.people, inputs.order_share)[np.arange(arm.size), arm]
    order = np.argsort(-wish, kind="stable")
    paid = np.cumsum(cost[order]) <= inputs.budget_fen
    return np.where(paid[np.argsort(order, kind="stable")], arm, 0)
