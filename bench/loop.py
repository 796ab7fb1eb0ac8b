"""`loop`: HTTP → dedup → identity → traits → 200 audiences → 20 journeys → gate → committed outbox.

Open loop: events are sent at a fixed rate from another process; latency runs from a probe's scheduled send to the
instant its outbox row can be read by another process. Afterwards everything sent is recounted on disk.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from itertools import chain
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import numpy as np

from bench import shop
from bench.remembered import fill
from bench.serving import Server, folder, inbox, serving

CONNECTIONS = 16
AT_LEAST = {"events_per_s": 20_000}
AT_MOST = {"p99_ms": 250, "rss_gb": 4}
SENDER_SLACK = 0.01
"""The sender's own clock: 19,990 offered a second are 20,000."""
PROBE_EVERY_S = 0.05
DRAIN_S = 60.0
PREPARED_MAX = 4_000
"""Requests made ready before the clock starts, so that the sender's own work is not measured."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=20_000, help="events a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--history", type=int, default=3, help="past events a person")
    parser.add_argument("--remembered", type=int, default=45_000_000, help="message ids in the deduplication filter")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    with folder() as data, inbox() as url:
        remembered = fill(data, chosen.remembered, int(time.time() * 1000))
        with serving(data) as server:
            shop.define(server, url)
            loaded_s = load(server, chosen.people, chosen.history, quiet=chosen.json)
            loaded = chosen.people * (1 + chosen.history)
            result = measure(server, (chosen.people, loaded), (chosen.rate, chosen.seconds))
            result |= {"profiles": chosen.people, "audiences": shop.AUDIENCES, "journeys": shop.JOURNEYS}
            result |= {"load_s": round(loaded_s, 1), "rss_gb": round(server.tick().memory_info().rss / 2**30, 3)}
            result |= {"remembered": remembered + loaded, "members_share": _members_share(server, chosen.people)}
            _recount(server, loaded, result)
    print(json.dumps(result | _verdict(result)))


def load(server: Server, people: int, history: int, *, quiet: bool) -> float:
    """Make everybody known with `history` past events each; return how long it took."""
    rng, now_ms = np.random.default_rng(5), int(time.time() * 1000)
    batches = chain(shop.people(people), shop.history(rng, people, history, now_ms))
    started = time.perf_counter()

    async def pour() -> None:
        async with aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(server.key, "")}
        ) as session:
            waiting: set[asyncio.Task[None]] = set()
            for number, batch in enumerate(batches):
                waiting.add(asyncio.create_task(post(session, server, msgspec.json.encode({"batch": batch}))))
                if len(waiting) >= CONNECTIONS:
                    _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if not quiet and number % 200 == 0:
                    print(f"  {number * 500:,} of {people * (1 + history):,} records", file=sys.stderr)
            await asyncio.gather(*waiting)

    asyncio.run(pour())
    wait_folded(server, people * (1 + history))
    return time.perf_counter() - started


async def post(session: aiohttp.ClientSession, server: Server, body: bytes) -> None:
    while True:
        async with session.post(f"{server.track_url}/v1/batch", data=body) as answer:
            if answer.status != 429:
                assert answer.status == 200, await answer.text()
                return
        await asyncio.sleep(0.2)


def measure(server: Server, known: tuple[int, int], offered: tuple[int, int]) -> dict[str, Any]:
    """Offer events at a rate for some seconds; `known` is (people, records folded so far)."""
    receiving, sending = Pipe(duplex=False)
    sender = Process(target=_send, args=(server.track_url, server.key, known[0], offered, sending))
    watcher = _Watcher(server.data / "state.db")
    sender.start()
    assert receiving.recv() == "ready"
    flips_before, cpu_before = _flips(server), server.cpu_s()
    while not receiving.poll(0):
        if not sender.is_alive():
            raise RuntimeError(f"the server did not take {offered[0]:,} events a second: see the sender's error above")
        watcher.look()
        time.sleep(0.002)
    sent: dict[str, Any] = receiving.recv()
    wait_folded(server, known[1] + sent["offset"])
    deadline = time.time() + DRAIN_S
    while len(watcher.seen) < len(sent["probes"]) and time.time() < deadline:
        watcher.look()
        time.sleep(0.002)
    cpu_s = server.cpu_s()
    sender.join()
    latency = np.array(
        [(watcher.seen[user] - at) * 1000 for user, at in sent["probes"].items() if user in watcher.seen]
    )
    return {
        "events_per_s": round(sent["events"] / sent["seconds"]),
        "offered_per_s": offered[0],
        "p50_ms": round(float(np.percentile(latency, 50)), 1),
        "p99_ms": round(float(np.percentile(latency, 99)), 1),
        "ack_p99_ms": round(float(np.percentile(sent["acknowledged_ms"], 99)), 1),
        "events": sent["events"],
        "probes": len(sent["probes"]),
        "probes_seen": len(watcher.seen),
        "flips_per_s": round((_flips(server) - flips_before) / sent["seconds"]),
        "cpu_us_per_event": {name: round((cpu_s[name] - cpu_before[name]) / sent["events"] * 1e6, 1) for name in cpu_s},
    }


class _Watcher:
    """Notes when each probe's ledger row can first be read."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._last = 0
        self.seen: dict[int, float] = {}
        """By the probe's number: probes are enrolled in the order in which they come."""

    def look(self) -> None:
        rows = self._connection.execute(
            "SELECT id FROM enrolment WHERE journey = 'probe' AND id > ? ORDER BY id", (self._last,)
        ).fetchall()
        now = time.time()
        for (identity,) in rows:
            self._last = identity
            self.seen[len(self.seen)] = now


