"""An installation with its desk and management API in one event loop, and somebody who calls it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from msgspec import Struct
from msgspec.structs import replace

from liftloop.api.server import make_app
from liftloop.app.desk import Desk, WaitingDesk
from liftloop.app.sockets import listen_unix
from liftloop.testing.asgi import Caller
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


class Served(Struct, frozen=True, kw_only=True):
    installation: Installation
    desk: Desk
    admin: Caller
    english: Caller
    stranger: Caller

    async def settle(self) -> None:
        """Fold what was appended and bring the lake up to it."""
        self.installation.fold_all()
        await self.desk.follower.catch_up()

    @asynccontextmanager
    async def on_socket(self) -> AsyncGenerator[Path]:
        """Serve the API on the folder's socket too, as the terminal finds it; give the folder."""
        config = uvicorn.Config(self.admin.app, log_level="warning", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listen_unix(self.installation.folder.server_socket)]))
        while not server.started:
            await asyncio.sleep(0.001)
        try:
            yield self.installation.folder.path
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def served(installation: Installation) -> AsyncGenerator[Served]:
    async with installation.serving():
        desk = WaitingDesk(installation.settings, installation.folder).open()
        app = make_app(desk, "admin-token")
        async with app.router.lifespan_context(app):
            yield Served(
                installation=installation,
                desk=desk,
                admin=Caller(app=app, token="admin-token"),
                english=Caller(app=app, token="admin-token", language="en"),
                stranger=Caller(app=app, token="guessed"),
            )


def play(
    folder: Path, story: Callable[[Served], Awaitable[None]], now_ms: int = NOW_MS, *, webhook_allow: str = ""
) -> None:
    """Play a story on a new installation in `folder`; `webhook_allow` names private networks that it may reach."""

    async def whole() -> None:
        installation = Installation(folder / "data", now_ms)
        installation.settings = replace(installation.settings, webhook_allow=webhook_allow)
        async with served(installation) as world:
            await story(world)
        installation.close()

    asyncio.run(whole())
