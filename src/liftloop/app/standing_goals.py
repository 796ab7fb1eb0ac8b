"""Goals that stand: looked at every week, planned again when behind, acted on as far as their autonomy goes.

Every look is a fact with what was measured and why; what was launched can be stopped, and a goal be paused.
"""

import asyncio
import logging

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import Definitions, NotFound
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.planning.given import population_of
from liftloop.app.planning.progress import level_now
from liftloop.app.planning.reading import read_shop
from liftloop.app.planning.sources import Sources
from liftloop.app.planning.study import read_goal_and_group
from liftloop.app.plans import LaunchWaits, Plans
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.contract import Goal, Question
from liftloop.plan.inputs import Wishes
from liftloop.plan.metric.events import events_of
from liftloop.plan.options import Words
from liftloop.plan.outcome import outcome_of
from liftloop.plan.record import PlanRecord
from liftloop.plan.standing import (
    WEEK_DAYS,
    Act,
    Level,
    Path,
    Review,
    StandingGoal,
    Used,
    decide,
    next_due_ms,
    path_of,
    standing_of,
    standing_problem,
    within_fen,
)
from liftloop.profile.metric import Metric
from liftloop.storage.contract import StorageError

KIND = "goal"
REVIEWED = "goal.reviewed"
ACTOR = "system:standing-goal"
LOOK_EVERY_S = 60.0
REVIEWS_MAX = 520
"""Ten years of weeks are read; what lies before is in the log."""
_REVIEWS = 'SELECT body FROM system_record WHERE kind = $1 AND name = $2 ORDER BY "offset" DESC LIMIT $3'

_LOGGER = logging.getLogger("liftloop.desk")


class NotStanding(LiftloopError):
    """A goal that cannot stand: it leaves something open, or has no data to be held against."""

    def __init__(self, said: Words, next_step: Words) -> None:
        super().__init__(
            "not_standing",
            zh=said.zh,
            en=said.en,
            next_zh=next_step.zh,
            next_en=next_step.en,
            status=422,
            exit_code=EXIT_REFUSED,
        )


