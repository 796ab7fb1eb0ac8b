"""What a journey is, as a person defines it; kind `journey` among the definitions."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plan.contract import Action, Holdout, Phase
from liftloop.runtime.contract import Slots


class OnAudience(Struct, frozen=True, kw_only=True, tag_field="on", tag="audience", forbid_unknown_fields=True):
    """Enter when a person enters an audience."""

    audience: str


class OnEvent(Struct, frozen=True, kw_only=True, tag_field="on", tag="event", forbid_unknown_fields=True):
    """Enter when an event happens."""

    name: str


class OnCampaign(Struct, frozen=True, kw_only=True, tag_field="on", tag="campaign", forbid_unknown_fields=True):
    """Enter everybody whom a campaign has assigned an action, at an instant."""

    campaign: str
    at_ms: int


Trigger = OnAudience | OnEvent | OnCampaign


class Wait(Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait", forbid_unknown_fields=True):
    """Stay for a time."""

    id: str
    duration_s: int
    next: str


class Until(Struct, frozen=True, kw_only=True, tag_field="kind", tag="until", forbid_unknown_fields=True):
    """Stay until the clock shows a minute of the day: today where it is still to come, else tomorrow."""

    id: str
    minute: int
    next: str
    offset_minutes: int = 480
    """Of the local time from UTC; China has one zone and no summer time."""


class Stagger(Struct, frozen=True, kw_only=True, tag_field="kind", tag="stagger", forbid_unknown_fields=True):
    """Stay until an instant of one's own: the people of a launch go on in `waves` equal parts over `over_s`.

    Whose turn is when is drawn by the hash of the person under `salt`; the first wave goes on at once. With `phases`
    the waves are theirs. Nobody goes on before the words of the action that the campaign assigned them are approved.
    """

    id: str
    over_s: int
    waves: int
    salt: str
    next: str
    phases: tuple[Phase, ...] = ()


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


Node = Wait | Until | Stagger | Condition | Experiment | Send | Act | Exit


class Journey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A versioned graph; people inside finish the version that they entered."""

    name: str
    trigger: Trigger
    nodes: Sequence[Node]
    """The first one is where people enter."""
    campaign: str = ""
    goal_event: str = ""
    """Who does it while inside is done and leaves."""
    holdout: Holdout | None = None
    reentry: Literal["never", "after_leaving"] = "never"


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
    variant: str = ""
    """Id of the action's variant that they get; `action` has its content. Empty where the action has none."""
    place: int = -1
    """Its place among the variants."""
    batch: int = -1
    """How often the shares had changed when it was drawn; -1 where it was given earlier and is kept."""
    arms: Sequence[tuple[int, str, float]] = ()
    """All arms down to variants: the place of the action in `eligible`, the name, its chance once that is drawn."""


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
