"""Reaches a language model's server by the guarded connections that every other call goes out by."""

from collections.abc import Sequence

import aiohttp
import httpx2

from liftloop.app.model_settings import TIMEOUT_S_MAX
from liftloop.plugins.channels.addresses import AddressRefused
from liftloop.plugins.channels.contract import Network
from liftloop.plugins.channels.outbound import ANSWER_BYTES_MAX, CONNECT_SECONDS_MAX, open_session, receiver

_KEPT = frozenset({"authorization", "x-api-key", "anthropic-version", "content-type"})
"""What a request says of itself; nothing else about this machine goes out."""


class Guarded(httpx2.AsyncBaseTransport):
    """Carries a client's requests over connections that reach only what may be reached.

    `ConnectError` says that a request never left; whatever else fails may have been answered and paid for.
    """

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = tuple(allow)
        self._session = open_session(self._allow)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = receiver(str(request.url), self._allow)
        sent = {name: text for name, text in request.headers.items() if name.lower() in _KEPT}
        body = await request.aread()
        try:
            async with self._session.request(
                request.method,
                url,
                data=body,
                headers={**sent, "accept-encoding": "identity"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S_MAX, connect=CONNECT_SECONDS_MAX),
            ) as answer:
                content = bytearray()
                async for chunk in answer.content.iter_any():
                    content += chunk
                    if len(content) > ANSWER_BYTES_MAX:
                        raise httpx2.ReadError("the answer is too long", request=request)
                kind = answer.headers.get("content-type", "application/json")
                after = answer.headers.get("retry-after", "")
                told = {"content-type": kind} | ({"retry-after": after} if after else {})
                return httpx2.Response(answer.status, headers=told, content=bytes(content), request=request)
        except (AddressRefused, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise httpx2.ConnectError(type(error).__name__, request=request) from error
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no answer in time", request=request) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ReadError(type(error).__name__, request=request) from error

    async def aclose(self) -> None:
        await self._session.close()
