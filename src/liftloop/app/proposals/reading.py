"""Reads how every node of a journey that sends is opened, beside all others of its channel."""

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.kernel.clock import DAY_MS, HOUR_MS, SECOND_MS
from liftloop.learn.proposals.evidence import Cut, Dimension, Expected, Sending, Tally
from liftloop.storage.contract import LakeReader

_FILE = (files("liftloop.app.proposals") / "proposals.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}
LOOK_DAYS = 90
"""Messages of the last quarter: older ones were of another season, and often of other words."""
ANSWER_DAYS = 2
"""Nine in ten who open a message do within two days; younger messages are not counted yet."""
USUAL_MIN = 300
"""With fewer other messages of a channel nothing is usual."""
WAITS_MS = (0, HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS)
"""Waits that are told apart; each counts as the next shorter one of these."""

Rows: TypeAlias = Mapping[str, np.ndarray]


class Asked(Struct, frozen=True, kw_only=True):
    """Journeys with version and body by id, the open rate expected of a channel, contents and channels there are."""

    journeys: Mapping[str, tuple[int, Mapping[str, Any]]]
    expected: Mapping[str, float]
    contents: frozenset[str]
    channels: frozenset[str]


class Told(Struct, frozen=True, kw_only=True, eq=False):
    """Messages by everything that could make a difference, and entries a day by journey."""

    rows: Rows
    entries: Mapping[str, float]


def read(lake: LakeReader, now_ms: int) -> Told:
    """Return the messages of the last quarter that have had their time to be opened."""
    since_ms, until_ms = now_ms - LOOK_DAYS * DAY_MS, now_ms - ANSWER_DAYS * DAY_MS
    rows = lake.select(SQL["sent"], [since_ms, until_ms, SHANGHAI_OFFSET_MINUTES, list(WAITS_MS)])
    entered = lake.select(SQL["entries"], [since_ms, now_ms])
    return Told(
        rows=rows,
        entries={
            str(journey): float(people) / LOOK_DAYS
            for journey, people in zip(entered["journey"], entered["people"], strict=True)
        },
    )


def sendings(told: Told, asked: Asked) -> list[Sending]:
    """Return every sending node of these journeys of which something is expected."""
    found: list[Sending] = []
    for journey, (version, body) in asked.journeys.items():
        for node in body["nodes"]:
            if node["kind"] == "send" and node.get("purpose", "marketing") == "marketing":
                one = _sending(told, (journey, version, body), node, asked)
                found += [one] if one is not None else []
    return found


def _sending(
    told: Told, of: tuple[str, int, Mapping[str, Any]], node: Mapping[str, Any], asked: Asked
) -> Sending | None:
    journey, version, body = of
    rows, channel, content = told.rows, str(node["channel"]), str(node["content"])
    on_channel = rows["channel"] == channel
    mine = (rows["journey"] == journey) & (rows["node"] == node["id"]) & on_channel
    mine &= rows["action"] == f"{channel}:{content}"
    others = on_channel & ~mine
    usual = _sum(rows, others)
    if not rows["opened"][on_channel].sum():
        return None  # Nobody tells what is opened on this channel.
    if channel in asked.expected:
        wanted = Expected(rate=asked.expected[channel], source="set")
    elif usual.sent >= USUAL_MIN:
        wanted = Expected(rate=usual.rate, source="usual")
    else:
        return None
    prefix = f"{channel}:"
    of_journeys = (rows["campaign"] == "") & ~mine
    written = np.array([str(each).removeprefix(prefix) in asked.contents for each in rows["action"]], dtype=np.bool_)
    connected = np.isin(rows["channel"].astype(str), sorted(asked.channels))
    return Sending(
        journey=journey,
        journey_name=str(body["name"]),
        version=version,
        node=str(node["id"]),
        channel=channel,
        content=content,
        whole=_sum(rows, mine),
        expected=wanted,
        cuts=(
            _cut(
                rows,
                "content",
                (mine, others & of_journeys & written),
                lambda row: rows["action"][row].removeprefix(prefix),
            ),
            _cut(rows, "channel", (mine, of_journeys & ~on_channel & connected), lambda row: rows["channel"][row]),
            _cut(rows, "hour", (mine, others), lambda row: rows["hour"][row]),
            _cut(rows, "wait", (mine & (rows["wait_ms"] >= 0), mine & False), lambda row: _seconds(rows, row)),
            _cut(rows, "group", (mine & (rows["stage"] != ""), mine & False), lambda row: rows["stage"][row]),
        ),
        entries_a_day=told.entries.get(journey, 0.0),
    )


def _seconds(rows: Rows, row: int) -> int:
    return int(rows["wait_ms"][row]) // SECOND_MS


def _cut(rows: Rows, dimension: Dimension, sides: tuple[np.ndarray, np.ndarray], value: Callable[[int], object]) -> Cut:
    own, others = (_tallies(rows, np.flatnonzero(side).tolist(), value) for side in sides)
    return Cut(dimension=dimension, own=own, others=others)


def _tallies(rows: Rows, chosen: Sequence[int], value: Callable[[int], object]) -> tuple[Tally, ...]:
    found: dict[str, list[int]] = {}
    for row in chosen:
        counts = found.setdefault(str(value(row)), [0, 0])
        counts[0] += int(rows["sent"][row])
        counts[1] += int(rows["opened"][row])
    return tuple(Tally(value=each, sent=sent, opened=opened) for each, (sent, opened) in sorted(found.items()))


def _sum(rows: Rows, chosen: np.ndarray) -> Tally:
    return Tally(value="", sent=int(rows["sent"][chosen].sum()), opened=int(rows["opened"][chosen].sum()))
