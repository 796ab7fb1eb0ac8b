"""Three audiences over the lake against SQL that a person wrote for DuckDB: the same tables, the same people.

The lake is the product's own file, opened as the desk opens it; events go into its tables in bulk, in order of time.
The measured side is all that the product does: reading the tree, compiling it, the query. Measured and baseline take
turns; `seconds` and `baseline_seconds` are CPU time of all threads, the least of the rounds, summed over the three
definitions, and `ratio` is their quotient (`wall_ratio` the same by the clock). `compile_seconds` is part of
`seconds`. Nothing is durable here: the lake is read.

    python -m bench.audience --events 50000000
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
from msgspec import Struct

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.desk import LAKE_MEMORY, LAKE_THREADS
from liftloop.kernel.clock import DAY_MS
from liftloop.storage.contract import Array
from liftloop.storage.embedded.lake import DuckLake

RATIO_MAX, RATIO_AIM = 1.3, 1.05
NOW_MS = 1_790_000_000_000
EVENTS_A_PERSON = 25
SPAN_DAYS = 365
NOTHING = Meanings(traits={}, audiences={})

_FILL = """
INSERT INTO event BY NAME
SELECT n AS "offset", CAST(hash(n) % $people AS BIGINT) AS profile,
    CAST($now - $span + n * ($span / $events) AS BIGINT) AS at_ms, $now AS received_ms,
    CASE WHEN hash(n + 1) % 100 < 70 THEN 'Product Viewed' WHEN hash(n + 1) % 100 < 85 THEN 'Product Added'
        WHEN hash(n + 1) % 100 < 97 THEN 'Order Completed' ELSE 'Store Visited' END AS name,
    'track' AS kind, 'm' || n AS message_id,
    '{"revenue":' || (hash(n + 2) % 50000) / 100.0 || ',"category":"c' || hash(n + 3) % 20 || '"}' AS properties,
    TRUE AS imported
FROM range(CAST($events AS BIGINT)) AS made (n)
"""
_SAY = """
INSERT INTO event BY NAME
SELECT $events + n AS "offset", n AS profile, CAST($now - $span AS BIGINT) AS at_ms, $now AS received_ms,
    '' AS name, 'identify' AS kind, 'i' || n AS message_id,
    '{"city":"' || (['上海', '北京', '广州', '成都', '杭州'])[CAST(1 + hash(n + 4) % 5 AS BIGINT)] || '"}'
        AS properties, TRUE AS imported
FROM range(CAST($people AS BIGINT)) AS made (n)
"""


class Contest(Struct, frozen=True):
    """A definition, and what a person would write for it."""

    name: str
    tree: dict[str, Any]
    by_hand: str


CONTESTS = (
    Contest(
        "bought twice in 60 days",
        {"event": "Order Completed", "within_days": 60, "count": {"gte": 2}},
        f"""
SELECT profile FROM event_now
WHERE kind = 'track' AND name = 'Order Completed' AND at_ms > {NOW_MS - 60 * DAY_MS}
GROUP BY profile HAVING count(*) >= 2 ORDER BY profile""",
    ),
    Contest(
        "spent much in a year, looked at nothing in 30 days",
        {
            "all": [
                {"event": "Order Completed", "within_days": 360, "property": "revenue", "sum": {"gte": 800}},
                {"not": {"event": "Product Viewed", "within_days": 30}},
            ]
        },
        f"""
SELECT profile FROM (
    SELECT profile FROM event_now
    WHERE kind = 'track' AND name = 'Order Completed' AND at_ms > {NOW_MS - 360 * DAY_MS}
    GROUP BY profile HAVING sum(CAST(json_extract(properties, '/revenue') AS DOUBLE)) >= 800
) ANTI JOIN (
    SELECT profile FROM event_now
    WHERE kind = 'track' AND name = 'Product Viewed' AND at_ms > {NOW_MS - 30 * DAY_MS}
) USING (profile) ORDER BY profile""",
    ),
    Contest(
        "in Shanghai, put something in the cart and ordered within two weeks",
        {
            "all": [
                {"trait": "city", "is": "上海"},
                {
                    "sequence": [{"event": "Product Added"}, {"event": "Order Completed"}],
                    "within_days": 120,
                    "gap_days": 14,
                },
            ]
        },
        f"""
