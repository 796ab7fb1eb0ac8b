"""The study that looks at running campaigns every hour: moves the shares of variants, pauses what does harm.

It reads matured batches from the lake and says what it found as facts; the tick folds them. Nothing is kept here that
the lake does not know, so a restart looks again and comes to the same.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.steering.brakes import OF_CANARY, Brakes
from liftloop.app.steering.canary import canary_of
from liftloop.app.steering.comparison import Comparison, comparison_of, elapsed_of, places_of
from liftloop.app.steering.reading import campaign_of, log_of
from liftloop.app.steering.watch import Running, watched
from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError
from liftloop.measure.steering.canary import Judged, why_passed, why_stopped
from liftloop.measure.steering.guardrails import Watched, why_paused
from liftloop.measure.steering.moves import Past, past_of, why_moved
from liftloop.plan.contract import STEERED, Campaign
from liftloop.plan.shop_metrics import catalogue_with
from liftloop.storage.contract import LakeReader, StateReader, StorageError

LOOK_MS = HOUR_MS
"""How often a campaign is looked at while its people are being started."""
IDLE_LOOK_MS = DAY_MS
"""And one that people enter by what they do, for as long as it runs: what harms shows in days, not in minutes."""
CANARY_LOOK_MS = 5 * MINUTE_MS
"""And one whose others wait for what comes of its first messages."""
LOOK_EVERY_S = 20.0
PAST_TESTS_MAX = 40
"""Earlier campaigns that are read for how much variants differ; more change the answer no more."""
SYSTEM = "system:steering"

_LOGGER = logging.getLogger("liftloop.desk")


class Seen(Struct, frozen=True, kw_only=True, eq=False):
    """What one look found of a campaign."""

    running: Running
    comparisons: tuple[Comparison, ...]
    watched: tuple[Watched, ...]
    canary: Judged | None


class SteeringStudy:
    """Looks when it is due. One look at a time."""

    def __init__(
        self, follower: Follower, published: Definitions, state: StateReader, tick: TickClient, clock: Clock
    ) -> None:
        self._follower = follower
        self._published = published
        self._state = state
        self._tick = tick
        self._clock = clock
        self.brakes = Brakes(published, tick, state, clock)
        self._looked_ms: dict[str, int] = {}
        self._known: tuple[object, dict[str, Campaign], frozenset[str]] | None = None
        self._alone = asyncio.Lock()

    def next_ms(self) -> int:
        """Return when the next look is due, FAR_FUTURE_MS where nothing runs that could be moved or paused."""
        campaigns, _ = self._campaigns()
        return min((self.due_ms(identity, each) for identity, each in campaigns.items()), default=FAR_FUTURE_MS)

    async def run_if_due(self) -> None:
        """Look at every campaign whose time has come; what hinders it is logged, and tried again."""
        now_ms = self._clock.now_ms()
        if self._alone.locked() or self.next_ms() > now_ms:
            return
        async with self._alone:
            campaigns, _ = self._campaigns()
            due = [each for each, campaign in campaigns.items() if self.due_ms(each, campaign) <= now_ms]
            try:
                await self._follower.catch_up()
                for identity in due:
                    await self._look(identity, campaigns[identity])
                    self._looked_ms[identity] = now_ms
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("steering has to wait: %s", error)

    async def run_forever(self) -> None:
        """Run until cancelled."""
        while True:
            await self.run_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def seen(self, campaign_id: str) -> Seen:
        """Return what a look would find now, changing nothing; raises `NotFound`."""
        _, body, _, _ = self._published.newest("campaign", campaign_id)
        return await self._seen(campaign_id, campaign_of(body))

    async def select(self, query: str, parameters: Sequence[Any]) -> dict[str, Any]:
        return await self._follower.select(query, parameters)

    async def say(self, kind: str, campaign_id: str, body: Mapping[str, object], actor: str) -> None:
        """State a fact about a campaign."""
        await self._tick.facts([fact(kind, campaign_id, canonical_json(body), actor, self._clock.now_ms())])

    async def _look(self, campaign_id: str, campaign: Campaign) -> None:
        if campaign.paused:
            await self.brakes.reschedule(campaign_id)
            return
        seen = await self._seen(campaign_id, campaign)
        crossed = next((each for each in seen.watched if each.gauge == "crossed"), None)
        if crossed is not None:
            said = {
                "reason": f"guardrail:{crossed.metric}",
                "why": msgspec.to_builtins(why_paused(crossed)),
                "evidence": msgspec.to_builtins(crossed),
            }
            await self.brakes.order(campaign_id, "pause", said, SYSTEM)
            return
        if seen.canary is not None and seen.canary.standing in ("passes", "stops"):
            await self._decide_canary(campaign_id, seen.canary)
        moves = [each for each in seen.comparisons if _moves(each)]
        for each in moves:
            await self.say(STEERED, campaign_id, _move(each), SYSTEM)

    async def _decide_canary(self, campaign_id: str, told: Judged) -> None:
        """Let everybody follow, or stop for a person; the log says on what evidence."""
        evidence = msgspec.to_builtins(told)
        if told.standing == "passes":
            said = {"why": msgspec.to_builtins(why_passed(told)), "evidence": evidence}
            await self.brakes.let_pass(campaign_id, said, SYSTEM)
            return
        why = msgspec.to_builtins(why_stopped(told))
        said = {"reason": f"{OF_CANARY}{told.symptom}", "why": why, "evidence": evidence}
        await self.brakes.order(campaign_id, "pause", said, SYSTEM)

    async def _seen(self, campaign_id: str, campaign: Campaign) -> Seen:
        now_ms = self._clock.now_ms()
        metrics = catalogue_with(self._published.live("metric")).by_id
        ended = [each for each in self._ended() if each[0] != campaign_id and each[1].starts_ms < campaign.starts_ms]

        def read(lake: LakeReader) -> Seen:
            running = Running(
                campaign_id=campaign_id,
                campaign=campaign,
                entries=log_of(lake, campaign_id),
                now_ms=now_ms,
                metrics=metrics,
            )
            places = places_of(running)
            past = _past(lake, ended, now_ms) if places else Past()
            return Seen(
                running=running,
                comparisons=tuple(comparison_of(lake, running, place, past) for place in places),
                watched=tuple(watched(lake, running)),
                canary=canary_of(self._state, lake, campaign_id, campaign, now_ms),
            )

        return await self._follower.study(read)

    def due_ms(self, campaign_id: str, campaign: Campaign) -> int:
        """Return when a campaign is looked at next: on the hours since its start, while it still starts people."""
        _, triggered = self._campaigns()
        canary = campaign.canary is not None and not campaign.canary.passed_ms and not campaign.paused
        step_ms = CANARY_LOOK_MS if canary else IDLE_LOOK_MS if campaign_id in triggered else LOOK_MS
        spread_ms = campaign.spread.over_s * SECOND_MS if campaign.spread else 0
        last_ms = (
            campaign.ends_ms
            if canary or campaign_id in triggered
            else min(campaign.starts_ms + spread_ms, campaign.ends_ms)
        )
        looked_ms = self._looked_ms.get(campaign_id)
        if looked_ms is None and self._clock.now_ms() > last_ms:
            return FAR_FUTURE_MS
        passed = 0 if looked_ms is None else (looked_ms - campaign.starts_ms) // step_ms
        due_ms = campaign.starts_ms + (passed + 1) * step_ms
        return due_ms if due_ms <= last_ms else FAR_FUTURE_MS

    def _campaigns(self) -> tuple[dict[str, Campaign], frozenset[str]]:
        """Return campaigns that may still send, and those of them that people enter by what they do."""
        key = self._state.rows(
            "SELECT count(*), sum(status = 'live') FROM definition WHERE kind IN ('campaign', 'journey')"
        )[0]
        if self._known is None or self._known[0] != key:
            live = {each: campaign_of(body) for each, body in self._published.live("campaign").items()}
            triggered = {
                str(body["campaign"])
                for body in self._published.live("journey").values()
                if body.get("campaign") and body["trigger"]["on"] != "campaign"
            }
            self._known = key, {each: one for each, one in live.items() if not one.stopped_ms}, frozenset(triggered)
        return self._known[1], self._known[2]

    def _ended(self) -> list[tuple[str, Campaign]]:
        """Return campaigns with variants, the latest first, among which those are that have taught something."""
        live = ((each, campaign_of(body)) for each, body in self._published.live("campaign").items())
        tested = [(each, one) for each, one in live if any(action.variants for action in one.actions)]
        return sorted(tested, key=lambda each: -each[1].starts_ms)[:PAST_TESTS_MAX]


def _moves(compared: Comparison) -> bool:
    """Return whether shares move now: nobody holds them, and something has matured since they moved last."""
    last = compared.in_force
    return compared.found.moves and not last.held and compared.matured_ms > last.matured_ms


def _move(compared: Comparison) -> dict[str, object]:
    """Return the fact's body: shares, and the evidence for them."""
    found, last = compared.found, compared.in_force
    return {
        "action": compared.action,
        "batch": last.batch + 1,
        "shares": list(found.next_shares),
        "before": list(last.shares),
        "variants": list(compared.names),
        "best": list(found.best),
        "people": list(found.people),
        "conversions": list(found.conversions),
        "floor": compared.floor,
        "matured_ms": compared.matured_ms,
        "why": msgspec.to_builtins(why_moved(compared.names, last.shares, found)),
    }


def _past(lake: LakeReader, ended: Sequence[tuple[str, Campaign]], now_ms: int) -> Past:
    """Return what earlier tests teach of how much variants differ."""
    rates: list[np.ndarray] = []
    people: list[np.ndarray] = []
    for campaign_id, campaign in ended:
        entries = log_of(lake, campaign_id)
        running = Running(campaign_id=campaign_id, campaign=campaign, entries=entries, now_ms=now_ms, metrics={})
        if elapsed_of(running) < 1:
            continue
        for place in places_of(running):
            found = comparison_of(lake, running, place, Past()).found
            counted = np.array(found.people, dtype=np.float64)
            if counted.min() > 0:
                rates.append(np.array(found.conversions) / counted)
                people.append(counted)
    return past_of(rates, people)
