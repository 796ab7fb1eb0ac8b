"""What a journey is, as a person defines it; kind `journey` among the definitions."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey.nodes import Node
from liftloop.journey.triggers import OnAudience, OnEvent, Trigger
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plan.contract import Action, Cap, Holdout
from liftloop.runtime.contract import Slots

REQUESTED = "journey.requested"
"""Somebody enrols people in a journey that is entered on request: JSON of {profiles, properties}, named by it."""

TRIED = "journey.tried"
"""Somebody tries a journey on a copy of state: JSON of {profiles, properties}. They enter as if called, whatever the
trigger. No use case states it of the state itself."""


class Validity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a journey takes people in: between two instants, and within hours of the shop's day."""

    from_ms: int = 0
    until_ms: int = 4_102_444_800_000
    from_minute: int = 0
    until_minute: int = 1_440
    """Before `from_minute` where the hours reach over midnight."""
    then: Literal["finish", "leave"] = "finish"
    """What whoever is inside at `until_ms` does."""


class MessageCap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cap for marketing that this journey wants to send, beside everybody's: in a period, or always."""

    count: int
    """Marketing messages a person, from whatever campaign or journey, in any `days` days."""
    days: float
    from_ms: int = 0
    until_ms: int = 4_102_444_800_000

    def holds(self, now_ms: int) -> bool:
        return self.from_ms <= now_ms < self.until_ms


class Journey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A versioned graph; people inside earlier versions do as `inside` says."""

    name: str
    trigger: Trigger
    nodes: Sequence[Node]
    """The first one is where people enter."""
    campaign: str = ""
    goal_event: str = ""
    """Who does it while inside is done and leaves."""
    holdout: Holdout | None = None
    reentry: Literal["never", "after_leaving", "after_days", "always"] = "never"
    reentry_days: float = 0
    """Counted from when a person last entered."""
    concurrent_max: int = 1
    """How often one person may be inside at a time."""
    exits: Sequence[OnEvent | OnAudience] = ()
    """What makes whoever is inside leave at once, wherever they stand; whom an audience here holds does not come in."""
    validity: Validity | None = None
    caps: Sequence[MessageCap] = ()
    stay_days: float = 0
    """Who has been inside for so long leaves when their wait is over, and waits no longer; 0 for no limit."""
    entries_per_day: int = 0
    """How many people enter in one of the shop's days; 0 for no limit."""
    keeps: Sequence[str] = ()
    """Properties of the event or request that called people, kept for messages: `{{ entry.order_id }}`."""
    notes: Mapping[str, str] = {}
    """What its authors remark on nodes, by their ids; nobody who walks meets it."""
    inside: Literal["finish", "migrate", "leave"] = "finish"
    """What people inside earlier versions do once this one is live: finish those, move over to this one, or leave."""
    moves: Mapping[str, str] = {}
    """With `migrate`: where people go on who wait at a node that this version has under no such name."""


class Intent(Struct, frozen=True, kw_only=True):
    """Messages that one node of one journey version wants to send now, all of one action: the batch `message.intended`.

    The arrays are parallel: person i is `slots[i]`, entered as `enrolments[i]`.
    """

    journey: str
    version: int
    node: str
    campaign: str
    purpose: Literal["marketing", "transactional", "service"]
    action: Action
    holdout: Holdout | None
    expires_s: int
    policy: str
    eligible: Sequence[str]
    """Ids of the actions that were open, NOBODY among them."""
    cells: Sequence[Sequence[float]]
    """Propensity vectors over `eligible`, before the holdout."""
    cell: NDArray[np.int64]
    slots: Slots
    enrolments: NDArray[np.int64]
    visits: NDArray[np.int64]
    caps: Sequence[Cap] = ()
    """The journey's own, of those that hold now."""
    variant: str = ""
    """Id of the action's variant that they get; `action` has its content. Empty where the action has none."""
    place: int = -1
    """Its place among the variants."""
    batch: int = -1
    """How often the shares had changed when it was drawn; -1 where it was given earlier and is kept."""
    arms: Sequence[tuple[int, str, float]] = ()
    """All arms down to variants: the place of the action in `eligible`, the name, its chance once that is drawn."""


COUPON_CHANNEL = "coupon"
"""The channel of an intent that gives a coupon without words: its content names the pool. It passes the gate as every
intent does, but nothing is sent: consent, quiet hours and caps do not speak of it."""
TASK_WANTED = "task.wanted"
"""The fact that a journey asks colleagues for something: the columns are the fields of `TaskWanted`, a row a person."""
LEAD_SCORED = "lead.scored"
"""The fact that a journey changes somebody's score as a lead: the columns are the fields of `LeadScored`."""


class TaskWanted(Struct, frozen=True, kw_only=True):
    """One row of `task.wanted`; (enrolment, visit) names it: the same row twice is the same task."""

    journey: str
    version: int
    node: str
    campaign: str
    enrolment: int
    visit: int
    profile: int
    kind: str
    """What is to be done, as `sort` of the node says."""
    title: str
    text: str
    """Id of a content, empty for none."""
    team: str
    due_ms: int
    at_ms: int


class LeadScored(Struct, frozen=True, kw_only=True):
    """One row of `lead.scored`; (enrolment, visit) names it."""

    journey: str
    version: int
    node: str
    campaign: str
    enrolment: int
    visit: int
    profile: int
    points: int
    reason: str
    at_ms: int


class BadJourney(LiftloopError):
    """The graph of a journey does not hold together."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_journey",
            zh=zh,
            en=en,
            next_zh="改好这个节点再发布",
            next_en="mend this node and publish again",
            status=422,
            exit_code=EXIT_USAGE,
        )
