"""Tries a journey before it does anything: the tick's own fold on a copy of people's state, its clock moved forward.

Nothing is written and nothing is sent. Assumed is that every message is accepted and nobody does anything, but for the
events that are said; what studies compute (chances, levels) stays as it is.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.journeys.watched import Seen, way_of
from liftloop.app.rehearsal.copied import Copy
from liftloop.journey import enrolments
from liftloop.journey.contract import TRIED
from liftloop.journey.graph import Graph, read
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, MINUTE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.ids import profile_id
from liftloop.storage.contract import Record

DAYS_MAX = 400
"""A year and some, so that an anniversary comes round."""
STEPS_MAX = 5_000
"""Instants that a trial goes through: a person meets a few dozen; more means that something is due for ever."""
ROUGHLY_MS = 15 * MINUTE_MS
"""To what instants a trial of many people keeps: their windows let go at as many instants as there are people."""
EVENTS_MAX = 20
_NODE, _ENROLMENT = 4, 5
"""Places in a row of the ledger."""

Numbers = NDArray[np.int64]


class Happens(Struct, frozen=True, kw_only=True):
    """What the person is assumed to do, so long after the trial begins."""

    name: str
    after_s: int
    properties: Mapping[str, Any] = {}


class Tried(Struct, frozen=True, kw_only=True):
    """What is tried: a journey as published, or as it is being written where there is a `body`."""

    journey: str
    body: Mapping[str, Any] | None = None
    fresh: bool = False
    """As if nobody had ever been in it."""
    days: float = 90
    """How far the clock is moved at most."""
    happens: Sequence[Happens] = ()
    properties: Mapping[str, Any] = {}
    """With what the person enters."""


class TrialStep(Struct, frozen=True, kw_only=True):
    """One node that the person came to."""

    at_ms: int
    node: str
    kind: str
    way: str
    """What led on from here: `yes`, a case, an arm; empty where there is one way, or the person is still here."""
    until_ms: int
    """Until when the person stays, 0 where they do not."""


class TrialMessage(Struct, frozen=True, kw_only=True):
    """What the gate says of one message, and when it would leave; 0 where it would not."""

    at_ms: int
    node: str
    channel: str
    content: str
    action: str
    purpose: str
    state: str
    reason: str
    leaves_ms: int


class Trial(Struct, frozen=True, kw_only=True):
    """One person's way through a journey from now on."""

    journey: str
    profile: str
    began_ms: int
    standing: bool
    """Whether the person was inside already and went on from there."""
    refused: str
    """Why the person may not enter, one of `REFUSALS`; empty where they may."""
    steps: Sequence[TrialStep]
    messages: Sequence[TrialMessage]
    end: str
    """`done`, the reason for leaving, or `inside` where the trial ended before."""
    ended_ms: int
    graph: Graph


class NodeTrial(Struct, frozen=True, kw_only=True):
    """How many people come to a node, what the gate says there by (state, reason), and who goes on to which node."""

    id: str
    kind: str
    came: int
    onward: Mapping[str, int]
    gate: Mapping[tuple[str, str], int]


class GroupTrial(Struct, frozen=True, kw_only=True):
    """A journey tried for a group: everybody counted, `tried` of them stood for the others."""

    journey: str
    began_ms: int
    people: int
    tried: int
    entered: int
    refused: Mapping[str, int]
    ends: Mapping[str, int]
    """By reason for leaving, `done` and `inside` among them."""
    nodes: Sequence[NodeTrial]


def walked(copy: Copy, seen: Seen, asked: Tried, body: Mapping[str, Any]) -> Trial:
    """Return the way of the one person of a copy in which the journey lives, and what the gate says on it."""
    began_ms, number = copy.fold.now_ms, int(copy.profiles[0])
    mine = _open(copy, asked.journey)
    standing = len(mine) > 0
    row = int(mine[0]) if standing else -1
    stands: list[TrialStep] = []
    if standing:
        stands = [_where(copy, row)]
    else:
        seen.now_ms = began_ms
        copy.say(TRIED, asked.journey, canonical_json({"profiles": [number], "properties": asked.properties}), began_ms)
        entered = _open(copy, asked.journey)
        row = int(entered[0]) if len(entered) else _ended_at_once(copy, asked.journey)
    graph = read(asked.journey, 0, body)
    refused = next(iter(seen.refusals), "") if row < 0 else ""
    if row >= 0:
        seen.rest(row, _due(copy, row))
        _go(copy, seen, asked, lambda: seen.rest(row, _due(copy, row)), lambda: _is_over(copy, row))
    ends = [(reason or "done", at_ms) for _, reason, at_ms, ended in copy.store.ends if ended == row]
    steps = [*stands, *(_step(each) for each in seen.way(row))]
    return Trial(
        journey=asked.journey,
        profile=profile_id(number),
        began_ms=began_ms,
        standing=standing,
        refused=refused,
        steps=_with_ways(graph, steps),
        messages=_messages(copy, row),
        end=ends[0][0] if ends else ("" if row < 0 else "inside"),
        ended_ms=ends[0][1] if ends else 0,
        graph=graph,
    )


