"""What people do in a journey: the kinds of node in its definition, told apart by `kind`."""

from typing import Literal

from msgspec import Struct

from liftloop.journey.actions import CallWebhook, Change, GiveCoupon
from liftloop.journey.splits import Parting
from liftloop.journey.waits import Resting
from liftloop.plan.contract import Fallback


class Send(Struct, frozen=True, kw_only=True, tag_field="kind", tag="send", forbid_unknown_fields=True):
    """Ask the gate to send a message, and go on."""

    id: str
    channel: str
    content: str
    next: str
    purpose: Literal["marketing", "transactional", "service"] = "marketing"
    expires_s: int = 86_400
    fallbacks: tuple[Fallback, ...] = ()
    """Ways that are tried in turn where this one does not reach the person: unread push, then SMS."""


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


Asking = Send | Act | CallWebhook | GiveCoupon
"""Those at which the gate is asked."""
Node = Resting | Change | Parting | Asking | Exit
