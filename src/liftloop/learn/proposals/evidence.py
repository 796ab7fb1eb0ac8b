"""What is known of the messages of one node of a journey, and where in it answers are lost.

What is told has passed a correction for everything that was looked at.
"""

import math
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.inference.intervals import Estimate, z_one_sided, z_two_sided
from liftloop.inference.together import benjamini_hochberg, p_value

Dimension = Literal["content", "channel", "hour", "wait", "group"]

SENT_MIN = 200
"""With fewer messages an open rate of 10% is known to four points at best, which tells nothing from 20%."""
SLICE_MIN = 50
"""Fewer messages of one kind are an anecdote."""
FALSE_SHARE = 0.1
"""Of the findings that are told, so many are told by chance alone."""
FINDINGS_MAX = 4
CONFIDENCE = 0.9


class Tally(Struct, frozen=True, kw_only=True):
    """Messages of one kind: handed over, and of these opened. Hours are those of the shop, waits whole seconds."""

    value: str
    sent: int
    opened: int

    @property
    def rate(self) -> float:
        return self.opened / self.sent if self.sent else 0.0

    def bounds(self) -> tuple[float, float]:
        """Return where the true rate lies nine times out of ten (Wilson 1927)."""
        if not self.sent:
            return 0.0, 1.0
        z, n, share = z_two_sided(CONFIDENCE), self.sent, self.rate
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)


class Cut(Struct, frozen=True, kw_only=True):
    """The messages of a node by one dimension, and those of other nodes that could have been its own."""

    dimension: Dimension
    own: tuple[Tally, ...]
    others: tuple[Tally, ...] = ()

    def alternatives(self) -> tuple[Tally, ...]:
        """Return what is known of each value, wherever it was sent."""
        found: dict[str, Tally] = {}
        for each in (*self.own, *self.others):
            known = found.get(each.value, Tally(value=each.value, sent=0, opened=0))
            found[each.value] = Tally(value=each.value, sent=known.sent + each.sent, opened=known.opened + each.opened)
        return tuple(found.values())


class Expected(Struct, frozen=True, kw_only=True):
    """The open rate that was to be: one that somebody set for the channel, or that of its other messages."""

    rate: float
    source: Literal["set", "usual"]


class Sending(Struct, frozen=True, kw_only=True):
    """One node that sends: how it does, by which cuts, and how many enter its journey a day."""

    journey: str
    journey_name: str
    version: int
    node: str
    channel: str
    content: str
    whole: Tally
    expected: Expected
    cuts: tuple[Cut, ...]
    entries_a_day: float


class Finding(Struct, frozen=True, kw_only=True):
    """Messages of one kind that are opened less than what they are compared with."""

    dimension: Dimension
    value: str
    sent: int
    rate: float
    compared: float


def falls_short(sending: Sending) -> bool:
    """Return whether a node is surely opened less than expected."""
    return sending.whole.sent >= SENT_MIN and sending.whole.bounds()[1] < sending.expected.rate


def difference(one: Tally, other: Tally) -> Estimate:
    """Return how much more often one kind is opened, with the pooled error under no difference."""
    whole = one.sent + other.sent
    pooled = (one.opened + other.opened) / whole
    error = math.sqrt(pooled * (1 - pooled) * (1 / one.sent + 1 / other.sent))
    return Estimate(value=one.rate - other.rate, error=error, units=whole)


def findings(sending: Sending) -> tuple[Finding, ...]:
    """Return where answers are lost, what costs most of them first: each kind beside the rest of its dimension."""
    compared = [found for cut in sending.cuts for found in _beside(cut)]
    if not compared:
        return ()
    likely = benjamini_hochberg([p_value(difference(one, rest)) for _, one, rest in compared])
    named = [each for each, p in zip(compared, likely, strict=True) if p <= FALSE_SHARE and each[1].rate < each[2].rate]
    named.sort(key=lambda each: (each[1].rate - each[2].rate) * each[1].sent)
    return tuple(
        Finding(dimension=cut.dimension, value=one.value, sent=one.sent, rate=one.rate, compared=rest.rate)
        for cut, one, rest in named[:FINDINGS_MAX]
    )


def _beside(cut: Cut) -> list[tuple[Cut, Tally, Tally]]:
    """Return the node's own kinds beside the rest: its own other messages, or those of others where it has one kind."""
    found: list[tuple[Cut, Tally, Tally]] = []
    for one in cut.own:
        mine = [each for each in cut.own if each.value != one.value]
        rest = _together(mine or [each for each in cut.others if each.value != one.value])
        if min(one.sent, rest.sent) >= SLICE_MIN:
            found.append((cut, one, rest))
    return found


def _together(tallies: Sequence[Tally]) -> Tally:
    return Tally(value="", sent=sum(each.sent for each in tallies), opened=sum(each.opened for each in tallies))


def surely_more(one: Tally, other: Tally, among: int) -> float:
    """Return by how much one kind is opened more often at least, allowing for all kinds that were looked at."""
    found = difference(one, other)
    return found.value - z_one_sided(1 - (1 - CONFIDENCE) / max(among, 1)) * found.error
