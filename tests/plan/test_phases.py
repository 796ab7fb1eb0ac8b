"""A plan over time: phases carry everybody, turns keep to them, and starting later leaves less."""

from itertools import pairwise

import numpy as np
import pytest

from liftloop.plan.contract import Phase, Spread
from liftloop.plan.goal.contract import Waves
from liftloop.plan.options import ChannelChoice, Offer, Option
from liftloop.plan.phases import DAY_S, Load, kept_of, passed, phases_of, spread_of, waves_of
from liftloop.plan.reading import phase_of, turns_ms

CHANNEL = ChannelChoice(id="sms", medium="sms", name_zh="短信", name_en="SMS", cost_fen=5)


def option(valid_days: int) -> Option:
    return Option(id=f"for-{valid_days}", offer=Offer(id="o", valid_days=valid_days), item=None, channel=CHANNEL)


def load(people: int = 10_000, response: float = 0.1, per_day: float = 0.0, window_days: int = 30) -> Load:
    return Load(people=people, response=response, per_day=per_day, window_days=window_days)


@pytest.mark.parametrize("people", [60, 2_000, 1_000_000])
@pytest.mark.parametrize("per_day", [0.0, 100.0, 5_000.0])
@pytest.mark.parametrize("window_days", [7, 30, 90])
def test_phases_are_whole_and_follow_each_other(people: int, per_day: float, window_days: int) -> None:
    """Shares add up to everybody, each phase begins where the last one ends, and all is inside the window."""
    phases = phases_of(load(people=people, per_day=per_day, window_days=window_days))
    assert sum(phase.share for phase in phases) == pytest.approx(1)
    assert all(phase.share > 0 and phase.over_s > 0 and phase.waves > 0 for phase in phases)
    for before, after in pairwise(phases):
        assert after.from_s == before.from_s + before.over_s
    assert spread_of(phases).over_s <= 0.6 * window_days * DAY_S + 1


def test_the_warm_up_is_as_large_as_learning_needs() -> None:
    """Few answers make the warm-up larger, within limits; a channel that carries little makes all of it longer."""
    shares = [phases_of(load(response=rate))[0].share for rate in (0.0, 0.05, 0.2)]
    assert shares == [0.3, 0.2, 0.1]
    assert spread_of(phases_of(load(per_day=600))).over_s > spread_of(phases_of(load())).over_s


def test_turns_keep_to_the_phases_and_repeat_themselves() -> None:
    """Each person starts inside her phase, as many a phase as its share, and the same whenever asked."""
    spread = spread_of(phases_of(load()))
    people = np.arange(1, 20_001) * 64
    place, turns = phase_of(people, "salt", spread.phases), turns_ms(people, "salt", spread)
    for index, phase in enumerate(spread.phases):
        mine = turns[place == index]
        assert mine.size == pytest.approx(phase.share * people.size, abs=4 * (people.size * 0.25) ** 0.5)
        assert mine.min() >= phase.from_s * 1_000
        assert mine.max() < (phase.from_s + phase.over_s) * 1_000
        assert np.unique(mine).size == phase.waves
    assert np.array_equal(turns[::3], turns_ms(people[::3], "salt", spread))


def test_starting_later_leaves_less_of_an_effect() -> None:
    """At once leaves all; a week later leaves less of what takes a month and all of what takes a week."""
    at_once = kept_of([option(30)], 30, None, np.zeros(1))
    assert at_once.tolist() == [1.0, 1.0]
    late = kept_of([option(30), option(7)], 30, None, np.array([6.0, 6.0]) * DAY_S)
    assert late.tolist() == pytest.approx([1.0, 24 / 30, 1.0])
    halves = (
        Phase(name="main", share=0.5, from_s=0, over_s=1, waves=1),
        Phase(name="encore", share=0.5, from_s=15 * DAY_S, over_s=1, waves=1),
    )
    staged = kept_of([option(30)], 30, Spread(over_s=15 * DAY_S + 1, waves=2, phases=halves), np.zeros(1))
    assert staged[1] == pytest.approx(0.75)


WEEK_S = 7 * DAY_S


@pytest.mark.parametrize(
    ("said", "spread"),
    [
        (Waves(count=3, every_s=WEEK_S), Spread(over_s=3 * WEEK_S, waves=3)),
        (Waves(every_s=WEEK_S), Spread(over_s=4 * WEEK_S, waves=4)),
        (Waves(count=3), Spread(over_s=12 * DAY_S, waves=3)),
        (Waves(count=20), Spread(over_s=20 * (51_840 // 60 * 60), waves=20)),
        (Waves(every_s=60 * DAY_S), Spread(over_s=60 * DAY_S, waves=1)),
        (Waves(every_s=600), Spread(over_s=1_000 * 600, waves=1_000)),
    ],
)
def test_waves_are_as_they_were_said(said: Waves, spread: Spread) -> None:
    """What was said holds; what was not comes from the window of 30 days, and never more than a journey takes."""
    assert waves_of(said, load()) == spread


def test_waves_without_a_time_between_them_take_what_channels_need() -> None:
    """Ten thousand people at 600 a day need more than two fifths of the window."""
    assert waves_of(Waves(count=4), load(per_day=600)) == Spread(over_s=16 * DAY_S, waves=4)


def test_what_has_passed_counts_phases_by_their_people() -> None:
    """A warm-up of a tenth over a fifth of the time is a tenth when it ends; waves without phases pass evenly."""
    phases = phases_of(load(response=0.5))
    spread = spread_of(phases)
    assert passed(spread, 0) == 0
    assert passed(spread, phases[0].over_s / 2) == pytest.approx(0.05)
    assert passed(spread, phases[1].from_s) == pytest.approx(0.1)
    assert passed(spread, phases[2].from_s) == pytest.approx(0.75)
    assert passed(spread, spread.over_s * 2) == pytest.approx(1)
    assert passed(Spread(over_s=6 * 3_600, waves=6), 2.5 * 3_600) == pytest.approx(2.5 / 6)
    assert passed(Spread(over_s=3_600, waves=1), -1) == 0
