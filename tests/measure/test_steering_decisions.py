"""Steering as the study does it, hour by hour: what may move, what may be claimed, when to raise an alarm."""

import numpy as np
import pytest
from msgspec.structs import replace

from liftloop.inference.alarms import alarmed, rate_evidence
from liftloop.inference.arrays import Floats
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS
from liftloop.measure.lift import LiftEstimate, LookResult
from liftloop.measure.steering.claims import claims, gain
from liftloop.measure.steering.counts import CELL_MS, Cells
from liftloop.measure.steering.guardrails import (
    DEFAULTS,
    Answered,
    guardrails_of,
    look_watched,
    rate_watched,
)
from liftloop.measure.steering.moves import Past, Position, Standing, standing
from liftloop.plan.contract import UNIFORM_SHARE, Guardrail, SteeringTerms
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE

HOURS, PEOPLE = 10, 400
TERMS = SteeringTerms()


class Lived:
    """A test that was lived through: what the variants brought by hour, the shares, and the claims of every look."""

    def __init__(self, rates: Floats, seed: int, drift: float = 0.0) -> None:
        dice, count = np.random.default_rng((seed, 77)), rates.size
        self.shares = [np.full(count, 1 / count)]
        self.claimed = False
        rows: list[tuple[int, Floats, Floats, Floats]] = []
        batch = 0
        for hour in range(HOURS):
            chance = UNIFORM_SHARE / count + (1 - UNIFORM_SHARE) * self.shares[-1]
            people = dice.multinomial(PEOPLE, chance).astype(np.float64)
            level = 1 + drift * np.sin(2 * np.pi * (hour / HOURS + dice.random()))
            rows.append((batch, people, dice.binomial(people.astype(int), rates * level).astype(np.float64), chance))
            self.cells = Cells(
                began_ms=np.arange(hour + 1) * HOUR_MS,
                batch=np.array([row[0] for row in rows]),
                people=np.array([row[1] for row in rows]),
                total=np.array([row[2] for row in rows]),
                chance=np.array([row[3] for row in rows]),
            )
            at = Position(shares=tuple(self.shares[-1].tolist()), batch=batch, elapsed=(hour + 1) / HOURS)
            self.found: Standing = standing(self.cells, TERMS, Past(), at)
            leader = int(np.argmax(self.found.best))
            self.claims = claims(self.cells, leader, at.elapsed)
            self.claimed |= any(claim.clear for claim in self.claims)
            if self.found.moves:
                batch += 1
                self.shares.append(np.array(self.found.next_shares))


def test_alike_variants_are_hardly_ever_called_different() -> None:
    """In A/A tests under drift, looked at every hour, at most one in ten ends with a claim."""
    false = [Lived(np.array([0.1, 0.1]), seed, drift=0.5).claimed for seed in range(40)]
    assert np.mean(false) <= 0.1


def test_a_better_variant_gets_the_people_and_the_claim() -> None:
    """Where one copy is twice as good, most people get it in the end, the claim is true, and moving them paid."""
    lived = [Lived(np.array([0.2, 0.1, 0.1]), seed) for seed in range(8)]
    assert np.mean([each.shares[-1][0] > 0.6 for each in lived]) > 0.9
    assert np.mean([each.claimed for each in lived]) > 0.8
    for each in lived:
        assert each.shares[-1].min() >= TERMS.floor * 0.99
        brought = gain(each.cells, 1.0)
        assert brought is not None
        assert brought.low < brought.value < brought.high
    assert np.mean([brought.value for each in lived if (brought := gain(each.cells, 1.0))]) > 20


def test_batches_close_after_an_hour_or_enough_conversions() -> None:
    """Pieces of ten minutes make batches of an hour, or of fifty conversions each; the last open one is left out."""
    pieces = 14
    cells = Cells(
        began_ms=np.arange(pieces) * CELL_MS,
        batch=np.zeros(pieces, dtype=np.int64),
        people=np.full((pieces, 2), 100.0),
        total=np.full((pieces, 2), 5.0),
        chance=np.full((pieces, 2), 0.5),
    )
    assert cells.closed(0).people[:, 0].tolist() == [600.0, 600.0]
    assert cells.closed(1).people[:, 0].tolist() == [600.0, 600.0, 200.0], "a batch of earlier shares grows no more"
    busy = replace(cells, total=np.full((pieces, 2), 30.0))
    assert busy.closed(0).people[:, 0].tolist() == [200.0] * 7
    moved = replace(cells, batch=np.repeat([0, 1], [4, 10]))
    assert moved.closed(1).people[:, 0].tolist() == [400.0, 600.0]


