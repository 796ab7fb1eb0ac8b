"""Counting by search gives what looking at every happening of a person gives."""

import numpy as np
import pytest

from liftloop.app.planning.asof import EVER, Asked, Happenings, Span
from liftloop.kernel.clock import FAR_FUTURE_MS

SPANS = (
    EVER,
    Span(start_ms=-20, end_ms=0),
    Span(start_ms=0, end_ms=15),
    Span(start_ms=-7, end_ms=7),
    Span(start_ms=3, end_ms=9),
)


def world(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray, Happenings]:
    """Return few people with many moments and happenings at few instants, so that all orders and ties occur."""
    dice = np.random.default_rng(seed)
    profile, at_ms = dice.integers(0, 6, 40) * 3, dice.integers(100, 140, 40)
    many = int(dice.integers(0, 60))
    when = dice.integers(90, 150, many)
    undone = np.where(dice.random(many) < 0.4, when + dice.integers(-3, 25, many), FAR_FUTURE_MS)
    happened = Happenings(profile=dice.integers(-1, 22, many), at_ms=when, undone_ms=undone)
    return dice, profile, at_ms, happened


@pytest.mark.parametrize("seed", range(60))
def test_counts_and_sums_are_those_of_plain_python(seed: int) -> None:
    """A happening counts for a moment if it lies in the span and was not undone before the moment."""
    dice, profile, at_ms, happened = world(seed)
    stream = Asked(profile, at_ms).stream(happened)
    amounts, chosen = dice.integers(-5, 50, happened.at_ms.size), dice.random(happened.at_ms.size) < 0.5
    for span in SPANS:
        for row, (who, now) in enumerate(zip(profile, at_ms, strict=True)):
            inside = (happened.profile == who) & (happened.at_ms >= now + span.start_ms)
            inside &= happened.at_ms < now + span.end_ms
            known = inside & (happened.undone_ms >= now)
            assert stream.count(span)[row] == known.sum()
            assert stream.sum(span, amounts)[row] == amounts[known].sum()
            assert stream.undone(span, amounts)[row] == amounts[inside & ~known].sum()
            assert stream.where(chosen).count(span)[row] == (known & chosen).sum()
            assert stream.lasting().count(span)[row] == (inside & (happened.undone_ms == FAR_FUTURE_MS)).sum()


@pytest.mark.parametrize("seed", range(60))
def test_first_and_last_pass_over_what_was_undone(seed: int) -> None:
    """The time since the first and since the last is that of happenings which stood at the moment, else unknown."""
    _, profile, at_ms, happened = world(seed)
    stream = Asked(profile, at_ms).stream(happened)
    first, last = stream.since_first(), stream.since_last()
    for row, (who, now) in enumerate(zip(profile, at_ms, strict=True)):
        known = (happened.profile == who) & (happened.at_ms < now) & (happened.undone_ms >= now)
        times = happened.at_ms[known]
        wanted = [now - times.min(), now - times.max()] if times.size else [np.nan, np.nan]
        np.testing.assert_array_equal([first[row], last[row]], wanted)
