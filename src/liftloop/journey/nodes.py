"""What people do in a journey: the kinds of node in its definition, told apart by `kind`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.journey.waits import Resting


class Condition(Struct, frozen=True, kw_only=True, tag_field="kind", tag="condition", forbid_unknown_fields=True):
    """Go one way or the other by what holds of the person now."""

    id: str
    when: Mapping[str, Any]
    """The tree of an audience."""
    yes: str
    no: str


class Arm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of an experiment, and the share of people who go it."""

    id: str
    share: float
    next: str


class Experiment(Struct, frozen=True, kw_only=True, tag_field="kind", tag="experiment", forbid_unknown_fields=True):
    """Go one of several ways, drawn once for ever: by the person as entered, so that arms can be compared."""

    id: str
    arms: Sequence[Arm]
    """Shares are fixed and add up to one; whoever changes them begins another experiment."""


class Send(Struct, frozen=True, kw_only=True, tag_field="kind", tag="send", forbid_unknown_fields=True):
    """Ask the gate to send a message, and go on."""

    id: str
    channel: str
    content: str
    next: str
    purpose: Literal["marketing", "transactional", "service"] = "marketing"
    expires_s: int = 86_400


class Act(Struct, frozen=True, kw_only=True, tag_field="kind", tag="act", forbid_unknown_fields=True):
    """Carry out the action that the campaign assigned this person: a message, or nothing.

    Where the action has variants, who gets which is drawn here, from the shares in force.
    """

    id: str
    next: str
    expires_s: int = 86_400


class Exit(Struct, frozen=True, kw_only=True, tag_field="kind", tag="exit", forbid_unknown_fields=True):
    """Leave, done."""

    id: str


Node = Resting | Condition | Experiment | Send | Act | Exit
