"""Arms beside a control: the error kept over arms and looks, and no verdict where the arms are off."""

import numpy as np
import pytest
from msgspec.structs import replace

from liftloop.kernel.clock import DAY_MS
from liftloop.measure.experiments.comparing import Assigned, Compared, Counted, compare, limit_at, ratio_of
from liftloop.measure.experiments.definition import ExperimentDefinition, OutcomeMetric
from liftloop.measure.experiments.report import Experimented, Told, report_of_experiment
from liftloop.measure.lift import LiftEstimate

PEOPLE, ARMS = 1_500, 3
LAST = 3


def _people(rng: np.random.Generator) -> Assigned:
    return Assigned(arm=rng.integers(0, ARMS, PEOPLE), before=np.zeros((PEOPLE, 0)))


def test_several_arms_share_the_error() -> None:
    """Where no arm differs, hardly more than a tenth of experiments with three arms show one that does."""
    rng = np.random.default_rng(1)
    limit = limit_at(LAST, 1.0, ARMS - 1)
    wrong, runs = 0, 300
    for _ in range(runs):
        people = _people(rng)
        found = compare(people, Counted(amount=(rng.random(PEOPLE) < 0.3).astype(float)), ARMS, 0, limit)
        wrong += any(each.effect and not each.effect.low <= 0 <= each.effect.high for each in found)
    assert wrong / runs < 0.1 + 3 * np.sqrt(0.09 / runs)


def test_a_ratio_moves_by_clusters() -> None:
    """An open rate over people with several messages each is wider than over as many messages of as many people."""
    rng = np.random.default_rng(2)
    people = Assigned(arm=rng.integers(0, 2, PEOPLE), before=np.zeros((PEOPLE, 0)))
    opens = (rng.random(PEOPLE) < 0.4).astype(float)
    every = Counted(amount=opens * 5, base=np.full(PEOPLE, 5.0))
    once = Counted(amount=opens, base=np.ones(PEOPLE))
    wide, narrow = (compare(people, each, 2, 0, 1.645)[1].effect for each in (every, once))
    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low == pytest.approx(narrow.high - narrow.low)


def test_arms_of_the_wrong_size_are_noticed() -> None:
    """A fair draw passes; an arm that lost a fifth of its people does not."""
    rng = np.random.default_rng(3)
    arm = rng.integers(0, 2, 4_000)
    assert not ratio_of(arm, (0.5, 0.5)).mismatch
    assert ratio_of(arm[(arm == 0) | (rng.random(arm.size) < 0.8)], (0.5, 0.5)).mismatch


def _told(value: float, reach: float, better: str = "up") -> Told:
    effect = LiftEstimate(value=value, low=value - reach, high=value + reach)
    metric = OutcomeMetric(kind="did", event="Order Completed", better=better)  # type: ignore[arg-type]
    return Told(metric=metric, arms=(Compared(effect=None, mean=0.3), Compared(effect=effect, mean=0.3 + value)))


def _experiment(told: tuple[Told, ...], ratio_p: float = 0.5) -> Experimented:
    definition = ExperimentDefinition(
        name="n",
        journey="j",
        node="s",
        control="a",
        primary=told[0].metric,
        guards=[each.metric for each in told[1:]],
        starts_ms=0,
        ends_ms=60 * DAY_MS,
        days=30,
    )
    return Experimented(
        id="e",
        definition=definition,
        now_ms=60 * DAY_MS,
        offset_minutes=480,
        arms=("a", "b"),
        shares=(0.5, 0.5),
        people=(500, 500),
        entered=1_000,
        ratio_p=ratio_p,
        twice=0,
        told=told,
        looks=tuple((at_ms, None) for at_ms in definition.looks()),
    )


def test_the_verdict_follows_the_interval() -> None:
    """Better, worse and unclear are told apart by where zero lies; less is better where the metric says so."""
    assert report_of_experiment(_experiment((_told(0.1, 0.05),))).winner == "b"
    assert report_of_experiment(_experiment((_told(-0.1, 0.05),))).winner == "a"
    assert report_of_experiment(_experiment((_told(-0.1, 0.05, better="down"),))).winner == "b"
    assert report_of_experiment(_experiment((_told(0.03, 0.05),))).verdict == "unclear"


def test_off_sides_withhold_the_verdict() -> None:
    """Where the arms do not have their sizes nothing is told but that, and what to look for."""
    report = report_of_experiment(_experiment((_told(0.1, 0.05),), ratio_p=1e-5))
    assert (report.verdict, report.winner) == ("too_early", "")
    assert [section.id for section in report.sections] == ["trust"]
    assert all(fact.value.en == "—" for fact in report.facts)


def test_a_harmed_guard_is_said() -> None:
    """An arm that wins on the primary metric and harms a guard is not to be rolled out."""
    guard = replace(_told(-0.2, 0.05), metric=OutcomeMetric(kind="opened"))
    report = report_of_experiment(_experiment((_told(0.1, 0.05), guard)))
    (told,) = [section for section in report.sections if section.id == "guards"]
    assert "do not roll it out" in told.lead.en
