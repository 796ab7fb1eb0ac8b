"""Where people part in a journey: the kinds of node that only choose the way on."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.journey.triggers import Filter


class Condition(Struct, frozen=True, kw_only=True, tag_field="kind", tag="condition", forbid_unknown_fields=True):
    """Go one way or the other by what holds of the person now."""

    id: str
    yes: str
    no: str
    when: Mapping[str, Any] = {}
    """The tree of an audience; empty where only `entry` decides."""
    entry: Sequence[Filter] = ()
    """Tests of the properties with which the person entered, all of which must pass too."""


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of a branch: for whom, and where it leads."""

    next: str
    when: Mapping[str, Any] = {}
    """The tree of an audience; empty where only `entry` decides."""
    entry: Sequence[Filter] = ()
    """Tests of the properties with which the person entered, all of which must pass too."""
    name: str = ""
    """What people call it."""


class Branch(Struct, frozen=True, kw_only=True, tag_field="kind", tag="branch", forbid_unknown_fields=True):
    """Go the way of the first case that holds of the person now."""

    id: str
    cases: Sequence[Case]
    otherwise: str
    """Where people go of whom none holds."""


class Arm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several ways, and the share of people who go it."""

    id: str
    share: float
    next: str


class Experiment(Struct, frozen=True, kw_only=True, tag_field="kind", tag="experiment", forbid_unknown_fields=True):
    """Go one of several ways, drawn once for ever: by the person as entered, so that arms can be compared."""

    id: str
    arms: Sequence[Arm]
    """Shares are fixed and add up to one; whoever changes them begins another experiment."""


class Split(Struct, frozen=True, kw_only=True, tag_field="kind", tag="split", forbid_unknown_fields=True):
    """Part people by fixed shares, with nothing compared: a person goes the same way each time.

    Two nodes of one salt, in whichever journeys, part people alike; with salts of their own they part independently.
    """

    id: str
    arms: Sequence[Arm]
    salt: str = ""
    """Empty: this node's own."""


class Way(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several ways whose share is found out, not said."""

    id: str
    next: str


class Bandit(Struct, frozen=True, kw_only=True, tag_field="kind", tag="bandit", forbid_unknown_fields=True):
    """Go one of several ways, drawn by shares that move towards the way on which more people do what is wanted.

    A tenth of the people is drawn uniformly, whatever the shares are; shares and chances are kept at every coming.
    """

    id: str
    arms: Sequence[Way]
    event: str
    """Whoever does it within `within_s` of coming here counts as won."""
    within_s: int = 7 * 86_400
    """Nobody counts for the shares before so much time has passed, so that late conversions harm no way."""
    floor: float = 0.1
    """Least share of a way among those who are not drawn uniformly."""


Parting = Condition | Branch | Experiment | Split | Bandit
