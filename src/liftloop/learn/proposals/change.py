"""One change of one node of a journey: tried beside what there is, taken over, and told as a diff of the definition."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.kernel.clock import MINUTE_MS, SECOND_MS
from liftloop.learn.proposals.evidence import Dimension

AS_BEFORE, CHANGED = "照旧 · as before", "改动 · changed"
"""The arms, as people read them: what there was, and the change."""
COPY = "changed"
HOUR_MINUTES = 60
WAIT_S_MIN = MINUTE_MS // SECOND_MS

Body = Mapping[str, Any]


class Change(Struct, frozen=True, kw_only=True):
    """What of a sending node becomes what: its content, its channel, the hour of sending, the wait before it."""

    dimension: Dimension
    before: str
    after: str


class Line(Struct, frozen=True, kw_only=True):
    """One line of a diff: a field of a node, None where it was or will not be there."""

    path: str
    before: str | None
    after: str | None


def wait_before(body: Body, node: str) -> Body | None:
    """Return the wait that alone leads to a node, None where there is none or another way leads there too."""
    leading = [each for each in body["nodes"] if node in _targets(each)]
    return leading[0] if len(leading) == 1 and leading[0]["kind"] == "wait" else None


def until_before(body: Body, node: str) -> Body | None:
    """Return the hour that is waited for before a node, None where there is none."""
    leading = [each for each in body["nodes"] if node in _targets(each)]
    return leading[0] if len(leading) == 1 and leading[0]["kind"] == "until" else None


def adopted(body: Body, node: str, change: Change) -> dict[str, Any]:
    """Return the journey with the change for everybody."""
    if change.dimension in ("content", "channel"):
        return _with(body, [{**each, **_said(change)} if each["id"] == node else each for each in body["nodes"]])
    if change.dimension == "wait":
        wait = wait_before(body, node)
        assert wait is not None, "a wait is proposed only where there is one"
        return _with(body, [_waiting(each, change) if each["id"] == wait["id"] else each for each in body["nodes"]])
    until = until_before(body, node)
    if until is not None:
        moved = {**until, "minute": int(change.after) * HOUR_MINUTES}
        return _with(body, [moved if each["id"] == until["id"] else each for each in body["nodes"]])
    added = _until(body, node, change)
    return _inserted(body, node, added["id"], [added])


def tried(body: Body, node: str, change: Change, split: str) -> dict[str, Any]:
    """Return the journey in which a half, drawn by the node `split`, goes the changed way and the other as before."""
    if change.dimension in ("content", "channel"):
        entry = node
        sending = next(each for each in body["nodes"] if each["id"] == node)
        copies = [{**sending, **_said(change), "id": _named(body, f"{node}-{COPY}")}]
    elif change.dimension == "wait":
        wait = wait_before(body, node)
        assert wait is not None, "a wait is proposed only where there is one"
        entry = str(wait["id"])
        copies = [{**_waiting(wait, change), "id": _named(body, f"{entry}-{COPY}")}]
    elif (until := until_before(body, node)) is not None:
        entry = str(until["id"])
        moved = int(change.after) * HOUR_MINUTES
        copies = [{**until, "minute": moved, "id": _named(body, f"{entry}-{COPY}")}]
    else:
        entry, copies = node, [_until(body, node, change)]
    arms = [
        {"id": AS_BEFORE, "share": 0.5, "next": entry},
        {"id": CHANGED, "share": 0.5, "next": copies[0]["id"]},
    ]
    return _inserted(body, entry, split, [{"kind": "experiment", "id": split, "arms": arms}, *copies])


def diff(before: Body, after: Body) -> tuple[Line, ...]:
    """Return what differs between two versions of a journey, node by node."""
    old, new = _flat(before), _flat(after)
    return tuple(
        Line(path=path, before=old.get(path), after=new.get(path))
        for path in dict.fromkeys([*old, *new])
        if old.get(path) != new.get(path)
    )


def _flat(body: Body) -> dict[str, str]:
    return {
        f"{node['id']}.{name}": str(value)
        for node in body["nodes"]
        for name, value in node.items()
        if name != "id" and value is not None
    }


def _said(change: Change) -> dict[str, str]:
    return {change.dimension: change.after}


def _waiting(wait: Body, change: Change) -> dict[str, Any]:
    return {**wait, "duration_s": max(int(change.after), WAIT_S_MIN)}


def _until(body: Body, node: str, change: Change) -> dict[str, Any]:
    return {
        "kind": "until",
        "id": _named(body, f"{node}-hour"),
        "minute": int(change.after) * HOUR_MINUTES,
        "next": node,
    }


def _inserted(body: Body, before: str, entry: str, nodes: Sequence[Body]) -> dict[str, Any]:
    """Return the journey with nodes before another one: all that led to it leads to `entry`; people enter first."""
    led = [_led(each, before, entry) for each in body["nodes"]]
    first = body["nodes"][0]["id"] == before
    return _with(body, [*nodes, *led] if first else [*led, *nodes])


def _led(node: Body, before: str, entry: str) -> dict[str, Any]:
    turned: dict[str, Any] = {name: entry for name in ("next", "yes", "no") if node.get(name) == before}
    arms = node.get("arms")
    if arms:
        turned["arms"] = [{**arm, "next": entry} if arm["next"] == before else arm for arm in arms]
    return {**node, **turned}


def _targets(node: Body) -> set[str]:
    ways = {str(node[name]) for name in ("next", "yes", "no") if name in node}
    return ways | {str(arm["next"]) for arm in node.get("arms") or ()}


def _named(body: Body, wanted: str) -> str:
    """Return an id that no node has."""
    taken = {each["id"] for each in body["nodes"]}
    return next(each for each in (wanted, *(f"{wanted}-{number}" for number in range(2, 999))) if each not in taken)


def _with(body: Body, nodes: Sequence[Body]) -> dict[str, Any]:
    return {**body, "nodes": [dict(each) for each in nodes]}
