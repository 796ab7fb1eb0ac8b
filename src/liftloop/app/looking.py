"""Work of the desk that looks for something new again and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StorageError

_LOGGER = logging.getLogger("liftloop.desk")


async def keep_looking(look: Callable[[], Awaitable[Any]], every_s: float, waits: str) -> None:
    """Look until cancelled; a tick, a lake or a disk that is away is waited for, and the log says what waits."""
    while True:
        try:
            await look()
        except (StorageError, LiftloopError, OSError) as error:
            _LOGGER.warning("%s: %s", waits, error)
        await asyncio.sleep(every_s)
