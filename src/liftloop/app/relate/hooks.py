"""Tells other systems and group chats what happens: in order, at least once, each notice under an id of its own.

A receiver that is away is tried again, later each time; one that refuses a notice is told the next, and the refusal is
on record. How far each has come is kept in a file that is written whole.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import aiohttp
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.looking import keep_looking
from liftloop.app.relate.alerting import MESSAGE_NOTICES_MAX, text_of
from liftloop.app.relate.feed import Notice, Place, end_of, instant, notices
from liftloop.app.whole_files import write_whole
from liftloop.deliver.contract import ChannelDefinition, Message, TryLater
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SystemClock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import AttemptId, MessageKey
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.plugins.channels.outbound import NeverLeft, NoAnswer, exchange, open_session, receiver
from liftloop.plugins.channels.signing import headers, secret_bytes
from liftloop.relate.contract import Alert, Hook
from liftloop.storage.contract import VaultDamaged

TOLD = "notice.told"
"""The fact that a subscriber took a notice, refused it, or was away for so long that it was given up."""
RETRY_WAITS_MS = (5 * SECOND_MS, 30 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS)
"""Before each new try; after the last the notice is given up and the next one told."""
LOOK_EVERY_S = 1.0
ALERTS_PER_MINUTE = 20
"""What the robots of DingTalk and WeCom take; whoever sends more is shut out for ten minutes."""
_PATIENCE = frozenset({408, 425, 429})
_SYSTEM = "system:desk"

Subscription = Hook | Alert
Outcome = Literal["taken", "refused", "later"]


class Standing(Struct, frozen=True, kw_only=True):
    """How far one subscriber has come."""

    place: Place
    tries: int = 0
    due_ms: int = 0
    """Not before this instant."""
    reason: str = ""
    """Why the last try did not succeed."""


class Told(Struct, frozen=True, kw_only=True):
    """What became of one notice for one subscriber."""

    kind: str
    notice: str
    outcome: Literal["taken", "refused", "given_up"]
    tries: int
    reason: str
    at_ms: int


class Outward:
    """Follows the feed for every subscriber."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._file = desk.data / "hooks.json"
        self._allow = parse_networks(desk.settings.webhook_allow)
        self._wall = SystemClock()
        self._session: aiohttp.ClientSession | None = None
        self._standings: dict[str, Standing] = _read(self._file.read_bytes() if self._file.exists() else b"{}")
        self._sent_ms: dict[str, deque[int]] = {}
        self._alone = asyncio.Lock()

    def next_ms(self) -> int:
        """Return the next retry of a receiver that was away, FAR_FUTURE_MS where none is waited for."""
        return min((each.due_ms for each in self._standings.values() if each.tries), default=FAR_FUTURE_MS)

    async def run_if_due(self) -> None:
        """Tell every subscriber what is new, as far as it takes it."""
        async with self._alone:
            for identity, subscription in self._subscriptions():
                await self._follow(identity, subscription)

    async def run_forever(self) -> None:
        """Tell until cancelled; what fails is tried again."""
        await keep_looking(self.run_if_due, LOOK_EVERY_S, "subscribers wait to be told")

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def standing(self, kind: str, identity: str) -> Standing | None:
        """Return how far a subscriber is, None before it was looked at."""
        return self._standings.get(f"{kind}/{identity}")

    def _subscriptions(self) -> list[tuple[str, Subscription]]:
        """Return who is to be told; who is new is told what follows."""
        found: list[tuple[str, Subscription]] = []
        for kind, wanted in (("hook", Hook), ("alert", Alert)):
            for identity, body in self._desk.definitions.live(kind).items():
                found.append((f"{kind}/{identity}", msgspec.convert(body, wanted, strict=False)))
        known = dict(found)
        fresh = [each for each in known if each not in self._standings]
        gone = [each for each in self._standings if each not in known]
        if fresh or gone:
            kept = {each: one for each, one in self._standings.items() if each in known}
            self._standings = kept | {each: Standing(place=end_of(self._desk)) for each in fresh}
            self._keep()
        return found

    async def _follow(self, identity: str, subscription: Subscription) -> None:
        standing = self._standings[identity]
        now_ms = self._desk.clock.now_ms()
        if subscription.paused or now_ms < standing.due_ms:
            return
        many = MESSAGE_NOTICES_MAX if isinstance(subscription, Alert) else 1
        while True:
            before = self._standings[identity].place
            fresh, reached = await notices(self._desk, subscription.kinds, before)
            for start in range(0, len(fresh), many):
                if not await self._tell(identity, subscription, fresh[start : start + many]):
                    return
            if reached == before:
                return
            self._standings[identity] = replace(self._standings[identity], place=reached)
            self._keep()

    async def _tell(self, identity: str, subscription: Subscription, those: Sequence[Notice]) -> bool:
        """Tell notices together; say whether the subscriber may be told what follows."""
        standing, now_ms = self._standings[identity], self._desk.clock.now_ms()
        tries = standing.tries + 1
        if isinstance(subscription, Alert) and self._full(identity):
            return False
        outcome, reason, after_ms = await self._handed(identity, subscription, those)
        if outcome == "later" and tries <= len(RETRY_WAITS_MS):
            due_ms = now_ms + max(after_ms, RETRY_WAITS_MS[tries - 1])
            self._standings[identity] = replace(standing, tries=tries, due_ms=due_ms, reason=reason)
            self._keep()
            return False
        ended: Literal["taken", "refused", "given_up"] = "given_up" if outcome == "later" else outcome
        said = [
            Told(kind=each.kind, notice=each.id, outcome=ended, tries=tries, reason=reason, at_ms=now_ms)
            for each in those
        ]
        records = [fact(TOLD, f"{identity}", canonical_json(each), _SYSTEM, now_ms) for each in said]
        await self._desk.tick.facts(records)
        self._standings[identity] = Standing(place=those[-1].after, reason=reason if ended != "taken" else "")
        self._keep()
        return True

    async def _handed(
        self, identity: str, subscription: Subscription, those: Sequence[Notice]
    ) -> tuple[Outcome, str, int]:
        kind, _, name = identity.partition("/")
        try:
            if isinstance(subscription, Hook):
                body = self._desk.definitions.readable(kind, name)
                return await self._posted(msgspec.convert(body, Hook, strict=False), those[0])
            return await self._said(identity, subscription, those)
        except TryLater as later:
            return "later", later.reason, later.after_ms
        except NoAnswer as silence:
            return "later", str(silence), 0
        except (NeverLeft, LiftloopError, VaultDamaged) as error:
            return "refused", str(error), 0

    async def _posted(self, hook: Hook, notice: Notice) -> tuple[Outcome, str, int]:
        """Post one notice, signed; the same notice has the same `webhook-id`."""
        content = msgspec.json.encode({"type": notice.kind, "timestamp": instant(notice.at_ms), "data": notice.about})
        if self._session is None:
            self._session = open_session(self._allow)
        now_s = self._wall.now_ms() // SECOND_MS
        signed = headers(secret_bytes(hook.secret), notice.id, now_s, content)
        status, _ = await exchange(self._session, receiver(hook.url, self._allow), content, self._wall, signed)
        if status >= 500 or status in _PATIENCE:
            return "later", f"http_{status}", 0
        return ("taken", "", 0) if status < 300 else ("refused", f"http_{status}", 0)

    async def _said(self, identity: str, alert: Alert, those: Sequence[Notice]) -> tuple[Outcome, str, int]:
        """Say notices to a group, several in one text; a robot that may have said it is not asked to say it again."""
        definition = msgspec.convert(
            self._desk.definitions.readable("channel", alert.channel), ChannelDefinition, strict=False
        )
        subject, body = text_of(self._desk, those, alert.language)
        message = Message(
            key=MessageKey(f"alert/{identity}/{those[-1].id}"),
            attempt=AttemptId(those[-1].id),
            customer_id="",
            campaign="",
            action="",
            offer="",
            item="",
            address="",
            subject=subject,
            body=body,
            at_ms=those[-1].at_ms,
        )
        channel = open_channel(definition, self._allow, self._wall)
        try:
            (handover,) = await channel.send([message])
        finally:
            await channel.close()
        self._sent_ms.setdefault(identity, deque(maxlen=ALERTS_PER_MINUTE)).append(self._wall.now_ms())
        taken = handover.outcome in ("accepted", "uncertain")
        return "taken" if taken else "refused", handover.reason, 0

    def _full(self, identity: str) -> bool:
        """Say whether a group has heard as much within a minute as its robot may say."""
        sent = self._sent_ms.get(identity, deque[int]())
        return len(sent) == ALERTS_PER_MINUTE and self._wall.now_ms() - sent[0] < MINUTE_MS

    def _keep(self) -> None:
        write_whole(self._file, canonical_json(self._standings))


def _read(content: bytes) -> dict[str, Standing]:
    return msgspec.json.decode(content, type=dict[str, Standing])


def shown(told: Mapping[str, Any]) -> Told:
    """Return what a fact said."""
    return msgspec.convert(told, Told)
