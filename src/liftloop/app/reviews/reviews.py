"""Reviews and the forecast ledger: written ahead and kept, and sent by themselves a day after a campaign ends.

What was measured at the end is stated once as a fact and is from then on a row of the forecast ledger. A review
leaves at most once: the intention is a fact before the hand-over, and one whose outcome is not known is not sent again.
"""

import asyncio
import html
import logging
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.kept_answers import Kept, KeptAnswers, Shelf
from liftloop.app.planning.ledger import FORECAST_SCORED, read_ledger
from liftloop.app.reviews.counted import counted, reached_in
from liftloop.deliver.contract import FOR_COLLEAGUES, ChannelDefinition, Enclosure, Message, TryLater
from liftloop.kernel.clock import DAY_MS, MINUTE_MS, SystemClock
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import Language, LiftloopError
from liftloop.kernel.ids import AttemptId, MessageKey
from liftloop.measure.review.document import Review
from liftloop.measure.review.recipients import Recipient, ReviewSettings
from liftloop.measure.review.writing import Written, review_of
from liftloop.measure.scorecard import Scorecard, scorecard_of
from liftloop.plan.contract import Campaign
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.plugins.documents import MEDIA_TYPES, Form, written
from liftloop.plugins.documents.spoken import spoken
from liftloop.storage.contract import StorageError

SENDING, SENT = "review.sending", "review.sent"
"""The facts that a review is about to leave, and what became of it."""
LOOK_EVERY_S = 10.0
FRESH_MS = 5 * MINUTE_MS
SETTLED_AFTER_MS = DAY_MS
"""Orders of the last day come in when shops hand in their day: what is stated for good waits for them."""
SEND_WITHIN_MS = 3 * DAY_MS
"""How long after its end a campaign's review still goes out by itself: whoever is named later reads old ones here."""
POSTPONED = "later"
"""The outcome of a hand-over of which nothing left: it is made again."""
_SYSTEM = "system:desk"
_HANDED = """
SELECT kind, name, body FROM system_record WHERE kind IN ('review.sending', 'review.sent') ORDER BY "offset"
"""
_LOGGER = logging.getLogger("liftloop.desk")


class Handed(Struct, frozen=True, kw_only=True):
    """What became of one review for one recipient; `outcome` is empty while that is not known."""

    campaign_id: str
    recipient: str
    channel: str
    outcome: str = ""
    reason: str = ""
    at_ms: int = 0


