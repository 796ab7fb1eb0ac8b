"""A sample shop's past in a lake and a state, without the engine: what planning reads, a few seconds to make."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from msgspec import Struct

from liftloop.app.planning.sources import Definitions, Sources
from liftloop.kernel.codec import canonical_json, unpack_columns
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.launch import Launch
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.simulate.columns import decoded
from liftloop.simulate.counterfactual import Lift
from liftloop.simulate.history import History
from liftloop.simulate.market import Market
from liftloop.simulate.messages import track_messages
from liftloop.simulate.world import World
from liftloop.storage.contract import FactBlock, Position, Row
from liftloop.storage.embedded.connections import named_queries
from liftloop.storage.embedded.lake import DuckLake

_FAST: Any = {"pandas_analyze_sample": 0, "threads": 1}  # Object columns are text: no guessing.
UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.
PROFILE_OF_MEMBER = 64  # Members' profile numbers: their index times this, all in one partition.


class ShopState:
    """The tables of the state file that planning reads."""

    def __init__(self, consents: Sequence[Row]) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute(
            "CREATE TABLE consent (profile INTEGER, channel TEXT, purpose TEXT, topic TEXT, at_ms INTEGER,"
            " tick INTEGER, position INTEGER, status TEXT, source TEXT, text_version TEXT)"
        )
        self._connection.execute("CREATE TABLE merge (tick INTEGER, position INTEGER, kept INTEGER, forwarded INTEGER)")
        self._connection.execute("CREATE TABLE attribute (profile INTEGER, name TEXT, sealed INTEGER)")
        self._connection.execute("INSERT INTO attribute VALUES (64, 'phone', 1)")
        self._connection.executemany("INSERT INTO consent VALUES (?,?,?,?,?,?,?,?,?,?)", consents)

    def say(self, profile: int, purpose: str, status: str, at_ms: int) -> None:
        row = (profile, "", purpose, "", at_ms, 1, at_ms, status, "test", "")
        self._connection.execute("INSERT INTO consent VALUES (?,?,?,?,?,?,?,?,?,?)", row)

    def join(self, kept: int, forwarded: int) -> None:
        self._connection.execute("INSERT INTO merge VALUES (1, 1, ?, ?)", (kept, forwarded))

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(query, list(parameters)).fetchall()

    def position(self) -> Position | None:
        return None

    def facts(self, *, after: int, limit: int) -> Sequence[tuple[int, FactBlock]]:
        return []

    def close(self) -> None:
        self._connection.close()


def shop_state(past: History) -> ShopState:
    consents = decoded(past.consents)
    member = _members(past, consents["customer_id"])
    columns = [member.tolist(), consents["channel"], consents["purpose"], consents["at"].tolist(), consents["status"]]
    return ShopState(
        [
            (profile, channel, purpose, "", at_ms, 1, position, status, "import", "")
            for position, (profile, channel, purpose, at_ms, status) in enumerate(zip(*columns, strict=True))
        ]
    )


def shop_lake(past: History, path: Path) -> DuckLake:
    sql = named_queries("lake.sql")
    connection = duckdb.connect(str(path), config=_FAST)
    connection.execute(sql["create_tables"])
    for table, columns in _tables(past).items():
        connection.register("batch", columns)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
        connection.unregister("batch")
    connection.close()
    return DuckLake(path, memory_limit="2GB", threads=1)


def add_rows(lake_path: Path, table: str, columns: dict[str, Any]) -> None:
    connection = duckdb.connect(str(lake_path), config=_FAST)
    connection.register("batch", columns)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
    connection.close()


def _members(past: History, customer_ids: Any) -> Any:
    return np.array([int(one[1:]) - 1 for one in customer_ids], dtype=np.int64) * PROFILE_OF_MEMBER


def _tables(past: History) -> dict[str, dict[str, Any]]:
    orders, events, items, exposures = (
        decoded(table) for table in (past.orders, past.events, past.items, past.exposures)
    )
    profile = _members(past, orders["customer_id"])
    _, first, order = np.unique(orders["order_id"].astype(str), return_index=True, return_inverse=True)
    revenue = np.bincount(order, weights=orders["amount"]) / 100
    heads = {
        "profile": profile[first],
        "at_ms": orders["ordered_at"][first],
        "order_id": orders["order_id"][first],
        "revenue": revenue,
        "coupon": np.where(orders["coupon"] == "", None, orders["coupon"])[first],
    }
    event_profile = _members(past, events["customer_id"])
    said = _identified(past)
    return {
        "order_head": _numbered(heads) | {"refunded": np.zeros(first.size, dtype=bool)},
        "order_line": _numbered(
            {
                "profile": profile,
                "at_ms": orders["ordered_at"],
                "order_id": orders["order_id"],
                "product_id": orders["product_id"],
                "category": orders["category"],
                "price": orders["price"] / 100,
                "quantity": orders["quantity"].astype(float),
                "refunded": np.zeros(profile.size, dtype=bool),
            }
        ),
        "event": _joined(
            _events(
                np.concatenate([event_profile, profile[first]]),
                np.concatenate([events["at"], orders["ordered_at"][first]]),
                np.concatenate([events["event"], np.full(first.size, "Order Completed", dtype=object)]),
            ),
            said,
        ),
        "item_version": _numbered(
            {
                "item_id": items["item_id"],
                "at_ms": np.zeros(items["price"].size, dtype=np.int64),
                "name": items["name"],
                "category": items["category"],
                "price": items["price"] / 100,
                "margin": items["margin"] / 100,
                "body": np.full(items["price"].size, "{}", dtype=object),
                "stock": items["stock"].astype(float),
            }
        ),
        "exposure": _numbered(
            {
                "message_id": exposures["decision_id"],
                "decision_id": exposures["decision_id"],
                "campaign": exposures["campaign"],
                "profile": _members(past, exposures["customer_id"]),
                "customer_id": exposures["customer_id"],
                "decided_at_ms": exposures["decided_at"],
                "eligible": exposures["eligible"],
                "action": exposures["action"],
                "propensities": exposures["propensities"],
                "holdout": exposures["holdout"],
            }
        ),
    }


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {name: np.concatenate([column, second[name]]) for name, column in first.items()}


def _identified(past: History) -> dict[str, Any]:
    """Return what each member said of herself, as the identify of an import."""
    people = decoded(past.customers)
    words = ("gender", "store_id", "city", "zone")
    dates = ("birthday", "baby_birthday")
    traits = zip(*(people[name].tolist() for name in (*words, "city_tier", *dates)), strict=True)
    bodies: list[str] = []
    for *said, tier, born, baby in traits:
        body: dict[str, Any] = dict(zip(words, said, strict=True)) | {"city_tier": tier}
        for name, day in zip(dates, (born, baby), strict=True):
            if day > -50_000:
                body[name] = str(np.datetime64(day, "D"))
        bodies.append(canonical_json(body).decode())
    profile = _members(past, people["customer_id"])
    rows = _events(profile, people["registered_at"], np.full(profile.size, "", dtype=object))
    kind = np.full(profile.size, "identify", dtype=object)
    return rows | {"kind": kind, "properties": np.array(bodies, dtype=object)}


def _events(profile: Any, at_ms: Any, name: Any) -> dict[str, Any]:
    count = profile.size
    return _numbered(
        {
            "profile": profile,
            "at_ms": at_ms,
            "received_ms": at_ms,
            "name": name,
            "kind": np.full(count, "track", dtype=object),
            "message_id": np.full(count, "m", dtype=object),
            "properties": np.full(count, "{}", dtype=object),
            "imported": np.ones(count, dtype=bool),
        }
    )


def _numbered(columns: dict[str, Any]) -> dict[str, Any]:
    count = len(next(iter(columns.values())))
    return {"offset": np.arange(count, dtype=np.int64)} | columns


def definitions_of(world: World) -> Definitions:
    return Definitions(
        offers={
            offer.id: {
                "name_zh": offer.name_zh,
                "name_en": offer.name_en,
                "face_fen": offer.face_fen,
                "cost_fen": offer.cost_fen,
                "valid_days": offer.valid_days,
            }
            for offer in world.offers
        },
        channels={
            channel.id: {"id": channel.id, "kind": "webhook", "settings": {}, "cost_fen": channel.cost_fen}
            for channel in world.channels
        },
        contents={},
        campaigns={},
    )


def sources_of(past: History, folder: Path, alter: str = "", state: ShopState | None = None) -> Sources:
    """Put a past into a lake; `alter` is SQL that damages it on the way."""
    path = folder / "lake.duckdb"
    lake = shop_lake(past, path)
    if alter:
        lake.close()
        with duckdb.connect(str(path)) as connection:
            connection.execute(alter)
        lake = DuckLake(path, memory_limit="1GB", threads=1)
    return Sources(
        lake=lake,
        state=state or shop_state(past),
        definitions=definitions_of(past.world),
        catalogue=BUILT_IN_CATALOGUE,
        now_ms=UNTIL_MS,
    )


class Ran(Struct, frozen=True, kw_only=True):
    """A launched campaign after the market answered it: the lake that saw it, and what only the market knows."""

    lake: DuckLake
    lift: Lift
    held: int
    assigned: int


def run_campaign(past: History, launched: Launch, sources: Sources, folder: Path) -> Ran:
    """Hand the treated people's messages to the market, and put its thirty days and the decisions into the lake."""
    columns = unpack_columns(launched.assigned)
    profile, action = np.asarray(columns["profile"]), np.asarray(columns["action"])
    campaign, members = launched.campaign, np.asarray(columns["profile"]) // PROFILE_OF_MEMBER
    holdout = campaign.holdout
    held = uniform(profile.astype(np.uint64), hash_text("holdout", holdout.salt)) < holdout.share
    market = Market(past)

    def sent(rows: Any) -> Any:
        actions = [campaign.actions[place] for place in action[rows].tolist()]
        messages = [
            {"customer_id": market.customer_id(member), "offer": a.offer, "channel": a.channel, "item_id": a.item}
            for member, a in zip(members[rows].tolist(), actions, strict=True)
        ]
        return market.contacts(messages, UNTIL_MS)

    window = (UNTIL_MS, campaign.ends_ms)
    lift = market.lift(members, sent(np.flatnonzero(action > 0)), window)
    market.receive(sent(np.flatnonzero((action > 0) & ~held)))
    happened = track_messages(past.world, market.events_between(*window), {})
    sources.lake.close()  # pyright: ignore[reportAttributeAccessIssue]
    path = folder / "lake.duckdb"
    _add_happened(path, happened)
    names = np.array([each.id for each in campaign.actions], dtype=object)
    count = profile.size
    add_rows(
        path,
        "decision",
        {
            "tick": np.ones(count, dtype=np.int64),
            "decision": np.arange(count, dtype=np.int64) * 256,
            "campaign": np.full(count, launched.campaign_id, dtype=object),
            "profile": profile,
            "decided_ms": np.full(count, UNTIL_MS, dtype=np.int64),
            "action": names[action],
            "propensities": _vectors(names, campaign.cells)[np.asarray(columns["cell"])],
            "holdout": held,
        },
    )
    _add_sent(path, launched, profile, action, np.flatnonzero((action > 0) & ~held))
    lake = DuckLake(path, memory_limit="1GB", threads=1)
    return Ran(lake=lake, lift=lift, held=int(held.sum()), assigned=count)


