"""What plan hands to the stages after it: actions, campaigns and who was assigned what."""

from collections.abc import Sequence

from msgspec import Struct

NOBODY = "nobody"
"""The action of leaving a person alone; always the first action of a campaign."""


class Action(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that may be done for a person: an offer on an item, in words, through a channel."""

    id: str
    channel: str = ""
    content: str = ""
    offer: str = ""
    item: str = ""
    cost_fen: int = 0
    """Cost of one accepted message."""


class Cap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `count` marketing messages a person in any `days` days."""

    count: int
    days: float


class Holdout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is left alone for comparison: a share of people, fixed by the salt for ever."""

    share: float
    salt: str


class Campaign(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A launched plan; kind `campaign` among the definitions."""

    name: str
    plan: str
    actions: Sequence[Action]
    """The first is NOBODY."""
    cells: Sequence[Sequence[float]]
    """Propensity vectors over `actions`; every assigned person belongs to one cell."""
    holdout: Holdout
    starts_ms: int
    ends_ms: int
    caps: Sequence[Cap] = ()
    budget_fen: int = 0
    """What messages may cost in all; 0 for no limit."""
    policy: str = ""
    """Fingerprint of the policy that assigned."""


ASSIGNED = "campaign.assigned"
"""The fact of a study's answer: packed columns {profile, action, cell} of one campaign, named by it."""
