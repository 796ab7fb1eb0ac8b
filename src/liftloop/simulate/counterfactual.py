"""What would have been: outcomes of the same people, with the same luck, under any contacts.

Realised outcomes share every random number (common random numbers); expected ones integrate them out.
"""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.simulate.arrays import DAY_MS, NONE, Flags, Floats, Ints
from liftloop.simulate.contacts import NO_CONTACTS, Contacts, State, delay_share, receive, situation
from liftloop.simulate.purchases import chance_of_event, last_before
from liftloop.simulate.response import chances
from liftloop.simulate.seasons import to_operational
from liftloop.simulate.truth import Truth

BUDGET_STEPS = 60  # Bisections of the budget's price: 2^-60 of the first bracket.


class Lift(Struct, frozen=True, kw_only=True):
    """The true effect of contacts on `people` eligible persons; rates are fractions of them."""

    people: int
    treated: float
    nobody: float

    @property
    def points(self) -> float:
        return self.treated - self.nobody

    @property
    def relative(self) -> float:
        return self.points / self.nobody if self.nobody else float("nan")


class Expected(Struct, frozen=True, kw_only=True):
    """Per row: chance to order in the window if left alone and if contacted, and the contact's cost in fen."""

    alone: Floats
    contacted: Floats
    cost_fen: Floats


class Oracle(Struct, frozen=True, kw_only=True):
    """The best assignment that knows the truth; `choice` is an action's index or NONE for nobody.

    `bound` is what no assignment within the budget exceeds (Lagrangian dual); `value` is in expected
    additional converted people, of `choice`.
    """

    choice: Ints
    value: float
    cost_fen: float
    bound: float
    price: float  # Additional converted people that one more fen would buy.


def converted(truth: Truth, state: State, contacts: Contacts, window: tuple[int, int]) -> Flags:
    """Return, per member, an order in [from, to) if exactly `contacts` followed on `state`."""
    from_ms, to_ms = window
    twin = state.copy()
    receive(truth, twin, contacts)
    out = np.zeros(truth.world.members, dtype=np.bool_)
    own = (truth.orders.at_ms >= from_ms) & (truth.orders.at_ms < to_ms) & ~twin.suppressed
    out[truth.orders.member[own]] = True
    replies = twin.replies()
    extra = replies.pulled & (replies.extra_ms >= from_ms) & (replies.extra_ms < to_ms)
    out[replies.contacts.member[extra]] = True
    return out


def lift(truth: Truth, state: State, people: Ints, contacts: Contacts, window: tuple[int, int]) -> Lift:
    """Return the mean outcome of `people` under `contacts` and under nobody, the luck being the same."""
    return Lift(
        people=people.size,
        treated=float(converted(truth, state, contacts, window)[people].mean()),
        nobody=float(converted(truth, state, NO_CONTACTS, window)[people].mean()),
    )


def in_usual_mood(truth: Truth) -> Truth:
    """Return the truth with a market that is never better or worse disposed than usual; all luck stays."""
    return replace(truth, world=replace(truth.world, response=replace(truth.world.response, mood_spread=0.0)))


def expected(truth: Truth, state: State, contacts: Contacts, window_days: int) -> Expected:
    """Return expected outcomes of one contact each, over the `window_days` that follow it.

    Exact for people who are not in a pause from an earlier contact; raises ValueError when the window
    outlasts a pause, for which there is no closed form.
    """
    if window_days > truth.world.response.pause_days:
        raise ValueError("expected outcomes need a window no longer than the response's pause")
    likely = chances(truth, situation(truth, state, contacts))
    window_ms = np.full(contacts.member.size, window_days * DAY_MS, dtype=np.int64)
    alone = _chance_alone(truth, state, contacts, window_ms)
    soon = delay_share(truth, contacts.channel, window_ms)
    contacted = alone + likely.pull * soon * (1.0 - alone) - likely.push * alone
    return Expected(alone=alone, contacted=contacted, cost_fen=_cost(truth, state, contacts, likely.pull, likely.push))


def oracle(value: Floats, cost_fen: Floats, budget_fen: float) -> Oracle:
    """Return the best choice a person of `value`, `cost_fen` [people, actions] within the budget.

    Bisects the price of money in the Lagrangian of the multiple-choice knapsack; -inf marks what is
    not allowed. Feasible always; below the bound by at most one person's step.
    """

    def choose(price: float) -> tuple[Ints, Floats]:
        score = value - price * cost_fen
        best = score.argmax(axis=1)
        top = np.take_along_axis(score, best[:, None], axis=1)[:, 0]
        return np.where(top > 0.0, best, NONE), np.maximum(top, 0.0)

    low, high = 0.0, 1.0
    while _spent(choose(high)[0], cost_fen) > budget_fen:
        high *= 2.0
    if _spent(choose(0.0)[0], cost_fen) <= budget_fen:
        high = 0.0
    else:
        for _ in range(BUDGET_STEPS):
            middle = (low + high) / 2.0
            if _spent(choose(middle)[0], cost_fen) > budget_fen:
                low = middle
            else:
                high = middle
    choice, top = choose(high)
    return Oracle(
        choice=choice,
        value=float(_chosen(value, choice).sum()),
        cost_fen=_spent(choice, cost_fen),
        bound=float(top.sum() + high * budget_fen),
        price=high,
    )


def _spent(choice: Ints, cost_fen: Floats) -> float:
    return float(_chosen(cost_fen, choice).sum())


def _chosen(table: Floats, choice: Ints) -> Floats:
    taken = np.take_along_axis(table, np.maximum(choice, 0)[:, None], axis=1)[:, 0]
    return np.where(choice == NONE, 0.0, taken)


def _chance_alone(truth: Truth, state: State, contacts: Contacts, window_ms: Ints) -> Floats:
    """Return P(an own order within the window), given when the last one was; a due extra order is certain."""
    people, member, at_ms = truth.people, contacts.member, contacts.at_ms
    row = last_before(truth.orders, member, at_ms)
    start_ms = np.where(row >= 0, truth.orders.at_ms[np.maximum(row, 0)], people.registered_ms[member])
    now = to_operational(truth.calendar, at_ms)
    end_ms = np.clip(np.minimum(at_ms + window_ms, people.leaves_ms[member]), at_ms, None)
    window = to_operational(truth.calendar, end_ms) - now
    elapsed = now - to_operational(truth.calendar, start_ms)
    chance = chance_of_event(elapsed, window, people.rate[member], people.phases[member])
    due = (state.extra_ms[member] >= at_ms) & (state.extra_ms[member] < at_ms + window_ms)
    return np.where(due, 1.0, chance)


def _cost(truth: Truth, state: State, contacts: Contacts, pull: Floats, push: Floats) -> Floats:
    """Return send cost plus what coupons cost, those of people who would have bought anyway included."""
    lists, response = truth.catalogue, truth.world.response
    valid_ms = lists.offer_valid_ms[contacts.offer]
    alone = _chance_alone(truth, state, contacts, valid_ms)
    soon = delay_share(truth, contacts.channel, valid_ms)
    redeemed = pull * soon * response.redeem_pulled
    redeemed += (1.0 - push - pull * soon) * alone * truth.people.habit[contacts.member]
    paid = np.where(lists.offer_face[contacts.offer] > 0, lists.offer_cost[contacts.offer], 0)
    return lists.channel_cost[contacts.channel] + redeemed * paid