def _add_sent(path: Path, launched: Launch, profile: Any, action: Any, rows: Any) -> None:
    """Say of every treated person's message that it was sent and taken at once, at the cost of its action."""
    actions = launched.campaign.actions
    keys = np.array([f"m{row}" for row in rows.tolist()], dtype=object)
    count, at_ms = rows.size, np.full(rows.size, UNTIL_MS, dtype=np.int64)
    said = {"tick": np.ones(count, dtype=np.int64), "message_key": keys}
    names = np.array([each.id for each in actions], dtype=object)[action[rows]]
    channels = np.array([each.channel for each in actions], dtype=object)[action[rows]]
    campaign, state = (np.full(count, text, dtype=object) for text in (launched.campaign_id, "queued"))
    about = {"profile": profile[rows], "channel": channels, "action": names, "campaign": campaign, "state": state}
    add_rows(path, "message", said | about | {"decided_ms": at_ms})
    costs = np.array([each.cost_fen for each in actions], dtype=np.int64)[action[rows]]
    accepted = np.full(count, "accepted", dtype=object)
    add_rows(path, "message_settled", said | {"outcome": accepted, "at_ms": at_ms, "cost_fen": costs})


def _vectors(names: Any, cells: Any) -> Any:
    """Return each cell's chances as the decision log spells them."""
    return np.array([canonical_json(dict(zip(names, cell, strict=True))).decode() for cell in cells], dtype=object)


