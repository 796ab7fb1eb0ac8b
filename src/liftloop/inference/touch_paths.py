"""Ways that led to an outcome, as columns: the touches of each path in order, and what came of it."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers


class Paths(Struct, frozen=True, kw_only=True, eq=False):
    """`touch` [touches] are channel codes 0..channels-1, path after path; path p has those in start[p]:start[p + 1].

    `age` [touches] is how long before the end of its path each touch was (any unit, never negative); `converted` and
    `lost` [paths] count how often the path ended either way; `value` [paths] is what the conversions were worth.
    """

    channels: int
    start: Integers
    touch: Integers
    age: Floats
    converted: Floats
    lost: Floats
    value: Floats

    @property
    def count(self) -> int:
        return self.start.size - 1

    def lengths(self) -> Integers:
        return np.diff(self.start)

    def path_of(self) -> Integers:
        """Return the path [touches] that each touch belongs to."""
        return np.repeat(np.arange(self.count), self.lengths())

    def place_of(self) -> Integers:
        """Return how many touches [touches] came before each within its path."""
        return np.arange(self.touch.size) - self.start[:-1][self.path_of()]


def paths_of(
    channels: int, ways: Sequence[Sequence[int]], *, converted: Sequence[float], value: Sequence[float] | None = None
) -> Paths:
    """Return paths from lists of channel codes, each seen once; a conversion is worth 1 unless `value` says else.

    Ages are the number of touches that follow.
    """
    lengths = np.array([len(way) for way in ways], dtype=np.int64)
    touch = np.array([code for way in ways for code in way], dtype=np.int64)
    ends = np.asarray(converted, dtype=np.float64)
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    age = (np.repeat(start[1:], lengths) - 1 - np.arange(touch.size)).astype(np.float64)
    return Paths(
        channels=channels,
        start=start,
        touch=touch,
        age=age,
        converted=ends,
        lost=1.0 - ends,
        value=ends if value is None else np.asarray(value, dtype=np.float64),
    )


def check_paths(paths: Paths) -> None:
    """Assert that columns fit together; every channel code is known and nothing is negative."""
    assert paths.start[0] == 0
    assert paths.start[-1] == paths.touch.size == paths.age.size
    assert paths.converted.size == paths.lost.size == paths.value.size == paths.count
    assert paths.touch.size == 0 or (int(paths.touch.min()) >= 0 and int(paths.touch.max()) < paths.channels)
    assert min(float(each.min(initial=0)) for each in (paths.age, paths.converted, paths.lost, paths.value)) >= 0


def select(paths: Paths, keep: Flags) -> Paths:
    """Return the paths [paths] that are flagged."""
    lengths = paths.lengths()
    touches = np.repeat(keep, lengths)
    return Paths(
        channels=paths.channels,
        start=np.concatenate([[0], np.cumsum(lengths[keep])]).astype(np.int64),
        touch=paths.touch[touches],
        age=paths.age[touches],
        converted=paths.converted[keep],
        lost=paths.lost[keep],
        value=paths.value[keep],
    )


def summed(code: Integers, weight: Floats, size: int) -> Floats:
    """Return the sum of the weights of each code 0..size-1."""
    return np.bincount(code, weights=weight, minlength=size).astype(np.float64)
