"""What plan hands to the stages after it: actions, campaigns and who was assigned what."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.plan.goal.contract import Guardrail as Guardrail

NOBODY = "nobody"
"""The action of leaving a person alone; always the first action of a campaign."""


VARIANTS_MAX = 8
"""Ways to carry out one action: more do not get enough people each to be told apart."""
UNIFORM_SHARE = 0.1
"""The part of a campaign's people, fixed by hash for ever, whose variant is drawn evenly whatever was learned."""


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to carry out an action: the same offer through the same channel, in words of its own."""

    id: str
    content: str


class Fallback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another way for the same message: it is taken `after_s` after the hand-over unless something happened before."""

    channel: str
    content: str
    unless: Literal["accepted", "opened"] = "opened"
    """`accepted`: only where the way before refuses it; `opened`: also where nobody opened, clicked or replied."""
    after_s: int = 1_800


class Action(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that may be done for a person: an offer on an item, in words, through a channel."""

    id: str
    channel: str = ""
    content: str = ""
    offer: str = ""
    item: str = ""
    cost_fen: int = 0
    """Cost of one accepted message, of each part of an SMS."""
    variants: tuple[Variant, ...] = ()
    """Where there are any, who gets which is drawn when the action is carried out, and `content` stands for none."""
    fallbacks: tuple[Fallback, ...] = ()
    """Ways that are tried in turn where this one does not reach the person."""
    lead_s: int = 0
    """Its words wait so long after the start for their approval; nobody's turn comes earlier."""


class Cap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `count` marketing messages a person in any `days` days."""

    count: int
    days: float


class Holdout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is left alone for comparison: a share of people, fixed by the salt for ever."""

    share: float
    salt: str


FLOOR_CLAIMED = 0.02
"""Least share of a variant once it may be claimed to be worse: what is still learned of it changes nothing."""


class SteeringTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what variants are compared, and how boldly people are moved between them."""

    events: Sequence[str] = ("Order Completed",)
    """Whoever does one of these within `maturity_s` of the message counts as won."""
    outcome: Literal["responses", "revenue"] = "responses"
    """What counts of those who respond: that they do, or what their orders within that time bring."""
    maturity_s: int = 3_600
    """Batches are compared at this age, counting of each what came within it."""
    floor: float = 0.1
    """Least share of a variant among the people who are steered: 0.1 while a claim is wanted, 0.02 afterwards."""


PhaseName = Literal["warm_up", "main", "encore"]


class Phase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a launch: `share` of its people, from `from_s` after the start, over `over_s` in equal waves."""

    name: PhaseName
    share: float
    from_s: int
    over_s: int
    waves: int


class Spread(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Over which time a launch starts its people: in `waves` equal parts, each person's by hash.

    With `phases` the parts are theirs: `over_s` is when the last of them is over, `waves` are all of theirs.
    """

    over_s: int
    waves: int
    phases: tuple[Phase, ...] = ()


class Canary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A small share of a campaign's people is written to first; the others wait for what comes of it.

    It fails closed: unless somebody or something says that it passed, the others are not written to.
    """

    share: float
    """Of the people, drawn by hash; above 0 and at most a half."""
    wait_s: int = 3_600
    """From the first message on, before it may pass."""
    failures_max: float = 0.05
    """Rates of the messages that left."""
    complaints_max: float = 0.003
    opt_outs_max: float = 0.02
    passed_ms: int = 0
    """When the others were let go; 0 while they wait."""


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
    steering: SteeringTerms = SteeringTerms()
    spread: Spread | None = None
    """None starts everybody at once."""
    guardrails: Sequence[Guardrail] = ()
    """What must not be harmed, beside what is watched in every campaign."""
    priority: int = 0
    """A scheduled campaign of higher priority keeps a place under the caps for its people; lower ones yield."""
    paused: str = ""
    """Why nothing leaves at present, such as `guardrail:complaint_rate` or `manual`; empty while it goes on."""
    canary: Canary | None = None
    """None writes to everybody alike."""
    stopped_ms: int = 0
    """When somebody ended its sending for good; what it changed is measured to the end. 0 while it sends."""


ASSIGNED = "campaign.assigned"
"""The fact of a study's answer: packed columns {profile, action, cell} of one campaign, named by it."""
STEERED = "campaign.steered"
"""The fact that shares of an action's variants have changed; its body is `Steered`, its name the campaign."""


CANARY_PASSED = "campaign.canary_passed"
"""The fact that the others are written to as well; its name the campaign, its body why and the evidence."""


class Steered(Struct, frozen=True, kw_only=True):
    """Shares of one action's variants from the tick on that folds it; `batch` is one more than the one in force."""

    action: str
    batch: int
    shares: Sequence[float]
    """Of the steered people, in the order of the variants; they sum to one."""
    held: bool = False
    """A person has set them; the system leaves them alone until somebody lets it go on."""