class NothingWaits(LiftloopError):
    """The plan does not wait for an approval of this goal."""

    def __init__(self, goal: str, plan: str) -> None:
        super().__init__(
            "nothing_waits",
            zh=f"目标 {goal} 没有在等批准的方案 {plan}",
            en=f"no plan {plan} of the goal {goal} waits for approval",
            next_zh="看看这个目标最近一次检查的结果：liftloop goal show",
            next_en="look at the goal's last review: liftloop goal show",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class Looked(Struct, frozen=True, kw_only=True):
    """What a standing goal means and where its metric is."""

    goal: Goal
    metric: Metric
    window_days: int
    level: Level


class StandingGoals:
    """The use cases around goals that stand; one review at a time."""

    def __init__(
        self, definitions: Definitions, plans: Plans, follower: Follower, tick: TickClient, clock: Clock
    ) -> None:
        self._definitions = definitions
        self._plans = plans
        self._follower = follower
        self._tick = tick
        self._clock = clock
        self._alone = asyncio.Lock()

    def live(self) -> dict[str, StandingGoal]:
        """Return every goal that stands, paused ones included, by id."""
        return {identity: _standing(body) for identity, body in self._definitions.live(KIND).items()}

    def named(self, identity: str) -> tuple[int, StandingGoal]:
        """Return a goal with its version; raises `NotFound`."""
        version, body, _, status = self._definitions.newest(KIND, identity)
        if status == "retired":
            raise NotFound(KIND, identity)
        return version, _standing(body)

    async def stand(self, identity: str, goal: StandingGoal, actor: str) -> Review:
        """Let a goal stand, or change how it does, and look at it at once; raises `NotStanding`."""
        _refuse(standing_problem(goal))
        before = self.live().get(identity)
        now_ms = self._clock.now_ms()
        same = before is not None and (before.text, before.answers) == (goal.text, goal.answers)
        goal = replace(goal, since_ms=before.since_ms if before is not None and same else now_ms)
        await self._follower.catch_up()
        await self._plans.study(lambda sources: look(goal, sources))  # A goal that cannot stand is refused before.
        await self._definitions.publish(KIND, identity, msgspec.to_builtins(goal), actor)
        return await self.review(identity, actor)

    async def change(self, identity: str, actor: str, **changed: object) -> StandingGoal:
        """Publish the next version with some fields changed; autonomy, limits, paused need no new look."""
        _, goal = self.named(identity)
        goal = msgspec.convert({**msgspec.to_builtins(goal), **changed}, type=StandingGoal, strict=False)
        _refuse(standing_problem(goal))
        await self._definitions.publish(KIND, identity, msgspec.to_builtins(goal), actor)
        return goal

    async def end(self, identity: str, actor: str) -> None:
        """Let a goal stand no longer; its campaigns go on unless they are stopped."""
        await self._definitions.retire(KIND, identity, actor)

    async def reviews(self, identity: str) -> list[Review]:
        """Return the looks at a goal, the latest first."""
        rows = await self._follower.select(_REVIEWS, [REVIEWED, identity, REVIEWS_MAX])
        return [msgspec.json.decode(str(body), type=Review) for body in rows["body"].tolist()]

    async def review(self, identity: str, actor: str) -> Review:
        """Look at a goal now: measure, compare with its path, plan again where it is behind, act as it may."""
        async with self._alone:
            await self._follower.catch_up()
            version, goal = self.named(identity)
            earlier = await self.reviews(identity)
            found = await self._plans.study(lambda sources: look(goal, sources))
            review = _compared(identity, version, (goal, found), earlier, self._clock.now_ms())
            used = used_of(earlier, review.at_ms)
            first = not any(each.text == goal.text for each in earlier)
            if review.status == "behind" or (first and review.status == "on_path"):
                review = await self._acted(goal, replace(review, used=used), actor)
            await self._keep(replace(review, actor=actor))
        return (await self.reviews(identity))[0]

    async def approve(self, identity: str, plan_id: str, actor: str) -> Review:
        """Launch a plan that waits; raises `NothingWaits`."""
        async with self._alone:
            latest = {each.plan: each for each in reversed(await self.reviews(identity)) if each.plan}
            waiting = latest.get(plan_id)
            if waiting is None or waiting.act not in ("waits", "suggested"):
                raise NothingWaits(identity, plan_id)
            campaign = await self._plans.launch(plan_id, "zh-CN", actor)
            said = Words(zh="已批准并启动", en="approved and launched")
            await self._keep(self._next(waiting, "launched", said, actor, campaign=campaign))
        return (await self.reviews(identity))[0]

    async def stop(self, identity: str, campaign: str, actor: str) -> Review:
        """Stop a campaign that the goal launched and pause the goal; who was contacted stays contacted."""
        async with self._alone:
            launched = next((each for each in await self.reviews(identity) if each.campaign == campaign), None)
            if launched is None or launched.act != "launched":
                raise NotFound("campaign", campaign)
            await self._definitions.retire("journey", campaign, actor)
            await self.change(identity, actor, paused=True)
            said = Words(zh="活动已停止，目标已暂停", en="the campaign was stopped and the goal paused")
            await self._keep(self._next(launched, "stopped", said, actor))
        return (await self.reviews(identity))[0]

    async def run_if_due(self) -> None:
        """Look at every goal that is due; what hinders one is logged and tried the next week."""
        now_ms = self._clock.now_ms()
        for identity, goal in self.live().items():
            if goal.paused:
                continue
            last = next(iter(await self.reviews(identity)), None)
            if last is not None and (
                last.status == "over" or next_due_ms(goal, last.at_ms, SHANGHAI_OFFSET_MINUTES) > now_ms
            ):
                continue
            try:
                await self.review(identity, ACTOR)
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("the goal %s could not be reviewed: %s", identity, error)

    async def run_weekly(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.run_if_due()

    async def _acted(self, goal: StandingGoal, review: Review, actor: str) -> Review:
        """Plan again, and do with the plan what the goal's autonomy allows."""
        wishes = Wishes(within_fen=within_fen(goal, review.used))
        plan = await self._plans.make(goal.text, goal.answers, "zh-CN", actor, wishes)
        decided = decide(goal, plan, review.used)
        act, reason, campaign = decided.act, decided.reason, ""
        if act == "launched":
            try:
                campaign = await self._plans.launch(plan.plan_id, "zh-CN", actor)
            except LaunchWaits as waits:  # Its own limits let it; the shop's rule asks somebody first.
                act, reason = "waits", Words(zh=waits.zh, en=waits.en)
        return replace(
            review,
            act=act,
            reason=reason,
            plan=plan.plan_id,
            campaign=campaign,
            cost_fen=plan.cost_fen,
            people=people_of(plan),
        )

    def _next(self, review: Review, act: Act, reason: Words, actor: str, *, campaign: str = "") -> Review:
        campaign = campaign or review.campaign
        return replace(review, at_ms=self._clock.now_ms(), act=act, reason=reason, actor=actor, campaign=campaign)

    async def _keep(self, review: Review) -> None:
        body = canonical_json(msgspec.to_builtins(review))
        await self._tick.facts([fact(REVIEWED, review.goal, body, review.actor, review.at_ms)])
        await self._follower.catch_up()


def look(goal: StandingGoal, sources: Sources) -> Looked:
    """Return what a standing goal means and where its metric is; raises `NotStanding` where that is not known."""
    understood, group = read_goal_and_group(goal.text, goal.answers, "zh-CN", sources)
    metric = sources.catalogue.by_id.get(understood.goal.metric or "")
    if understood.questions or metric is None or isinstance(group, Question):
        asked = understood.questions[0]
        raise NotStanding(
            Words(zh=f"目标还没有说完整：{asked.zh}", en=f"The goal leaves something open: {asked.en}"),
            Words(zh="把它写进句子里，或在 answers 里回答", en="say it in the sentence, or answer it in `answers`"),
        )
    outcome = outcome_of(metric)
    if outcome is None:
        raise NotStanding(
            Words(
                zh=f"{metric.name_zh}只在发了消息时才有，没法每周对照",
                en=f"{metric.name_en} exists only where a message was sent",
            ),
            Words(zh="换一个说客户行为的指标", en="choose a metric of what people do"),
        )
    window_days = understood.goal.window_days or metric.window_days
    population = population_of(sources, outcome, group.tree)
    level = level_now(sources.lake, population, metric, window_days, (sources.now_ms, read_shop(sources.lake)))
    if level is None:
        events = events_of(metric)
        raise NotStanding(
            Words(zh=f"{metric.name_zh}还没有数据", en=f"there are no data for {metric.name_en} yet"),
            Words(
                zh=f"先接入或导入这些事件：{'、'.join(events)}",
                en=f"connect or import these events first: {', '.join(events)}",
            ),
        )
    return Looked(goal=understood.goal, metric=metric, window_days=window_days, level=level)


def used_of(reviews: list[Review], now_ms: int) -> Used:
    """Return what the goal's own launches of the last seven days cost."""
    recent = [each for each in reviews if each.act == "launched" and each.at_ms > now_ms - WEEK_DAYS * DAY_MS]
    return Used(cost_fen=sum(each.cost_fen for each in recent), people=sum(each.people for each in recent))


def people_of(plan: PlanRecord) -> int:
    """Return how many people a plan contacts."""
    return sum(action.people for action in plan.actions)


def _compared(
    identity: str, version: int, at_hand: tuple[StandingGoal, Looked], earlier: list[Review], now_ms: int
) -> Review:
    goal, found = at_hand
    path = _path(goal, found, earlier)
    status, sure = standing_of(path, found.level, found.goal.direction, now_ms)
    said = {
        "on_path": Words(zh="走在计划的路上，不用做什么", en="on its path: nothing needs to be done"),
        "behind": Words(zh="落后于计划", en="behind its path"),
        "over": Words(zh="期限已到", en="its time is over"),
    }[status]
    return Review(
        goal=identity,
        version=version,
        at_ms=now_ms,
        actor="",
        text=goal.text,
        metric=found.metric.id,
        unit=found.metric.unit,
        status=status,
        sure=sure,
        level=found.level,
        path=path,
        path_now=path.at(now_ms),
        act="none",
        reason=said,
    )


def _path(goal: StandingGoal, found: Looked, earlier: list[Review]) -> Path:
    """Return the path as it was fixed at the first look at these words; a new sentence is a new path."""
    first = next((each for each in reversed(earlier) if each.path.since_ms == goal.since_ms), None)
    if first is not None:
        return first.path
    return path_of(found.goal, goal.since_ms, found.level.now, found.window_days)


def _standing(body: object) -> StandingGoal:
    return msgspec.convert(body, type=StandingGoal, strict=False)


def _refuse(problem: Words | None) -> None:
    if problem is not None:
        raise NotStanding(problem, Words(zh="改好再提交", en="change it and send it again"))
