"""Campaigns one after the other in one market, each decided from what the earlier ones showed, and what came of them.

Every run of a market meets the same luck, so two habits differ by what they did and nothing else.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.app.proving.habits import Habit, habit_arms
from liftloop.app.proving.seen import WINDOW_DAYS, Drawn, Question, drawn_of, inputs_at, menu_of
from liftloop.app.proving.worth import truths_of
from liftloop.inference.difference import Measured, difference
from liftloop.inference.intervals import Estimate
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.finding import Finding
from liftloop.plan.forecast import HOLDOUT_DEFAULT, Forecast
from liftloop.plan.inputs import Flags, Floats, Integers, StudyInputs
from liftloop.plan.optimise import held_out
from liftloop.plan.options import Option
from liftloop.plan.study.whole import study
from liftloop.simulate.arrays import NONE
from liftloop.simulate.campaigns import action_columns
from liftloop.simulate.contacts import Contacts
from liftloop.simulate.counterfactual import oracle
from liftloop.simulate.history import Past
from liftloop.simulate.market import Market

Player = Literal["liftloop", "oracle", "nobody"] | Habit

GAP_DAYS = 35  # Between campaigns: a window, and some days in which the last outcomes come in.


class Series(Struct, frozen=True, kw_only=True):
    """How campaigns follow each other: how many, the goal of each, and its budget (None: none)."""

    campaigns: int
    size: float
    budget_fen: int | None
    salt: str
    cold: bool = False
    """Forget the past campaigns of the market: the planner begins with nothing but orders."""

    @property
    def days(self) -> int:
        return self.campaigns * GAP_DAYS


class Played(Struct, frozen=True, kw_only=True):
    """One campaign: what was forecast (None for habits), measured and true, as a relative lift; people treated.

    `usual` is the true lift had the market been in its usual mood: nobody can foresee the mood of a week.
    """

    number: int
    status: str
    reason: str
    forecast: Forecast | None
    measured: Estimate | None
    truth: float
    usual: float
    treated: int
    messages: int


class Run(Struct, frozen=True, kw_only=True):
    """A series as one player lived it; `earned_fen` is the margin of all orders less messages and coupons."""

    player: Player
    campaigns: tuple[Played, ...]
    earned_fen: float
    cost_fen: float
    orders: float


class _Decision(Struct, frozen=True, kw_only=True, eq=False):
    """Who gets what: members, arms (also of held-out people, in shadow), who is held out, and the chances drawn by."""

    member: Integers
    arm: Integers
    held: Flags
    chance: Floats | None
    found: Finding | None


def play(past: Past, player: Player, series: Series) -> Run:
    """Return a series of campaigns as one player decides them, in a market of its own."""
    market, options = Market(past), menu_of(past.world)
    log = [] if series.cold else [drawn_of(past.world, options, each) for each in past.campaigns]
    played: list[Played] = []
    for number in range(series.campaigns if player != "nobody" else 0):
        now_ms = past.until_ms + number * GAP_DAYS * DAY_MS
        asked = Question(
            options=options,
            now_ms=now_ms,
            size=series.size,
            budget_fen=series.budget_fen,
            salt=f"{series.salt}/{number}",
        )
        inputs = inputs_at(market, log, asked)
        decision = _decide(player, market, inputs)
        messages = _send(market, options, decision, now_ms)
        if decision.chance is not None:
            log.append(_logged(decision, now_ms))
        played.append(_played(market, inputs, decision, (number, messages)))
    earned, cost, orders = _balance(market, past, series)
    return Run(player=player, campaigns=tuple(played), earned_fen=earned, cost_fen=cost, orders=orders)


def _decide(player: Player, market: Market, inputs: StudyInputs) -> _Decision:
    people = inputs.people
    if player == "liftloop":
        return _planned(inputs)
    held = held_out(people.profile, HOLDOUT_DEFAULT, inputs.salt)
    if player == "oracle":
        arm = _oracle(market, inputs, held)
    else:
        assert player != "nobody"
        tie = uniform(people.profile.astype(np.uint64), hash_text("tie", inputs.salt))
        arm = habit_arms(player, inputs, ~held, tie)
    return _Decision(member=people.profile, arm=arm, held=held, chance=None, found=None)


def _planned(inputs: StudyInputs) -> _Decision:
    found = study(inputs)
    if found.plan is None or found.status == "refused":
        nobody = np.zeros(0, dtype=np.int64)
        return _Decision(member=nobody, arm=nobody, held=nobody > 0, chance=None, found=found)
    plan = found.plan
    chance = plan.draw.cells[plan.draw.cell] * (1 - plan.share)
    chance[:, 0] += plan.share
    return _Decision(member=plan.people.profile, arm=plan.draw.arm, held=plan.menu.held, chance=chance, found=found)


def _oracle(market: Market, inputs: StudyInputs, held: Flags) -> Integers:
    """Return the arms of most true profit (no budget) or most true buyers within the budget."""
    people = inputs.people
    truths = truths_of(market, people.profile, inputs.options, inputs.now_ms, inputs.window_days)
    gain, cost = truths.gain[~held, 1:], truths.cost_fen[~held, 1:]
    assert inputs.worth is not None
    if inputs.budget_fen is None:
        gain, cost = gain - cost / inputs.worth.unit_fen, np.zeros_like(cost)
    gain = np.where(people.reach[~held], gain, -np.inf)
    best = oracle(gain, cost, np.inf if inputs.budget_fen is None else float(inputs.budget_fen))
    arm = np.zeros(people.count, dtype=np.int64)
    arm[~held] = np.where(best.choice == NONE, 0, best.choice + 1)
    return arm


def _send(market: Market, options: Sequence[Option], decision: _Decision, at_ms: int) -> int:
    sent = _contacts(market, options, decision, np.flatnonzero((decision.arm > 0) & ~decision.held), at_ms)
    market.receive(sent)
    return sent.member.size


def _contacts(market: Market, options: Sequence[Option], decision: _Decision, rows: Integers, at_ms: int) -> Contacts:
    columns = action_columns(market.truth, tuple(option.id for option in options))
    offer, channel, item = (column[decision.arm[rows] - 1] for column in columns)
    when = np.full(rows.size, at_ms, dtype=np.int64)
    return Contacts(member=decision.member[rows], offer=offer, channel=channel, item=item, at_ms=when)


def _logged(decision: _Decision, at_ms: int) -> Drawn:
    assert decision.chance is not None
    return Drawn(
        member=decision.member,
        at_ms=np.full(decision.member.size, at_ms, dtype=np.int64),
        arm=np.where(decision.held, 0, decision.arm),
        chance=decision.chance,
    )


def _played(market: Market, inputs: StudyInputs, decision: _Decision, told: tuple[int, int]) -> Played:
    number, messages = told
    found = decision.found
    window = (inputs.now_ms, inputs.now_ms + inputs.window_days * DAY_MS)
    truth, usual, measured = 0.0, 0.0, None
    if decision.member.size:
        would = _contacts(market, inputs.options, decision, np.flatnonzero(decision.arm > 0), inputs.now_ms)
        truth = market.lift(decision.member, would, window).relative
        usual = market.usual_lift(decision.member, would, window).relative
        measured = _measured(market, inputs, decision, window)
    return Played(
        number=number,
        status=found.status if found else "sent",
        reason=found.reason if found else "",
        forecast=found.forecast if found else None,
        measured=measured,
        truth=truth,
        usual=usual,
        treated=int((~decision.held).sum()),
        messages=messages,
    )


def _measured(market: Market, inputs: StudyInputs, decision: _Decision, window: tuple[int, int]) -> Estimate | None:
    """Return the relative lift as a report measures it: assigned against assigned, adjusted by what was known."""
    if min(int(decision.held.sum()), int((~decision.held).sum())) < 2:
        return None
    bought = np.zeros(market.truth.world.members)
    bought[market.events_between(*window).orders.member] = 1.0
    row = np.searchsorted(inputs.people.profile, decision.member)
    features = {name: column[row] for name, column in inputs.people.features.items()}
    return difference(
        Measured(
            outcome=bought[decision.member],
            treated=~decision.held,
            cluster=np.arange(decision.member.size, dtype=np.int64),
            covariates=standard(scales_of(features), features, decision.member.size),
        )
    ).relative


def _balance(market: Market, past: Past, series: Series) -> tuple[float, float, float]:
    """Return (margin less costs, costs, orders) from the first campaign until the last one's window is over."""
    end_ms = past.until_ms + (series.days - GAP_DAYS + WINDOW_DAYS) * DAY_MS
    told = market.events_between(past.until_ms, end_ms)
    lists = market.truth.catalogue
    margin = float((lists.item_margin[told.lines.item] * told.lines.quantity).sum())
    used = told.orders.offer[told.orders.offer != NONE]
    sent = market.received_between(past.until_ms, end_ms)
    cost = float(lists.offer_cost[used].sum() + lists.channel_cost[sent.channel].sum())
    return margin - cost, cost, float(told.orders.key.size)
