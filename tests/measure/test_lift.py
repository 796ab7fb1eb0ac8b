"""The measured lift: as assigned, honest under many looks, silent where the sides are broken."""

import numpy as np
import pytest

from liftloop.measure.lift import LOOKS, LiftEstimate, LookResult, Sides, glance, look, planned_looks, ratio_of_sides
from liftloop.measure.report import adjusted
from liftloop.plan.record import MetricName, Words

PEOPLE = 4_000
RUNS = 300


def _sides(rng: np.random.Generator, share: float = 0.2) -> tuple[Sides, np.ndarray]:
    before = rng.normal(size=(PEOPLE, 2))
    return Sides(held=rng.random(PEOPLE) < share, before=before), before[:, 0]


def test_looking_at_every_planned_look_keeps_the_error() -> None:
    """In campaigns that change nothing, all planned looks together leave zero out of an interval in a tenth."""
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(RUNS):
        sides, _ = _sides(rng)
        when = rng.random(PEOPLE)
        bought = rng.random(PEOPLE) < 0.3
        found = [look(sides, (bought & (when < share)).astype(float), 0, n) for n, share in enumerate(LOOKS)]
        wrong += any(each.relative and (each.relative.low > 0 or each.relative.high < 0) for each in found)
    assert wrong / RUNS < 0.1 + 3 * np.sqrt(0.1 * 0.9 / RUNS)


def test_glancing_all_the_time_keeps_the_error() -> None:
    """The band shown between looks leaves zero out in hardly any campaign, though it is looked at twenty times."""
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(100):
        sides, _ = _sides(rng)
        when = rng.random(PEOPLE)
        bought = rng.random(PEOPLE) < 0.3
        bands = [
            glance(sides, (bought & (when < share)).astype(float), 0, share).relative
            for share in np.linspace(0.05, 1, 20)
        ]
        wrong += any(band and (band.low > 0 or band.high < 0) for band in bands)
    assert wrong <= 10


def test_the_final_interval_holds_the_truth_nine_times_of_ten() -> None:
    """With a true difference of 4 points the final interval covers it as often as it says."""
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(RUNS):
        sides, habit = _sides(rng)
        rate = 0.25 + 0.08 * np.tanh(habit) + np.where(sides.held, 0.0, 0.04)
        found = look(sides, (rng.random(PEOPLE) < rate).astype(float), 0, len(LOOKS) - 1).difference
        assert found is not None
        inside += found.low <= 0.04 <= found.high
    share = inside / RUNS
    assert 0.9 - 3 * np.sqrt(0.09 / RUNS) < share < 0.985


def test_what_was_known_before_narrows_the_interval() -> None:
    """Behaviour before the launch that foretells the outcome removes variance, and the estimate stays in place."""
    rng = np.random.default_rng(4)
    sides, habit = _sides(rng)
    outcome = habit + 0.5 * rng.normal(size=PEOPLE) + np.where(sides.held, 0.0, 0.2) + 5
    blind = Sides(held=sides.held, before=np.zeros((PEOPLE, 0)))
    with_it, without = (look(each, outcome, 0, 3) for each in (sides, blind))
    assert with_it.explained == pytest.approx(0.8, abs=0.05)
    assert with_it.difference is not None
    assert without.difference is not None
    assert with_it.difference.high - with_it.difference.low < 0.6 * (without.difference.high - without.difference.low)


def test_sides_of_the_wrong_size_are_noticed() -> None:
    """Losing a tenth of the held-out people is all but impossible by luck, a fair draw is not."""
    rng = np.random.default_rng(5)
    held = rng.random(40_000) < 0.1
    fair = Sides(held=held, before=np.zeros((held.size, 0)))
    kept = ~held | (rng.random(held.size) < 0.9)
    broken = Sides(held=held[kept], before=np.zeros((int(kept.sum()), 0)))
    assert not ratio_of_sides(fair, 0.1).mismatch
    assert ratio_of_sides(broken, 0.1).mismatch


def test_a_handful_of_people_is_no_lift() -> None:
    """With fewer than thirty on a side, or nobody who did it, no number is given."""
    held = np.zeros(500, dtype=bool)
    held[:20] = True
    few = Sides(held=held, before=np.zeros((500, 0)))
    assert look(few, np.ones(500), 0, 0).relative is None
    held[:200] = True
    assert look(Sides(held=held, before=np.zeros((500, 0))), np.zeros(500), 0, 0).relative is None


def test_planned_looks_end_with_the_window() -> None:
    assert planned_looks(0, 100) == (25, 50, 75, 100)


@pytest.mark.parametrize(("held_out", "fair", "told"), [(0.223, 0.0013, True), (0.200, 0.0115, False)])
def test_a_lift_that_subtraction_would_not_give_is_explained(held_out: float, fair: float, told: bool) -> None:
    """Where the adjustment turns the difference round, the report says both numbers; where it hardly moves it, none."""
    seen = LookResult(
        at_ms=0,
        planned=True,
        treated=8_919,
        held_out=973,
        difference=LiftEstimate(value=fair, low=fair - 0.02, high=fair + 0.02),
        treated_mean=0.212,
        held_out_mean=held_out,
    )
    share = MetricName(id="repurchase_rate", name=Words(zh="复购率", en="repurchase rate"), unit="share")
    said = adjusted(seen, share)
    assert (said is not None) == told
    if said is not None:
        assert "\u22121.10 个百分点" in said.zh
        assert "+0.13 个百分点" in said.zh


def _counts(treated: tuple[int, int], held: tuple[int, int]) -> tuple[Sides, np.ndarray]:
    """Return (bought, of) a side as people without a past."""
    people = treated[1] + held[1]
    outcome = np.zeros(people)
    outcome[: treated[0]] = outcome[treated[1] : treated[1] + held[0]] = 1.0
    return Sides(held=np.arange(people) >= treated[1], before=np.zeros((people, 0))), outcome


def test_lift_and_difference_never_disagree() -> None:
    """3.0% of 9,500 against 1.6% of 500 is more, relatively too; how much at most depends on so few held out."""
    found = look(*_counts((285, 9_500), (8, 500)), 0, len(LOOKS) - 1)
    assert found.difference is not None
    assert found.relative is not None
    assert found.difference.low > 0
    assert found.relative.low > 0
    assert found.relative.high > 2


def test_nobody_of_the_held_out_leaves_the_difference() -> None:
    """Where nobody held out bought there is no relative lift, but still a difference with its error."""
    found = look(*_counts((285, 9_500), (0, 500)), 0, len(LOOKS) - 1)
    assert found.relative is None
    assert found.difference is not None
    assert found.difference.low > 0


def test_hardly_anybody_held_out_leaves_the_upper_end_open() -> None:
    """One of 500 could be nobody: the lift is so much at least, without an upper end."""
    found = look(*_counts((285, 9_500), (1, 500)), 0, len(LOOKS) - 1)
    assert found.relative is not None
    assert found.relative.low > 0
    assert found.relative.high == np.inf


def test_nobody_loses_more_than_all() -> None:
    """What cannot be below zero is never told to fall by more than all of it."""
    found = look(*_counts((1, 200), (4, 100)), 0, len(LOOKS) - 1)
    assert found.relative is None or found.relative.low >= -1