class Reviews:
    """The use cases around reviews; one is counted at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._finishing = asyncio.Lock()
        shelf = Shelf(folder=desk.data / "reviews", kind=Review)
        self._kept = KeptAnswers(desk.follower, desk.clock, shelf)
        self._failed: set[str] = set()
        """Campaigns that could not be measured since this desk began: told once, not at every look."""

    async def review(self, campaign_id: str) -> Review:
        """Return the review of a campaign, at most five minutes old; raises `NotFound`."""
        return (await self.kept(campaign_id)).answer

    async def kept(self, campaign_id: str, patience_s: float | None = None) -> Kept[Review]:
        """Return the review of a campaign, an older one where a newer takes longer than somebody's patience."""

        async def count() -> Review:
            return review_of(await self._counted(campaign_id))

        self._desk.definitions.newest("campaign", campaign_id)  # What is kept of one that is gone is not shown.
        fresh_ms = 0 if self._lacks_the_end(campaign_id) else FRESH_MS
        return await self._kept.ask(campaign_id, count, fresh_ms=fresh_ms, patience_s=patience_s)

    def _lacks_the_end(self, campaign_id: str) -> bool:
        """Say whether the review that is kept was written before a campaign ended that has ended since."""
        known = self._kept.known(campaign_id)
        return known is not None and known.answer.as_of_ms < known.answer.ends_ms <= self._desk.clock.now_ms()

    async def write_ahead(self) -> None:
        """Write the reviews that somebody would wait for: those of campaigns that began or ended and have none yet."""
        now_ms = self._desk.clock.now_ms()
        for campaign_id, body in self._desk.definitions.live("campaign").items():
            begun = int(body["starts_ms"]) <= now_ms and self._desk.plans.has(str(body["plan"]))
            written = self._kept.known(campaign_id) is not None and not self._lacks_the_end(campaign_id)
            if begun and not written and campaign_id not in self._failed:
                try:
                    await self.kept(campaign_id)
                except (StorageError, LiftloopError) as error:
                    _LOGGER.warning("the review of %s is not written ahead: %s", campaign_id, error)
                    self._failed.add(campaign_id)

    async def file(self, campaign_id: str, form: Form, language: Language) -> bytes:
        """Return the review as a file. Raises `NotFound`, and `LiftloopError` where the extra is not installed."""
        review = await self.review(campaign_id)
        return await asyncio.to_thread(written, review, form, language)

    async def scorecard(self) -> Scorecard:
        """Return the forecast ledger with its scores."""
        await self._desk.follower.catch_up()
        return scorecard_of(await self._desk.follower.study(read_ledger))

    async def handed(self) -> list[Handed]:
        """Return what became of every review that was to leave, the last word of each, oldest first."""
        rows = await self._desk.follower.select(_HANDED)
        found: dict[tuple[str, str], Handed] = {}
        for body in rows["body"]:
            each = msgspec.convert(parse_json(str(body)), Handed)
            found[each.campaign_id, each.recipient] = each
        return list(found.values())

    async def finish_due(self) -> None:
        """Keep what was measured of campaigns that ended and send their reviews; one that fails holds up no other."""
        if self._finishing.locked():
            return
        async with self._finishing:
            ended = self._ended()
            if not ended:
                return
            scored = {row.campaign_id for row in (await self.scorecard()).rows}
            for campaign_id, ends_ms in ended.items():
                try:
                    if campaign_id not in scored | self._failed:
                        await self._score(campaign_id)
                    if self._settings().recipients and self._desk.clock.now_ms() - ends_ms <= SEND_WITHIN_MS:
                        await self.send(campaign_id, _SYSTEM)
                except (StorageError, LiftloopError, OSError) as error:
                    if campaign_id not in self._failed:
                        _LOGGER.warning("the review of %s has to wait: %s", campaign_id, error)
                    self._failed.add(campaign_id)

    async def finish_when_due(self) -> None:
        """Finish until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.finish_due()
            await self.write_ahead()

    async def close(self) -> None:
        """Wait for reviews that are being counted: the lake closes after it."""
        await self._kept.close()

    async def send(self, campaign_id: str, actor: str) -> list[Handed]:
        """Send the review to everybody named who has not had it, and return what became of each."""
        settings = self._settings()
        if not settings.recipients:
            raise NobodyNamed
        had = {each.recipient: each for each in await self.handed() if each.campaign_id == campaign_id}
        found: list[Handed] = []
        for recipient in settings.recipients:
            before = had.get(_name(recipient))
            if before is not None and before.outcome != POSTPONED:
                found.append(before)
                continue
            found.append(await self._hand(campaign_id, recipient, settings, actor))
        return found

    def _ended(self) -> dict[str, int]:
        """Return the campaigns whose window is over for so long that what happened in it is known, with its end."""
        settled_ms = self._desk.clock.now_ms() - SETTLED_AFTER_MS
        campaigns = self._desk.definitions.live("campaign")
        return {
            identity: int(body["ends_ms"])
            for identity, body in campaigns.items()
            if int(body["ends_ms"]) <= settled_ms and self._desk.plans.has(str(body["plan"]))
        }

    async def _score(self, campaign_id: str) -> None:
        """State what was measured; sides that cannot be compared, or too few people, are not scored at all."""
        made = await self._counted(campaign_id)
        report = made.report
        await self._kept.put(campaign_id, review_of(made), report.as_of_ms)
        if report.scored is None:
            self._failed.add(campaign_id)
            return
        body = canonical_json(report.scored)
        await self._desk.tick.facts([fact(FORECAST_SCORED, campaign_id, body, _SYSTEM, self._desk.clock.now_ms())])
        await self._desk.follower.catch_up()

    async def _counted(self, campaign_id: str) -> Written:
        _, body, _, _ = self._desk.definitions.newest("campaign", campaign_id)
        campaign = msgspec.convert(body, type=Campaign, strict=False)
        record = self._desk.plans.kept(campaign.plan)
        await self._desk.follower.catch_up()
        reached = reached_in(self._desk.state, campaign_id, campaign)
        made = await self._desk.plans.study(lambda sources: counted(campaign_id, campaign, record, sources, reached))
        await self._desk.plans.keep_report(campaign_id, made.report)
        return made

    def _settings(self) -> ReviewSettings:
        body = self._desk.definitions.live("setting").get("review")
        return ReviewSettings() if body is None else msgspec.convert(body, ReviewSettings, strict=False)

    async def _hand(self, campaign_id: str, recipient: Recipient, settings: ReviewSettings, actor: str) -> Handed:
        """Hand a review over once; the fact that it leaves is durable before it does."""
        review = await self.review(campaign_id)
        body = self._desk.definitions.readable("channel", recipient.channel)
        definition = msgspec.convert(body, type=ChannelDefinition, strict=False)
        to_group = definition.kind in FOR_COLLEAGUES
        files = [
            Enclosure(
                name=f"{campaign_id}.{form}",
                media_type=MEDIA_TYPES[form],
                content=await asyncio.to_thread(written, review, form, settings.language),
            )
            for form in (() if to_group else settings.files)
        ]
        handed = Handed(
            campaign_id=campaign_id,
            recipient=_name(recipient),
            channel=recipient.channel,
            at_ms=self._desk.clock.now_ms(),
        )
        await self._say(SENDING, handed, actor)
        message = _message(review, recipient, settings.language, files, _as_text if to_group else _as_html)
        outcome, reason = await self._handed_over(definition, message)
        handed = msgspec.structs.replace(handed, outcome=outcome, reason=reason, at_ms=self._desk.clock.now_ms())
        await self._say(SENT, handed, actor)
        await self._desk.follower.catch_up()
        return handed

    async def _handed_over(self, definition: ChannelDefinition, message: Message) -> tuple[str, str]:
        channel = open_channel(definition, parse_networks(self._desk.settings.webhook_allow), SystemClock())
        try:
            handovers = await channel.send([message])
        except TryLater as later:
            return POSTPONED, later.reason
        finally:
            await channel.close()
        return (handovers[0].outcome, handovers[0].reason) if handovers else ("uncertain", "no_answer")

    async def _say(self, kind: str, handed: Handed, actor: str) -> None:
        body = canonical_json(handed)
        await self._desk.tick.facts([fact(kind, handed.campaign_id, body, actor, self._desk.clock.now_ms())])


class NobodyNamed(LiftloopError):
    """Nobody is named to get reviews."""

    def __init__(self) -> None:
        super().__init__(
            "nobody_named",
            zh="还没有写明复盘发给谁",
            en="nobody is named to get reviews",
            next_zh="发布设置 review：recipients 里写渠道和邮箱地址",
            next_en="publish the setting review: recipients with a channel and an e-mail address",
            status=409,
        )


def _name(recipient: Recipient) -> str:
    """Return a name for a recipient that tells nobody the address."""
    return blake2b(f"{recipient.channel}\x1f{recipient.address}".encode(), digest_size=8).hexdigest()


def _as_html(said: Mapping[str, Any]) -> str:
    facts = "".join(
        f"<p>{html.escape(each['label'])}: <b>{html.escape(each['value'])}</b> {html.escape(each['under'] or '')}</p>"
        for each in said["facts"]
    )
    return f"<h2>{html.escape(said['title'])}</h2><p>{html.escape(said['headline'])}</p>{facts}"


def _as_text(said: Mapping[str, Any]) -> str:
    facts = (f"{each['label']}: {each['value']} {each['under'] or ''}".rstrip() for each in said["facts"])
    return "\n".join([said["headline"], "", *facts])


def _message(
    review: Review,
    recipient: Recipient,
    language: Language,
    files: Sequence[Enclosure],
    as_body: Callable[[Mapping[str, Any]], str],
) -> Message:
    said = spoken(review, language)
    key = f"review:{review.campaign_id}:{_name(recipient)}"
    return Message(
        key=MessageKey(key),
        attempt=AttemptId(key),
        customer_id="",
        campaign=review.campaign_id,
        action="review",
        offer="",
        item="",
        address=recipient.address,
        subject=f"Review: {said['title']}" if language == "en" else f"复盘：{said['title']}",
        body=as_body(said),
        at_ms=review.as_of_ms,
        files=tuple(files),
    )
