"""What is only bought earlier is told apart from what stays."""

import numpy as np
from msgspec.structs import replace

from liftloop.plan.inputs import Contacts
from liftloop.plan.tail import left_after


def contacts(moved: float, gone: float, rows: int = 60_000, tail_over: float = 1.0) -> Contacts:
    """Return contacts, half of them random, of whom `moved` more buy within the window and `gone` of these do not
    buy in the tail, as they would have."""
    dice = np.random.default_rng(4)
    arm = dice.integers(0, 2, rows)
    would = dice.random(rows)
    within = would < 0.2 + moved * arm
    later = (would < 0.5 + moved * (1 - gone) * arm).astype(np.float64)
    nothing = np.zeros(rows, dtype=np.int64)
    return Contacts(
        profile=np.arange(rows),
        at_ms=nothing,
        campaign=nothing,
        arm=arm,
        chance=np.full((rows, 2), 0.5),
        outcome=within.astype(np.float64),
        redeemed=np.zeros(rows),
        features={},
        reach=np.ones((rows, 1), dtype=np.bool_),
        later=np.where(dice.random(rows) < tail_over, later, np.nan),
    )


def test_the_part_that_is_left_is_inside_its_range() -> None:
    """All, half or nothing of an effect may stay; the interval holds it each time, and leaves the others out."""
    for gone in (0.0, 0.5, 1.0):
        found = left_after(contacts(0.1, gone), 30)
        assert found is not None
        assert found.days == 30
        assert found.low < 1 - gone < found.high
        assert found.high - found.low < 0.4


def test_nothing_is_said_where_nothing_is_seen() -> None:
    """Without an effect there is no part of it, and rows whose tail is not over do not speak."""
    assert left_after(contacts(0.0, 0.0), 30) is None
    assert left_after(contacts(0.1, 0.5, tail_over=0.01), 30) is None
    assert left_after(replace(contacts(0.1, 0.5, rows=2_000), later=None), 30) is None
