"""What values and names the data have, looked up for menus and sentences and kept for a while: they change slowly."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from liftloop.app.category_names import category_names
from liftloop.app.following import Follower
from liftloop.app.item_names import item_names
from liftloop.app.words import Said
from liftloop.kernel.codec import parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StateReader, StorageError

EVENTS_MAX = 500  # A menu of more names is a search field; the commonest come first.
VALUES_MAX = 30  # Traits with more values are typed, not chosen.
ITEMS_MAX = 200  # Those that sell most; others are found by typing.
ATTRIBUTE_ROWS_MAX = 200_000  # Rows looked at for names and values of attributes: about 0.3 s.

FRESH_S = 60.0
"""After this what was seen is looked up anew, behind the back of whoever asks."""
STALE_S = 600.0
"""After this whoever asks waits for it."""
GROWTH_MAX = 0.01
"""Where the log has grown by more since, whoever asks waits: a first import changes everything at once."""
_LOGGER = logging.getLogger("liftloop.desk")

_EVENT_ROWS = """
SELECT name, count(*) AS times FROM event WHERE kind = 'track' GROUP BY name ORDER BY times DESC, name LIMIT ?
"""
_CATEGORY_ROWS = """
SELECT category, count(*) AS times FROM order_line_now WHERE category <> '' GROUP BY category
ORDER BY times DESC, category LIMIT ?
"""
_ITEM_ROWS = """
SELECT product_id AS id, count(*) AS times FROM order_line_now WHERE product_id <> '' GROUP BY product_id
ORDER BY times DESC, product_id LIMIT ?
"""
_ATTRIBUTE_ROWS = """
SELECT name, value, count(*) FROM (SELECT name, value FROM attribute WHERE sealed = 0 LIMIT ?) GROUP BY name, value
"""


class Seen(Struct, frozen=True, kw_only=True):
    """What the data have, the commonest first."""

    events: tuple[str, ...]
    attributes: Mapping[str, Counter[Any]]
    """Plain values of attributes by name, and how often each was seen; of the first people, as good as any."""
    categories: tuple[str, ...]
    category_names: Mapping[str, Said]
    """Of those that are codes."""
    sold: tuple[str, ...]
    """Ids of the goods that sell most."""
    called: Mapping[str, str]
    """What these are called, by id."""


class _Looked(Struct, frozen=True, kw_only=True):
    seen: Seen
    offset: int
    at_s: float


class SeenWords:
    """What was seen last; `now` answers at once where that is fresh enough."""

    def __init__(self, follower: Follower, state: StateReader) -> None:
        self._follower = follower
        self._state = state
        self._last: _Looked | None = None
        self._looking: asyncio.Task[Seen] | None = None

    async def now(self) -> Seen:
        """Return what the data have: at most ten minutes old, and from when the log was not 1% shorter."""
        last, offset = self._last, self._follower.lake.position().offset
        age_s = asyncio.get_running_loop().time() - last.at_s if last else 0.0
        if last is not None and offset == last.offset:
            return last.seen
        if last is None or age_s > STALE_S or offset > last.offset * (1 + GROWTH_MAX):
            return await self._look()
        if age_s > FRESH_S and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(_told)
        return last.seen

    async def close(self) -> None:
        """Wait for a look that is under way: the lake closes after it."""
        if self._looking is not None:
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> Seen:
        offset = self._follower.lake.position().offset
        events = (await self._follower.select(_EVENT_ROWS, [EVENTS_MAX]))["name"]
        bought = (await self._follower.select(_CATEGORY_ROWS, [VALUES_MAX]))["category"]
        categories = tuple(str(each) for each in bought)
        sold = tuple(str(each) for each in (await self._follower.select(_ITEM_ROWS, [ITEMS_MAX]))["id"])
        seen = Seen(
            events=tuple(str(each) for each in events),
            attributes=await asyncio.to_thread(_attributes, self._state),
            categories=categories,
            category_names=await category_names(self._follower, categories),
            sold=sold,
            called=await item_names(self._follower, sold),
        )
        self._last = _Looked(seen=seen, offset=offset, at_s=asyncio.get_running_loop().time())
        return seen


def _told(look: asyncio.Task[Seen]) -> None:
    """Say why a look behind somebody's back came to nothing; whoever waits for the next is told."""
    error = None if look.cancelled() else look.exception()
    if isinstance(error, StorageError | LiftloopError):
        _LOGGER.warning("not looked up anew: %s", error)


def _attributes(state: StateReader) -> dict[str, Counter[Any]]:
    values: dict[str, Counter[Any]] = {}
    for name, value, count in state.rows(_ATTRIBUTE_ROWS, (ATTRIBUTE_ROWS_MAX,)):
        plain = parse_json(value)
        if isinstance(plain, str | bool | int | float):
            values.setdefault(name, Counter())[plain] += count
    return values
