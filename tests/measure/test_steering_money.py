"""Steering in parts: what is believed of money, the floor after a claim, and the line of what moving people brought."""

import numpy as np
import pytest
from msgspec.structs import replace

from liftloop.inference.arrays import Floats
from liftloop.inference.thompson import Batches, best_chances, normal_beliefs
from liftloop.kernel.clock import HOUR_MS
from liftloop.measure.steering.claims import Gain, gain, gain_words
from liftloop.measure.steering.counts import Cells
from liftloop.measure.steering.moves import Past, Position, standing
from liftloop.measure.steering.settled import Settled, settled
from liftloop.plan.contract import FLOOR_CLAIMED, UNIFORM_SHARE, SteeringTerms

HOURS, PEOPLE = 12, 400
TERMS = SteeringTerms()


def test_beliefs_of_money_are_those_of_a_dense_regression() -> None:
    """With any people and amounts: least squares on hours and variants, the variants drawn to the mean by the prior."""
    dice = np.random.default_rng(1)
    for _ in range(10):
        people = dice.integers(0, 30, (5, 3)).astype(np.float64)
        total = people * dice.uniform(10, 50, (5, 3))
        deviation, spread = 40.0, 0.2
        found = normal_beliefs(Batches(people=people, total=total), deviation, spread)
        level = total.sum() / people.sum()
        design = np.zeros((15, 8))
        for row, (hour, variant) in enumerate((hour, variant) for hour in range(5) for variant in range(3)):
            design[row, [variant, 3 + hour]] = 1.0
        weight = people.reshape(-1) / deviation**2
        mean = np.divide(total, people, out=np.zeros_like(total), where=people > 0).reshape(-1)
        prior = np.diag([1 / (level * spread) ** 2] * 3 + [1e-12] * 5)
        precision = design.T @ (weight[:, None] * design) + prior
        solved = np.linalg.solve(precision, design.T @ (weight * mean))
        np.testing.assert_allclose(found.mean, level + solved[:3], rtol=1e-4)
        np.testing.assert_allclose(found.error, np.sqrt(np.diag(np.linalg.inv(precision)))[:3], rtol=1e-4)


def test_the_chance_of_being_best_is_not_overstated() -> None:
    """Where means are drawn as the prior says, what is called best with 80% is it at least four times in five.

    What variants' errors have in common is not taken off their difference, which makes it careful.
    """
    dice = np.random.default_rng(2)
    level, spread, deviation = 30.0, 0.15, 60.0
    said, right = [], []
    for _ in range(600):
        means = level * (1 + spread * dice.normal(size=3))
        people = dice.integers(40, 200, (4, 3)).astype(np.float64)
        hour = dice.uniform(-10, 10, (4, 1))
        total = people * (means + hour) + deviation * np.sqrt(people) * dice.normal(size=(4, 3))
        best = best_chances(normal_beliefs(Batches(people=people, total=total), deviation, spread))
        said.append(best.max())
        right.append(float(means.argmax() == best.argmax()))
    for least, most in ((0.3, 0.6), (0.6, 0.8), (0.8, 1.0)):
        these = (np.array(said) > least) & (np.array(said) <= most)
        assert -0.06 < np.mean(np.array(right)[these]) - np.mean(np.array(said)[these]) < 0.12


class Steered:
    """A test lived hour by hour as the study does it: how it stood at each look, and the shares that followed."""

    def __init__(self, rates: Floats, seed: int) -> None:
        dice, count = np.random.default_rng((seed, 5)), rates.size
        share, batch = np.full(count, 1 / count), 0
        rows: list[tuple[int, Floats, Floats, Floats]] = []
        self.looks: list[Settled] = []
        self.shares = [share]
        for hour in range(HOURS):
            chance = UNIFORM_SHARE / count + (1 - UNIFORM_SHARE) * share
            people = dice.multinomial(PEOPLE, chance)
            rows.append((batch, people.astype(np.float64), dice.binomial(people, rates).astype(np.float64), chance))
            self.cells = Cells(
                began_ms=np.arange(hour + 1) * HOUR_MS,
                batch=np.array([row[0] for row in rows]),
                people=np.array([row[1] for row in rows]),
                total=np.array([row[2] for row in rows]),
                chance=np.array([row[3] for row in rows]),
            )
            self.at = Position(shares=tuple(share.tolist()), batch=batch, elapsed=(hour + 1) / HOURS)
            self.looks.append(settled(self.cells, TERMS, Past(), self.at))
            if self.looks[-1].found.moves:
                share, batch = np.array(self.looks[-1].found.next_shares), batch + 1
                self.shares.append(share)


