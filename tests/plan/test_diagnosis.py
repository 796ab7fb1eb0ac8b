"""A diagnosis names what is there and nothing that is not."""

import numpy as np

from liftloop.plan.diagnosis import Diagnosis, Group, Seen, diagnose
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.options import Words
from liftloop.plan.writing.diagnosis import diagnosis_sentences

PEOPLE, GROUPS, WORLDS = 4_000, 20, 60


def looked_at(seed: int, hurt: int | None, fall: float = 0.0) -> Diagnosis:
    """Draw two windows of people in random groups who buy one time in five; one group, if any, buys less now."""
    dice = np.random.default_rng(seed)
    member = dice.random((GROUPS, 2 * PEOPLE)) < 0.2
    latest = np.arange(2 * PEOPLE) < PEOPLE
    chance = np.full(2 * PEOPLE, 0.2)
    if hurt is not None:
        chance = chance - fall * (member[hurt] & latest)
    groups = [Group(name=Words(zh=f"g{n}", en=f"g{n}"), tree={"tag": f"g{n}"}) for n in range(GROUPS)]
    seen = Seen(value=(dice.random(2 * PEOPLE) < chance).astype(float), latest=latest, member=member, stands_for=10)
    found = diagnose(seen, groups, (), 1.0)
    assert found is not None
    return found


def test_a_group_that_fell_is_named_with_what_it_costs() -> None:
    """The group that buys half as often is nearly always named first; interval and contribution hold the truth."""
    first = held = 0
    for seed in range(WORLDS):
        fell = [part for part in looked_at(seed, hurt=3, fall=0.1).parts if part.kind == "fell"]
        mine = next((part for part in fell if part.tree == {"tag": "g3"}), None)
        if mine is None:
            continue
        first += fell[0] == mine
        held += mine.low <= -0.1 <= mine.high
        assert mine.people % 10 == 0
        assert abs(mine.contribution - 0.02) < 0.014
    assert min(first, held) >= 0.9 * WORLDS


def test_where_nothing_differs_nothing_is_named() -> None:
    """In nine of ten worlds without any difference all forty comparisons stay silent."""
    silent = sum(not looked_at(seed, hurt=None).parts for seed in range(100, 100 + 2 * WORLDS))
    assert silent >= 0.85 * 2 * WORLDS


def test_too_few_people_are_no_evidence() -> None:
    """Without a hundred people in each window nothing is said at all."""
    few = Seen(value=np.zeros(150), latest=np.arange(150) < 75, member=np.zeros((0, 150), dtype=np.bool_), stands_for=1)
    assert diagnose(few, [], (), 1.0) is None


def test_it_is_said_in_both_languages() -> None:
    """Each part has its sentence with its people; where nothing is named that is said with how much was looked at."""
    metric = BUILT_IN_CATALOGUE.by_id["repurchase_rate"]
    found = looked_at(0, hurt=3, fall=0.1)
    said = diagnosis_sentences(found, metric, 30)
    assert len(said) == 1 + len(found.parts)
    assert f"{found.parts[0].people:,} 人" in said[1].zh
    nothing = next(each for seed in range(100, 200) if not (each := looked_at(seed, hurt=None)).parts)
    assert "40" in diagnosis_sentences(nothing, metric, 30)[0].en
