"""What identify tells the stages after it: the batches `person` (parallel to `event`) and `merge`; and its settings."""

from collections.abc import Mapping, Sequence
from typing import NewType

from msgspec import Struct

IdentifierHash = NewType("IdentifierHash", int)
"""64 bits of an identifier: a plain hash for user and anonymous ids, keyed by the vault for personal ones."""

USER = "user_id"
ANONYMOUS = "anonymous_id"
OTHER = "other"
"""Stands for every kind that is not in the list: an installation may send what it likes."""
KINDS = (USER, "unionid", "wecom_id", "openid", "card", "phone", "email", "device_id", ANONYMOUS, OTHER)
"""Kinds of identifiers, those that tell a person best first."""
LIMITS: Mapping[str, int] = {
    USER: 1,
    "unionid": 1,
    "wecom_id": 5,
    "openid": 20,
    "card": 10,
    "phone": 5,
    "email": 5,
    "device_id": 20,
    ANONYMOUS: 100,
    OTHER: 20,
}
"""How many of a kind one person may gather: an openid belongs to one official account or mini-program, a browser id to
one visit of a private window; more phones than five are a till, not a person."""
LIMIT_MAX = 255
BLOCKED_MAX = 1_000
"""Further values that an installation may block; more are a fault of the sender, which is mended there."""


class IdentityRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an installation sets of who is who: kind `setting`, id `identity`."""

    limits: Mapping[str, int] = {}
    """By kind, beside LIMITS; 1 to LIMIT_MAX. 1 also means that two people with one each are never joined."""
    priorities: Sequence[str] = KINDS
    """Which of a message's identifiers decides whose it is: the first known; kinds left out come last."""
    detect_shared: bool = True
    """Whether what three people send is taken from its owner: two may be a couple with one tablet, three are a shop."""
    blocked: Sequence[str] = ()
    """User and anonymous ids that are nobody's, beside `PLACEHOLDERS` of collect; upper and lower case do not count."""


UNDO_ASKED = "merge.undo_asked"
"""A person wants a merge undone: `UndoAsked`. From now on the fold notes when one of the two is heard of."""
UNDONE = "merge.undone"
"""What the two were before, as a study found it: `MergeUndone`. It takes effect only if neither was heard of since."""
UNDO_GIVEN_UP = "merge.undo_given_up"
"""A merge stays as it is, because the person never fell silent: `UndoAsked`, as it was asked. It may be asked again."""
JOINED = "people.joined"
"""A person says that two profiles are one: `Ruled`."""
KEPT_APART = "people.kept_apart"
"""A person says that two profiles are two people, whatever comes in: `Ruled`."""
UNDOS_MAX = 64
"""Merges that are being undone at the same time: a person asks for one at a time, each takes about a second."""
UNDO_ATTEMPTS_MAX = 30
"""Attempts at one undoing, about half a minute: who is never silent for the half second that one takes is a till or a
script; whoever asked is told, in place of their events being read for ever."""
APART_MAX = 10_000
"""Pairs kept apart: each was decided by a person, one by one."""


class Ruled(Struct, frozen=True, kw_only=True):
    """What a person decided on two profiles, by number."""

    first: int
    second: int
    by: str = "person"
    """What the merge names instead of an identifier: `person`, or `suggestion` where one was accepted."""
    reason: str = ""


class UndoAsked(Struct, frozen=True, kw_only=True):
    """The merge that is to be undone, as the table `merge` has it, and why."""

    tick: int
    position: int
    kept: int
    forwarded: int
    by: str
    merged_ms: int
    reason: str = ""


class MergeUndone(Struct, frozen=True, kw_only=True):
    """What becomes of the two people of a merge."""

    merge: UndoAsked
    actor: str
    as_of: int
    """The log offset before which everything was read: a later word of one of the two makes this worthless."""
    counts: tuple[Sequence[int], Sequence[int]]
    """How many identifiers of each of KINDS the two have, the one that stays first."""
    parts: Mapping[str, bytes]
    """What later stages need, by their name."""
