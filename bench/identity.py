"""`identity`: memory and speed of the index by which people are recognised, beside a plain dict in the same run.

Each person has one identifier. Lookups are of known and of unknown identifiers in random order, all of a frame at once,
as the fold makes them; the dict is asked one by one, as it must be. Hashing a text costs both the same and is left out.
Merges are those of the identify stage, on the real state file: each message names two who were strangers until then.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.serving import folder
from liftloop.app.tick.pipeline import stages
from liftloop.identify.reading import COUNTS, FORWARD, INDEX
from liftloop.identify.stage import CREATED
from liftloop.kernel.codec import pack
from liftloop.kernel.dice import Hashes
from liftloop.kernel.ids import Offset
from liftloop.runtime.arrays import Arrays
from liftloop.runtime.contract import Frame, Moment, Stage, StateView
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Delta, Entry, Record
from liftloop.storage.embedded.state import SqliteState

START_MS = 1_795_233_600_000
FRAME = 10_000
"""Records of a full tick."""
LOOKED_UP = 1_000_000
MERGES = 20_000
MERGES_A_TICK = 1_000
FURTHER_BYTES = 8 + 10 + 8
"""A person's cells beside the index: FORWARD, COUNTS and CREATED."""


class _Timed:
    """The identify stage, noting the CPU seconds of its steps."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.name, self.reads, self.writes = stage.name, stage.reads, stage.writes
        self.spent_s = 0.0

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        began_s = time.thread_time()
        result = self._stage.step(state, frame, moment)
        self.spent_s += time.thread_time() - began_s
        return result

    def next_due_ms(self, state: StateView) -> int:
        return self._stage.next_due_ms(state)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--merges", type=int, default=MERGES)
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    sizes = [_measured(people) for people in chosen.people]
    result: dict[str, Any] = {"sizes": sizes, **_merges(chosen.merges)}
    if not chosen.json:
        for size in sizes:
            print("  " + "  ".join(f"{name} {value:,}" for name, value in size.items()), file=sys.stderr)
    print(json.dumps(result))


def _measured(people: int) -> dict[str, float]:
    """Return the figures of one size, index and dict after each other, so that neither is in the other's way."""
    dice = np.random.default_rng(people)
    keys = dice.integers(1, 2**64, people, dtype=np.uint64)
    known, unknown = dice.choice(keys, LOOKED_UP), dice.integers(1, 2**64, LOOKED_UP, dtype=np.uint64)
    index = _index(keys, known, unknown)
    plain = _dict(keys, known, unknown)
    return {
        "people": people,
        **index,
        **{f"dict_{name}": value for name, value in plain.items()},
        "bytes_per_person": round(index["bytes_per_identifier"] + FURTHER_BYTES, 1),
        "memory_ratio": round(index["bytes_per_identifier"] / plain["bytes_per_identifier"], 3),
        "lookup_ratio": round(index["lookups_per_s"] / plain["lookups_per_s"], 2),
    }


def _index(keys: Hashes, known: Hashes, unknown: Hashes) -> dict[str, float]:
    arrays = Arrays()
    slots = np.arange(len(keys), dtype=np.int64)

    def fill() -> None:
        for start in range(0, len(keys), FRAME):
            arrays.apply(INDEX.put(arrays, keys[start : start + FRAME], slots[start : start + FRAME]))

    def look(asked: Hashes) -> Callable[[], None]:
        def run() -> None:
            for start in range(0, len(asked), FRAME):
                INDEX.find(arrays, asked[start : start + FRAME])

        return run

    inserts_s = _cpu_s(fill)
    held = sum(arrays[name].nbytes for name in arrays.names(f"{INDEX.name}."))
    assert (INDEX.find(arrays, keys[:FRAME]) == slots[:FRAME]).all(), "the index knows what was put into it"
    return _rates(held, len(keys), inserts_s, (_cpu_s(look(known)), _cpu_s(look(unknown))))


def _dict(keys: Hashes, known: Hashes, unknown: Hashes) -> dict[str, float]:
    before = _resident_bytes()
    plain: dict[int, int] = {}

    def fill() -> None:
        for start in range(0, len(keys), FRAME):
            plain.update(zip(keys[start : start + FRAME].tolist(), range(start, start + FRAME), strict=False))

    def look(asked: list[int]) -> Callable[[], None]:
        def run() -> None:
            get = plain.get
            for key in asked:
                get(key, -1)

        return run

    inserts_s = _cpu_s(fill)
    held = _resident_bytes() - before
    return _rates(held, len(keys), inserts_s, (_cpu_s(look(known.tolist())), _cpu_s(look(unknown.tolist()))))


def _rates(held: int, count: int, inserts_s: float, looks_s: tuple[float, float]) -> dict[str, float]:
    return {
        "bytes_per_identifier": round(held / count, 1),
        "inserts_per_s": round(count / inserts_s),
        "lookups_per_s": round(LOOKED_UP / looks_s[0]),
        "unknown_per_s": round(LOOKED_UP / looks_s[1]),
    }


def _merges(count: int) -> dict[str, float]:
    """Return how many merges the identify stage makes in a CPU second, and how many were made."""
    with folder() as data:
        stage, fold = _identity(data)
        messages = iter(range(10**9))

        def told(user: NDArray[np.int64], device: NDArray[np.int64]) -> None:
            made = [
                Record(
                    kind="page",
                    at_ms=START_MS,
                    received_ms=START_MS,
                    message_id=f"m{next(messages)}",
                    actor="source:bench",
                    user_id=f"u{one}" if one >= 0 else "",
                    anonymous_id=f"a{other}" if other >= 0 else "",
                )
                for one, other in zip(user.tolist(), device.tolist(), strict=True)
            ]
            entry = Entry(first=Offset(fold.offset), count=len(made), body=pack(made))
            fold.step([entry], START_MS, 1)

        for start in range(0, count, MERGES_A_TICK):
            these = np.arange(start, min(start + MERGES_A_TICK, count))
            nobody = np.full(len(these), -1)
            told(np.concatenate([these, nobody]), np.concatenate([nobody, these]))
        stage.spent_s = 0.0
        for start in range(0, count, MERGES_A_TICK):
            these = np.arange(start, min(start + MERGES_A_TICK, count))
            told(these, these)
        merged = int((fold.state[FORWARD] >= 0).sum())
        assert merged == count, f"{merged} of {count} were merged"
        width = sum(fold.state[name].itemsize * fold.state[name].size for name in (FORWARD, COUNTS, CREATED))
        assert width == FURTHER_BYTES * len(fold.state[FORWARD]), "a person's cells are counted as they are"
        return {"merges": merged, "merges_per_cpu_s": round(count / stage.spent_s)}


def _identity(data: Path) -> tuple[_Timed, Fold]:
    data.mkdir(parents=True, exist_ok=True)
    whole = [_Timed(stage) if stage.name == "identify" else stage for stage in stages()]
    fold = Fold(SqliteState(data / "state.db"), whole)
    fold.restore()
    return next(stage for stage in whole if isinstance(stage, _Timed)), fold


def _cpu_s(run: Callable[[], None]) -> float:
    gc.collect()
    began_s = time.process_time()
    run()
    return time.process_time() - began_s


def _resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main(sys.argv[1:])
