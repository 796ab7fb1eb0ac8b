"""Calls to WeCom and WeChat: an access token that expires, and answers of HTTP 200 whose `errcode` says what they mean.

A token is asked for once, kept until nine tenths of its time are over, and asked for anew where a call finds it gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from yarl import URL

from liftloop.deliver.contract import Outcome, TryLater
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.plugins.channels.calling import UNREADABLE, Line, Reply, Verdict

KEPT = 0.9  # Of a token's time: providers' clocks and ours differ.
TOKEN_GONE = frozenset({40001, 40014, 42001})
"""Codes after which a new token helps, once."""
OUTCOMES: Mapping[int, tuple[Outcome, int]] = {
    -1: ("retry", SECOND_MS),  # System busy: nothing was taken.
    40001: ("credential_expired", MINUTE_MS),
    40013: ("credential_expired", MINUTE_MS),
    40014: ("credential_expired", MINUTE_MS),
    40125: ("credential_expired", MINUTE_MS),
    40164: ("credential_expired", MINUTE_MS),
    42001: ("credential_expired", MINUTE_MS),
    48001: ("credential_expired", MINUTE_MS),
    48002: ("credential_expired", MINUTE_MS),
    60020: ("credential_expired", MINUTE_MS),
    60011: ("credential_expired", MINUTE_MS),
    50002: ("credential_expired", HOUR_MS),
    45011: ("throttled", MINUTE_MS),
    45033: ("throttled", SECOND_MS),
}
"""What is the same at WeCom and WeChat, by code; each channel adds its own."""
Outcomes = Mapping[int, tuple[Outcome, int]]


class Granted(Struct, frozen=True, kw_only=True):
    """A token and how long it is good for."""

    token: str
    seconds: int


class Desk:
    """A provider's interface behind an access token."""

    def __init__(self, line: Line, base: URL, fetch: Callable[[], Awaitable[Reply | Verdict]], own: Outcomes) -> None:
        self._line = line
        self._base = base
        self._fetch = fetch
        self._outcomes = {**OUTCOMES, **own}
        self._lock = asyncio.Lock()
        self._token = ""
        self._until_ms = 0

    async def ask(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Verdict:
        """Return an answer whose errcode is 0, else what became of the message. Raises `TryLater` where none left."""
        token = await self._token_after("")
        for _ in range(2):
            if isinstance(token, Verdict):
                return token
            reply = await self._line.ask(self._base.with_path(path).with_query(access_token=token), encoded(body))
            if isinstance(reply, Verdict):
                return reply
            code = code_of(reply)
            if code not in TOKEN_GONE:
                return reply.said if code == 0 else self.verdict(reply)
            token = await self._token_after(token)
        return self.verdict(reply)  # pyright: ignore[reportPossiblyUnboundVariable] the loop runs

    def verdict(self, reply: Reply) -> Verdict:
        """Return what an answer that is not 0 says."""
        code = code_of(reply)
        if code is None:
            return UNREADABLE if reply.status < 500 else Verdict(outcome="uncertain", reason=f"http_{reply.status}")
        outcome, after_ms = self._outcomes.get(code, ("rejected", 0))
        return Verdict(outcome=outcome, reason=f"errcode_{code}", retry_after_ms=after_ms)

    async def _token_after(self, gone: str) -> str | Verdict:
        """Return a token that is not `gone`; only one call at a time asks for a new one."""
        async with self._lock:
            if self._token and self._token != gone and self._line.now_ms() < self._until_ms:
                return self._token
            reply = await self._fetch()
            if isinstance(reply, Verdict):
                if reply.outcome == "uncertain":  # Of the messages nothing has left yet.
                    raise TryLater(SECOND_MS, f"token:{reply.reason}")
                return reply
            granted = granted_in(reply)
            if granted is None:
                verdict = self.verdict(reply)
                if verdict.outcome == "uncertain":
                    raise TryLater(SECOND_MS, f"token:{verdict.reason}")
                return verdict
            self._token = granted.token
            self._until_ms = self._line.now_ms() + int(granted.seconds * SECOND_MS * KEPT)
            return self._token


def encoded(body: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(body)


def code_of(reply: Reply) -> int | None:
    """Return the errcode, 0 where an answer of success leaves it out, None where there is no answer."""
    if reply.silent:
        return None
    code = reply.said.get("errcode", 0)
    return code if isinstance(code, int) else None


def granted_in(reply: Reply) -> Granted | None:
    token, seconds = reply.said.get("access_token"), reply.said.get("expires_in")
    if code_of(reply) != 0 or not isinstance(token, str) or not token or not isinstance(seconds, int):
        return None
    return Granted(token=token, seconds=min(seconds, DAY_MS // SECOND_MS))
