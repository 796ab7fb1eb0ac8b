"""Tells the tick what became of messages, until it has folded it; telling twice changes nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b

import msgspec

from liftloop.app.dispatch.attempts import AttemptFile, Report
from liftloop.deliver.contract import AttemptsSettled
from liftloop.kernel.clock import Clock
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import Offset
from liftloop.storage.contract import DiskFull, Record

SendFacts = Callable[[Sequence[Record]], Awaitable[Offset]]
"""Append facts through the tick; return the offset after the last of them once they are durable.

May raise `LiftloopError`, `OSError` or `TimeoutError`; they are then told again.
"""

ACTOR = "system:dispatch"
KIND = "attempts.settled"
REPORTS_A_CALL_MAX = 16  # About 16,000 messages, a few megabytes.
UNTOLD_MAX = 64  # Settled batches that the tick has not taken yet: beyond it nothing more leaves.
RETRY_S = 0.1  # Doubled up to the next; the tick restarts within seconds.
RETRY_S_MAX = 2.0

_SETTLED = msgspec.json.Decoder(AttemptsSettled)
_log = logging.getLogger(__name__)


class Reports:
    """Settled batches from their commit until the tick has folded them."""

    def __init__(self, attempts: AttemptFile, clock: Clock, send_facts: SendFacts) -> None:
        self._attempts = attempts
        self._clock = clock
        self._send_facts = send_facts
        self._untold: list[Report] = []
        self._told: list[Report] = []
        self._folded: list[int] = []
        self._news = asyncio.Event()

    def add(self, report: Report) -> None:
        """Take a settled batch; one that was told before waits for its fold only."""
        if report.offset is None:
            self._untold.append(report)
            self._news.set()
        else:
            self._told.append(report)

    def untold_count(self) -> int:
        return len(self._untold)

    def full(self) -> bool:
        return len(self._untold) >= UNTOLD_MAX

    def folded(self, reached: Offset) -> list[tuple[str, list[str]]]:
        """Return (channel, keys) of batches folded before `reached` since the last call: gone from the outbox."""
        done = [report for report in self._told if report.offset is not None and report.offset <= reached]
        if done:
            self._told = [report for report in self._told if report.offset is None or report.offset > reached]
        self._folded += [report.id for report in done]
        return [(report.channel, keys_of(report)) for report in done]

    async def tell_forever(self) -> None:
        """Tell what is settled as it comes, several batches at once; ends by being cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._untold:
                await self._tell(self._untold[:REPORTS_A_CALL_MAX])

    async def _tell(self, reports: list[Report]) -> None:
        offset = await self._told_at([self._record(report) for report in reports])
        numbers = [report.id for report in reports]
        forget, self._folded = self._folded, []
        try:
            await asyncio.to_thread(self._attempts.reported, numbers, offset, forget)
        except DiskFull:
            _log.warning("no room to note that reports were told; they are told again after a restart")
            self._folded += forget
        del self._untold[: len(reports)]
        self._told += [msgspec.structs.replace(report, offset=offset) for report in reports]

    async def _told_at(self, records: Sequence[Record]) -> Offset:
        wait_s = RETRY_S
        while True:
            try:
                return await self._send_facts(records)
            except (LiftloopError, OSError, TimeoutError) as error:
                _log.warning("the tick took no reports: %s", error)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, RETRY_S_MAX)

    def _record(self, report: Report) -> Record:
        now_ms = self._clock.now_ms()
        return Record(
            kind=KIND,
            at_ms=now_ms,
            received_ms=now_ms,
            message_id=message_id(report.body),
            actor=ACTOR,
            name=report.channel,
            body=report.body,
        )


def message_id(body: bytes) -> str:
    """Return the id of a report: the same batch told twice has the same, so that the tick folds it once."""
    return f"{KIND}:{blake2b(body, digest_size=16).hexdigest()}"


def keys_of(report: Report) -> list[str]:
    """Return the messages that a report ends, or whose way it ends."""
    told = _SETTLED.decode(report.body)
    return [*told.keys, *told.withdrawn]
