"""`fold`: CPU time of one tick of 5,000 events by stage, without HTTP: where the loop's time goes.

Definitions and events are those of `loop`; state is the real file on disk. Printed figures are medians over ticks.
"""

import argparse
import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from bench import shop
from bench.serving import folder
from liftloop.app.facts import published
from liftloop.app.tick.pipeline import stages
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.ids import Offset
from liftloop.runtime.contract import Frame, Moment, Stage, StateView
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Commit, Delta, Entry, Record
from liftloop.storage.embedded.state import SqliteState

START_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
TICK_EVENTS = 5_000
TICK_MS = 250
HISTORY_EVENTS = 3
"""Past events a person, as in `loop`."""
WARM_TICKS = 4


class TimedStage:
    """A stage that notes how long its steps took."""

    def __init__(self, stage: Stage, spent_ms: dict[str, list[float]]) -> None:
        self._stage = stage
        self._spent_ms = spent_ms
        self.name, self.reads, self.writes = stage.name, stage.reads, stage.writes

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        began = time.thread_time()
        result = self._stage.step(state, frame, moment)
        self._spent_ms[self.name].append((time.thread_time() - began) * 1000)
        return result

    def next_due_ms(self, state: StateView) -> int:
        return self._stage.next_due_ms(state)


class TimedState(SqliteState):
    """The real state file, noting how long its commits took."""

    spent_ms: dict[str, list[float]]

    def commit(self, commit: Commit) -> None:
        began = time.thread_time()
        super().commit(commit)
        self.spent_ms["commit"].append((time.thread_time() - began) * 1000)


class _Worker:
    """A fold that is fed ticks of records on a clock of its own."""

    def __init__(self, data: Path) -> None:
        self.spent_ms: dict[str, list[float]] = defaultdict(list)
        data.mkdir(parents=True, exist_ok=True)
        self._store = TimedState(data / "state.db")
        self._store.spent_ms = self.spent_ms
        self._fold = Fold(self._store, [TimedStage(stage, self.spent_ms) for stage in stages()])
        self._fold.restore()
        self.now_ms = START_MS

    def tick(self, records: Sequence[Record]) -> Frame:
        entry = Entry(first=Offset(self._fold.offset), count=len(records), body=pack(list(records)))
        began = time.thread_time()
        frame = self._fold.step([entry], self.now_ms, 1)
        self.spent_ms["whole tick"].append((time.thread_time() - began) * 1000)
        return frame


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--ticks", type=int, default=20)
    parser.add_argument("--events", type=int, default=TICK_EVENTS, help="events a tick; few show what a tick costs")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    with folder() as data:
        worker = _Worker(data)
        worker.tick(list(_definitions()))
        rng = np.random.default_rng(7)
        for batch in chain(_known(chosen.people), _past(rng, chosen.people)):
            worker.tick(batch)
        flips: list[int] = []
        for number in range(WARM_TICKS + chosen.ticks):
            if number == WARM_TICKS:
                gc.collect()
                worker.spent_ms.clear()
                flips.clear()
            worker.now_ms += TICK_MS
            frame = worker.tick(_events(rng, chosen.people, (number, chosen.events), worker.now_ms))
            flips.append(sum(frame[kind].count for kind in ("audience.entered", "audience.left") if kind in frame))
    medians = {name: round(float(np.median(spent)), 1) for name, spent in worker.spent_ms.items()}
    if not chosen.json:
        for name, median in sorted(medians.items(), key=lambda pair: -pair[1]):
            print(f"  {name:24} {median:8.1f} ms", file=sys.stderr)
    whole = medians["whole tick"]
    result: dict[str, Any] = {
        "tick_ms": whole,
        "events": chosen.events,
        "events_per_cpu_s": round(chosen.events / whole * 1000),
    }
    print(json.dumps(result | {"people": chosen.people, "flips": int(np.median(flips)), "ms": medians}))


def _definitions() -> Iterable[Record]:
    bodies: list[tuple[str, str, Any]] = [
        ("channel", "sink", {"id": "sink", "kind": "webhook", "settings": {}}),
        ("content", "hello", {"id": "hello", "body": "hello"}),
        ("setting", "delivery", {"caps": [{"count": 2, "days": 7}], "quiet_hours": None}),
        *(("audience", f"a{n}", {"name": f"a{n}", "where": shop.audience(n)}) for n in range(shop.AUDIENCES)),
        *(("journey", f"j{n}", shop.journey(n)) for n in range(shop.JOURNEYS - 1)),
        ("journey", "probe", shop.probe_journey()),
    ]
    for kind, identity, body in bodies:
        yield published(kind, identity, 1, body, "person:bench", START_MS)


def _known(people: int) -> Iterable[list[Record]]:
    batch: list[Record] = []
    for messages in shop.people(people):
        batch += [
            Record(
                kind="identify",
                message_id=message["messageId"],
                at_ms=START_MS,
                received_ms=START_MS,
                actor="key:bench",
                user_id=message["userId"],
                body=canonical_json(message["traits"]),
                context=canonical_json(message["context"]),
            )
            for message in messages
        ]
        if len(batch) >= TICK_EVENTS:
            yield batch
            batch = []
    if batch:
        yield batch


def _past(rng: np.random.Generator, people: int) -> Iterable[list[Record]]:
    messages = chain.from_iterable(shop.history(rng, people, HISTORY_EVENTS, START_MS))
    while batch := list(islice(messages, TICK_EVENTS)):
        yield [_track(message, _instant(message)) for message in batch]


def _instant(message: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(message["timestamp"]).timestamp() * 1000)


def _events(rng: np.random.Generator, people: int, of: tuple[int, int], now_ms: int) -> list[Record]:
    tick, events = of
    messages = [
        message
        for part in range(events // shop.BATCH)
        for message in shop.batch(rng, people, tick * events + part * shop.BATCH, now_ms)
    ]
    return [_track(message, now_ms) for message in messages]


def _track(message: dict[str, Any], at_ms: int) -> Record:
    return Record(
        kind="track",
        message_id=message["messageId"],
        at_ms=at_ms,
        received_ms=at_ms,
        actor="key:bench",
        user_id=message["userId"],
        anonymous_id=message.get("anonymousId", ""),
        name=message["event"],
        body=canonical_json(message["properties"]),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
