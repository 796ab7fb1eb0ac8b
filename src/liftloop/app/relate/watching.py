"""Looks for what nobody says by itself: a channel's credentials do not hold any more, a coupon pool runs dry."""

from typing import Any

from liftloop.app.channel_pauses import advice
from liftloop.app.coupons import CouponPools
from liftloop.app.desk import Desk
from liftloop.app.dispatch.settle import NOT_ADMITTED
from liftloop.app.facts import fact
from liftloop.app.health import dispatch_status
from liftloop.app.looking import keep_looking
from liftloop.kernel.codec import canonical_json
from liftloop.relate.notices import CHANNEL_EXPIRED, POOL_LOW, RAISED
from liftloop.storage.contract import Record

LOOK_EVERY_S = 20.0
_SYSTEM = "system:desk"


class Watch:
    """Raises a notice when something begins to be wrong; as long as it stays so, no more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wrong: set[tuple[str, str]] = set()

    async def look(self) -> None:
        """Raise what is wrong now and was not at the look before."""
        found = {**await self._expired(), **await self._low()}
        now_ms = self._desk.clock.now_ms()
        fresh: list[Record] = [
            fact(RAISED, kind, canonical_json({**about, "id": identity}), _SYSTEM, now_ms)
            for (kind, identity), about in found.items()
            if (kind, identity) not in self._wrong
        ]
        if fresh:
            await self._desk.tick.facts(fresh)
            await self._desk.follower.catch_up()
        self._wrong = set(found)

    async def run_forever(self) -> None:
        """Look until cancelled."""
        await keep_looking(self.look, LOOK_EVERY_S, "the watch could not look")

    async def _expired(self) -> dict[tuple[str, str], dict[str, Any]]:
        status = await dispatch_status(self._desk.folder.dispatch_socket)
        return {
            (CHANNEL_EXPIRED, lane.channel): {
                "name": lane.channel,
                "reason": lane.pause_reason,
                "why": {"zh": told.next.zh, "en": told.next.en},
            }
            for lane in (status.lanes if status else ())
            if lane.pause_reason.startswith(NOT_ADMITTED)
            and (told := advice(self._kind(lane.channel), lane.pause_reason))
        }

    def _kind(self, channel: str) -> str:
        return str(self._desk.definitions.live("channel").get(channel, {}).get("kind", ""))

    async def _low(self) -> dict[tuple[str, str], dict[str, Any]]:
        pools = CouponPools(self._desk)
        if not pools.live():
            return {}
        return {
            (POOL_LOW, each.id): {"name": each.pool.name or each.id, "left": each.left or 0}
            for each in await pools.pools()
            if each.low
        }