SELECT DISTINCT one.profile FROM (
    SELECT profile, at_ms FROM event_now
    WHERE kind = 'track' AND name = 'Product Added' AND at_ms > {NOW_MS - 120 * DAY_MS}
) AS one ASOF JOIN (
    SELECT profile, at_ms FROM event_now
    WHERE kind = 'track' AND name = 'Order Completed' AND at_ms > {NOW_MS - 120 * DAY_MS}
) AS two ON two.profile = one.profile AND two.at_ms > one.at_ms
JOIN (
    SELECT profile FROM event_now WHERE kind = 'identify'
    GROUP BY profile HAVING arg_max(json_extract_string(properties, '/city'), (at_ms, "offset")) = '上海'
) AS said ON said.profile = one.profile
WHERE two.at_ms - one.at_ms <= {14 * DAY_MS} ORDER BY one.profile""",
    ),
)


class Spent(Struct, frozen=True):
    """What one side took for one definition: CPU and clock, the least of the rounds each."""

    cpu_s: float
    wall_s: float


def lake_of(folder: Path, events: int) -> DuckLake:
    """Return a lake with so many events, made by its own schema and filled in bulk."""
    path = folder / "lake.duckdb"
    DuckLake(path, memory_limit=LAKE_MEMORY, threads=LAKE_THREADS).close()
    with duckdb.connect(str(path), config={"threads": LAKE_THREADS, "memory_limit": LAKE_MEMORY}) as connection:
        given = {"events": events, "people": events // EVENTS_A_PERSON, "now": NOW_MS, "span": SPAN_DAYS * DAY_MS}
        for statement in (_FILL, _SAY):
            connection.execute(statement, given)
        connection.execute("CHECKPOINT")
    return DuckLake(path, memory_limit=LAKE_MEMORY, threads=LAKE_THREADS)


def timed(work: Callable[[], Array]) -> tuple[Spent, Array]:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    found = work()
    return Spent(time.process_time() - cpu_s, time.perf_counter() - wall_s), found


def compiled_and_run(lake: DuckLake, contest: Contest) -> Array:
    asked = selection(contest.tree, NOTHING, NOW_MS)
    return lake.select(asked.text, asked.parameters)["profile"]


def play(lake: DuckLake, contest: Contest, rounds: int) -> tuple[Spent, Spent, int]:
    """Return what the product and the hand took, and how many people both found; raises where they differ."""
    ours: list[Spent] = []
    theirs: list[Spent] = []
    count = 0
    for _ in range(rounds):
        spent, found = timed(lambda: compiled_and_run(lake, contest))
        ours.append(spent)
        spent, expected = timed(lambda: lake.select(contest.by_hand)["profile"])
        theirs.append(spent)
        if not np.array_equal(found, expected):
            raise SystemExit(f"{contest.name}: {len(found)} people by the product, {len(expected)} by hand")
        count = len(found)
    return least(ours), least(theirs), count


def least(spent: Sequence[Spent]) -> Spent:
    return Spent(min(each.cpu_s for each in spent), min(each.wall_s for each in spent))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=50_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, default=None, help="where the lake is made; a temporary one by default")
    options.add_argument("--json", action="store_true", help="accepted for likeness: the last line is JSON anyway")
    given = options.parse_args()
    with TemporaryDirectory(dir=given.folder) as folder:
        lake = lake_of(Path(folder), given.events)
        people = given.events // EVENTS_A_PERSON
        for contest in CONTESTS:  # Loads Ibis and warms the file's pages: neither side pays for it.
            compiled_and_run(lake, contest)
        played = [play(lake, contest, given.rounds) for contest in CONTESTS]
        compiled = [
            timed(lambda each=each: np.array([selection(each.tree, NOTHING, NOW_MS).text]))[0] for each in CONTESTS
        ]
        lake.close()
    for contest, (ours, theirs, count) in zip(CONTESTS, played, strict=True):
        print(
            f"{contest.name}: {count:,} of {people:,} people, {ours.cpu_s:.3f} s CPU against {theirs.cpu_s:.3f}"
            f" ({ours.cpu_s / theirs.cpu_s:.2f}x), {ours.wall_s:.3f} s against {theirs.wall_s:.3f} by the clock",
            file=sys.stderr,
        )
    seconds, baseline = (sum(each[side].cpu_s for each in played) for side in (0, 1))
    ratio = seconds / baseline
    if ratio > RATIO_AIM:
        print(f"{'missed' if ratio > RATIO_MAX else 'aim missed'}: {ratio:.3f}x, aim {RATIO_AIM}x", file=sys.stderr)
    print(
        json.dumps(
            {
                "ratio": round(ratio, 3),
                "seconds": round(seconds, 3),
                "baseline_seconds": round(baseline, 3),
                "events": given.events,
                "selectivities": [round(count / people, 4) for _, _, count in played],
                "wall_ratio": round(sum(a.wall_s for a, _, _ in played) / sum(b.wall_s for _, b, _ in played), 3),
                "compile_seconds": round(sum(each.cpu_s for each in compiled), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
