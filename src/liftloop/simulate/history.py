"""The past of a shop as the files that one would import, and the hidden truth behind it.

Outcomes appear only as orders and events; nothing in a file tells an extra order from another.
"""

from pathlib import Path

import numpy as np
from msgspec import Struct

from liftloop.simulate.campaigns import Exposures, run_campaigns
from liftloop.simulate.columns import Table, row_count, write_csv
from liftloop.simulate.contacts import State
from liftloop.simulate.happenings import between
from liftloop.simulate.tables import (
    consent_table,
    customer_table,
    event_table,
    exposure_table,
    item_table,
    order_table,
    store_table,
)
from liftloop.simulate.truth import Span, Truth, throw
from liftloop.simulate.world import World

DAYS_TOLD = 640  # A year of orders before the first campaign, which is nine months old.
AHEAD_DAYS = 200  # Prepared future: a campaign, its tail and a second one after it.


class Past(Struct, frozen=True, kw_only=True):
    """What only the simulator knows of a past: `truth`, `state`, `campaigns`.

    `state` is what past contacts left behind; it belongs to this past, `Market` takes a copy.
    """

    world: World
    until_ms: int
    days: int
    truth: Truth
    state: State
    campaigns: tuple[Exposures, ...]


class History(Past, frozen=True, kw_only=True):
    """A past with the tables that one would import, by kind (and `stores`)."""

    customers: Table
    items: Table
    stores: Table
    orders: Table
    events: Table
    consents: Table
    exposures: Table


def past(
    world: World,
    rng: np.random.Generator,
    until_ms: int,
    days: int = DAYS_TOLD,
    ahead_days: int = AHEAD_DAYS,
) -> Past:
    """Return the `days` before `until_ms`, and a truth that reaches `ahead_days` beyond it, without any table.

    The same world, generator state and span give the same past. Nothing told is at or after `until_ms`.
    """
    truth = throw(world, Span(until_ms=until_ms, days=days, ahead_days=ahead_days), rng)
    state = State(truth)
    campaigns = run_campaigns(truth, state)
    return Past(world=world, until_ms=until_ms, days=days, truth=truth, state=state, campaigns=tuple(campaigns))


def history(
    world: World,
    rng: np.random.Generator,
    until_ms: int,
    days: int = DAYS_TOLD,
    ahead_days: int = AHEAD_DAYS,
) -> History:
    """Return such a past with its tables; the same world, generator state and span give the same bytes."""
    drawn = past(world, rng, until_ms, days, ahead_days)
    truth, state, campaigns = drawn.truth, drawn.state, drawn.campaigns
    happened = between(truth, state, truth.since_ms, until_ms)
    return History(
        world=world,
        until_ms=until_ms,
        days=days,
        customers=customer_table(truth),
        items=item_table(world),
        stores=store_table(world),
        orders=order_table(truth, happened),
        events=event_table(truth, state, happened, campaigns),
        consents=consent_table(truth, state),
        exposures=exposure_table(truth, campaigns),
        truth=truth,
        state=state,
        campaigns=campaigns,
    )


def tables(past: History) -> dict[str, Table]:
    """Return the tables by the name of their file."""
    return {
        "customers": past.customers,
        "items": past.items,
        "stores": past.stores,
        "orders": past.orders,
        "events": past.events,
        "consents": past.consents,
        "exposures": past.exposures,
    }


def write_files(past: History, folder: Path) -> dict[str, Path]:
    """Write one CSV a table into `folder`, which must exist; return the paths by kind."""
    return {kind: write_file(past, kind, folder) for kind in tables(past)}


def write_file(past: History, kind: str, folder: Path) -> Path:
    """Write the CSV of one table into `folder`, which must exist, and return its path."""
    path = folder / f"{kind}.csv"
    write_csv(tables(past)[kind], path)
    return path


def row_counts(past: History) -> dict[str, int]:
    return {kind: row_count(table) for kind, table in tables(past).items()}
