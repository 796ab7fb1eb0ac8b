"""`mixed`: the loop while a million people are sent something, traits are studied and fifty million events are asked.

A blast to everybody is launched two seconds in; from then on studies of traits and the report on data quality, each
over the whole lake, follow one after the other until the loop has run its time. Latency is that of `loop`.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from bench import shop
from bench.blasting import blast
from bench.loop import load, measure
from bench.serving import Server, folder, inbox, serving
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.lake import DuckLake

P99_MS_MAX = 500
WARM_S = 2.0
LOOK_S = 1.0
BLAST_S_MAX = 600.0
LEFT_S_MAX = 30.0
"""How long what is asked beside the loop is waited for after it."""
ROWS_AT_ONCE = 5_000_000
DAY_MS = 86_400_000
_PAST = """
INSERT INTO event BY NAME SELECT -1 - i AS "offset", draw % $people AS profile,
    $now_ms - draw % $span_ms AS at_ms, $now_ms - draw % $span_ms AS received_ms,
    ['Product Viewed', 'Product Added', 'Order Completed', 'Store Visited', 'Page Opened'][1 + draw % 5] AS name,
    'track' AS kind, 'p' || i AS message_id, FALSE AS imported,
    '{"revenue":12.5,"product_id":"p' || (draw % 997) || '"}' AS properties
FROM (SELECT i, (hash(i) >> 2)::BIGINT AS draw FROM range($first, $end) AS rows (i))
"""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="who is known, and gets the blast")
    parser.add_argument("--events", type=int, default=50_000_000, help="events in the lake before the start")
    parser.add_argument("--rate", type=int, default=5_000, help="events a second of the loop")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    with folder() as data, inbox() as url:
        _past(data, chosen.people, chosen.events)
        if not chosen.json:
            print(f"  {chosen.events:,} events lie in the lake", file=sys.stderr)
        with serving(data) as server:
            shop.define(server, url)
            load(server, chosen.people, 0, quiet=chosen.json)
            beside = _Beside(server)
            beside.start()
            loop = measure(server, (chosen.people, chosen.people), (chosen.rate, chosen.seconds))
            result = beside.result()
    result = {name: loop[name] for name in ("p50_ms", "p99_ms", "events_per_s", "cpu_us_per_event")} | result
    result |= {"profiles": chosen.people, "lake_events": chosen.events}
    missed = [name for name, most in (("p99_ms", P99_MS_MAX),) if not result[name] <= most]
    print(json.dumps(result | {"missed": missed}))
    if result["blast_rows"] != chosen.people:
        raise SystemExit(f"recount failed: {result['blast_rows']} of {chosen.people} people in the blast's ledger")


def _past(data: Path, people: int, events: int) -> None:
    """Put half a year of events into the lake of a folder that nobody serves yet."""
    place = DataFolder(data, version=version("liftloop")).lake
    DuckLake(place, "2GB", 2).close()
    now_ms, span_ms = int(time.time() * 1000), 180 * DAY_MS
    with duckdb.connect(str(place)) as connection:
        for start in range(0, events, ROWS_AT_ONCE):
            rows = {"first": start, "end": min(start + ROWS_AT_ONCE, events)}
            connection.execute(_PAST, {"people": people, "now_ms": now_ms, "span_ms": span_ms, **rows})


class _Beside:
    """What goes on beside the loop, in a thread of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ending = threading.Event()
        self._seconds: dict[str, list[float]] = {"study": [], "query": []}
        self._failed: list[str] = []
        self._blast_s: float | None = None
        self._rows = 0
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._ask, self._blast)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def result(self) -> dict[str, Any]:
        """Return what was done beside the loop, once the blast is over; a study that goes on is left `unfinished`."""
        self._ending.set()
        asking, blasting = self._threads
        blasting.join()
        asking.join(timeout=LEFT_S_MAX)
        return {
            "unfinished": asking.is_alive(),
            "blast_s": self._blast_s,
            "blast_rows": self._rows,
            "studies_s": [round(each, 1) for each in self._seconds["study"]],
            "queries_s": [round(each, 1) for each in self._seconds["query"]],
            "failed": self._failed,
        }

    def _ask(self) -> None:
        time.sleep(WARM_S)
        while not self._ending.is_set():
            for name, ask in (
                ("study", lambda: self._server.post("/studies/traits", {})),
                ("query", lambda: self._server.get("/data/quality")),
            ):
                began = time.perf_counter()
                try:
                    ask()
                except OSError as error:
                    self._failed.append(f"{name}: {error}")
                    self._ending.wait(LOOK_S)
                    continue
                self._seconds[name].append(time.perf_counter() - began)

    def _blast(self) -> None:
        time.sleep(WARM_S)
        done = blast(self._server, BLAST_S_MAX)
        self._blast_s, self._rows = done.seconds, done.ledger_rows


if __name__ == "__main__":
    main(sys.argv[1:])