def _add_happened(path: Path, happened: Sequence[Mapping[str, Any]]) -> None:
    profile = np.array([int(each["userId"][1:]) - 1 for each in happened], dtype=np.int64) * PROFILE_OF_MEMBER
    at_ms = np.array([datetime.fromisoformat(each["timestamp"]).timestamp() for each in happened]) * 1_000
    at_ms = at_ms.round().astype(np.int64)
    add_rows(path, "event", _events(profile, at_ms, np.array([each["event"] for each in happened], dtype=object)))
    rows = [row for row, each in enumerate(happened) if each["event"] == "Order Completed"]
    orders = [happened[row]["properties"] for row in rows]
    add_rows(
        path,
        "order_head",
        _numbered(
            {
                "profile": profile[rows],
                "at_ms": at_ms[rows],
                "order_id": np.array([order["order_id"] for order in orders], dtype=object),
                "revenue": np.array([order["revenue"] for order in orders]),
                "coupon": np.array([order.get("coupon") for order in orders], dtype=object),
                "refunded": np.zeros(len(rows), dtype=bool),
            }
        ),
    )
    lines = [(row, order, line) for row, order in zip(rows, orders, strict=True) for line in order["products"]]
    add_rows(
        path,
        "order_line",
        _numbered(
            {
                "profile": profile[[row for row, _, _ in lines]],
                "at_ms": at_ms[[row for row, _, _ in lines]],
                "order_id": np.array([order["order_id"] for _, order, _ in lines], dtype=object),
                "product_id": np.array([line["product_id"] for _, _, line in lines], dtype=object),
                "category": np.array([line.get("category") for _, _, line in lines], dtype=object),
                "price": np.array([line["price"] for _, _, line in lines], dtype=np.float64),
                "quantity": np.array([line["quantity"] for _, _, line in lines], dtype=np.float64),
                "refunded": np.zeros(len(lines), dtype=bool),
            }
        ),
    )
