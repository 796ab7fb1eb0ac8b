"""The fold of points: entries become accounts, in the order in which they came; what runs out does so by time alone.

An account is an attribute on disk, read only when its owner has an entry or something runs out. Its balance is a column
as studied traits have one, and every change a fact, so that memory and lake say the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.profile.contract import GIVEN, Given
from liftloop.profile.points import (
    ACCOUNT,
    EVENTS,
    NO_POINTS,
    POINTS_MAX,
    Account,
    Entry,
    PointsKind,
    PointsRules,
    changed,
    joined,
    read_account,
    run_out,
    taken,
    until_of,
    write_account,
)
from liftloop.profile.studied import studied_array, studied_spec
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Definitions, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Write

SETTING = "points"
DUE = "points.due_ms"
TRAITS = ("points_balance", "points_expire_next", "points_expire_next_ms")
DUE_MAX = 20_000
"""Accounts in which something runs out that one step reads from disk: about half a second."""
_SPECS = (
    ArraySpec(name=DUE, dtype="<i8", fill=FAR_FUTURE_MS, domain="profile"),
    *(studied_spec(trait) for trait in TRAITS),
)


class Brought(Struct, frozen=True):
    """What brought a change: an event with its message, a journey's node; both empty for time and merges."""

    name: str = ""
    message_id: str = ""


BY_ITSELF = Brought()


class _Change(Struct, frozen=True):
    """One line of the ledger."""

    profile: int
    at_ms: int
    kind: str
    points: int
    account: Account
    brought: Brought
    refused: bool


class ProfilePoints:
    """Reads `event`, `person`, `merge`; writes `points.changed`, and `person.credited` of those whom time changed."""

    name = "profile.points"
    reads = frozenset({"event", "person", "merge", "separation", GIVEN})
    writes = frozenset({"points.changed", "person.credited"})

    def __init__(self) -> None:
        self._held: tuple[int, PointsRules | None] | None = None

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        rules = self._rules(state.definitions)
        if not state.has(DUE):
            return (Delta(allocate=_SPECS), {}) if rules is not None else NOTHING
        step = _Step(state, moment)
        if "merge" in frame:
            step.join(frame["merge"])
        if "separation" in frame:
            step.part(frame["separation"])
        due = np.flatnonzero(state[DUE] <= moment.now_ms)[:DUE_MAX]
        for slot in due.tolist():
            step.expire(slot)
        if rules is not None and "person" in frame:
            step.enter(frame, rules)
        if rules is not None and GIVEN in frame:
            step.give(frame[GIVEN]["given"], rules)
        return step.delta(), step.facts(due)

    def next_due_ms(self, state: StateView) -> int:
        if not state.has(DUE) or not len(state[DUE]):
            return FAR_FUTURE_MS
        return int(state[DUE].min())

    def _rules(self, definitions: Definitions) -> PointsRules | None:
        if self._held is None or self._held[0] != definitions.generation:
            setting = definitions.live("setting").get(SETTING)
            rules = None if setting is None else msgspec.convert(setting.body, PointsRules, strict=False)
            self._held = (definitions.generation, rules)
        return self._held[1]


