"""A served installation that is alive: its tick folds and its dispatcher sends while somebody calls the API."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from served import Served, served

from liftloop.app.dispatch import process
from liftloop.app.settings import Settings
from liftloop.testing.installation import Installation

FOLD_EVERY_S = 0.002


@asynccontextmanager
async def alive(installation: Installation, sending: Settings | None = None) -> AsyncGenerator[Served]:
    """Serve the API beside a dispatcher that may call this machine; end both.

    `sending` are settings of the dispatcher's own, where its time is to pass by itself.
    """
    installation.settings = replace(installation.settings, webhook_allow="127.0.0.0/8")
    stop = asyncio.Event()
    async with served(installation) as world:
        folding = asyncio.create_task(_fold(installation))
        dispatching = asyncio.create_task(
            process.dispatch(sending or installation.settings, installation.folder, installation.tick, stop)
        )
        try:
            yield world
        finally:
            stop.set()
            await dispatching
            folding.cancel()
            await asyncio.gather(folding, return_exceptions=True)


async def _fold(installation: Installation) -> None:
    while True:
        installation.fold_all()
        await asyncio.sleep(FOLD_EVERY_S)
