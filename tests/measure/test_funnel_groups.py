"""Which groups of a funnel lose more: what is there is named with its step, what chance makes is not."""

import numpy as np

from liftloop.measure.funnel_groups import Reached, lagging

WORLDS, GROUPS = 150, 8


def world(seed: int, hurt: tuple[int, int] | None) -> list[Reached]:
    """Let groups of 100 to 2,000 walk through four steps; of one, if any, a third fewer go on from a step."""
    dice = np.random.default_rng(seed)
    groups: list[Reached] = []
    for place in range(GROUPS):
        reached = [int(dice.integers(100, 2_000))]
        for step in range(3):
            reached.append(int(dice.binomial(reached[-1], 0.6 * (2 / 3 if (place, step) == hurt else 1.0))))
        groups.append(Reached(place=place, reached=tuple(reached), open=(0,) * 4))
    return groups


def test_where_all_groups_are_alike_nothing_is_named() -> None:
    """In nine of ten worlds without a difference no group is called worse, however many were compared."""
    silent = sum(not lagging(world(seed, None)).behind for seed in range(WORLDS))
    assert silent >= 0.87 * WORLDS


def test_the_group_that_loses_more_is_named_with_its_step() -> None:
    """It stands first with the step at which it loses; the range of the difference holds the truth."""
    held = named = 0
    for seed in range(WORLDS):
        hurt = (seed % GROUPS, seed % 3)
        found = lagging(world(seed, hurt)).behind
        mine = next((each for each in found if (each.place, each.step) == hurt), None)
        if mine is not None:
            named += found[0] == mine
            held += mine.low <= -0.2 <= mine.high
            assert mine.more > 0
    assert named >= 0.9 * WORLDS
    assert held >= 0.85 * WORLDS


def test_who_may_still_go_on_counts_nowhere() -> None:
    """A group whose people have only begun is not behind; groups of a handful are compared with nobody."""
    ready = Reached(place=0, reached=(1_000, 600), open=(0, 0))
    begun = Reached(place=1, reached=(1_000, 120), open=(800, 0))
    assert lagging([ready, begun]).behind == ()
    assert lagging([ready, Reached(place=1, reached=(40, 0), open=(0, 0))]).looked == 0
    assert lagging([]).looked == 0
