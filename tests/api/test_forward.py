"""Tracking calls that reach the desk go on to the tick as they came, and no connection outlives the desk."""

import asyncio
import gc
import warnings

from aiohttp import web

from liftloop.api.forward import Forward
from liftloop.testing.asgi import Caller
from liftloop.testing.loopback import Loopback


def test_a_call_is_passed_on_and_the_connection_closed_at_the_end() -> None:
    """Body, query and status are untouched; after `close` nothing is left open."""
    heard: list[tuple[str, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        heard.append((request.query_string, await request.read()))
        return web.json_response({"success": True}, status=202)

    tick = Loopback({"/v1/batch": take}).start()

    async def story() -> int:
        forward = Forward(f"http://127.0.0.1:{tick.port}")
        answer = await Caller(app=forward, token="").post("/v1/batch", {"batch": []})
        await forward.close()
        await forward.close()
        return answer.status

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        assert asyncio.run(story()) == 202
        gc.collect()
    tick.stop()
    assert heard == [("", b'{"batch":[]}')]
    assert [each for each in warned if "Unclosed" in str(each.message)] == []