def test_only_pieces_of_equal_age_count() -> None:
    """A piece counts once all of its people had the whole time to respond."""
    cells = Cells(
        began_ms=np.arange(4) * CELL_MS,
        batch=np.zeros(4, dtype=np.int64),
        people=np.ones((4, 2)),
        total=np.zeros((4, 2)),
        chance=np.full((4, 2), 0.5),
    )
    now_ms = 2 * CELL_MS + 30 * MINUTE_MS
    assert len(cells.matured(now_ms, 30 * MINUTE_MS).began_ms) == 2
    assert len(cells.matured(now_ms - 1, 30 * MINUTE_MS).began_ms) == 1


def test_peeking_raises_no_false_alarm() -> None:
    """A rate at its bound, looked at after every two hundred messages, alarms in at most one stream of twenty."""
    dice, false = np.random.default_rng(5), 0
    for _ in range(120):
        events = np.cumsum(dice.binomial(200, 0.02, 30))
        false += any(alarmed(rate_evidence(float(e), 200.0 * (n + 1), 0.02), 0.05) for n, e in enumerate(events))
    assert false / 120 <= 0.05


def test_a_mailing_gone_wrong_is_noticed_soon() -> None:
    """At five times the bound the alarm comes within some hundreds of messages."""
    dice = np.random.default_rng(6)
    noticed = []
    for _ in range(50):
        events = np.cumsum(dice.binomial(50, 0.1, 40))
        hits = [n for n, e in enumerate(events) if alarmed(rate_evidence(float(e), 50.0 * (n + 1), 0.02), 0.05)]
        noticed.append(50 * (hits[0] + 1) if hits else 10_000)
    assert np.median(noticed) < 300


def test_what_the_goal_says_comes_before_the_defaults() -> None:
    """A guardrail of the goal replaces the default of the same metric; the others stay."""
    own = Guardrail(metric="complaint_rate", comparison="at_most", value=0.01)
    assert guardrails_of((own,))[0] is own
    assert [each.metric for each in guardrails_of((own,))].count("complaint_rate") == 1
    assert len(guardrails_of(())) == len(DEFAULTS)


@pytest.mark.parametrize(
    ("comparison", "value", "answers", "gauge"),
    [
        ("at_most", 0.01, 60, "crossed"),
        ("at_most", 0.01, 5, "quiet"),
        ("at_least", 0.2, 20, "crossed"),
        ("no_rise", None, 40, "crossed"),
    ],
)
def test_rates_of_messages_are_held_against_their_bound(
    comparison: str, value: float | None, answers: int, gauge: str
) -> None:
    """Too many answers cross `at_most` and `no_rise`, too few `at_least`; the sentence has the counts."""
    guardrail = Guardrail(metric="complaint_rate", comparison=comparison, value=value)  # type: ignore[arg-type]
    metric = BUILT_IN_CATALOGUE.by_id["complaint_rate"]
    found = rate_watched(guardrail, metric, Answered(sent=1_000, answers=answers))
    assert found.gauge == gauge
    assert f"{answers:,}" in found.sentence.en


def test_what_people_do_is_held_against_doing_nothing() -> None:
    """A drop whose whole band lies below zero crosses `no_drop`; one that may be chance does not."""
    guardrail = Guardrail(metric="order_count", comparison="no_drop")
    metric = BUILT_IN_CATALOGUE.by_id["order_count"]

    def look(value: float) -> LookResult:
        band = LiftEstimate(value=value, low=value - 0.1, high=value + 0.1)
        return LookResult(at_ms=0, planned=False, treated=9, held_out=9, difference=band, held_out_mean=1.0)

    assert look_watched(guardrail, metric, look(-0.2)).gauge == "crossed"
    assert look_watched(guardrail, metric, look(-0.06)).gauge == "near"
    assert look_watched(guardrail, metric, look(0.2)).gauge == "quiet"
