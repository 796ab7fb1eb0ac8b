"""What a journey does for people beside speaking to them: the kinds of node that change something.

Whoever comes to one rests there until the next tick, which follows at once: it carries out what the node says before
anything else looks at the person, so that the next node meets what this one changed.
"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType


class PutTag(Struct, frozen=True, kw_only=True, tag_field="kind", tag="tag", forbid_unknown_fields=True):
    """Put a tag on, or take it off."""

    id: str
    tag: str
    next: str
    take_off: bool = False
    expires_days: float | None = None
    """After how long it comes off again; None: as the tag says, for ever where it says nothing."""


class SetTrait(Struct, frozen=True, kw_only=True, tag_field="kind", tag="trait", forbid_unknown_fields=True):
    """Set a trait, or add to its number; one of the two."""

    id: str
    trait: str
    next: str
    set: Any | UnsetType = UNSET
    """A text, a number, a truth value; null forgets it."""
    add: float | None = None


class GivePoints(Struct, frozen=True, kw_only=True, tag_field="kind", tag="points", forbid_unknown_fields=True):
    """Give points, or take them where the number is below 0: more than there are is refused, and people go on."""

    id: str
    points: int
    next: str
    expires_days: float | None = None
    """After how long given points run out; None: as the setting says."""


class AddScore(Struct, frozen=True, kw_only=True, tag_field="kind", tag="score", forbid_unknown_fields=True):
    """Add to the score of the person as a lead, or take from it, with the reason that sales will read."""

    id: str
    points: int
    reason: str
    next: str


class GiveTask(Struct, frozen=True, kw_only=True, tag_field="kind", tag="task", forbid_unknown_fields=True):
    """Ask colleagues to do something about the person."""

    id: str
    title: str
    next: str
    sort: str = "call"
    """What is to be done: `call`, `visit` or a word of one's own."""
    text: str = ""
    """Id of the content whose words the task has; empty: the title says it all."""
    due_s: int = 86_400
    """How long they have."""
    team: str = ""
    """Who: a team; empty leaves it to the rules of assignment."""
    medium: str = ""
    """By what they reach the person, as consents name it; empty: `call` for a call, for anything else nobody is."""
    purpose: Literal["marketing", "transactional", "service"] = "service"
    """What they reach her for; marketing needs her consent and counts against the caps."""

    @property
    def reaches_by(self) -> str:
        """Return by what colleagues reach the person, empty where the task is among themselves."""
        return self.medium or ("call" if self.sort == "call" else "")


class Enrol(Struct, frozen=True, kw_only=True, tag_field="kind", tag="journey", forbid_unknown_fields=True):
    """Let the person enter another journey, by that journey's own rules of re-entry, and go on in this one."""

    id: str
    journey: str
    next: str


class CallWebhook(Struct, frozen=True, kw_only=True, tag_field="kind", tag="webhook", forbid_unknown_fields=True):
    """Call an address of one's own: a channel of kind `webhook`, signed, in batches, retried by class of error.

    It is a message to a machine: it takes one row of the ledger and is subject to no consent.
    """

    id: str
    channel: str
    content: str
    """What it carries, written for the person."""
    next: str
    expires_s: int = 86_400


class GiveCoupon(Struct, frozen=True, kw_only=True, tag_field="kind", tag="coupon", forbid_unknown_fields=True):
    """Give a code from a pool, without words: one enrolment has one code of a pool, and later messages name it.

    It takes one row of the ledger; where the pool is dry, the row says so and the person goes on.
    """

    id: str
    pool: str
    next: str
    expires_s: int = 86_400


Change = PutTag | SetTrait | GivePoints | AddScore | GiveTask | Enrol
"""Those that rest for a tick. Webhook calls and coupons are asked of the gate as messages are."""
CHANGE_KINDS = frozenset({"tag", "trait", "points", "score", "task", "journey"})
"""How definitions call them."""
