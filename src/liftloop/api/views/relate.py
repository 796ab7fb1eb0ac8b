"""Work for people: leads, deals, tasks, tickets, and notes."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from liftloop.api.views.values import Count, Fen, PersonRow, Text, View

WorkKind = Literal["lead", "deal", "task", "ticket"]
WorkState = Literal["open", "closed"]
WorkSort = Literal["", "call", "confirm", "visit", "other", "low", "normal", "high", "urgent"]
AMOUNT_FEN_MAX = 10**12
Name = Annotated[str, Field(max_length=128)]
Title = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=4_000)]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX, description="Money in fen (分).")]


class WorkChoice(View):
    """A stage, an outcome or a value of a field."""

    id: str
    name: Text


class Named(View):
    """Somebody of the staff, or a team."""

    id: str
    name: str


class LeadReason(View):
    """Points of one reason, as they were when the score last changed."""

    name: str
    points: float


class Work(View):
    id: str
    kind: WorkKind
    sort: WorkSort = Field(description="Of a task what is to be done, of a ticket how bad it is.")
    state: WorkState
    stage: WorkChoice | None = Field(description="Of leads and deals.")
    title: str
    text: str = Field(description="What to say or do, with what is known of the customer filled in.")
    person: PersonRow
    team: Named | None
    owner: Named | None = Field(description="Null: it waits in the queue of the team.")
    origin: str = Field(description="person, journey:ID/NODE, rule:ID, score, hook:ID")
    why: Text = Field(description="Where it came from, in a sentence.")
    score: float | None = Field(description="Of leads that have one.")
    reasons: list[LeadReason]
    fields: dict[str, JsonValue]
    amount: Fen
    due_at: AwareDatetime | None
    overdue: bool
    opened_at: AwareDatetime
    changed_at: AwareDatetime
    outcome: WorkChoice | None
    outcomes: list[WorkChoice] = Field(description="How it may end.")


class WorkPage(View):
    total: Count
    works: list[Work]
    next: str | None


class WorkChange(View):
    """One line of the history."""

    what: Text
    by: Text
    at: AwareDatetime
    note: str


class Note(View):
    id: str
    work: str = Field(description="The work it belongs to; empty where it belongs to the customer alone.")
    by: Text
    at: AwareDatetime
    text: str


class WorkCard(View):
    """One piece of work with its history, newest first."""

    work: Work
    history: list[WorkChange]
    notes: list[Note]


class PersonWork(View):
    """The work around a customer, open first, and notes, newest first."""

    works: list[Work]
    notes: list[Note]


class WorkRequest(View):
    """Work to be done; the same `id` asked for twice is the same work."""

    kind: WorkKind
    person: Name = Field(description="Profile id, user id or anonymous id.")
    id: Name = ""
    sort: Name = ""
    title: Title
    text: LongText = ""
    team: Name = ""
    owner: Name = ""
    stage: Name = ""
    amount: Amount = 0
    due_at: AwareDatetime | None = None
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class WorkOrder(View):
    """What is to change; what is left out stays. `outcome` closes, `reopen` opens again; an empty owner: nobody."""

    outcome: Name | None = None
    reopen: bool = False
    stage: Name | None = None
    sort: Name | None = None
    owner: Name | None = None
    team: Name | None = None
    amount: Amount | None = None
    due_at: AwareDatetime | None = None
    title: Title | None = None
    text: LongText | None = None
    fields: dict[str, JsonValue] | None = None
    note: LongText = ""


class WorkPhone(View):
    """A number to be rung up; that it was looked at stands in the history."""

    phone: str


class NoteRequest(View):
    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    work: Name = ""


class NoteWritten(View):
    id: str


class StaffMember(View):
    id: str
    name: str
    team: str
    away: bool
    open: Count = Field(description="Open work they have.")


class FieldChoice(View):
    id: str
    name: str
    type: Literal["text", "number", "money", "date", "yes_no", "choice"]
    kinds: list[WorkKind]
    choices: list[WorkChoice]


class RelateOverview(View):
    """Who there is, which stages and fields there are, and how much waits."""

    staff: list[StaffMember]
    teams: list[Named]
    lead_stages: list[WorkChoice]
    deal_stages: list[WorkChoice]
    fields: list[FieldChoice]
    open: dict[str, int] = Field(description="Open work by kind.")
    overdue: Count
    waiting: Count = Field(description="Open work that nobody has.")
    threshold: float | None = Field(description="The score at which somebody becomes a lead; null: none does by score.")


class ApprovalView(View):
    """A launch that waits for a yes, or was answered."""

    id: str
    plan_id: str = Field(description="Empty where a journey waits.")
    journey_id: str = Field(description="Empty where a plan waits.")
    name: str
    amount: Fen = Field(description="What it may cost.")
    people: Count = Field(description="How many it would reach; 0 where it was not written down.")
    status: Literal["waits", "approved", "refused"]
    asked_by: str
    asked_at: AwareDatetime
    answered_by: str
    answered_at: AwareDatetime | None
    reason: str


class ApprovalList(View):
    approvals: list[ApprovalView]


class ApprovalAnswer(View):
    approved: bool
    reason: LongText = ""
    by: Name = Field("", description="Who decided in the system that signs the call.")


class HookDelivery(View):
    id: str = Field(description="The `webhook-id` it was told under.")
    kind: str
    outcome: Literal["taken", "refused", "given_up"]
    tries: int
    reason: str
    at: AwareDatetime


class HookDeliveries(View):
    """What a subscriber was told last, the newest first."""

    tries: int = Field(description="Tries of the notice that waits; 0 where none does.")
    next_try_at: AwareDatetime | None
    reason: str = Field(description="Why the last try did not succeed.")
    deliveries: list[HookDelivery]
