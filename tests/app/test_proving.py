"""Plans judged in markets with known truth."""

import numpy as np
import pytest

from liftloop.app.proving.habits import habit_arms
from liftloop.app.proving.runs import Series, play
from liftloop.app.proving.seen import Question, drawn_of, inputs_at, menu_of
from liftloop.app.proving.worth import judge_of
from liftloop.plan.finding import Finding
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.redemption import expected_costs
from liftloop.simulate.history import Past, past
from liftloop.simulate.market import Market
from liftloop.simulate.world import frozen_world

UNTIL_MS = 1_788_192_000_000
BUDGET_FEN = 150_000


@pytest.fixture(scope="module")
def drawn() -> Past:
    return past(frozen_world("drift", 1_500), np.random.default_rng(4), UNTIL_MS, ahead_days=120)


def _inputs(drawn: Past, market: Market) -> StudyInputs:
    options = menu_of(drawn.world)
    log = [drawn_of(drawn.world, options, each) for each in drawn.campaigns]
    asked = Question(options=options, now_ms=UNTIL_MS, size=0.05, budget_fen=BUDGET_FEN, salt="proving")
    return inputs_at(market, log, asked)


def test_a_planner_sees_nothing_of_the_future(drawn: Past) -> None:
    """What happens after the instant, messages included, changes nothing of what a planner is given at it."""
    market = Market(drawn)
    before = _inputs(drawn, market)
    action = market.same_for_all(before.people.profile, None, UNTIL_MS)
    everybody = before.people.profile
    later = market.contacts(
        [{"customer_id": market.customer_id(int(one)), "offer": "coupon_20", "channel": "sms"} for one in everybody],
        UNTIL_MS + 1,
    )
    market.receive(later)
    after = _inputs(drawn, market)
    assert action.member.size == 0
    assert before.contacts is not None
    assert after.contacts is not None
    for name, column in before.people.features.items():
        np.testing.assert_array_equal(column, after.people.features[name], err_msg=name)
    np.testing.assert_array_equal(before.contacts.outcome, after.contacts.outcome)
    np.testing.assert_allclose(before.contacts.chance.sum(axis=1), 1.0)


def test_nobody_beats_the_oracle_and_a_refusal_is_worth_nothing(drawn: Past) -> None:
    """The oracle is worth at least the best single arm and at least nothing; leaving all alone is worth zero."""
    market = Market(drawn)
    outcome = judge_of(market, _inputs(drawn, market)).outcome(Finding(status="refused", reason="nothing_works"))
    assert outcome.value == 0
    assert outcome.oracle >= outcome.static > 0
    assert outcome.oracle_cost_fen <= BUDGET_FEN


@pytest.mark.parametrize("habit", ["blast", "rfm", "response"])
def test_habits_keep_budget_and_consent(drawn: Past, habit: str) -> None:
    """A team's habit spends no more than it reckons with, and writes to nobody without consent."""
    inputs = _inputs(drawn, Market(drawn))
    people = inputs.people
    arm = habit_arms(habit, inputs, np.ones(people.count, dtype=np.bool_), np.zeros(people.count))  # pyright: ignore[reportArgumentType]
    cost = expected_costs(inputs.options, people, inputs.order_share)
    sent = np.flatnonzero(arm > 0)
    assert sent.size
    assert cost[sent, arm[sent]].sum() <= BUDGET_FEN
    assert people.reach[sent, arm[sent] - 1].all()


def test_a_series_is_lived_the_same_way_twice(drawn: Past) -> None:
    """The same market, player and series give the same run; leaving everybody alone sends nothing."""
    series = Series(campaigns=2, size=0.05, budget_fen=BUDGET_FEN, salt="twice")
    first, second = play(drawn, "rfm", series), play(drawn, "rfm", series)
    assert first == second
    assert [one.messages > 0 for one in first.campaigns] == [True, True]
    assert play(drawn, "nobody", series).campaigns == ()
