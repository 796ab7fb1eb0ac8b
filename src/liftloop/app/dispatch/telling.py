"""What the dispatch process answers on its socket: one line of JSON in, one out. An empty line asks how it is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.coupons import NewCode
from liftloop.app.dispatch.doubts import Waiting
from liftloop.app.dispatch.reconciling import Reconciling
from liftloop.app.dispatch.rounds import Dispatcher
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


class AddCoupons(Struct, frozen=True, kw_only=True, tag_field="do", tag="coupons.add"):
    """Take in codes of a pool."""

    pool: str
    codes: list[NewCode]


class NoteGivenCodes(Struct, frozen=True, kw_only=True, tag_field="do", tag="coupons.given"):
    """Note codes of a pool as given out, and let it give again where `release` says so."""

    pool: str
    codes: list[str]
    expires_ms: int
    release: bool


class ReadDoubts(Struct, frozen=True, kw_only=True, tag_field="do", tag="doubts.read"):
    """Tell of which channels messages are still to be asked for."""


class AskProvider(Struct, frozen=True, kw_only=True, tag_field="do", tag="doubts.ask"):
    """Ask a channel's provider for all messages whose answer was lost."""

    channel: str


class Resume(Struct, frozen=True, kw_only=True, tag_field="do", tag="channel.resume"):
    """Let a channel go on before its pause ends."""

    channel: str


class Resumed(Struct, frozen=True, kw_only=True):
    """Whether the channel paused."""

    paused: bool


class InDoubt(Struct, frozen=True, kw_only=True):
    """What is still to be asked for, by channel, and which channels can be asked at all."""

    waiting: list[Waiting]
    can_be_asked: list[str]


Order = AddCoupons | NoteGivenCodes | ReadDoubts | AskProvider | Resume


class _Failed(Struct, frozen=True, kw_only=True):
    failed: str = ""


_ASKED = msgspec.json.Decoder(Order)

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Answers:
    """Whom callers are answered by."""

    def __init__(self, dispatcher: Dispatcher, attempts: AttemptFile, reconciling: Reconciling, clock: Clock) -> None:
        self._dispatcher = dispatcher
        self._attempts = attempts
        self._reconciling = reconciling
        self._clock = clock

    async def to(self, line: bytes) -> Struct:
        """Return the answer to one line."""
        if not line.strip():
            return await asyncio.to_thread(self._dispatcher.status)
        try:
            asked: Order = _ASKED.decode(line)
            match asked:
                case AddCoupons():
                    coupons = self._attempts.coupons
                    return await asyncio.to_thread(coupons.add, asked.pool, asked.codes, self._clock.now_ms())
                case NoteGivenCodes():
                    return await asyncio.to_thread(
                        self._attempts.coupons.note_given,
                        asked.pool,
                        asked.codes,
                        asked.expires_ms,
                        self._clock.now_ms(),
                        release=asked.release,
                    )
                case ReadDoubts():
                    return InDoubt(
                        waiting=self._attempts.doubts.waiting(), can_be_asked=self._reconciling.can_be_asked()
                    )
                case AskProvider():
                    return await self._reconciling.ask(asked.channel)
                case Resume():
                    return Resumed(paused=self._dispatcher.resume(asked.channel))
        except msgspec.DecodeError as error:
            return _Failed(failed=str(error))
        except DiskFull:
            return _Failed(failed="disk_full")


def answering(answers: Answers) -> Answer:
    """Return what answers a caller."""

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
        except ValueError:
            writer.write(msgspec.json.encode(_Failed(failed="too_long")))
        else:
            writer.write(msgspec.json.encode(await answers.to(line)))
        await writer.drain()
        writer.close()

    return tell


async def ask_dispatch(socket: Path, asked: Order | None, wanted: type[T]) -> T:
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
