"""What the dispatch process answers on its socket: one line of JSON in, one out. An empty line asks how it is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from liftloop.app.dispatch.coupons import Coupons, NewCode
from liftloop.kernel.clock import Clock
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import DiskFull

T = TypeVar("T")

ANSWER_S = 30.0
LINE_BYTES_MAX = 16 << 20
"""Twenty thousand codes with their external ids."""


class DispatchAway(LiftloopError):
    """The dispatch process does not answer, or could not write."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "dispatch_away",
            zh=f"发送进程没有应答：{reason}",
            en=f"the dispatch process did not answer: {reason}",
            next_zh="稍等片刻再试；再做一次不会重复。磁盘满时先腾出空间",
            next_en="try again in a moment, nothing is done twice; where the disk is full, make room first",
            status=503,
        )


class AddCoupons(Struct, frozen=True, kw_only=True):
    """Take in codes of a pool."""

    pool: str
    codes: list[NewCode]
    do: Literal["coupons.add"] = "coupons.add"


class _Failed(Struct, frozen=True, kw_only=True):
    failed: str = ""


_ASKED = msgspec.json.Decoder(AddCoupons)

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(status: Callable[[], Struct], coupons: Coupons, clock: Clock) -> Answer:
    """Return what answers a caller."""

    def done(line: bytes) -> Struct:
        if not line.strip():
            return status()
        try:
            asked = _ASKED.decode(line)
            return coupons.add(asked.pool, asked.codes, clock.now_ms())
        except msgspec.DecodeError as error:
            return _Failed(failed=str(error))
        except DiskFull:
            return _Failed(failed="disk_full")

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
        except ValueError:
            writer.write(msgspec.json.encode(_Failed(failed="too_long")))
        else:
            writer.write(msgspec.json.encode(await asyncio.to_thread(done, line)))
        await writer.drain()
        writer.close()

    return tell


async def ask_dispatch(socket: Path, asked: AddCoupons | None, wanted: type[T]) -> T:
    """Return the answer to a question, None for how it is. Raises `DispatchAway`."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            writer.write((msgspec.json.encode(asked) if asked else b"") + b"\n")
            await writer.drain()
            told = await reader.read(-1)
            writer.close()
    except (OSError, TimeoutError) as error:
        raise DispatchAway(type(error).__name__) from error
    try:
        failed = msgspec.json.decode(told, type=_Failed).failed
        if not failed:
            return msgspec.json.decode(told, type=wanted)
    except msgspec.DecodeError as error:
        raise DispatchAway("cut off") from error
    raise DispatchAway(failed)