@pytest.fixture(scope="module")
def lived() -> list[Steered]:
    return [Steered(np.array(rates), seed) for rates in ((0.3, 0.12), (0.2, 0.2)) for seed in range(12)]


def test_the_floor_falls_to_a_fiftieth_only_with_a_claim(lived: list[Steered]) -> None:
    """Unclaimed, nobody steered gets less than the plan's floor; claimed, never less than 2%, and it is used."""
    fallen = 0
    for each in lived:
        for look in each.looks:
            clear = len(look.claims) == 1 and look.claims[0].clear and look.claims[0].value > 0
            assert look.floor == (FLOOR_CLAIMED if clear else TERMS.floor)
            assert min(look.found.next_shares) >= min(look.floor, min(each.shares[0])) - 1e-9
        fallen += min(each.shares[-1]) < TERMS.floor - 1e-9
    assert fallen >= 10, "most of the twelve tests with a much better variant end below the plan's floor"
    assert all(min(each.shares[-1]) >= FLOOR_CLAIMED - 1e-9 for each in lived)


def test_the_claim_does_not_know_of_its_floor(lived: list[Steered]) -> None:
    """What is believed and claimed at a look is the same whatever the floor; only the shares that follow differ."""
    for each in lived[:4]:
        plain = standing(each.cells, TERMS, Past(), each.at)
        low = settled(each.cells, replace(TERMS, floor=0.01), Past(), each.at)
        assert (plain.best, plain.rate) == (low.found.best, low.found.rate)
        assert low.claims == each.looks[-1].claims
        assert low.floor == 0.01, "a floor below 2% stays where it is"


def test_the_line_of_steering_is_what_moving_people_brought() -> None:
    """On average over tests it is the people beyond an equal share times what theirs did better; its range holds."""
    rates = np.array([0.3, 0.2])
    errors, held, worlds = [], 0, 40
    for seed in range(worlds):
        each = Steered(rates, 100 + seed)
        people = each.cells.people.sum(axis=0)
        truth = float((people - people.mean()) @ rates)
        found = gain(each.cells, 1.0)
        assert found is not None
        errors.append(found.value - truth)
        held += found.low <= truth <= found.high
    assert abs(np.mean(errors)) < 3 * np.std(errors) / worlds**0.5
    assert held >= 0.9 * worlds


def test_without_moves_nothing_is_said_to_be_brought() -> None:
    """Equal shares bring nothing; money is told in yuan and responses in responses, unclear where zero is inside."""
    money = replace(TERMS, outcome="revenue")
    assert gain_words(None, TERMS).en == "Shares have not been moved yet."
    assert "还看不准" in gain_words(Gain(value=12.0, low=-3.0, high=27.0), TERMS).zh
    assert "12 个回应" in gain_words(Gain(value=12.0, low=3.0, high=21.0), TERMS).zh
    assert "¥1,200 " in gain_words(Gain(value=120_000.0, low=30_000.0, high=210_000.0), money).en
    even = Cells(
        began_ms=np.arange(4) * HOUR_MS,
        batch=np.zeros(4, dtype=np.int64),
        people=np.full((4, 2), 200.0),
        total=np.array([[60.0, 20.0]] * 4),
        chance=np.full((4, 2), 0.5),
    )
    found = gain(even, 1.0)
    assert found is not None
    assert found.value == 0
