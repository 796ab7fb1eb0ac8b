"""Asking providers now and then, channel after channel: whatever one question comes to, the others are asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from liftloop.kernel.errors import LiftloopError

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


async def again_and_again(look: Callable[[], Awaitable[object]], every_s: float) -> None:
    """Look now and then until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        await look()


async def asked_each(names: Iterable[str], ask: Callable[[str], Awaitable[Answer]]) -> list[Answer]:
    """Return what was answered by those that answered; who did not is asked again by the next look."""
    answers: list[Answer] = []
    for name in names:
        try:
            answers.append(await ask(name))
        except (LiftloopError, OSError, TimeoutError) as error:
            _log.warning("what channel %s says could not be taken in: %s", name, error)
        except Exception:  # A plug-in's own mistake.
            _log.exception("channel %s broke when it was asked", name)
    return answers
