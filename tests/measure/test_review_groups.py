"""Effects by group: corrected together, silent where too few people are on a side."""

import numpy as np

from liftloop.measure.lift import Sides
from liftloop.measure.review.groups import Group, effects_in, known_groups
from liftloop.plan.record import Words

PEOPLE = 3_000


def _groups(rng: np.random.Generator, count: int) -> list[Group]:
    return [Group(label=Words(zh=f"{n}", en=f"{n}"), inside=rng.random(PEOPLE) < 0.3) for n in range(count)]


def test_no_group_is_named_by_luck() -> None:
    """In campaigns that change nothing, hardly more than a tenth show any of eight groups as changed."""
    rng = np.random.default_rng(5)
    wrong, runs = 0, 200
    for _ in range(runs):
        sides = Sides(held=rng.random(PEOPLE) < 0.3, before=np.zeros((PEOPLE, 0)))
        found = effects_in(_groups(rng, 8), sides, (rng.random(PEOPLE) < 0.2).astype(float))
        wrong += any(each.effect and (each.effect.low > 0 or each.effect.high < 0) for each in found)
    assert wrong / runs < 0.1 + 3 * np.sqrt(0.09 / runs)


def test_harm_to_one_group_is_seen() -> None:
    """A group that did much worse is shown as harmed though all others gained."""
    rng = np.random.default_rng(6)
    held = rng.random(PEOPLE) < 0.5
    one, other = np.arange(PEOPLE) < 1_000, np.arange(PEOPLE) >= 1_000
    rate = 0.4 + np.where(held, 0.0, np.where(one, -0.15, 0.15))
    outcome = (rng.random(PEOPLE) < rate).astype(float)
    groups = [Group(label=Words(zh=n, en=n), inside=inside) for n, inside in (("one", one), ("other", other))]
    harmed, helped = effects_in(groups, Sides(held=held, before=np.zeros((PEOPLE, 0))), outcome)
    assert harmed.effect is not None
    assert helped.effect is not None
    assert harmed.effect.high < 0 < helped.effect.low


def test_few_people_are_no_group() -> None:
    """Under thirty people on a side no number is given, and the others are not corrected for it."""
    rng = np.random.default_rng(7)
    sides = Sides(held=rng.random(PEOPLE) < 0.5, before=np.zeros((PEOPLE, 0)))
    outcome = rng.random(PEOPLE)
    whole = Group(label=Words(zh="全部", en="all"), inside=np.ones(PEOPLE, dtype=bool))
    tiny = Group(label=Words(zh="小", en="tiny"), inside=np.arange(PEOPLE) < 40)
    (alone,) = effects_in([whole], sides, outcome)
    beside, few = effects_in([whole, tiny], sides, outcome)
    assert few.effect is None
    assert beside == alone


def test_everybody_is_in_a_group_by_how_often() -> None:
    """The groups by orders within a year part everybody, those who never ordered too."""
    features = {"orders_365": np.array([0.0, 1, 2, 3, 9]), "order_age": np.array([np.nan, 20, 60, 91, 10])}
    groups = known_groups(features)
    often = [group.inside for group in groups if "year" in group.label.en]
    assert np.array_equal(np.sum(often, axis=0), np.ones(5))
