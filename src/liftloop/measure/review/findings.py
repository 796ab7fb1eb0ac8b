"""What a review is written from: counts and estimates of one campaign, no words yet but names of things."""

from msgspec import Struct

from liftloop.measure.lift import LiftEstimate
from liftloop.plan.record import Words


class Done(Struct, frozen=True, kw_only=True):
    """One action as it was carried out; `people` were assigned it and not held out."""

    label: Words
    people: int
    sent: int
    opened: int
    clicked: int
    cost_fen: int


class GroupEffect(Struct, frozen=True, kw_only=True):
    """What a campaign changed in one group of people, in the metric's unit per person.

    All intervals shown together hold together in nine cases of ten; `effect` None: too few people to tell.
    """

    label: Words
    treated: int
    held_out: int
    effect: LiftEstimate | None


class Money(Struct, frozen=True, kw_only=True):
    """What came in beyond what would have come anyway, in fen over all treated people; None: not measurable."""

    is_margin: bool
    extra: LiftEstimate | None

    def sure(self) -> bool:
        """Return whether the interval leaves zero out; only then may money be claimed."""
        return self.extra is not None and (self.extra.low > 0 or self.extra.high < 0)


class Doubts(Struct, frozen=True, kw_only=True):
    """What blurs the comparison. Numbers of people, but for `ratio_p`, the chance of sides this uneven by luck."""

    ratio_p: float
    assigned_twice: int
    mixed_sides: int
    """Of those, who were held out under one profile and treated under the other."""
    exposed: int
    """Held-out people whom a marketing message of this campaign reached all the same."""
    transactional: int
    """Held-out people who got transactional or service messages, as everybody must; these count as left alone."""


class Stopped(Struct, frozen=True, kw_only=True):
    """People in one state of the ledger for one reason."""

    state: str
    reason: str = ""
    label: Words
    people: int


class Findings(Struct, frozen=True, kw_only=True):
    """Everything that was counted beside the report."""

    done: tuple[Done, ...]
    first_sent_ms: int | None
    last_sent_ms: int | None
    groups: tuple[GroupEffect, ...]
    money: Money
    doubts: Doubts
    qualified: int
    ledger: tuple[Stopped, ...]
    steering: tuple[Words, ...] = ()
    """What moving people between variants brought over leaving them, one sentence an action; none where nobody was."""
