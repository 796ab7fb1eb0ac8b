"""How the other processes speak to the tick: facts in, questions answered, over its Unix socket."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from liftloop.kernel.codec import pack, unpack
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import Offset
from liftloop.storage.contract import Record

ANSWER_TIMEOUT_S = 300.0
"""A tick that answers nothing for so long is stuck; a blast to a million people takes less."""

HEALTH_TIMEOUT_S = 5.0
"""Who asks whether all is well wants to know soon."""

IDLE_S = 60.0
"""An idle connection is closed from this side, before the tick does it."""


class TickAway(LiftloopError):
    """The tick process does not answer."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "tick_away",
            zh=f"计算进程没有应答：{detail}",
            en=f"the tick process does not answer: {detail}",
            next_zh="它会自动重启；几秒后重试，仍不行请看日志",
            next_en="it restarts by itself; try again in a few seconds, then look at the log",
            status=503,
        )


class TickClient:
    """A connection to the tick process; usable from one event loop."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def facts(self, records: Sequence[Record], *, folded: bool = True) -> Offset:
        """Append facts; return the offset after them once they are durable, or once they are folded."""
        answered = await self._post("/facts/folded" if folded else "/facts", pack(list(records)))
        return Offset(answered["offset"])

    async def packed_facts(self, packed: bytes) -> Offset:
        """Append facts that are packed already; return the offset after them once they are durable."""
        return Offset((await self._post("/facts", packed))["offset"])

    async def ask(self, question: str, **given: Any) -> dict[str, Any]:
        """Return the answer to one of `liftloop.app.tick.questions`; raises what it raises for people."""
        return await self._post(f"/ask/{question}", pack(given))

    async def seal(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Seal personal fields: only the tick writes the vault."""
        return await self._post("/seal", pack(list(items)))

    async def erase(self, identifiers: Sequence[int]) -> int:
        """Destroy the keys of identifiers for ever; return how many there were. Calling twice does no more."""
        return await self._post("/erase", pack(list(identifiers)))

    async def set_clock(self, now_ms: int) -> dict[str, Any]:
        """Move the manual clock; return the tick's position after what was due has been folded."""
        return await self._post("/clock", pack({"now_ms": now_ms}))

    async def metrics(self) -> str:
        """Return the tick's metrics in Prometheus' text format."""
        return (await self._answer("/metrics", b"", HEALTH_TIMEOUT_S)).decode()

    async def healthy(self) -> bool:
        """Return whether the tick answers at once and nothing in it has failed."""
        try:
            await self._answer("/healthz", b"", HEALTH_TIMEOUT_S)
        except LiftloopError:
            return False
        return True

    async def forget(self, *, log_before: int, facts_before: int, carried_before_ms: int) -> dict[str, int]:
        """Let go of log records, facts and providers' ids before these places; return how many of each."""
        before = {"log_before": log_before, "facts_before": facts_before, "carried_before_ms": carried_before_ms}
        return await self._post("/forget", pack(before))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, path: str, body: bytes) -> Any:
        return unpack(await self._answer(path, body, ANSWER_TIMEOUT_S))

    async def _answer(self, path: str, body: bytes, timeout_s: float) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._socket), keepalive_timeout=IDLE_S),
            )
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._session.post(f"http://tick{path}", data=body, timeout=timeout) as response:
                answered = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise TickAway(str(error)) from error
        if response.status != 200:
            raise _told(answered, response.status)
        return answered


def _told(answered: bytes, status: int) -> LiftloopError:
    try:
        told = msgspec.json.decode(answered, type=dict[str, str])
    except msgspec.DecodeError:
        return TickAway(f"HTTP {status}")
    return LiftloopError(
        told.get("code", "failed"),
        zh=told.get("message_zh", ""),
        en=told.get("message_en", ""),
        next_zh=told.get("next", ""),
        next_en=told.get("next", ""),
        status=status,
    )