def _send(url: str, key: str, people: int, load: tuple[int, int], results: Connection) -> None:
    asyncio.run(_send_at(url, key, people, load, results))


async def _send_at(url: str, key: str, people: int, load: tuple[int, int], results: Connection) -> None:
    rate, seconds = load
    rng = np.random.default_rng(7)
    requests = rate * seconds // shop.BATCH
    now_ms = int(time.time() * 1000)
    bodies = [
        msgspec.json.encode({"batch": shop.batch(rng, people, number * shop.BATCH, now_ms)})
        for number in range(min(requests, PREPARED_MAX))
    ]
    results.send("ready")
    acknowledged: list[float] = []
    probes: dict[str, float] = {}
    async with aiohttp.ClientSession(
        headers={"Authorization": aiohttp.encode_basic_auth(key, "")},
        connector=aiohttp.TCPConnector(limit=CONNECTIONS * 4),
    ) as session:

        async def one(body: bytes, due: float) -> None:
            async with session.post(f"{url}/v1/batch", data=body) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
            acknowledged.append((time.time() - due) * 1000)

        started, flying, next_probe = time.time(), set[asyncio.Task[None]](), 0.0
        refused: list[BaseException] = []

        def landed(task: asyncio.Task[None]) -> None:
            flying.discard(task)
            if (error := task.exception()) is not None:
                refused.append(error)

        for number in range(requests):
            due = started + number * shop.BATCH / rate
            if refused:
                raise refused[0]
            await asyncio.sleep(max(due - time.time(), 0))
            body = (
                bodies[number]
                if number < len(bodies)
                else msgspec.json.encode({"batch": shop.batch(rng, people, number * shop.BATCH, now_ms)})
            )
            flying.add(task := asyncio.create_task(one(body, due)))
            task.add_done_callback(landed)
            if due - started >= next_probe:
                user = f"probe-{len(probes)}"
                probes[user] = due
                event = {"type": "track", "event": shop.PROBE, "userId": user, "messageId": user}
                flying.add(task := asyncio.create_task(one(msgspec.json.encode({"batch": [event]}), due)))
                task.add_done_callback(landed)
                next_probe += PROBE_EVERY_S
        await asyncio.gather(*flying)
        assert not refused, refused[0]
    took = time.time() - started
    events = requests * shop.BATCH
    results.send(
        {
            "events": events,
            "seconds": took,
            "acknowledged_ms": acknowledged,
            "probes": dict(enumerate(probes.values())),
            "offset": events + len(probes),
        }
    )


def wait_folded(server: Server, records: int, *, probe: bool = False) -> None:
    """Wait until so many records of people are folded, or a probe's ledger row is there; raises where nothing moves."""
    connection = sqlite3.connect(f"file:{server.data / 'state.db'}?mode=ro", uri=True)
    last, since = -1, time.time()
    while True:
        if probe and connection.execute("SELECT 1 FROM ledger WHERE journey = 'probe'").fetchone():
            return
        row = connection.execute("SELECT sum(count) FROM fact WHERE kind = 'event.identified'").fetchone()
        offset = row[0] or 0
        if not probe and offset >= records:
            return
        if offset != last:
            last, since = offset, time.time()
        if time.time() - since > DRAIN_S:
            raise RuntimeError(f"folding stands still at {offset} of {records}")
        time.sleep(0.05)


def _flips(server: Server) -> int:
    connection = sqlite3.connect(f"file:{server.data / 'state.db'}?mode=ro", uri=True)
    row = connection.execute(
        "SELECT sum(count) FROM fact WHERE kind IN ('audience.entered', 'audience.left')"
    ).fetchone()
    return int(row[0] or 0)


def _verdict(result: dict[str, Any]) -> dict[str, Any]:
    """Return which figures were missed, and what bounds the loop where one was."""
    missed = [name for name, least in AT_LEAST.items() if result[name] < least * (1 - SENDER_SLACK)]
    missed += [name for name, most in AT_MOST.items() if result[name] > most]
    if not missed:
        return {"missed": []}
    process, spent_us = max(result["cpu_us_per_event"].items(), key=lambda pair: pair[1])
    bound = f"{process}: {spent_us} µs of CPU an event, so {round(1e6 / spent_us):,} events/s of a core of its own"
    return {"missed": missed, "bound_by": bound}


def _members_share(server: Server, people: int) -> dict[str, float]:
    """Return the smallest, the median and the largest share of people that an audience holds."""
    shares = [row["count"] / people for row in server.get("/audiences")["audiences"]]
    assert len(shares) == shop.AUDIENCES
    low, middle, high = np.percentile(shares, [0, 50, 100])
    return {"low": round(float(low), 3), "median": round(float(middle), 3), "high": round(float(high), 3)}


def _recount(server: Server, loaded: int, result: dict[str, Any]) -> None:
    """Count again on disk what was sent; a mismatch fails the bench."""
    connection = sqlite3.connect(f"file:{server.data / 'state.db'}?mode=ro", uri=True)
    identified = connection.execute("SELECT sum(count) FROM fact WHERE kind = 'event.identified'").fetchone()[0]
    expected = loaded + result["events"] + result["probes"]
    probes = connection.execute("SELECT count(*) FROM ledger WHERE journey = 'probe'").fetchone()[0]
    enrolled = connection.execute("SELECT count(*) FROM enrolment WHERE state != 'inside'").fetchone()[0]
    ledger = connection.execute("SELECT count(*) FROM ledger").fetchone()[0]
    result |= {"identified": identified, "ledger_rows": ledger, "enrolments_left": enrolled}
    if identified != expected or probes != result["probes"]:
        raise SystemExit(f"recount failed: {identified} of {expected} events, {probes} of {result['probes']} probes")


if __name__ == "__main__":
    main(sys.argv[1:])
