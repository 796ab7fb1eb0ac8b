"""One call to a provider's interface: what it answered, or what is certain of the messages where it did not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from liftloop.deliver.contract import Handover, Message, Outcome, TryLater
from liftloop.kernel.codec import parse_json
from liftloop.plugins.channels.contract import Doubt, Finding, Surroundings, bad_setting
from liftloop.plugins.channels.outbound import (
    NO_HEADERS,
    BadReceiver,
    NeverLeft,
    NoAnswer,
    exchange,
    open_session,
    receiver,
)


class Verdict(Struct, frozen=True, kw_only=True):
    """What became of the messages of one call."""

    outcome: Outcome
    reason: str = ""
    provider_id: str = ""
    retry_after_ms: int = 0


class Reply(Struct, frozen=True, kw_only=True):
    """An answer; `said` is its JSON object, empty where it is none."""

    status: int
    said: Mapping[str, Any]

    @property
    def silent(self) -> bool:
        """Tell whether the answer says neither yes nor no: whatever was asked may have happened."""
        return not self.said


UNREADABLE = Verdict(outcome="uncertain", reason="unreadable_answer")


class Line:
    """A line to one provider: it connects when it is first used."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._session: aiohttp.ClientSession | None = None

    def now_ms(self) -> int:
        """Return the machine's own time: providers check signatures against theirs."""
        return self._surroundings.wall.now_ms()

    async def ask(self, url: URL, body: bytes | None, headers: Mapping[str, str] = NO_HEADERS) -> Reply | Verdict:
        """Return the answer, or what is certain where there was none. Raises `TryLater` where nothing left."""
        if self._session is None:
            self._session = open_session(self._surroundings.allow)
        try:
            status, answer = await exchange(self._session, url, body, self._surroundings.wall, headers)
        except NeverLeft as never:
            return Verdict(outcome="rejected", reason=str(never))
        except NoAnswer as silence:
            return Verdict(outcome="uncertain", reason=str(silence))
        return Reply(status=status, said=json_object(answer))

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


def json_object(body: bytes) -> Mapping[str, Any]:
    """Return a JSON object, empty where the body is anything else."""
    try:
        said = parse_json(body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def base_address(text: str, surroundings: Surroundings) -> URL:
    """Return where a provider is. Raises `LiftloopError` where it is no address or may not be reached."""
    try:
        return receiver(text, surroundings.allow)
    except BadReceiver as error:
        raise bad_setting(f"base_url: {error}") from error


def handover(message: Message, verdict: Verdict) -> Handover:
    return Handover(
        key=message.key,
        outcome=verdict.outcome,
        provider_id=verdict.provider_id,
        retry_after_ms=verdict.retry_after_ms,
        reason=verdict.reason,
    )


def handovers(messages: Sequence[Message], verdict: Verdict) -> list[Handover]:
    """Return the same of every message."""
    return [handover(message, verdict) for message in messages]


async def asked_each(
    doubts: Sequence[Doubt], ask: Callable[[Doubt], Awaitable[Finding]], ways: int
) -> Sequence[Finding]:
    """Ask for each message in a call of its own, `ways` at a time. Raises `TryLater` where one cannot be asked."""
    free = asyncio.Semaphore(ways)

    async def asked(doubt: Doubt) -> Finding:
        async with free:
            return await ask(doubt)

    return await asyncio.gather(*(asked(doubt) for doubt in doubts))


async def one_by_one(
    messages: Sequence[Message], carry: Callable[[Message], Awaitable[Verdict]], ways: int
) -> list[Handover]:
    """Hand over each message in a call of its own, `ways` at a time. Raises `TryLater` where none left the house."""
    return await in_parts([[message] for message in messages], lambda part: _alone(part, carry), ways)


async def in_parts(
    parts: Sequence[Sequence[Message]],
    carry: Callable[[Sequence[Message]], Awaitable[Sequence[Handover]]],
    ways: int,
) -> list[Handover]:
    """Hand over each part in a call of its own, `ways` at a time. Raises `TryLater` where none left the house."""
    free = asyncio.Semaphore(ways)

    async def carried(part: Sequence[Message]) -> Sequence[Handover] | TryLater:
        async with free:
            try:
                return await carry(part)
            except TryLater as later:
                return later

    results = await asyncio.gather(*(carried(part) for part in parts))
    stopped = [result for result in results if isinstance(result, TryLater)]
    if stopped and len(stopped) == len(parts):
        raise max(stopped, key=lambda later: later.after_ms)
    told: list[Handover] = []
    for part, result in zip(parts, results, strict=True):
        # Something has left by another call, so what has not comes back one by one.
        told += handovers(part, _again(result)) if isinstance(result, TryLater) else result
    return told


async def _alone(part: Sequence[Message], carry: Callable[[Message], Awaitable[Verdict]]) -> Sequence[Handover]:
    (message,) = part
    return [handover(message, await carry(message))]


def _again(later: TryLater) -> Verdict:
    return Verdict(outcome="retry", reason=later.reason, retry_after_ms=later.after_ms)
