"""How many messages a second the dispatch process hands over, durable before they leave and after they are answered.

Three far ends on loopback, each in a process of its own with its CPU reported: a signed webhook in batches of 1,000,
the same one message a request, and SMTP over four connections. The outbox is a real state file, folded by a process
that stands for the tick; every message is a template with two of the person's attributes. What was taken is recounted
against what was due: a difference fails. `per_dispatch_cpu_s` leaves out the doubles' CPU; `load` tells how many
programs ran on the machine at the time.

    python -m bench.deliver [--json] [--messages 100000]
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.personal import Asked, Told
from liftloop.app.dispatch.rounds import Dispatcher, DispatchTools
from liftloop.deliver.contract import Channel, ChannelDefinition, Envelope
from liftloop.deliver.second_look import MAY_LEAVE, Stopped
from liftloop.kernel.clock import DAY_MS, SystemClock
from liftloop.kernel.codec import canonical_json, pack, unpack
from liftloop.kernel.ids import MessageKey, Offset, TickNumber
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.contract import RECORDS, Commit, Record, Row
from liftloop.storage.embedded.state import SqliteState, SqliteStateReader
from liftloop.storage.embedded.vault import SqliteVault

MESSAGES = 100_000
SINGLE_MESSAGES = 10_000
MAILS = 3_000
PREPARED_A_COMMIT = 20_000
FRAME_BYTES_MAX = 64_000_000
TEXT = "亲爱的{{ customer.name | default: '会员' }}，{{ customer.city }}门店为您留了券，本周到店即可使用。"
MUST = {"single": 2_000, "batched": 20_000, "smtp": 500}
AIM = {"single": 5_000, "batched": 50_000, "smtp": 1_000}


class FarEnd:
    """A child process of this bench that says where it listens, and at the end what it took and what it cost."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, __file__, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told: dict[str, Any] = json.loads(self._out().readline())

    def end(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.close()
        told: dict[str, Any] = json.loads(self._out().readline())
        self._process.wait()
        return told

    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def until_closed() -> None:
    sys.stdin.read()


def say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def receive_webhooks() -> None:
    from liftloop.testing.webhook_double import WebhookDouble

    double = WebhookDouble(SystemClock()).start()
    say(url=double.url)
    until_closed()
    say(cpu_s=cpu_s(), taken=len(double.taken), repeated=sum(count > 1 for count in double.taken.values()))
    double.stop()


def receive_mails() -> None:
    from liftloop.testing.smtp_double import SmtpDouble

    double = SmtpDouble().start()
    say(port=double.port)
    until_closed()
    say(cpu_s=cpu_s(), taken=len(double.taken), repeated=sum(count > 1 for count in double.taken.values()))
    double.stop()


def tick(folder: Path, channel: str, count: int) -> None:
    """Fill the outbox, then take reports over a socket and fold them, as the tick does."""
    state = SqliteState(folder / "state.db")
    folds = Folds(state)
    now_ms = SystemClock().now_ms()
    folds.commit(puts={"definition": definitions(channel, now_ms)})
    for first in range(0, count, PREPARED_A_COMMIT):
        folds.commit(puts=people(range(first, min(first + PREPARED_A_COMMIT, count)), now_ms))
    before = cpu_s()
    asyncio.run(take_reports(folder / "tick.sock", folds))
    say(cpu_s=cpu_s() - before, settled=folds.settled)
    state.close()


class Folds:
    """Commits of the stand-in for the tick."""

    def __init__(self, state: SqliteState) -> None:
        self._state = state
        self._epoch = state.take_lease()
        self._tick = 0
        self.offset = 0
        self.settled: dict[str, int] = {}

    def commit(self, *, puts: dict[str, list[Row]] | None = None, removals: dict[str, list[Row]] | None = None) -> None:
        self._tick += 1
        commit = Commit(
            tick=TickNumber(self._tick),
            now_ms=0,
            seed=0,
            offset=Offset(self.offset),
            epoch=self._epoch,
            delta=b"",
            facts=(),
            puts=puts or {},
            updates=(),
            removals=removals or {},
        )
        self._state.commit(commit)

    def fold(self, records: Sequence[Record]) -> int:
        reports = [json.loads(record.body) for record in records]
        for report in reports:
            for outcome in report["outcomes"]:
                self.settled[outcome] = self.settled.get(outcome, 0) + 1
        self.offset += len(records)
        self.commit(removals={"outbox": [(key,) for report in reports for key in report["keys"]]})
        return self.offset


def definitions(channel: str, now_ms: int) -> list[Row]:
    content = {"id": "hello", "subject": "中秋会员回馈", "body": TEXT, "language": "zh-CN"}
    bodies = [("content", "hello", content), ("channel", "out", json.loads(channel))]
    return [(kind, name, 1, canonical_json(body), "", "bench", now_ms, "live") for kind, name, body in bodies]


def people(numbers: range, now_ms: int) -> dict[str, list[Row]]:
    attributes: list[Row] = []
    for number in numbers:
        for name, value in (("name", f"会员{number}"), ("city", "上海"), ("email", f"m{number}@example.com")):
            attributes.append((number, name, canonical_json(value), 0, now_ms, ""))
    return {
        "identifier": [(number + 1, "user_id", f"u{number}", number, now_ms, "") for number in numbers],
        "attribute": attributes,
        "outbox": [(key(number), "out", now_ms, pack(envelope(number, now_ms))) for number in numbers],
    }


def key(number: int) -> MessageKey:
    return MessageKey(f"autumn/send/{number}/0")


def envelope(number: int, now_ms: int) -> Envelope:
    return Envelope(
        key=key(number),
        profile=number,
        campaign="autumn",
        channel="out",
        content="hello",
        content_version=1,
        purpose="marketing",
        decided_ms=now_ms,
        expires_ms=now_ms + DAY_MS,
        action="a1",
    )


async def take_reports(path: Path, folds: Folds) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while size := await reader.read(4):
            records = RECORDS.decode(await reader.readexactly(int.from_bytes(size, "big")))
            writer.write(pack(folds.fold(records)).rjust(16, b"\0"))
            await writer.drain()

    server = await asyncio.start_unix_server(serve, str(path), limit=FRAME_BYTES_MAX)
    say(socket=str(path))
    await asyncio.to_thread(until_closed)
    server.close()


class TickSocket:
    """The dispatcher's way to the stand-in for the tick."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send_facts(self, records: Sequence[Record]) -> Offset:
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(self._path)
        reader, writer = self._streams
        body = pack(list(records))
        writer.write(len(body).to_bytes(4, "big") + body)
        await writer.drain()
        return Offset(unpack((await reader.readexactly(16)).lstrip(b"\0")))


def measure(definition: dict[str, Any], far_end: FarEnd, count: int) -> dict[str, Any]:
    """Return figures of one far end; raises where a message was lost, doubled or refused."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ticking = FarEnd("--tick", name, json.dumps(definition), str(count))
        elapsed_s, used_s = asyncio.run(hand_over(folder, ticking.told["socket"]))
        folded, taken = ticking.end(), far_end.end()
    settled = folded["settled"]
    assert settled == {"accepted": count}, f"{count} were due, the tick heard {settled}"
    assert taken["taken"] == count, f"{count} were due, {taken['taken']} arrived"
    assert not taken["repeated"], f"{taken['repeated']} arrived twice"
    return {
        "messages": count,
        "per_s": round(count / elapsed_s),
        "per_dispatch_cpu_s": round(count / used_s),
        "dispatch_cpu_s": round(used_s, 2),
        "far_end_cpu_s": round(taken["cpu_s"], 2),
        "fold_cpu_s": round(folded["cpu_s"], 2),
        "load": round(os.getloadavg()[0], 1),
    }


async def hand_over(folder: Path, socket: str) -> tuple[float, float]:
    """Return seconds and CPU seconds until everything due was handed over, told and folded."""
    state = SqliteStateReader(folder / "state.db")
    vault = SqliteVault(folder / "vault.db", bytes(32))
    attempts = AttemptFile(folder / "dispatch.db")
    tools = DispatchTools(
        state=state,
        vault=vault,
        clock=SystemClock(),
        attempts=attempts,
        send_facts=TickSocket(socket).send_facts,
        second_look=all_may_leave,
        ask_people=nobody_known,
        open_channel=opened,
        paced=False,
        wall=SystemClock(),
    )
    stop = asyncio.Event()
    started_s, started_cpu_s = time.perf_counter(), cpu_s()
    running = asyncio.create_task(Dispatcher(tools).run(stop))
    while state.rows("SELECT 1 FROM outbox LIMIT 1"):
        assert not running.done(), running.exception()
        await asyncio.sleep(0.02)
    figures = time.perf_counter() - started_s, cpu_s() - started_cpu_s
    stop.set()
    await running
    for store in (attempts, state, vault):
        store.close()
    return figures


async def all_may_leave(channel: str, envelopes: Sequence[Envelope]) -> Sequence[Stopped]:
    return [MAY_LEAVE] * len(envelopes)


async def nobody_known(asked: Asked) -> Told:
    return Told(profiles=(), numbers={}, hashes={}, inside=())


def opened(definition: ChannelDefinition) -> Channel:
    return open_channel(definition, parse_networks("127.0.0.0/8"), SystemClock())


def run(messages: int) -> dict[str, dict[str, Any]]:
    from liftloop.testing.webhook_double import SECRET

    def webhook(batch_max: int, far_end: FarEnd) -> dict[str, Any]:
        settings = {"url": far_end.told["url"], "secret": SECRET, "batch_max": batch_max}
        return {"id": "out", "kind": "webhook", "settings": settings}

    def smtp(far_end: FarEnd) -> dict[str, Any]:
        settings = {"host": "127.0.0.1", "port": far_end.told["port"], "tls": "none", "sender": "a <a@example.com>"}
        return {"id": "out", "kind": "smtp", "settings": settings}

    figures: dict[str, dict[str, Any]] = {}
    for name, batch_max, count in (("batched", 1_000, messages), ("single", 1, SINGLE_MESSAGES)):
        far_end = FarEnd("--webhooks")
        figures[name] = measure(webhook(batch_max, far_end), far_end, count)
    mails = FarEnd("--mails")
    figures["smtp"] = measure(smtp(mails), mails, MAILS)
    for name, found in figures.items():
        found |= {"must": MUST[name], "aim": AIM[name], "reached": reached(name, found["per_s"])}
    return figures


def reached(name: str, per_s: int) -> str:
    return "aim" if per_s >= AIM[name] else "must" if per_s >= MUST[name] else "missed"


def main() -> None:
    match sys.argv[1:]:
        case ["--webhooks"]:
            receive_webhooks()
        case ["--mails"]:
            receive_mails()
        case ["--tick", folder, channel, count]:
            tick(Path(folder), channel, int(count))
        case _:
            parser = argparse.ArgumentParser()
            parser.add_argument("--json", action="store_true")
            parser.add_argument("--messages", type=int, default=MESSAGES)
            chosen = parser.parse_args()
            figures = run(chosen.messages)
            if not chosen.json:
                for name, found in figures.items():
                    print(name, found)
            print(json.dumps(figures))


if __name__ == "__main__":
    main()