def _go(
    copy: Copy, seen: Seen, asked: Tried, after: Callable[[], None], over: Callable[[], bool], roughly_ms: int = 1
) -> None:
    """Move the clock from due instant to due instant until it is over, or the trial's days are."""
    began_ms = copy.fold.now_ms
    until_ms = began_ms + round(min(asked.days, DAYS_MAX) * DAY_MS)
    ahead = sorted(asked.happens[:EVENTS_MAX], key=lambda each: each.after_s)
    for _ in range(STEPS_MAX):
        if over():
            return
        says_ms = began_ms + ahead[0].after_s * 1_000 if ahead else FAR_FUTURE_MS
        at_ms = max(min(copy.next_due_ms(), says_ms), copy.fold.now_ms)
        if at_ms > until_ms:
            return
        at_ms = -(-at_ms // roughly_ms) * roughly_ms
        records: list[Record] = copy.handed_over(at_ms)
        while ahead and began_ms + ahead[0].after_s * 1_000 <= at_ms:
            each = ahead.pop(0)
            records += [copy.happened(who, each.name, each.properties, at_ms) for who in copy.profiles.tolist()]
        seen.now_ms = at_ms
        copy.step(records, at_ms)
        after()


def _open(copy: Copy, journey: str) -> Numbers:
    return enrolments.inside(copy.fold.state, copy.profiles, journey)


def _ended_at_once(copy: Copy, journey: str) -> int:
    """Return the enrolment of whoever entered and walked to the end in one step, -1 where nobody entered."""
    return next((int(row[0]) for row in reversed(copy.store.enrolments) if row[1] == journey), -1)


def _due(copy: Copy, row: int) -> int:
    due_ms = int(copy.fold.state[enrolments.DUE][row])
    return 0 if due_ms == FAR_FUTURE_MS else due_ms


def _is_over(copy: Copy, row: int) -> bool:
    return int(copy.fold.state[enrolments.INSIDE][row]) != enrolments.STAYS


def _where(copy: Copy, row: int) -> TrialStep:
    """Return the node at which somebody stands who is inside already."""
    state = copy.fold.state
    codes = [(each, enrolments.code_hash(each.id, each.version)) for each in copy.fold.catalog.versions("journey")]
    found = enrolments.CODES.find(state, np.array([hashed for _, hashed in codes], dtype=np.uint64))
    place = int(np.flatnonzero(found == state[enrolments.CODE][row])[0])
    node: Mapping[str, Any] = codes[place][0].body["nodes"][int(state[enrolments.NODE][row])]
    return TrialStep(
        at_ms=copy.fold.now_ms, node=str(node["id"]), kind=str(node["kind"]), way="", until_ms=_due(copy, row)
    )


def _step(came: tuple[int, str, str, int]) -> TrialStep:
    at_ms, node, kind, until_ms = came
    return TrialStep(at_ms=at_ms, node=node, kind=kind, way="", until_ms=until_ms)


def _with_ways(graph: Graph, steps: Sequence[TrialStep]) -> list[TrialStep]:
    """Return the steps with what led on from each to the next."""
    onward = [each.node for each in steps[1:]] + [""] * min(len(steps), 1)
    return [
        TrialStep(
            at_ms=step.at_ms,
            node=step.node,
            kind=step.kind,
            way=way_of(graph, step.node, following),
            until_ms=step.until_ms,
        )
        for step, following in zip(steps, onward, strict=True)
    ]


def _messages(copy: Copy, row: int) -> list[TrialMessage]:
    mine = [each for each in copy.store.ledger if each[_ENROLMENT] == row]
    return [
        TrialMessage(
            at_ms=each[13],
            node=each[_NODE],
            channel=each[7],
            content=each[8],
            action=each[9],
            purpose=each[10],
            state=each[11],
            reason=each[12],
            leaves_ms=copy.store.leaves_ms.get(each[0], 0),
        )
        for each in mine
    ]


def counted(copy: Copy, seen: Seen, asked: Tried, everybody: int) -> GroupTrial:
    """Return what becomes of the people of a copy, who stand for everybody, all of them entering now."""
    began_ms = copy.fold.now_ms
    seen.only(copy.slots)
    seen.now_ms = began_ms
    copy.say(TRIED, asked.journey, canonical_json({"profiles": copy.profiles.tolist()}), began_ms)
    rows = seen.rows()

    def over() -> bool:
        return not len(rows) or bool((copy.fold.state[enrolments.INSIDE][rows] != enrolments.STAYS).all())

    _go(copy, seen, asked, lambda: None, over, ROUGHLY_MS)
    share = len(copy.profiles) / everybody if everybody else 1.0

    def whole(counts: Mapping[Any, int]) -> dict[Any, int]:
        return {name: round(count / share) for name, count in counts.items()}

    walked = set(rows.tolist())
    ends = Counter(reason or "done" for _, reason, _, row in copy.store.ends if row in walked)
    ends["inside"] = len(walked) - ends.total()
    gate: dict[str, Counter[tuple[str, str]]] = {}
    for each in copy.store.ledger:
        if each[_ENROLMENT] in walked:
            gate.setdefault(each[_NODE], Counter())[each[11], each[12]] += 1
    came, onward = seen.counts(walked)
    live = copy.fold.catalog.live("journey")[asked.journey]
    return GroupTrial(
        journey=asked.journey,
        began_ms=began_ms,
        people=everybody,
        tried=len(copy.profiles),
        entered=round(len(walked) / share),
        refused=whole(seen.refusals),
        ends={reason: count for reason, count in whole(ends).items() if count},
        nodes=[
            NodeTrial(
                id=node["id"],
                kind=node["kind"],
                came=round(came.get(node["id"], 0) / share),
                onward=whole(onward.get(node["id"], {})),
                gate=whole(gate.get(node["id"], {})),
            )
            for node in live.body["nodes"]
        ],
    )
