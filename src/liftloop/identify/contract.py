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


class IdentityRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an installation sets of who is who: kind `setting`, id `identity`."""

    limits: Mapping[str, int] = {}
    """By kind, beside LIMITS; 1 to LIMIT_MAX. 1 also means that two people with one each are never joined."""
    priorities: Sequence[str] = KINDS
    """Which of a message's identifiers decides whose it is: the first known; kinds left out come last."""
    detect_shared: bool = True
    """Whether what three people send is taken from its owner: two may be a couple with one tablet, three are a shop."""
