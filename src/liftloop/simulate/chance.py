"""Random numbers by address: the same person meets the same luck whatever is done to others.

A draw is a hash of (key, stream, counters), so a world with a contact and one without share every
number that the contact does not touch: counterfactuals are exact.
"""

from enum import IntEnum, unique
from typing import Final

import numpy as np

from liftloop.simulate.arrays import Floats, Ints, Keys

# SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


@unique
class Stream(IntEnum):
    """What a draw is for; two draws of one event never share a stream."""

    ORDER_GAP = 1
    BROWSE_GAP = 2
    VISIT_GAP = 3
    FIRST_ORDER = 4
    ORDER_KEY = 5
    BROWSE_KEY = 6
    VISIT_KEY = 7
    EXTRA_KEY = 8
    LINES = 9
    CATEGORY = 10
    SERIES = 11
    LOYAL_SERIES = 12
    LOYAL_ITEM = 13
    ITEM = 14
    QUANTITY = 15
    ONLINE = 16
    PUBLIC_COUPON = 17
    MOMENT = 18
    MANY = 19
    ADD = 20
    EARLIER = 21
    CONTACT = 22
    DELAY = 23
    REDEEM = 24
    OPEN = 25
    OPEN_DELAY = 26
    CLICK = 27
    UNSUBSCRIBE = 28
    FORWARD = 29
    MOOD = 30
    PICKED = 31
    HELD_OUT = 32
    ASSIGNED = 33
    DECIDED = 34
    EVENT_KEY = 35
    CONTACT_KEY = 36
    TIME_OF_DAY = 37


def draw_key(rng: np.random.Generator) -> int:
    """Take from the caller's generator the key that all later draws hang on."""
    return int(rng.integers(0, 2**63, dtype=np.int64))


def keys(key: int, stream: Stream, *counters: Ints | Keys) -> Keys:
    """Return one 64-bit key a row, addressed by the counters; equal addresses give equal keys."""
    start = np.array([key], dtype=np.uint64) + _GOLDEN * np.array([int(stream)], dtype=np.uint64)
    state = _mixed(start)
    for counter in counters:
        state = _mixed(state ^ _mixed(np.atleast_1d(counter).astype(np.uint64) + _GOLDEN))
    return state


def uniforms(key: int, stream: Stream, *counters: Ints | Keys) -> Floats:
    """Return one number in (0, 1) a row, addressed by the counters."""
    return ((keys(key, stream, *counters) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(key: int, stream: Stream, *counters: Ints | Keys) -> Floats:
    """Return standard normals by the Box-Muller transform of two addressed uniforms."""
    radius = np.sqrt(-2.0 * np.log(uniforms(key, stream, *counters, np.array([0]))))
    return radius * np.cos(2.0 * np.pi * uniforms(key, stream, *counters, np.array([1])))


def _mixed(state: Keys) -> Keys:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))
