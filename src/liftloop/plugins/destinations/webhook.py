"""Hands audiences over by signed requests; a part keeps its `webhook-id`, by which a receiver takes it once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec
from aiohttp import InvalidURL
from yarl import URL

from liftloop.audience.destinations import ROWS_MAX, Part, WebhookReceiver
from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.plugins.channels.addresses import AddressRefused
from liftloop.plugins.channels.contract import Network
from liftloop.plugins.channels.outbound import BadReceiver, open_session, receiver, retry_after_ms
from liftloop.plugins.channels.signing import BadSecret, headers, secret_bytes
from liftloop.plugins.destinations.contract import ReceiverAway, ReceiverRefuses, Receiving

_PATIENCE = frozenset({408, 425, 429})
"""Answers below 500 that mean: the same again, later."""


class WebhookReceiving:
    """A `Receiving` over signed HTTP requests; 2xx means that the part is taken, whatever the body says."""

    def __init__(self, url: URL, key: bytes, allow: Sequence[Network], wall: Clock) -> None:
        self._url = url
        self._key = key
        self._allow = allow
        self._wall = wall
        self._session: aiohttp.ClientSession | None = None

    async def take(self, part: Part) -> None:
        content = msgspec.json.encode(body(part))
        sent = {"content-type": "application/json", "accept-encoding": "identity"}
        sent |= headers(self._key, part_id(part), self._wall.now_ms() // SECOND_MS, content)
        if self._session is None:
            self._session = open_session(self._allow)
        try:
            async with self._session.post(self._url, data=content, headers=sent, allow_redirects=False) as response:
                status, patience = response.status, response.headers.get("retry-after", "")
        except AddressRefused as error:
            raise ReceiverRefuses(f"地址 {error} 在内网", f"the address {error} lies in a private network") from error
        except InvalidURL as error:
            raise ReceiverRefuses("地址不对", "its address is none") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ReceiverAway(type(error).__name__) from error
        if status >= 500 or status in _PATIENCE:
            raise ReceiverAway(f"HTTP {status}", retry_after_ms(patience, self._wall.now_ms()))
        if status >= 300:
            raise ReceiverRefuses(f"HTTP {status}", f"HTTP {status}")

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


def open_receiver(to: WebhookReceiver, allow: Sequence[Network], wall: Clock) -> Receiving:
    """Return a receiver by webhook. Raises `LiftloopError` where settings are wrong or its address is not allowed."""
    if not 1 <= to.rows_max <= ROWS_MAX:
        raise ReceiverRefuses(f"rows_max 要在 1 到 {ROWS_MAX} 之间", f"rows_max is 1 to {ROWS_MAX}")
    try:
        return WebhookReceiving(receiver(to.url, allow), secret_bytes(to.secret), allow, wall)
    except BadReceiver as error:
        raise ReceiverRefuses(f"url 不对：{error}", f"url: {error}") from error
    except BadSecret as error:
        raise ReceiverRefuses(f"secret 不对：{error}", f"secret: {error}") from error


def part_id(part: Part) -> str:
    """Return the request's `webhook-id`: the same part of the same export has the same one."""
    return f"{part.export}_{part.first}"


def body(part: Part) -> dict[str, Any]:
    """Return what is sent, as docs/reference/destinations.md describes it."""
    return {
        "destination_id": part.destination,
        "export_id": part.export,
        "audience_id": part.audience,
        "whole": part.whole,
        "first": part.first,
        "of": part.of,
        "at": datetime.fromtimestamp(part.at_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds"),
        "people": [
            {
                "profile_id": person.profile_id,
                "change": person.change,
                **person.identifiers,
                "columns": person.columns,
            }
            for person in part.people
        ],
    }
