"""Work for people: what may be asked for and ordered, by which rules it is given to somebody, and who there is."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

WorkKind = Literal["lead", "deal", "task", "ticket"]
TaskSort = Literal["call", "confirm", "visit", "other"]
Severity = Literal["low", "normal", "high", "urgent"]
State = Literal["open", "closed"]

ASKED = "work.asked"
"""The fact that somebody asks for work: `WorkAsked`."""
ORDERED = "work.ordered"
"""The fact that somebody changes work: `WorkOrdered`."""
NOTED = "note.written"
"""The fact that somebody wrote a note about a customer: `NoteWritten`."""
SETTING = "relate"
"""Id of the setting that holds `RelateRules`."""


class WorkAsked(Struct, frozen=True, kw_only=True):
    """Body of the fact `work.asked`; the same `id` asked for twice is the same work."""

    id: str
    kind: WorkKind
    profile: int
    """Number of the customer whom it is about."""
    sort: str = ""
    """Of a task what is to be done (`TaskSort`), of a ticket how bad it is (`Severity`)."""
    team: str = ""
    """Whose queue it belongs to; empty: the rules say."""
    owner: str = ""
    """Whose it is; empty: the rules say."""
    origin: str = ""
    """What it came from: `person`, `journey:ID/NODE`, `rule:ID`, `hook:ID`."""
    words: bytes = b"{}"
    """JSON {title, text}, or {title, content} with a content's id; sealed under the customer's key where a person
    wrote it."""
    sealed: bool = False
    fields: bytes = b""
    """JSON of custom fields, always sealed where there are any."""
    stage: str = ""
    amount_fen: int = 0
    due_ms: int = 0
    """0: no time is set."""


class WorkOrdered(Struct, frozen=True, kw_only=True):
    """Body of the fact `work.ordered`: what changes; None leaves a thing as it is.

    Closed work takes no order but to be opened again, open work none to be opened: who comes second changes nothing.
    """

    work: str
    state: State | None = None
    outcome: str | None = None
    """With which closed work ended."""
    stage: str | None = None
    sort: str | None = None
    owner: str | None = None
    """Empty: back into the queue of the team."""
    team: str | None = None
    amount_fen: int | None = None
    due_ms: int | None = None
    words: bytes | None = None
    fields: bytes | None = None
    called: bool = False
    """The customer's number was shown to whoever is to ring up."""
    note: bytes = b""
    """What the person who ordered it says, sealed under the customer's key."""


class NoteWritten(Struct, frozen=True, kw_only=True):
    """Body of the fact `note.written`."""

    id: str
    profile: int
    work: str = ""
    """The work that it belongs to, where it belongs to any."""
    words: bytes
    """Sealed under the customer's key."""


class Staff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who works here; kind `staff` among the definitions."""

    name: str
    team: str = ""
    phone: str = ""
    """Sealed; shown as set or not."""
    wecom_userid: str = ""
    away: bool = False
    """Gets nothing new while away."""
    load_max: int = 0
    """Open work that one person may have before the rules pass on; 0 for no limit."""


class Team(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who share a queue; kind `team` among the definitions."""

    name: str
    regions: tuple[str, ...] = ()
    """Customers whose attribute `region` is one of these are theirs."""
    stores: tuple[str, ...] = ()
    """Customers whose attribute `store` is one of these are theirs."""


class AssignmentRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to find who gets work; the first that finds somebody with room decides."""

    by: Literal["owner", "store", "region", "team"]
    """The customer's own adviser, the team of the customer's store or region, or the team that was asked for."""
    team: str = ""
    """With `team`: which one, where none was asked for."""
    how: Literal["round_robin", "least_loaded"] = "round_robin"
    kinds: tuple[WorkKind, ...] = ()
    """Of which kinds of work; none means all."""


class ScoreRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points for something that happened."""

    id: str
    name: str
    points: float
    event: str = ""
    where: Mapping[str, Any] = {}
    """Properties that the event must have, by name."""
    audience: str = ""
    """Instead of an event: entering an audience or raising a signal (`signal:…`)."""
    most: float = 0.0
    """At most so many points of this rule at a time; 0 for no limit."""


class LeadRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody becomes a lead by score."""

    rules: tuple[ScoreRule, ...] = ()
    threshold: float = 100.0
    half_life_days: float = 30.0
    """Points lose half of their worth in this time."""
    team: str = ""
    title: str = ""


class TicketRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a ticket is opened by itself: somebody enters an audience, raises a signal, or something happens."""

    id: str
    title: str
    audience: str = ""
    event: str = ""
    severity: Severity = "normal"
    team: str = ""
    due_hours: float = 24.0


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to choose: a stage, an outcome, a value of a field."""

    id: str
    name: str
    name_en: str = ""
    """Empty where the name serves both languages."""


class CustomField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something more that a shop notes about its work."""

    id: str
    name: str
    type: Literal["text", "number", "money", "date", "yes_no", "choice"]
    kinds: tuple[WorkKind, ...]
    choices: tuple[Choice, ...] = ()


def _choices(*rows: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(id=identity, name=name, name_en=english) for identity, name, english in rows)


OUTCOMES: Mapping[str, tuple[Choice, ...]] = {
    "call": _choices(
        ("reached", "已沟通", "Talked"), ("no_answer", "没接通", "No answer"), ("declined", "不需要", "Not interested")
    ),
    "confirm": _choices(
        ("confirmed", "已确认发送", "Sent"), ("skipped", "这次不发", "Not this time"), ("later", "稍后再发", "Later")
    ),
    "visit": _choices(
        ("met", "见到了", "Met"), ("absent", "没见到", "Not there"), ("declined", "不需要", "Not interested")
    ),
    "other": _choices(
        ("done", "已完成", "Done"), ("not_needed", "不用做了", "Not needed"), ("failed", "没做成", "Could not do it")
    ),
    "ticket": _choices(
        ("solved", "已解决", "Solved"), ("compensated", "已补偿", "Compensated"), ("unfounded", "不成立", "Unfounded")
    ),
    "lead": _choices(("won", "成交", "Won"), ("lost", "放弃", "Lost"), ("unfit", "不合适", "Not a fit")),
    "deal": _choices(("won", "赢单", "Won"), ("lost", "输单", "Lost"), ("void", "作废", "Void")),
}
"""How work may end, by the sort of a task or the kind of other work."""
STAGES: Mapping[str, tuple[Choice, ...]] = {
    "lead": _choices(
        ("new", "新线索", "New"), ("contacted", "已联系", "Contacted"), ("qualified", "有意向", "Qualified")
    ),
    "deal": _choices(
        ("talking", "沟通中", "Talking"), ("quoted", "已报价", "Quoted"), ("closing", "待签约", "Closing")
    ),
}


class RelateRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How work comes to people; kind `setting`, id `relate` among the definitions."""

    assignment: tuple[AssignmentRule, ...] = (
        AssignmentRule(by="owner"),
        AssignmentRule(by="store", how="least_loaded"),
        AssignmentRule(by="region", how="least_loaded"),
        AssignmentRule(by="team"),
    )
    queue: str = ""
    """The team in whose queue work waits that no rule gives to anybody."""
    lead: LeadRules | None = None
    tickets: tuple[TicketRule, ...] = ()
    outcomes: Mapping[str, tuple[Choice, ...]] = {}
    """In place of those of OUTCOMES, by the same names; three or more each."""
    stages: Mapping[str, tuple[Choice, ...]] = {}
    """In place of those of STAGES."""
    fields: tuple[CustomField, ...] = ()

    def outcomes_of(self, kind: str, sort: str) -> tuple[Choice, ...]:
        """Return how work of a kind, of a task its sort, may end."""
        name = sort if kind == "task" else kind
        return self.outcomes.get(name) or OUTCOMES.get(name) or OUTCOMES["other"]

    def stages_of(self, kind: str) -> tuple[Choice, ...]:
        """Return the stages of leads or deals, none for other work."""
        return self.stages.get(kind) or STAGES.get(kind, ())


class Hook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another system that is told what happens; kind `hook` among the definitions."""

    name: str
    url: str
    secret: str
    """`whsec_…`, under which what it is told is signed, and under which it may answer."""
    kinds: tuple[str, ...]
    """Kinds of notices, `ticket.*` for all of tickets, `event:NAME` for events of customers."""
    paused: bool = False


class Alert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group chat that is told what needs somebody; kind `alert` among the definitions."""

    name: str
    channel: str
    """A channel of kind `robot`."""
    kinds: tuple[str, ...]
    language: Literal["zh-CN", "en"] = "zh-CN"
    paused: bool = False


class Approvals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What waits for somebody else's yes; kind `setting`, id `approvals` among the definitions."""

    launch_over_fen: int | None = None
    """Campaigns that may cost more than this are launched only after somebody else approved; None: none waits."""
    launch_over_people: int | None = None
    """Campaigns to more people than this likewise."""
