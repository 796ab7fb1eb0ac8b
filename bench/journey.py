"""`journey`: due steps a second, durable: a million people in one journey whose waits are over at the same instant.

Each round wakes everybody: they walk from their wait through a condition to the next one. A step is one enrolment that
was woken, walked and is on disk; every tick is committed before the next begins, which a server does beside it.
Entering by a schedule, and leaving at the end, are measured apart.
"""

import argparse
import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.fold import TimedStage, TimedState
from bench.serving import folder
from liftloop.app.facts import fact, published
from liftloop.app.tick.pipeline import stages
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.ids import Offset
from liftloop.runtime import people
from liftloop.runtime.catalog import FILLED
from liftloop.runtime.contract import NOTHING, Frame, Moment, StateView
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Delta, Entry, Record

START_MS = 1_795_219_200_000  # 2026-11-21 08:00 in Shanghai.
PARTITIONS = 64
MUST, AIM = 200_000, 1_000_000


class _Settled:
    """Makes so many people known at once: how they came to be is not what is measured."""

    name = "bench.people"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def __init__(self, count: int) -> None:
        self._count = count

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if people.count(state):
            return NOTHING
        each = -(-self._count // PARTITIONS)
        blocks = -(-each // people.BLOCK)
        owner, ordinal = np.divmod(np.arange(PARTITIONS * blocks, dtype=np.int64), blocks)
        return people.housed(np.full(PARTITIONS, each, dtype=np.int64), owner, ordinal), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    with folder() as data:
        print(json.dumps(_measured(data, chosen.people, chosen.rounds, quiet=chosen.json)))


def _measured(data: Path, count: int, rounds: int, *, quiet: bool) -> dict[str, Any]:
    spent_ms: dict[str, list[float]] = defaultdict(list)
    data.mkdir(parents=True, exist_ok=True)
    store = TimedState(data / "state.db")
    store.spent_ms = spent_ms
    fold = Fold(store, [_Settled(count), *(TimedStage(stage, spent_ms) for stage in stages())])
    fold.restore()
    fold.step([], START_MS, 1)
    records = list(_definitions(rounds))
    fold.step([Entry(first=Offset(0), count=len(records), body=pack(records))], START_MS, 1)
    entered = _round(fold, START_MS + HOUR_MS, "journey.entered")
    gc.collect()
    spent_ms.clear()
    began_cpu_s = time.process_time()
    turns = [_round(fold, START_MS + (2 + turn) * HOUR_MS, "journey.woken") for turn in range(rounds)]
    cpu_s = time.process_time() - began_cpu_s
    by_stage = {name: round(sum(spent)) for name, spent in spent_ms.items() if sum(spent) > 1}
    left = _round(fold, START_MS + (2 + rounds) * HOUR_MS, "journey.left")
    steps, took_s = sum(turn[0] for turn in turns), sum(turn[1] for turn in turns)
    if not quiet:
        for name, spent in sorted(by_stage.items(), key=lambda pair: -pair[1]):
            print(f"  {name:24} {spent:8,} ms", file=sys.stderr)
    return {
        "steps_per_s": round(steps / took_s),
        "steps_per_cpu_s": round(steps / cpu_s),
        "enrolments": entered[0],
        "must": MUST,
        "aim": AIM,
        "rounds": rounds,
        "slowest_round_s": round(max(turn[1] for turn in turns), 2),
        "tick_ms_max": round(max(turn[2] for turn in turns)),
        "entered_per_s": round(entered[0] / entered[1]),
        "left_per_s": round(left[0] / left[1]),
        "ms": by_stage,
    }


def _round(fold: Fold, at_ms: int, counted: str) -> tuple[int, float, float]:
    """Do all that is due at an instant; return how many of a kind there were, the seconds it took, the longest tick."""
    count, longest_ms, began = 0, 0.0, time.perf_counter()
    while fold.next_due_ms() <= at_ms:
        tick_began = time.perf_counter()
        frame = fold.step([], at_ms, 1)
        longest_ms = max(longest_ms, (time.perf_counter() - tick_began) * 1_000)
        count += frame[counted].count if counted in frame else 0
    return count, time.perf_counter() - began, longest_ms


def _definitions(rounds: int) -> list[Record]:
    half: dict[str, Any] = {"percent": [0, 50], "salt": "bench"}
    nodes: list[dict[str, Any]] = []
    for turn in range(rounds + 1):
        onward = f"c{turn}" if turn < rounds else "end"
        nodes.append({"kind": "wait", "id": f"w{turn}", "duration_s": 3_600, "next": onward})
        if turn < rounds:
            nodes.append(
                {"kind": "condition", "id": f"c{turn}", "when": half, "yes": f"w{turn + 1}", "no": f"w{turn + 1}"}
            )
    schedule = {"on": "schedule", "audience": "all", "at": "2026-11-21T09:00:00"}
    journey = {"name": "bench", "trigger": schedule, "nodes": [*nodes, {"kind": "exit", "id": "end"}]}
    everybody = {"name": "all", "where": {"percent": [0, 100]}}
    return [
        published("audience", "all", 1, everybody, "person:bench", START_MS),
        published("journey", "bench", 1, journey, "person:bench", START_MS),
        # People were there before: the journey waits to be switched on.
        _filled("audience", "all"),
        _filled("journey", "bench"),
    ]


def _filled(kind: str, identity: str) -> Record:
    return fact(
        FILLED,
        f"{kind}/{identity}",
        canonical_json({"kind": kind, "id": identity, "version": 1}),
        "system:bench",
        START_MS,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
