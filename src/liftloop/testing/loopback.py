"""A web server on this machine for doubles of receivers, in a thread of its own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Self

from aiohttp import web

from liftloop.testing.threads import LoopInThread

REQUEST_BYTES_MAX = 64_000_000  # More than any channel sends.

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOTHING: Mapping[str, Handler] = {}


class Loopback:
    """Answers on 127.0.0.1 from `start` to `stop`; started again, it listens on the same port."""

    def __init__(self, posts: Mapping[str, Handler], gets: Mapping[str, Handler] = NOTHING) -> None:
        self._posts = posts
        self._gets = gets
        self.port = 0

    def start(self) -> Self:
        self._loop = LoopInThread(type(self).__name__)
        self._loop.run(self._listen())
        return self

    def stop(self) -> None:
        self._loop.run(self._runner.cleanup())
        self._loop.stop()

    async def _listen(self) -> None:
        application = web.Application(client_max_size=REQUEST_BYTES_MAX)
        for path, handler in self._posts.items():
            application.router.add_post(path, handler)
        for path, handler in self._gets.items():
            application.router.add_get(path, handler)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
