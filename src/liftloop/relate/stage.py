"""The fold of relate: what is asked for becomes work of somebody, orders change it, time makes it overdue.

All of it is rows of `work` and lines of `work_change`; memory holds only what giving out and deciding need.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from liftloop.deliver.contract import TASK_CLEARED
from liftloop.identify.reading import follow
from liftloop.journey.contract import LEAD_SCORED
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json
from liftloop.relate import scoring, works
from liftloop.relate.assignment import Assigning, People, people_of
from liftloop.relate.contract import ASKED, NOTED, ORDERED, LeadRules, NoteWritten, TicketRule, WorkAsked, WorkOrdered
from liftloop.runtime import people as persons
from liftloop.runtime.contract import NOTHING, Batch, Definitions, Frame, Moment, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Update, Write

LEAD = "relate.lead"
"""The row of the open lead of each customer, -1 for none."""
_LEAD_SPEC = ArraySpec(name=LEAD, dtype="<i8", fill=-1, domain="profile")
TICKET_AGAIN_MS = 24 * HOUR_MS
"""A rule opens one ticket a customer in each of these; what else happens meanwhile belongs to that one."""
SYSTEM = "system:relate"

TASK_SORTS = frozenset({"call", "confirm", "visit", "other"})
"""What tasks may be; what a journey calls by a word of its own is some other one."""

_ASKED = msgspec.json.Decoder(WorkAsked)
_ORDERED = msgspec.json.Decoder(WorkOrdered)
_NOTED = msgspec.json.Decoder(NoteWritten)
_KINDS = frozenset({ASKED, ORDERED, NOTED})


class RelateWork:
    """Reads what people, journeys, signals and scores ask for; writes tables only."""

    name = "relate.work"
    reads = frozenset({"event", "person", "system", "merge", "audience.entered", TASK_CLEARED, LEAD_SCORED})
    writes = frozenset[str]()

    def __init__(self) -> None:
        self._held: tuple[tuple[int, ...], People] | None = None

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        people = self._people(state.definitions)
        step = _Step(state, people, moment)
        if "merge" in frame:
            step.merge(frame["merge"])
        if "system" in frame:
            system = frame["system"]
            for row in np.flatnonzero(system["kind"].among(_KINDS)).tolist():
                step.fold(system["record"][row])
        for rule in people.rules.tickets:
            step.open_tickets(rule, frame)
        if people.rules.lead is not None or LEAD_SCORED in frame:
            step.score(people.rules.lead or LeadRules(), frame)
        if TASK_CLEARED in frame:
            step.want_tasks(frame[TASK_CLEARED])
        for row in works.due(state, moment.now_ms).tolist():
            step.overdue(row)
        return step.delta(), {}

    def next_due_ms(self, state: StateView) -> int:
        return works.next_due_ms(state)

    def _people(self, definitions: Definitions) -> People:
        key = tuple(definitions.generation_of(kind) for kind in ("setting", "staff", "team"))
        if self._held is None or self._held[0] != key:
            self._held = (key, people_of(definitions))
        return self._held[1]


class _Step:
    """One tick: work as it is while it goes on, and what that changes in the tables."""

    def __init__(self, state: StateView, people: People, moment: Moment) -> None:
        self._state = state
        self._people = people
        self._moment = moment
        self._assigning = Assigning(state, people)
        self._rows: dict[int, works.Work] = {}
        self._fresh: dict[int, int] = {}
        self._leads: dict[int, int] = {}
        self._count = works.count(state)
        self._parts: list[Delta] = []
        self._puts: dict[str, list[Row]] = {"work": [], "work_change": [], "note": []}
        self._updates: list[Update] = []

    def fold(self, record: Record) -> None:
        """Take one fact; one that cannot be read, perhaps of another version, is passed over."""
        try:
            match record.kind:
                case kind if kind == ASKED:
                    self.open(_ASKED.decode(record.body), record.actor, {})
                case kind if kind == ORDERED:
                    self.order(_ORDERED.decode(record.body), record.actor)
                case _:
                    note = _NOTED.decode(record.body)
                    row = (note.id, note.profile, note.work, self._moment.now_ms, record.actor, note.words)
                    self._puts["note"].append(row)
        except msgspec.DecodeError:
            return

    def open(self, asked: WorkAsked, actor: str, reasons: Mapping[str, Any]) -> int:
        """Open work and return its row; what is known already stays as it is."""
        number, known = works.number_of(asked.id), self._find(asked.id)
        slot = int(persons.slots(self._state, np.array([asked.profile], dtype=np.int64))[0])
        if known != ABSENT or slot < 0 or not number:
            return known
        kind = works.KINDS.index(asked.kind)
        head = int(follow(self._state, np.array([slot]))[0])
        if asked.kind == "lead" and self._lead(head) >= 0:
            return self._lead(head)  # One open lead a customer: two sellers would call.
        row = self._count
        self._count += 1
        team, owner = asked.team, asked.owner
        if not owner:
            team, owner = self._given(asked.kind, head, asked.team)
        elif not team and owner in self._people.staff:
            team = self._people.staff[owner].team
        holder = works.staff_hash(owner)
        due_ms = asked.due_ms or FAR_FUTURE_MS
        self._rows[row] = works.Work(number=number, slot=slot, kind=kind, open=True, owner=holder, due_ms=due_ms)
        self._fresh[number] = row
        self._assigning.took(holder, row, 1)
        if asked.kind == "lead":
            self._leads[head] = row
        stages = self._people.rules.stages_of(asked.kind)
        stage = asked.stage or (stages[0].id if stages else "")
        now_ms = self._moment.now_ms
        how = (asked.kind, asked.profile, row, "open", asked.sort, stage, team, owner, asked.origin)
        said = (asked.words, int(asked.sealed), canonical_json(reasons), asked.fields, asked.amount_fen)
        self._puts["work"].append((asked.id, *how, *said, asked.due_ms, now_ms, now_ms, "", actor))
        self._told(asked.id, actor, "opened", asked.origin)
        if owner:
            self._told(asked.id, actor if asked.owner else SYSTEM, "owner", owner)
        return row

    def order(self, order: WorkOrdered, actor: str) -> None:
        """Change work; an order that comes too late changes nothing."""
        row = self._find(order.work)
        if row == ABSENT:
            return
        work = self._work(row)
        if work.open == (order.state == "open"):
            return
        changes: dict[str, Any] = {
            name: value
            for name in ("state", "outcome", "stage", "sort", "team", "owner", "amount_fen", "due_ms")
            if (value := getattr(order, name)) is not None
        }
        if order.team and order.owner is None:
            head = int(follow(self._state, np.array([work.slot]))[0])
            changes["team"], changes["owner"] = self._given(works.KINDS[work.kind], head, order.team)
        if order.state == "open":
            changes["outcome"] = ""
        self._change(row, work, changes)
        for name, value in changes.items():
            if name != "outcome" or "state" not in changes:
                told = str(changes["outcome"]) if name == "state" and value == "closed" else str(value)
                what = {"open": "reopened", "closed": "closed"}[value] if name == "state" else name
                self._told(order.work, actor, what, told if what != "reopened" else "", order.note)
        if order.called:
            self._told(order.work, actor, "called", "", order.note)
        elif order.note and not changes and order.words is None and order.fields is None:
            self._told(order.work, actor, "said", "", order.note)
        columns = changes | {name: value for name in ("words", "fields") if (value := getattr(order, name)) is not None}
        if order.words is not None:
            columns["sealed"] = 1
        if order.words is not None or order.fields is not None:
            self._told(order.work, actor, "edited", "", order.note)
        self._update(order.work, columns)

    def merge(self, merges: Batch) -> None:
        """Let people who turned out to be one have one score and one open lead."""
        kept, forwarded = merges["kept"], merges["forwarded"]
        if self._people.rules.lead is not None:
            args = (self._people.rules.lead, kept, forwarded, self._moment.now_ms)
            self._parts.append(scoring.merged(self._state, *args))
        for head, other in zip(kept.tolist(), forwarded.tolist(), strict=True):
            theirs = self._lead(other)
            if theirs < 0:
                continue
            self._leads[other] = -1
            if self._lead(head) < 0:
                self._leads[head] = theirs
                continue
            work = self._work(theirs)
            self._change(theirs, work, {"state": "closed"})
            identity = works.spelled(work)
            self._update(identity, {"state": "closed", "outcome": "merged"})
            self._told(identity, SYSTEM, "closed", "merged")

    def open_tickets(self, rule: TicketRule, frame: Frame) -> None:
        """Open a ticket for whoever a rule is about; one a customer and day."""
        for slot in _concerned(self._state, frame, rule.audience, rule.event):
            number = int(persons.numbers(self._state, np.array([slot]))[0])
            day = str(self._moment.now_ms // TICKET_AGAIN_MS)
            asked = WorkAsked(
                id=works.work_id("ticket", "rule", rule.id, str(number), day),
                kind="ticket",
                profile=number,
                sort=rule.severity,
                team=rule.team,
                origin=f"rule:{rule.id}",
                words=canonical_json({"title": rule.title, "text": ""}),
                due_ms=self._moment.now_ms + round(rule.due_hours * HOUR_MS),
            )
            self.open(asked, SYSTEM, {})

    def score(self, rules: LeadRules, frame: Frame) -> None:
        """Add points, and make leads of those whose score passes the threshold."""
        earned = scoring.credits_in(rules, frame, self._moment)
        for rule in rules.rules:
            if rule.audience and (slots := _concerned(self._state, frame, rule.audience, "")):
                points = np.full(len(slots), rule.points)
                earned.append(scoring.Credit(rule.id, np.array(slots), points, rule.most))
        earned += _from_journeys(self._state, frame)
        if not earned:
            return
        scored = scoring.scored(self._state, rules, earned, self._moment.now_ms)
        self._parts.append(scored.delta)
        for place, slot in enumerate(scored.slots.tolist()):
            row = self._lead(slot)
            reasons = scoring.reasons_of(scored.points[place], scored.labels)
            passes = scored.before[place] < rules.threshold <= scored.after[place]
            if row < 0 and passes:
                number = int(persons.numbers(self._state, np.array([slot]))[0])
                tick = str(self._moment.tick)
                asked = WorkAsked(
                    id=works.work_id("lead", "score", str(number), tick),
                    kind="lead",
                    profile=number,
                    team=rules.team,
                    origin="score",
                    words=canonical_json({"title": rules.title, "text": ""}),
                )
                self.open(asked, SYSTEM, reasons)
            elif row >= 0:
                self._update(works.spelled(self._work(row)), {"reasons": canonical_json(reasons)})

    def want_tasks(self, wanted: Batch) -> None:
        """Open the tasks that journeys want and the gate lets through."""
        numbers = wanted["profile"].tolist()
        for place in range(wanted.count):
            journey, node = wanted["journey"][place], wanted["node"][place]
            visit = (str(wanted["enrolment"][place]), str(wanted["visit"][place]))
            asked = WorkAsked(
                id=works.work_id("task", "journey", journey, node, *visit),
                kind="task",
                profile=numbers[place],
                sort=sort if (sort := wanted["kind"][place]) in TASK_SORTS else "other",
                team=wanted["team"][place],
                origin=f"journey:{journey}/{node}",
                words=canonical_json({"title": wanted["title"][place], "content": wanted["text"][place]}),
                due_ms=int(wanted["due_ms"][place]),
            )
            self.open(asked, SYSTEM, {})

    def overdue(self, row: int) -> None:
        work = self._work(row)
        if work.due_ms <= self._moment.now_ms:
            work.due_ms = FAR_FUTURE_MS
            if work.open:
                self._told(works.spelled(work), SYSTEM, "overdue", "")

    def delta(self) -> Delta:
        parts = [works.written(self._state, self._rows, self._fresh), *self._parts]
        leads = self._leads
        index = np.fromiter(leads, np.int64, len(leads))
        writes = [Write(LEAD, index, np.fromiter(leads.values(), np.int64, len(leads)))] if leads else []
        puts = {name: rows for name, rows in self._puts.items() if rows}
        for part in parts:
            for name, rows in part.puts.items():
                puts.setdefault(name, []).extend(rows)
        if not (writes or puts or self._updates or any(part.writes for part in parts)):
            return NOTHING[0]
        missing = [] if not leads or self._state.has(LEAD) else [_LEAD_SPEC]
        return Delta(
            allocate=[*missing, *(spec for part in parts for spec in part.allocate)],
            writes=[*writes, *(write for part in parts for write in part.writes)],
            puts=puts,
            updates=self._updates,
        )

    def _change(self, row: int, work: works.Work, changes: Mapping[str, Any]) -> None:
        """Keep in memory what changes there: who has it, whether it is open, when it is due."""
        owner = works.staff_hash(changes["owner"]) if "owner" in changes else work.owner
        opens = changes["state"] == "open" if "state" in changes else work.open
        if work.open:
            self._assigning.took(work.owner, row, -1)
        if opens:
            self._assigning.took(owner, row, 1)
        head = int(follow(self._state, np.array([work.slot]))[0])
        if works.KINDS[work.kind] == "lead" and opens != work.open:
            mine = self._lead(head)
            self._leads[head] = row if opens and mine < 0 else -1 if mine == row and not opens else mine
        work.owner, work.open = owner, opens
        if "due_ms" in changes:
            work.due_ms = changes["due_ms"] or FAR_FUTURE_MS
        if not opens:
            work.due_ms = FAR_FUTURE_MS

    def _given(self, kind: str, head: int, team: str) -> tuple[str, str]:
        number = int(persons.numbers(self._state, np.array([head]))[0])
        given = self._assigning.given(kind, number, team)
        return given.team, given.owner

    def _told(self, identity: str, actor: str, what: str, value: str, note: bytes = b"") -> None:
        lines = self._puts["work_change"]
        lines.append((self._moment.tick, len(lines), identity, what, value, actor, self._moment.now_ms, note))

    def _update(self, identity: str, columns: Mapping[str, Any]) -> None:
        named = {**columns, "changed_ms": self._moment.now_ms}
        self._updates.append(Update(table="work", columns=tuple(named), rows=[(*named.values(), identity)]))

    def _find(self, identity: str) -> int:
        number = works.number_of(identity)
        fresh = self._fresh.get(number)
        return (works.find(self._state, number) if number else ABSENT) if fresh is None else fresh

    def _work(self, row: int) -> works.Work:
        if row not in self._rows:
            self._rows[row] = works.read(self._state, row)
        return self._rows[row]

    def _lead(self, slot: int) -> int:
        if slot not in self._leads:
            return int(self._state[LEAD][slot]) if self._state.has(LEAD) else -1
        return self._leads[slot]


def _concerned(state: StateView, frame: Frame, audience: str, event: str) -> list[int]:
    """Return who has just entered an audience or done something, each once; what may not trigger is left out."""
    slots: Sequence[int] = ()
    if audience and "audience.entered" in frame:
        entered = frame["audience.entered"]
        rows = np.flatnonzero(entered["audience"].are(audience) & entered["triggers"])
        slots = persons.slots(state, entered["profile"][rows]).tolist()
    elif event and "person" in frame:
        events = frame["event"]
        rows = np.flatnonzero(events["name"].are(event) & ~events["imported"] & events["kind"].are("track"))
        slots = frame["person"]["slot"][rows].tolist()
    return list(dict.fromkeys(slots))


def _from_journeys(state: StateView, frame: Frame) -> Iterable[scoring.Credit]:
    """Return the points that journeys give, one credit a reason."""
    if LEAD_SCORED not in frame:
        return []
    given = frame[LEAD_SCORED]
    slots = persons.slots(state, given["profile"])
    reasons = list(given["reason"])
    earned: list[scoring.Credit] = []
    for reason in dict.fromkeys(reasons):
        rows = np.array([place for place, each in enumerate(reasons) if each == reason], dtype=np.int64)
        earned.append(scoring.Credit(reason, slots[rows], np.asarray(given["points"], dtype=np.float64)[rows], 0.0))
    return earned
