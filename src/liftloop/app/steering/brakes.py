"""Pauses a campaign, lets it go on, stops it: by a person or by a guardrail, each time with the reason.

A campaign's new version says so to gate and second look in one tick; from then on nothing more leaves. What already
waits is rescheduled: behind a pause until its own time is over, after it to now. Done again, nothing changes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.app.definitions.publishing import Definitions, NotFound
from liftloop.app.facts import fact, published
from liftloop.app.steering.reading import CONTINUED, PAUSED, STOPPED
from liftloop.app.tick_client import TickClient
from liftloop.deliver.contract import ENVELOPE, MessagesRescheduled
from liftloop.deliver.settings import DeliverySettings
from liftloop.deliver.stage import RESCHEDULED
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError
from liftloop.plan.contract import CANARY_PASSED
from liftloop.plan.reading import first_written
from liftloop.storage.contract import StateReader

ROWS_MAX = 20_000
"""Messages that one fact reschedules: a megabyte, and a tick's worth."""
_SYSTEM = "system:steering"
_WAITING = """
SELECT message_key, due_ms, body FROM outbox WHERE message_key > ? AND substr(message_key, 1, ?) = ?
ORDER BY message_key LIMIT ?
"""

Order = Literal["pause", "continue", "stop"]
_KIND: Mapping[Order, str] = {"pause": PAUSED, "continue": CONTINUED, "stop": STOPPED}
OF_CANARY = "canary:"
"""Begins the reason where a canary stopped for a person."""


class NotRunning(LiftloopError):
    """The campaign was stopped, or its time is over."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__(
            "campaign_over",
            zh=f"活动 {campaign_id} 已经停止或结束了",
            en=f"campaign {campaign_id} was stopped or is over",
            next_zh="用同一个目标再做一个方案",
            next_en="make another plan for the same goal",
            status=409,
        )


class Brakes:
    """The use cases around a campaign that is to wait, to go on or to end."""

    def __init__(self, published: Definitions, tick: TickClient, state: StateReader, clock: Clock) -> None:
        self._published = published
        self._tick = tick
        self._state = state
        self._clock = clock

    async def order(self, campaign_id: str, order: Order, said: Mapping[str, Any], actor: str) -> bool:
        """Carry out an order and return whether anything changed; raises `NotFound` and `NotRunning`.

        `said` goes into the log: `reason` (a code such as `manual`), `why` in both languages, evidence.
        """
        version, body, _, _ = self._published.newest("campaign", campaign_id)
        now_ms = self._clock.now_ms()
        changed = _changed(campaign_id, body, order, str(said.get("reason") or "manual"), now_ms)
        if changed != body:
            self._published.check("campaign", campaign_id, changed)
            log = canonical_json({**said, "before": body.get("paused") or "", "version": version + 1})
            await self._tick.facts(
                [
                    published("campaign", campaign_id, version + 1, changed, actor, now_ms),
                    fact(_KIND[order], campaign_id, log, actor, now_ms),
                ]
            )
        await self.reschedule(campaign_id)
        return changed != body

    async def let_pass(self, campaign_id: str, said: Mapping[str, Any], actor: str) -> None:
        """Let everybody be written to who waited for a campaign's canary; raises `NotFound`."""
        version, body, _, _ = self._published.newest("campaign", campaign_id)
        now_ms = self._clock.now_ms()
        passed = _passed(body, now_ms)
        if passed != body:
            log = canonical_json({**said, "version": version + 1})
            await self._tick.facts(
                [
                    published("campaign", campaign_id, version + 1, passed, actor, now_ms),
                    fact(CANARY_PASSED, campaign_id, log, actor, now_ms),
                ]
            )
        await self.reschedule(campaign_id)

    async def reschedule(self, campaign_id: str) -> None:
        """Give whatever of the campaign waits the instant at which it may leave now; raises `NotFound`."""
        version, body, _, _ = self._published.newest("campaign", campaign_id)
        paused = bool(body.get("paused")) and not body.get("stopped_ms")
        now_ms, prefix, after = self._clock.now_ms(), f"{campaign_id}/", ""
        opening_ms = self._opening_ms(now_ms)
        while rows := self._state.rows(_WAITING, (after, len(prefix), prefix, ROWS_MAX)):
            after = rows[-1][0]
            envelopes = [(key, due_ms, ENVELOPE.decode(envelope)) for key, due_ms, envelope in rows]
            mine = [each for each in envelopes if each[2].campaign == campaign_id and each[2].purpose == "marketing"]
            waits = paused | _behind(campaign_id, body, [each.profile for _, _, each in mine])
            wanted = [
                (key, due_ms, each.expires_ms + 1 if wait else min(opening_ms, each.expires_ms), wait)
                for (key, due_ms, each), wait in zip(mine, waits.tolist(), strict=True)
            ]
            moved = [
                (key, wants_ms)
                for key, due_ms, wants_ms, wait in wanted
                if due_ms != wants_ms and (wait or due_ms > max(wants_ms, now_ms))
            ]
            if moved:
                said = MessagesRescheduled(
                    keys=[key for key, _ in moved],
                    due_ms=[due_ms for _, due_ms in moved],
                    version=version,
                    passed=bool((body.get("canary") or {}).get("passed_ms")) and not paused,
                )
                await self._tick.facts([fact(RESCHEDULED, campaign_id, canonical_json(said), _SYSTEM, now_ms)])

    def _opening_ms(self, now_ms: int) -> int:
        body = self._published.live("setting").get("delivery")
        settings = msgspec.convert(body, type=DeliverySettings, strict=False) if body else DeliverySettings()
        return settings.quiet_hours.opening_ms(now_ms) if settings.quiet_hours else now_ms


def _changed(campaign_id: str, body: Mapping[str, Any], order: Order, reason: str, now_ms: int) -> dict[str, Any]:
    """Return the campaign after the order; the same where it changes nothing."""
    over = bool(body.get("stopped_ms")) or now_ms > int(body["ends_ms"])
    match order:
        case "pause" if over:
            raise NotRunning(campaign_id)
        case "pause":
            return {**body, "paused": body.get("paused") or reason}
        case "continue" if now_ms > int(body["ends_ms"]):
            raise NotRunning(campaign_id)
        case "continue":
            paused = str(body.get("paused") or "")
            if not paused and not body.get("stopped_ms"):
                return _passed(body, now_ms)
            kept = {name: value for name, value in body.items() if name not in ("paused", "stopped_ms")}
            return _passed(kept, now_ms) if paused.startswith(OF_CANARY) else kept
        case "stop":
            return dict(body) if over else {**{k: v for k, v in body.items() if k != "paused"}, "stopped_ms": now_ms}


def _passed(body: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Return the campaign with everybody written to; the same where nobody waits for a canary."""
    canary = body.get("canary")
    if not canary or canary.get("passed_ms"):
        return dict(body)
    return {**body, "canary": {**canary, "passed_ms": now_ms}}


def _behind(campaign_id: str, body: Mapping[str, Any], profiles: Sequence[int]) -> NDArray[np.bool_]:
    """Return who waits for the campaign's canary."""
    canary = body.get("canary")
    if not canary or canary.get("passed_ms") or body.get("stopped_ms"):
        return np.zeros(len(profiles), dtype=np.bool_)
    return ~first_written(np.array(profiles, dtype=np.int64), campaign_id, float(canary["share"]))


def must_exist(published: Definitions, campaign_id: str) -> None:
    """Raise `NotFound` where there is no such campaign."""
    if campaign_id not in published.live("campaign"):
        raise NotFound("campaign", campaign_id)
