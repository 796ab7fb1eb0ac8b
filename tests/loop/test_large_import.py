"""Ten million lines, interrupted half-way by a power cut: nothing is lost or counted twice, and memory is bounded."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from serving import Running, serving

from liftloop.cli.connection import Server
from liftloop.storage.embedded.lake import DuckLake

LINES = 10_000_000
LINES_AN_ORDER = 2
PEOPLE = 500_000
AT_ONCE = 200_000
MEMORY_BYTES_MAX = 2 << 30
"""Of the process that loads: the file has a third of it, and ten times the lines need no more."""
LOOK_S = 0.5
PATIENCE_S = 3_600.0
NOW = "2026-09-21T14:13:20Z"


def sales(path: Path) -> int:
    """Write lines of orders, every customer's among all others', and return how many customers there are."""
    customers: set[int] = set()
    with path.open("w", encoding="utf-8") as file:
        file.write("order_id,customer_id,ordered_at,item_id,quantity,amount\n")
        for first in range(0, LINES, AT_ONCE):
            line = np.arange(first, min(first + AT_ONCE, LINES))
            order = line // LINES_AN_ORDER
            customer = (order * 7_919) % PEOPLE
            customers.update(np.unique(customer).tolist())
            file.writelines(
                f"O{o},C{c},2026-0{1 + o % 8}-{1 + o % 28:02d} 10:00:00,sku_{n % 900},1,{5 + n % 90}.50\n"
                for n, o, c in zip(line.tolist(), order.tolist(), customer.tolist(), strict=True)
            )
    return len(customers)


def loading_bytes(running: Running) -> int:
    """Return how much memory the process that loads has, 0 where none does."""
    family = psutil.Process(running.process.pid).children(recursive=True)
    loaders = [each for each in family if any("imports.process" in word for word in each.cmdline())]
    return max((each.memory_info().rss for each in loaders), default=0)


def watched(running: Running, desk: Server, identity: str, until: float) -> tuple[dict[str, Any], int]:
    """Look at an import until it is that far, or has ended; return it with the most memory that was seen."""
    most, ends_s = 0, time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_s:
        found = desk.get(f"/imports/{identity}")
        most = max(most, loading_bytes(running))
        if found["status"] != "running" or found["progress"] >= until:
            return found, most
        time.sleep(LOOK_S)
    raise AssertionError(f"import {identity} did not come to {until}")


@pytest.mark.long
@pytest.mark.timeout(2 * PATIENCE_S)
def test_ten_million_lines_interrupted_half_way_are_there_once(tmp_path: Path) -> None:
    """Killed while half is in, the import says so, is started again and ends with every order and line once."""
    file, data = tmp_path / "sales.csv", tmp_path / "data"
    people = sales(file)
    with serving(data, LIFTLOOP_CLOCK_START=NOW) as running:
        desk = Server(data / "server.sock")
        identity = desk.upload("/imports", file, kind="orders")["import_id"]
        desk.post(f"/imports/{identity}/start", {"kind": "orders", "fields": {}})
        half, first = watched(running, desk, identity, 0.5)
        running.kill()
    assert half["status"] == "running", half
    with serving(data, LIFTLOOP_CLOCK_START=NOW) as running:
        desk = Server(data / "server.sock")
        assert desk.get(f"/imports/{identity}")["status"] == "failed"
        desk.post(f"/imports/{identity}/start", {"kind": "orders", "fields": {}})
        ended, second = watched(running, desk, identity, 2.0)
        assert ended["status"] == "done", ended
        assert (ended["counts"]["rows"], ended["counts"]["rejected"]) == (LINES, 0)
        assert 0 < max(first, second) < MEMORY_BYTES_MAX
        desk.post("/clock", {"advance_s": 1})
    lake = DuckLake(data / "lake.duckdb", memory_limit="4GB", threads=2)
    found = lake.select(
        "SELECT (SELECT count(*) FROM order_now) AS orders, (SELECT count(DISTINCT order_id) FROM order_now) AS named,"
        " (SELECT count(*) FROM order_line) AS lines, (SELECT count(DISTINCT profile) FROM order_now) AS people"
    )
    lake.close()
    orders = LINES // LINES_AN_ORDER
    assert {name: int(column[0]) for name, column in found.items()} == {
        "orders": orders,
        "named": orders,
        "lines": LINES,
        "people": people,
    }
