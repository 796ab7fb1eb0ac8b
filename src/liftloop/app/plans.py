"""Keeps plans and starts them: a plan is written to its file when it is made and never changed afterwards.

The file's hash goes into the log as a fact, so that a forecast can be shown to be older than its campaign.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from liftloop.app.definitions.lawful import check_actions
from liftloop.app.definitions.publishing import Definitions as Published
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.definitions.uses import User
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.kept_answers import Kept, KeptAnswers, Shelf
from liftloop.app.planning.given import items_of, offer_of
from liftloop.app.planning.reading import channel_choice
from liftloop.app.planning.report import report
from liftloop.app.planning.sources import Definitions, Sources
from liftloop.app.planning.study import launch, plan_goal, read_goal
from liftloop.app.rehearsal.run import Play, Rehearsal, rehearse
from liftloop.app.rehearsal.sample import sample_of
from liftloop.app.rehearsal.stage import known_of
from liftloop.app.tick_client import TickClient
from liftloop.deliver.settings import REMEMBERED_DAYS, for_marketing, lacks_approval
from liftloop.kernel.clock import DAY_MS, MINUTE_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_REFUSED, Language, LiftloopError
from liftloop.measure.report import Report
from liftloop.plan.contract import ASSIGNED, Campaign
from liftloop.plan.goal.contract import QuestionId, Understood
from liftloop.plan.inputs import PLAIN, Wishes
from liftloop.plan.launch import AT_ONCE, Launch, LaunchTerms
from liftloop.plan.notices import Notice, Now, PlanOutdated, Thing, notices_of, stops
from liftloop.plan.options import CHANNEL_NAMES, Words, offer_name
from liftloop.plan.record import PlanRecord
from liftloop.plan.shop_metrics import catalogue_with
from liftloop.plan.standing import StandingGoal
from liftloop.plan.terms import SETTING
from liftloop.storage.contract import StateReader

T = TypeVar("T")

FROZEN = "plan.frozen"
LAUNCHED = "plan.launched"
PLAN_SUFFIX = ".plan"
REPORT_FRESH_MS = 5 * MINUTE_MS
"""A report takes seconds to compute and changes over hours: pages share one of this age."""


class LaunchWaits(LiftloopError):
    """Something may not begin before somebody else said yes."""

    def __init__(self, *, zh: str, en: str, next_zh: str, next_en: str) -> None:
        super().__init__(
            "needs_approval",
            zh=zh,
            en=en,
            next_zh=next_zh,
            next_en=next_en,
            status=409,
            exit_code=EXIT_REFUSED,
        )


class Plans:
    """The use cases around goals and plans."""

    def __init__(
        self, folder: Path, published: Published, follower: Follower, tick: TickClient, state: StateReader, clock: Clock
    ) -> None:
        self._folder = folder
        self._published = published
        self._follower = follower
        self._tick = tick
        self._state = state
        self._clock = clock
        self.offered: Mapping[str, Mapping[str, Any]] = {}
        """Groups that goals may name beside audiences and tags."""
        self.permits: list[Callable[[PlanRecord, str], Awaitable[None]]] = []
        """Who is asked before a launch, with the plan and the actor; raises where it must wait."""
        self._reports = KeptAnswers(follower, clock, Shelf(folder=folder.with_name("reports"), kind=Report))

    def sources(self) -> Sources:
        """Return everything that planning and measuring read, as of now."""
        live = self._published.live
        channels = for_marketing(live("channel"))
        return Sources(
            lake=self._follower.lake,
            state=self._state,
            definitions=Definitions(
                offers=live("offer"),
                channels={each: body for each, body in channels.items() if not lacks_approval(body)},
                unapproved={each: body for each, body in channels.items() if lacks_approval(body)},
                contents=live("content"),
                campaigns=live("campaign"),
                audiences=self._published.conditioned(),
                traits=live("trait"),
                settings=live("setting"),
                fields=live("field"),
                offered=self.offered,
            ),
            catalogue=catalogue_with(live("metric")),
            now_ms=self._clock.now_ms(),
        )

    def read(self, text: str, answers: Mapping[QuestionId, str], language: Language) -> Understood:
        return read_goal(text, answers, language, self.sources())

    def users_of(self, kind: str, identity: str) -> list[User]:
        """Return goals that stand and campaigns still measured that are about a metric; none of other kinds."""
        if kind != "metric":
            return []
        sources, found = self.sources(), list[User]()
        for goal, body in self._published.live("goal").items():
            standing = msgspec.convert(body, type=StandingGoal, strict=False)
            if read_goal(standing.text, standing.answers, "zh-CN", sources).goal.metric == identity:
                found.append(User(kind="goal", id=goal, name=standing.name or standing.text))
        for campaign, body in self._published.live("campaign").items():
            measured = self.has(body["plan"]) and (metric := self.kept(body["plan"]).metric) and metric.id == identity
            watched = any(each.get("metric") == identity for each in body.get("guardrails") or ())
            if measured or watched:
                found.append(User(kind="campaign", id=campaign, name=str(body["name"])))
        return found

    async def make(
        self,
        text: str,
        answers: Mapping[QuestionId, str],
        language: Language,
        actor: str,
        wishes: Wishes = PLAIN,
    ) -> PlanRecord:
        """Return a plan for a goal, written down; raises `LiftloopError` where the sentence cannot be read."""
        await self._follower.catch_up()
        record = await self.study(lambda sources: plan_goal(text, answers, language, sources, wishes))
        content = msgspec.msgpack.encode(record)
        self._folder.mkdir(exist_ok=True)
        path = self._path(record.plan_id)
        beside = path.with_suffix(".new")
        beside.write_bytes(content)
        beside.replace(path)
        said = {"plan": record.plan_id, "sha256": hashlib.sha256(content).hexdigest(), "text": text}
        body = canonical_json(said if record.group is None else {**said, "group": record.group})
        await self._tick.facts([fact(FROZEN, record.plan_id, body, actor, self._clock.now_ms())])
        return record

    async def study(self, work: Callable[[Sources], T]) -> T:
        """Run work that reads the lake in a thread of its own, over the lake as it is when the work begins."""
        sources = self.sources()
        return await self._follower.study(lambda lake: work(replace(sources, lake=lake)))

    def kept(self, plan_id: str) -> PlanRecord:
        """Return a plan as it was made; raises `NotFound`."""
        path = self._path(plan_id)
        if not path.is_file():
            raise NotFound("plan", plan_id)
        return msgspec.msgpack.decode(path.read_bytes(), type=PlanRecord)

    def has(self, plan_id: str) -> bool:
        """Return whether there is such a plan; campaigns may also be published by hand."""
        return self._path(plan_id).is_file()

    def all(self) -> list[PlanRecord]:
        """Return every plan, the newest first."""
        records = [self.kept(path.stem) for path in self._folder.glob(f"*{PLAN_SUFFIX}")]
        return sorted(records, key=lambda record: -record.created_ms)

    def campaign_of(self, plan_id: str) -> str | None:
        """Return the campaign that a plan became, if it was launched."""
        campaigns = self._published.live("campaign")
        return next((identity for identity, body in campaigns.items() if body["plan"] == plan_id), None)

    async def launch(self, plan_id: str, language: Language, actor: str, terms: LaunchTerms = AT_ONCE) -> str:
        """Start a plan and return its campaign; a plan that was launched returns the campaign it has.

        Raises `NotFound`, `NotLaunchable`, `BadLaunch`, `PlanOutdated` where something that it hands out is gone, and
        `ContentNotAllowed` where its words break a rule or wait for approval; words drafted for it are kept then.
        """
        running = self.campaign_of(plan_id)
        if running is not None:
            return running
        record = self.kept(plan_id)
        outdated = stops(record, await self.now())
        if outdated is not None:
            raise PlanOutdated(outdated)
        for permit in self.permits:
            await permit(record, actor)
        started: Launch = launch(record, language, self.sources(), terms)
        now_ms = self._clock.now_ms()
        journeys = [each for each in started.definitions if each.kind == "journey"]
        campaigns = [each for each in started.definitions if each.kind == "campaign"]
        await self._publish_drafts(started, actor)
        check_actions(self._published.live, started.campaign.actions)
        for each in campaigns:
            await self._published.publish(each.kind, each.id, each.body, actor)
        await self._tick.facts([fact(ASSIGNED, started.campaign_id, started.assigned, actor, now_ms)])
        for each in journeys:
            await self._published.publish(each.kind, each.id, each.body, actor)
        body = canonical_json({"plan": plan_id, "campaign": started.campaign_id})
        await self._tick.facts([fact(LAUNCHED, started.campaign_id, body, actor, now_ms)])
        while await self._follower.fill():
            await self._follower.catch_up()
        return started.campaign_id

    async def _publish_drafts(self, started: Launch, actor: str) -> None:
        """Publish the words that a launch drafted; those of an earlier try stay as somebody may have mended them."""
        known = self._published.live("content")
        for each in started.definitions:
            if each.kind == "content" and each.id not in known:
                await self._published.publish(each.kind, each.id, each.body, actor)

    async def tell_margin(self, share: float | None, actor: str) -> None:
        """Keep the shop's usual margin among its rules for plans; None says not to ask again."""
        rules = dict(self._published.live("setting").get(SETTING, {}))
        rules |= {"margin_asked": True} if share is None else {"margin_asked": True, "margin_share": share}
        await self._published.publish("setting", SETTING, rules, actor)

    async def now(self) -> Now:
        """Return what a plan's things are now, to be held against what they were."""
        sources = self.sources()
        items, offset = await self.study(lambda read: (items_of(read.lake), int(read.lake.position().offset)))
        offers = [offer_of(identity, body) for identity, body in sources.definitions.offers.items()]
        return Now(
            offers={each.id: Thing(name=offer_name(each), stock=each.stock) for each in offers},
            items={each.id: Thing(name=Words(zh=each.name_zh, en=each.name_en), stock=each.stock) for each in items},
            channels={each: Thing(name=Words(zh=each, en=each)) for each in sources.definitions.channels},
            now_ms=sources.now_ms,
            data_offset=offset,
        )

    async def notices(self, record: PlanRecord) -> tuple[Notice, ...]:
        """Return what has changed since a plan was made; nothing once it was launched."""
        if record.assigned is None or self.campaign_of(record.plan_id) is not None:
            return ()
        return notices_of(record, await self.now())

    async def rehearse(
        self, plan_id: str, language: Language, people_max: int, terms: LaunchTerms = AT_ONCE
    ) -> Rehearsal:
        """Return what a launch now on these terms would do, told by at most so many of its people.

        Nothing is sent or written. Raises `NotFound`, `BadLaunch`, and `NotLaunchable` where there is nothing to
        rehearse.
        """
        together = replace(terms, canary=None)  # What comes of the first messages no rehearsal knows.
        started = launch(self.kept(plan_id), language, self.sources(), together)
        sample = sample_of(started.assigned, people_max)
        chosen = {content for contents in terms.variants.values() for content in contents}
        channels = for_marketing(self._published.live("channel"))
        defined = [channel_choice({"id": identity, **body}, CHANNEL_NAMES) for identity, body in channels.items()]
        told = await self._tick.ask(
            "rehearsing",
            profiles=sample.profile.tobytes(),
            media=sorted({each.medium for each in defined}),
            since_ms=self._clock.now_ms() - REMEMBERED_DAYS * DAY_MS,
        )
        play = Play(
            plan_id=plan_id,
            launch=started,
            channels=channels,
            contents={each: self._published.newest("content", each)[1] for each in chosen},
            delivery=self._published.live("setting").get("delivery"),
            sample=sample,
            known=known_of(sample.profile, told),
        )
        return await asyncio.to_thread(rehearse, play)

    async def report(self, campaign_id: str) -> Report:
        """Return what a campaign changed, at most REPORT_FRESH_MS old; raises `NotFound`."""
        return (await self.reported(campaign_id)).answer

    async def reported(self, campaign_id: str, patience_s: float | None = None) -> Kept[Report]:
        """Return what a campaign changed, an older report where a newer takes longer than somebody's patience."""
        _, body, _, _ = self._published.newest("campaign", campaign_id)
        campaign = msgspec.convert(body, type=Campaign, strict=False)
        record = self.kept(campaign.plan)

        async def count() -> Report:
            return await self.study(lambda sources: report(campaign_id, campaign, record, sources))

        return await self._reports.ask(campaign_id, count, fresh_ms=REPORT_FRESH_MS, patience_s=patience_s)

    async def keep_report(self, campaign_id: str, report: Report) -> None:
        """Keep a report that somebody has made of what the lake says now: pages share it while it is fresh."""
        await self._reports.put(campaign_id, report, report.as_of_ms)

    async def close(self) -> None:
        """Wait for reports that are being counted: the lake closes after it."""
        await self._reports.close()

    def campaigns(self) -> list[str]:
        """Return the ids of all campaigns, the latest start first."""
        campaigns = self._published.live("campaign")
        return sorted(campaigns, key=lambda identity: -int(campaigns[identity]["starts_ms"]))

    def _path(self, plan_id: str) -> Path:
        name = "".join(letter for letter in plan_id if letter.isalnum() or letter == "-")
        return self._folder / f"{name}{PLAN_SUFFIX}"
