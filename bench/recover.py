"""`recover`: kill -9 under load until an event acknowledged after the restart is folded; nothing lost or duplicated."""

import argparse
import asyncio
import json
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence

import aiohttp
import msgspec
import numpy as np

from bench import shop
from bench.loop import load, wait_folded
from bench.serving import Server, folder, inbox, serving

SECONDS_MAX = 10
"""With a million people; 30 with five."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=40, help="load before the kill; a checkpoint falls every 30 s")
    parser.add_argument("--rate", type=int, default=5_000, help="events a second")
    parser.add_argument("--history", type=int, default=3, help="past events a person")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    acknowledged: list[int] = []
    with folder() as data, inbox() as url:
        with serving(data) as server:
            shop.define(server, url)
            load(server, chosen.people, chosen.history, quiet=chosen.json)
            sender = threading.Thread(
                target=lambda: asyncio.run(_pour(server, (chosen.people, chosen.rate), acknowledged))
            )
            sender.start()
            time.sleep(chosen.seconds)
            server.kill()
            sender.join()
        killed = time.perf_counter()
        with serving(data) as server:
            asyncio.run(_one_more(server))
            wait_folded(server, 0, probe=True)
            seconds = time.perf_counter() - killed
            lost, duplicated = _recount(server, (chosen.people, chosen.history), acknowledged)
    result = {
        "seconds": round(seconds, 2),
        "lost": lost,
        "duplicated": duplicated,
        "profiles": chosen.people,
        "acknowledged_batches": len(acknowledged),
    }
    print(json.dumps(result | {"missed": ["seconds"] if seconds > SECONDS_MAX else []}))
    if lost or duplicated:
        raise SystemExit(1)


async def _pour(server: Server, scale: tuple[int, int], acknowledged: list[int]) -> None:
    """Send batches at a rate until the server is gone; remember those that were acknowledged."""
    people, rate = scale
    rng = np.random.default_rng(11)
    headers = {"Authorization": aiohttp.encode_basic_auth(server.key, "")}
    number, started = 0, time.perf_counter()
    async with aiohttp.ClientSession(headers=headers) as session:
        while True:
            events = shop.batch(rng, people, number * shop.BATCH, int(time.time() * 1000))
            try:
                async with session.post(
                    f"{server.track_url}/v1/batch", data=msgspec.json.encode({"batch": events})
                ) as answer:
                    if answer.status == 200:
                        acknowledged.append(number)
            except (aiohttp.ClientError, ConnectionError):
                return
            number += 1
            await asyncio.sleep(max(started + number * shop.BATCH / rate - time.perf_counter(), 0))


async def _one_more(server: Server) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth(server.key, "")}
    event = {"type": "track", "event": shop.PROBE, "userId": "after", "messageId": "after"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{server.track_url}/v1/track", json=event) as answer,
    ):
        assert answer.status == 200


def _recount(server: Server, loaded: tuple[int, int], acknowledged: Sequence[int]) -> tuple[int, int]:
    """Return (records acknowledged and not folded, records folded twice), counted in the log and in the facts."""
    log = sqlite3.connect(f"file:{server.data / 'log.db'}?mode=ro", uri=True)
    state = sqlite3.connect(f"file:{server.data / 'state.db'}?mode=ro", uri=True)
    logged: set[str] = set()
    entries = 0
    for (body,) in log.execute("SELECT body FROM entry"):
        for record in msgspec.msgpack.decode(body):
            entries += record[3] in logged
            logged.add(record[3])
    wanted = {f"e{number * shop.BATCH + place}" for number in acknowledged for place in range(shop.BATCH)}
    people, history = loaded
    wanted |= {f"i{number}" for number in range(people)} | {f"h{number}" for number in range(people * history)}
    folded = state.execute("SELECT sum(count) FROM fact WHERE kind = 'event.identified'").fetchone()[0]
    of_people = sum(1 for identity in logged if identity[0] in "ehi" or identity == "after")
    return len(wanted - logged) + max(of_people - folded, 0), max(folded - of_people, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
