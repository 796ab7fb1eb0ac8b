"""Signed requests to other systems: one way to connect, to name a receiver and to read how long it wants to wait."""

from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp import ClientConnectorError, ClientTimeout, ConnectionTimeoutError, InvalidURL
from yarl import URL

from liftloop.deliver.contract import TryLater
from liftloop.kernel.clock import DAY_MS, SECOND_MS, Clock
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plugins.channels.addresses import AddressRefused, GuardedResolver, refuse_literal
from liftloop.plugins.channels.contract import Network

BODY_BYTES_MAX = 1_000_000  # A thousand messages of 1 kB; nginx takes no more unless told to.
ANSWER_SECONDS_MAX = 30.0  # Twice what Standard Webhooks asks receivers to keep to.
CONNECT_SECONDS_MAX = 10.0
IDLE_SECONDS_MAX = 1.5  # Below the shortest keep-alive of common servers (2 s): a reused connection is not half closed.
CONNECTIONS_MAX = 64  # As many single messages in the air; batches need few.
NAMES_SECONDS = 60  # How long a resolved address is used before the name is resolved and judged again.
RETRY_AFTER_MS = 5 * SECOND_MS  # Where a receiver asks for patience without saying how much.
RETRY_AFTER_MS_MAX = DAY_MS
ANSWER_BYTES_MAX = 2_000_000  # A thousand results of 2 kB: more is not an answer.
NO_HEADERS: Mapping[str, str] = {}


class BadReceiver(Exception):
    """The text is no http(s) address."""


class NeverLeft(Exception):
    """A request that surely did not leave, and will not leave later either; says why."""


class NoAnswer(Exception):
    """A request that left, or may have left, and was not answered; says why."""


def receiver(text: str, allow: Sequence[Network]) -> URL:
    """Return where to send to.

    Raises `BadReceiver` where the text is no address, `LiftloopError` where it lies in a network that is not allowed.
    """
    try:
        url = URL(text)
    except ValueError as error:
        raise BadReceiver(str(error)) from error
    if url.scheme not in {"http", "https"} or not url.raw_host:
        raise BadReceiver("http(s)://…")
    try:
        refuse_literal(url.raw_host, allow)
    except AddressRefused as error:
        raise LiftloopError(
            "address_refused",
            zh=f"地址 {error} 在内网，不允许推送",
            en=f"the address {error} lies in a private network",
            next_zh="确有需要时，把它的网段加入 LIFTLOOP_WEBHOOK_ALLOW 后重启",
            next_en="if it is meant, add its network to LIFTLOOP_WEBHOOK_ALLOW and restart",
            status=422,
            exit_code=EXIT_USAGE,
        ) from error
    return url


def open_session(allow: Sequence[Network]) -> aiohttp.ClientSession:
    """Return connections that reach only what may be reached, follow nothing and remember nothing."""
    connector = aiohttp.TCPConnector(
        resolver=GuardedResolver(allow),
        limit=CONNECTIONS_MAX,
        ttl_dns_cache=NAMES_SECONDS,
        keepalive_timeout=IDLE_SECONDS_MAX,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=ClientTimeout(total=ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX),
        auto_decompress=False,
        trust_env=False,
    )


async def exchange(
    session: aiohttp.ClientSession, url: URL, body: bytes | None, wall: Clock, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[int, bytes]:
    """Post JSON, or ask by GET where there is no body; return status and body of the answer.

    A body longer than any answer counts as empty.

    Raises `NeverLeft` and `NoAnswer`, and `TryLater` where nobody could be reached or the receiver asked for patience.
    """
    sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
    method = "GET" if body is None else "POST"
    try:
        async with session.request(method, url, data=body, headers=sent, allow_redirects=False) as response:
            after_ms = retry_after_ms(response.headers.get("retry-after", ""), wall.now_ms())
            if response.status == 429 or (response.status == 503 and after_ms is not None):
                raise TryLater(after_ms if after_ms is not None else RETRY_AFTER_MS, f"http_{response.status}")
            return response.status, await _read(response)
    except AddressRefused as error:
        raise NeverLeft(f"address_refused: {error}") from error
    except InvalidURL as error:
        raise NeverLeft(f"bad_url: {error}") from error
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise TryLater(RETRY_AFTER_MS, f"unreachable: {type(error).__name__}") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoAnswer(f"no_answer: {type(error).__name__}") from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body, empty where it is longer than any answer."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            response.close()
            return b""
    return bytes(body)


def retry_after_ms(header: str, now_ms: int) -> int | None:
    """Return what Retry-After says, seconds or a date, within a day; None where it says nothing."""
    text = header.strip()
    if text.isdecimal() and len(text) < 10:
        after_ms = int(text) * SECOND_MS
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        after_ms = int(until.timestamp() * SECOND_MS) - now_ms
    return max(SECOND_MS, min(after_ms, RETRY_AFTER_MS_MAX))
