"""The report of a journey: by version and node, who came, who waits there, what was sent and opened."""

import asyncio
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from msgspec import Struct

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.steering.bandits import BanditSeen
from liftloop.kernel.codec import parse_json

_FILE = (files("liftloop.app.journeys") / "journeys.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}
_VERSIONS = (
    "SELECT version, status, body FROM definition WHERE kind = 'journey' AND id = ? ORDER BY version DESC LIMIT ?"
)
_ENDS = """
SELECT version, CASE state WHEN 'inside' THEN '' WHEN 'done' THEN 'done' ELSE reason END AS reason, count(*)
FROM enrolment WHERE journey = ? GROUP BY 1, 2
"""
"""How people left each version, by reason, empty for those inside; who moved to a later version belongs to that."""
VERSIONS_MAX = 20
"""Older versions have hardly anybody inside; the ledger has them all."""


class NodeCounts(Struct, frozen=True, kw_only=True):
    """One node: how often people came to it, who rests there now, and of its messages how many left and were opened."""

    id: str
    kind: str
    arrived: int
    waiting: int
    sent: int
    opened: int
    clicked: int


class VersionCounts(Struct, frozen=True, kw_only=True):
    """One version; `left` are those who left it, by reason: `goal`, `done` and others."""

    version: int
    status: str
    entered: int
    inside: int
    moved: int
    """How many came from earlier versions; they count as having entered this one."""
    left: Mapping[str, int]
    nodes: tuple[NodeCounts, ...]


class JourneyCounts(Struct, frozen=True, kw_only=True):
    """A journey by version, the newest first."""

    id: str
    name: str
    versions: tuple[VersionCounts, ...]
    bandits: tuple[BanditSeen, ...]
    """Of the newest version, with what moved their shares."""


class Standing(Struct, frozen=True, kw_only=True):
    """How many people ever entered a journey, in all its versions, and how many are in it now."""

    entered: int = 0
    inside: int = 0


async def standings(desk: Desk) -> Mapping[str, Standing]:
    """Return the standing of each journey that anybody has entered, by id."""
    await desk.follower.catch_up()
    counted = await desk.follower.select(SQL["standing"], [])
    rows = zip(*(counted[name] for name in ("journey", "entered", "inside")), strict=True)
    return {str(journey): Standing(entered=int(entered), inside=int(inside)) for journey, entered, inside in rows}


async def journey_report(desk: Desk, identity: str) -> JourneyCounts:
    """Return what became of everybody in a journey, as of now; raises `NotFound`."""
    rows = desk.state.rows(_VERSIONS, (identity, VERSIONS_MAX))
    if not rows:
        raise NotFound("journey", identity)
    await desk.follower.catch_up()
    standing = await desk.tick.ask("journey_nodes", id=identity)
    by_version = {int(each["version"]): each for each in standing["versions"]}
    messages = await desk.follower.select(SQL["messages"], [identity])
    names = ("node", "version", "sent", "opened", "clicked")
    told = {
        (int(version), str(node)): (int(sent), int(opened), int(clicked))
        for node, version, sent, opened, clicked in zip(*(messages[name] for name in names), strict=True)
    }
    left: dict[int, dict[str, int]] = {}
    for version, reason, people in await asyncio.to_thread(desk.state.rows, _ENDS, (identity,)):
        left.setdefault(int(version), {})[str(reason)] = int(people)
    bodies = [(int(version), str(status), parse_json(body)) for version, status, body in rows]
    return JourneyCounts(
        id=identity,
        name=str(bodies[0][2].get("name") or identity),
        versions=tuple(_version(one, by_version.get(one[0], {}), told, left.get(one[0], {})) for one in bodies),
        bandits=tuple(await desk.bandits.seen(identity, bodies[0][2]["nodes"])),
    )


def _version(
    of: tuple[int, str, Mapping[str, Any]],
    standing: Mapping[str, Any],
    told: Mapping[tuple[int, str], tuple[int, int, int]],
    left: Mapping[str, int],
) -> VersionCounts:
    version, status, body = of
    nodes = body["nodes"]
    nothing = [0] * len(nodes)
    arrived, waiting = standing.get("arrived") or nothing, standing.get("waiting") or nothing
    counts: list[NodeCounts] = []
    for place, node in enumerate(nodes):
        sent, opened, clicked = told.get((version, str(node["id"])), (0, 0, 0))
        counts.append(
            NodeCounts(
                id=str(node["id"]),
                kind=str(node["kind"]),
                arrived=int(arrived[place]),
                waiting=int(waiting[place]),
                sent=sent,
                opened=opened,
                clicked=clicked,
            )
        )
    return VersionCounts(
        version=version,
        status=status,
        entered=sum(left.values()),
        inside=left.get("", 0),
        moved=int(standing.get("moved", 0)),
        left={reason: people for reason, people in left.items() if reason},
        nodes=tuple(counts),
    )
