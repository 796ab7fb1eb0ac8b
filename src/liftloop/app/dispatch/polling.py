"""Asks providers that tell nothing by themselves what became of messages, and tells the tick what is new."""

import logging
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from liftloop.app.dispatch.asking import again_and_again, asked_each
from liftloop.app.dispatch.reports import SendFacts
from liftloop.app.receipts import receipt_records
from liftloop.deliver.contract import Channel, TryLater
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.plugins.channels.contract import Polled
from liftloop.storage.contract import StateReader

EVERY_S = 300.0
"""Staff confirm within hours; a task costs two calls a look and member, of ten thousand a minute that are free."""
ASKED_FOR_MS = 3 * DAY_MS
"""How long what was handed over is asked for: staff confirm a task on the day, or not at all."""
ROWS_MAX = 100_000
TOLD_MAX = 1_000_000
"""Receipts remembered as told; beyond it all are told once more, which changes nothing."""

_CARRIED = "SELECT provider_id, message_key FROM carried WHERE channel = ? AND at_ms > ? ORDER BY at_ms DESC LIMIT ?"
_log = logging.getLogger("liftloop.dispatch")


class PollTools(Struct, frozen=True, kw_only=True):
    """What asking takes."""

    state: StateReader
    clock: Clock
    channels: Callable[[], Sequence[Channel]]
    """Those that are open now."""
    send_facts: SendFacts


class Polling:
    """Remembers what was told already."""

    def __init__(self, tools: PollTools) -> None:
        self._tools = tools
        self._told: set[tuple[str, str, str]] = set()

    async def run(self) -> None:
        """Ask now and then until cancelled."""
        await again_and_again(self.look, EVERY_S)

    async def look(self) -> int:
        """Ask every channel that is asked, once; return how many receipts were new."""
        polled = {channel.name: channel for channel in self._tools.channels() if isinstance(channel, Polled)}
        return sum(await asked_each(polled, lambda name: self._ask(name, polled[name])))

    async def _ask(self, name: str, channel: Polled) -> int:
        now_ms = self._tools.clock.now_ms()
        keys: Mapping[str, str] = {
            str(provider_id): str(key)
            for provider_id, key in self._tools.state.rows(_CARRIED, (name, now_ms - ASKED_FOR_MS, ROWS_MAX))
        }
        if not keys:
            return 0
        try:
            found = await channel.receipts(list(keys))
        except TryLater as later:
            _log.warning("channel %s tells no results now: %s", name, later.reason)
            return 0
        fresh = [each for each in found if (name, each.provider_id, each.receipt) not in self._told]
        records = receipt_records(name, fresh, keys, now_ms)
        if records:
            await self._tools.send_facts(records)
        if len(self._told) > TOLD_MAX:
            self._told.clear()
        self._told.update((name, each.provider_id, each.receipt) for each in fresh)
        return len(records)
