"""A channel at the other end: accepts every message, as fast as JSON can be read and written."""

import sys

import msgspec
from aiohttp import web


class Keyed(msgspec.Struct):
    message_key: str


class Taken(msgspec.Struct):
    messages: list[Keyed]


async def take(request: web.Request) -> web.Response:
    taken = msgspec.json.decode(await request.read(), type=Taken)
    results = [{"message_key": each.message_key, "outcome": "accepted"} for each in taken.messages]
    return web.Response(body=msgspec.json.encode({"results": results}), content_type="application/json")


if __name__ == "__main__":
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/", take)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