class _Step:
    """One tick: accounts as they are while it goes on, and what changed."""

    def __init__(self, state: StateView, moment: Moment) -> None:
        self._state = state
        self._moment = moment
        self._numbers: dict[int, int] = {}
        """Profile number by slot."""
        self._accounts: dict[int, Account | None] = {}
        """By slot, None for nobody's any more."""
        self._told_ms: dict[int, int] = {}
        """By slot: when the account on disk was written."""
        self._changes: list[_Change] = []

    def join(self, merges: Batch) -> None:
        """Give whoever is kept the points of those who turned out to be the same person."""
        for kept, forwarded in zip(merges["kept"].tolist(), merges["forwarded"].tolist(), strict=True):
            theirs = self._account(forwarded)
            if theirs is None:
                continue
            account = joined([self._account(kept) or NO_POINTS, theirs])
            self._accounts[forwarded] = None
            self._told_ms[kept] = max(self._told_ms.get(kept, 0), self._told_ms[forwarded])
            self._change(kept, account, ("merge", theirs.balance, BY_ITSELF))

    def part(self, separated: Batch) -> None:
        """Give people who are two again what the other had brought, as far as it is still there."""
        for kept, forwarded in zip(separated["kept"].tolist(), separated["forwarded"].tolist(), strict=True):
            both = run_out(self._account(kept) or NO_POINTS, self._moment.now_ms)[0]
            brought = run_out(self._account(forwarded) or NO_POINTS, self._moment.now_ms)[0]
            back = max(min(both.balance, brought.balance), 0)
            if back:
                theirs = taken(brought, brought.balance - back)
                self._change(forwarded, theirs, ("unmerge", back, BY_ITSELF))
                self._change(kept, taken(both, back), ("unmerge", -back, BY_ITSELF))

    def expire(self, slot: int) -> None:
        account, gone = run_out(self._account(slot) or NO_POINTS, self._moment.now_ms)
        self._change(slot, account, ("expire", gone, BY_ITSELF))

    def enter(self, frame: Frame, rules: PointsRules) -> None:
        events, persons = frame["event"], frame["person"]
        kinds: dict[str, PointsKind] = {**EVENTS, **rules.events}
        for row, kind in enumerate(events["kind"]):
            record: Record = events["record"][row]
            if kind == "track" and record.name in kinds:
                entry = _entry(record, kinds[record.name], rules)
            elif kind == "identify" and rules.balance_trait.encode() in record.body:
                entry = _told(record, rules)
            else:
                continue
            if entry is not None:
                slot = int(persons["slot"][row])
                self._numbers[slot] = int(persons["number"][row])
                self._enter(slot, (Brought(record.name, record.message_id), entry), rules)

    def give(self, gifts: Sequence[Given], rules: PointsRules) -> None:
        """Enter what journeys give and take."""
        for each in gifts:
            if each.change == "points":
                until_ms = until_of(rules, self._moment.now_ms, each.until_ms)
                kind: PointsKind = "earn" if each.value > 0 else "spend"
                entry = Entry(kind=kind, points=abs(each.value), until_ms=until_ms)
                for slot in each.slots.tolist():
                    self._enter(slot, (Brought(each.source), entry), rules)

    def _enter(self, slot: int, what: tuple[Brought, Entry], rules: PointsRules) -> None:
        brought, entry = what
        if (self._account(slot) or NO_POINTS).next_ms <= self._moment.now_ms:
            self.expire(slot)
        before = self._account(slot) or NO_POINTS
        if entry.kind == "balance" and entry.points == before.balance and not brought.name:
            return  # A member system says again what is known: nothing happened, and what runs out when stays.
        after = changed(before, entry, may_go_negative=rules.may_go_negative)
        if after is None:
            now_ms = self._moment.now_ms
            number = self._number(slot)
            self._changes.append(_Change(number, now_ms, entry.kind, entry.points, before, brought, refused=True))
            return
        self._change(slot, run_out(after, self._moment.now_ms)[0], (entry.kind, entry.points, brought))

    def _change(self, slot: int, account: Account, about: tuple[str, int, Brought]) -> None:
        kind, points, brought = about
        self._accounts[slot] = account
        number = self._number(slot)
        self._changes.append(_Change(number, self._moment.now_ms, kind, points, account, brought, refused=False))

    def _account(self, slot: int) -> Account | None:
        if slot not in self._accounts:
            found = self._state.attribute([self._number(slot)], ACCOUNT)
            self._accounts[slot] = None if found is None else read_account(found[0])
            self._told_ms[slot] = 0 if found is None else found[2]
        return self._accounts[slot]

    def _number(self, slot: int) -> int:
        if slot not in self._numbers:
            self._numbers[slot] = int(people.numbers(self._state, np.array([slot]))[0])
        return self._numbers[slot]

    def delta(self) -> Delta:
        touched = {change.profile for change in self._changes if not change.refused}
        held = {
            slot: account or NO_POINTS
            for slot, account in self._accounts.items()
            if account is None or self._number(slot) in touched
        }
        if not touched:
            return Delta()
        # Later than any before it and than those of people who were merged: the newest of a family counts.
        rows: list[Row] = [
            (self._number(slot), ACCOUNT, write_account(account), 0, self._written_ms(slot), "system:points")
            for slot, account in held.items()
            if self._accounts[slot] is not None
        ]
        index = np.fromiter(held, np.int64, len(held))
        none = np.array([self._accounts[slot] is None for slot in held])
        told = {name: np.where(none, np.nan, values) for name, values in _told_of(list(held.values())).items()}
        due = np.array([account.next_ms for account in held.values()], dtype=np.int64)
        columns = [Write(studied_array(name, "number"), index, values) for name, values in told.items()]
        return Delta(puts={"attribute": rows}, writes=[Write(DUE, index, due), *columns])

    def _written_ms(self, slot: int) -> int:
        return max(self._moment.now_ms, self._told_ms.get(slot, 0) + 1)

    def facts(self, due: Any) -> Frame:
        if not self._changes:
            return {}
        columns: dict[str, Any] = {
            "profile": np.array([each.profile for each in self._changes], dtype=np.int64),
            "at_ms": np.array([each.at_ms for each in self._changes], dtype=np.int64),
            "kind": [each.kind for each in self._changes],
            "points": np.array([each.points for each in self._changes], dtype=np.int64),
            "name": [each.brought.name for each in self._changes],
            "message_id": [each.brought.message_id for each in self._changes],
            "refused": np.array([each.refused for each in self._changes], dtype=np.bool_),
            "position": np.arange(len(self._changes), dtype=np.int64),
            **_told_of([each.account for each in self._changes]),
        }
        frame = {"points.changed": Batch(len(self._changes), columns)}
        if len(due):
            frame["person.credited"] = Batch(len(due), {"slot": due, "triggers": np.ones(len(due), dtype=np.bool_)})
        return frame


def _told_of(accounts: Sequence[Account]) -> Mapping[str, Any]:
    """Return the traits that accounts give their owners; shape [accounts] each, NaN for none."""
    running = [account.lots[0] if account.next_ms < FAR_FUTURE_MS else None for account in accounts]
    return {
        "points_balance": np.array([account.balance for account in accounts], dtype=np.float64),
        "points_expire_next": np.array([np.nan if lot is None else lot[1] for lot in running]),
        "points_expire_next_ms": np.array([np.nan if lot is None else lot[0] for lot in running]),
    }


def _entry(record: Record, kind: PointsKind, rules: PointsRules) -> Entry | None:
    """Return what an event says of points, None where it says no number that could be one."""
    said = parse_object(record.body)
    points = _points(said.get(rules.property))
    if points is None or (points < 0 and kind not in ("adjust", "balance")):
        return None
    return Entry(kind=kind, points=points, until_ms=until_of(rules, record.at_ms, _instant(said.get("expires_at"))))


def _told(record: Record, rules: PointsRules) -> Entry | None:
    points = _points(parse_object(record.body).get(rules.balance_trait))
    return (
        None if points is None else Entry(kind="balance", points=points, until_ms=until_of(rules, record.at_ms, None))
    )


def _points(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= POINTS_MAX:
        return None
    return round(value)


def _instant(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < FAR_FUTURE_MS:
        return value
    try:
        return round(datetime.fromisoformat(value).timestamp() * 1_000) if isinstance(value, str) else None
    except ValueError:
        return None
