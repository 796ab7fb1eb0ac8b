"""Publishes definitions: checked, then stated as a fact; the answer comes after the tick that folded it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from liftloop.app.callers import check_guard, told
from liftloop.app.definitions.destinations import check_destination
from liftloop.app.definitions.edge import EDGE_KINDS, BadDefinition, check_edge
from liftloop.app.definitions.issued import check_pool
from liftloop.app.definitions.journeys import lacks
from liftloop.app.definitions.lawful import check_journey_words, content_problems
from liftloop.app.definitions.limits import (
    campaign_problem,
    capacity_problem,
    journey_problem,
    never_again,
    quotas_problem,
    tag_problem,
    trait_problem,
)
from liftloop.app.definitions.pages import page_problem
from liftloop.app.definitions.relate import RELATE_KINDS, check_relate
from liftloop.app.definitions.secrets import has_clear, opened, sealed, secrets_in, with_kept, with_stand_ins
from liftloop.app.definitions.sending import senders_of, walked_still
from liftloop.app.definitions.settings import as_kind, check_setting, refuse
from liftloop.app.definitions.uses import InUse, User, users_of
from liftloop.app.facts import fact, published
from liftloop.app.tick_client import TickClient
from liftloop.audience.contract import Audience, BadAudience, Level, Signal, Tag
from liftloop.audience.reading import LEVEL, SIGNAL, level_trees, references
from liftloop.audience.reading import check as check_tree
from liftloop.compose.assets import Asset, asset_problem
from liftloop.compose.contract import Content
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.coupons import Pool
from liftloop.journey.contract import Journey
from liftloop.journey.graph import check as check_journey
from liftloop.journey.triggers import OnAudience, OnCampaign, OnDate, OnSchedule
from liftloop.kernel.clock import Clock, SystemClock
from liftloop.kernel.codec import canonical_json, fingerprint, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.measure.dashboards import Dashboard, dashboard_problem
from liftloop.measure.experiments.definition import ExperimentDefinition, experiment_problem
from liftloop.plan.contract import Campaign
from liftloop.plan.shop_metrics import CustomMetric, metric_problem, metrics_with
from liftloop.plan.standing import StandingGoal, standing_problem
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.contract import Network
from liftloop.profile.sources import leaves, source_of
from liftloop.profile.tags import TAG, tag_condition
from liftloop.runtime.catalog import RETIRED
from liftloop.storage.contract import StateReader, Vault

KINDS = (
    "audience",
    "trait",
    "journey",
    "campaign",
    "channel",
    "content",
    "offer",
    "item",
    "setting",
    "signal",
    "tag",
    "level",
    "destination",
    "experiment",
    "metric",
    "goal",
    "dashboard",
    *RELATE_KINDS,
    "pool",
    "asset",
    *EDGE_KINDS,
)
BODY_BYTES_MAX = 256_000
"""A journey of two hundred nodes takes a tenth of it."""
AUDIENCES_MAX = 512


class Conflict(LiftloopError):
    """Somebody published another version meanwhile."""

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(
            "conflict",
            zh=f"{kind} {identity} 刚被别人改过",
            en=f"{kind} {identity} has been changed by someone else",
            next_zh="打开最新版本，合并后再发布",
            next_en="open the newest version, merge and publish again",
            status=409,
        )


KINDS_ZH: Mapping[str, str] = {
    "asset": "素材",
    "audience": "人群",
    "campaign": "活动",
    "channel": "渠道",
    "content": "内容",
    "dashboard": "看板",
    "experiment": "实验",
    "export": "导出",
    "goal": "长期目标",
    "import": "导入",
    "journey": "旅程",
    "merge": "合并",
    "metric": "指标",
    "offer": "优惠",
    "opportunity": "机会",
    "plan": "计划",
    "playbook": "打法",
    "points": "积分",
    "pool": "券池",
    "profile": "客户",
    "proposal": "提案",
    "signal": "信号",
    "source": "来源",
    "staff": "员工",
    "tag": "标签",
    "team": "团队",
    "approval": "审批",
    "hook": "外部系统订阅",
    "trait": "特征",
    "work": "跟进事项",
}
"""What people call the kinds of things that have an id; of others the code is told."""


class NotFound(LiftloopError):
    """There is nothing of this kind and id."""

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(
            "not_found",
            zh=f"没有找到{KINDS_ZH.get(kind, f' {kind}')}：{identity}",
            en=f"no such {kind}: {identity}",
            next_zh="检查编号有没有写错，或者它已经被删除；列表里有现在的全部",
            next_en="check the id, or whether it was removed; the list shows all that is there now",
            status=404,
        )


class Definitions:
    """The use cases around definitions."""

    def __init__(
        self, tick: TickClient, state: StateReader, clock: Clock, allow: Sequence[Network], vault: Vault
    ) -> None:
        self._tick = tick
        self._state = state
        self._clock = clock
        self._vault = vault
        self._allow = allow
        """Private networks that channels may reach: what could never be sent is refused when it is set up."""
        self.permits: list[Callable[[str, str, Mapping[str, Any], str], Awaitable[None]]] = []
        """Who is asked before something new is published, with kind, id, body and actor; raises where it must wait."""
        self.more_users: list[Callable[[str, str], list[User]]] = []
        """Who else knows of live definitions that ask for one of a kind: goals say their metric in a sentence."""

    def live(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the bodies of all live definitions of a kind by id, waiting ones included."""
        rows = self._state.rows(
            "SELECT id, body FROM definition WHERE kind = ? AND status IN ('live', 'filling') ORDER BY id, version",
            (kind,),
        )
        return {identity: parse_json(body) for identity, body in rows}

    def setting(self, identity: str) -> dict[str, Any]:
        """Return one live setting, empty where it was never set."""
        rows = self._state.rows(
            "SELECT body FROM definition WHERE kind = 'setting' AND id = ? AND status IN ('live', 'filling')"
            " ORDER BY version DESC LIMIT 1",
            (identity,),
        )
        return parse_json(rows[0][0]) if rows else {}

    def ended(self, kind: str) -> set[str]:
        """Return the ids of a kind that were retired, those that came back later included."""
        rows = self._state.rows("SELECT DISTINCT id FROM definition WHERE kind = ? AND status = 'retired'", (kind,))
        return {identity for (identity,) in rows}

    def conditioned(self) -> dict[str, dict[str, Any]]:
        """Return audiences, signals, tags and levels by the id under which conditions and triggers name them.

        A tag without a rule has the tree that says that it was put on somebody.
        """
        signals = {SIGNAL + identity: body for identity, body in self.live("signal").items()}
        tags = {
            TAG + identity: {**body, "where": body.get("where") or tag_condition(identity)}
            for identity, body in self.live("tag").items()
        }
        levels = self.live("level")
        trees = level_trees(levels)
        ranked = {LEVEL + each: {**body, "where": trees[LEVEL + each]} for each, body in levels.items()}
        return {**self.live("audience"), **signals, **tags, **ranked}

    def audience_names(self) -> dict[str, str]:
        """Return what audiences, signals and tags are called, by the id under which conditions name them."""
        return {identity: str(body["name"]) for identity, body in self.conditioned().items()}

    def newest(self, kind: str, identity: str) -> tuple[int, dict[str, Any], int, str]:
        """Return (version, body, at_ms, status) of the newest version; raises `NotFound`."""
        rows = self._state.rows(
            "SELECT version, body, at_ms, status FROM definition WHERE kind = ? AND id = ?"
            " ORDER BY version DESC LIMIT 1",
            (kind, identity),
        )
        if not rows or rows[0][3] == "retired":
            raise NotFound(kind, identity)
        version, body, at_ms, status = rows[0]
        return version, parse_json(body), at_ms, status

    def version(self, kind: str, identity: str, version: int) -> tuple[dict[str, Any], str]:
        """Return (body, status) of one version, also of one that others followed; raises `NotFound`."""
        rows = self._state.rows(
            "SELECT body, status FROM definition WHERE kind = ? AND id = ? AND version = ?", (kind, identity, version)
        )
        if not rows:
            raise NotFound(kind, f"{identity} v{version}")
        body, status = rows[0]
        return parse_json(body), status

    def last_version(self, kind: str, identity: str) -> int:
        """Return the number of the newest version, also of what was retired; raises `NotFound`."""
        rows = self._state.rows("SELECT max(version) FROM definition WHERE kind = ? AND id = ?", (kind, identity))
        if rows[0][0] is None:
            raise NotFound(kind, identity)
        return int(rows[0][0])

    async def revert(self, kind: str, identity: str, version: int, actor: str, *, newest: int | None = None) -> int:
        """Publish an earlier version as the next one, also of what was retired, and return its number.

        `newest` is the version that was the newest when it was decided; raises `Conflict` where another came since,
        and whatever hinders the content from being published today.
        """
        body, _ = self.version(kind, identity, version)
        last = self.last_version(kind, identity)
        if newest is not None and newest != last:
            raise Conflict(kind, identity)
        return await self.publish(kind, identity, body, actor, version=last + 1)

    async def publish(
        self, kind: str, identity: str, body: Mapping[str, Any], actor: str, *, version: int | None = None
    ) -> int:
        """Publish the next version and return its number once it is folded.

        `version` is the one the author wrote it as; raises `Conflict` where another came first.
        A body equal to the newest one publishes nothing and returns that version.
        """
        check_guard(kind, identity)
        before = self._stored(kind, identity)
        body = with_kept(kind, body, before)
        self.check(kind, identity, with_stand_ins(kind, body))
        current = (await self._tick.ask("definition", kind=kind, id=identity))["version"]
        if version is None and self._says_nothing_new(kind, identity, current, body):
            return current
        for permit in self.permits:
            await permit(kind, identity, body, actor)
        wanted = current + 1 if version is None else version
        stated = await sealed(kind, identity, body, self._tick.seal)
        await self._tick.facts([published(kind, identity, wanted, stated, actor, self._clock.now_ms())])
        if not self._same(kind, identity, wanted, stated):
            raise Conflict(kind, identity)
        told(published=[f"{kind}/{identity}@{wanted}"])
        return wanted

    def readable(self, kind: str, identity: str) -> dict[str, Any]:
        """Return the newest version with its secrets in the clear, for whoever uses them; raises `NotFound`."""
        return opened(kind, self.newest(kind, identity)[1], self._vault)

    def _stored(self, kind: str, identity: str) -> dict[str, Any]:
        """Return the newest version as it lies on the disk, empty where there is none."""
        try:
            return self.newest(kind, identity)[1]
        except NotFound:
            return {}

    def _says_nothing_new(self, kind: str, identity: str, current: int, body: Mapping[str, Any]) -> bool:
        """Tell whether a body equals the newest version; the same secret sealed twice looks different."""
        if not current:
            return False
        if not any(secrets_in(kind, body)):
            return self._same(kind, identity, current, body)
        stored = self._stored(kind, identity)
        if has_clear(kind, stored):
            return False
        return fingerprint(opened(kind, stored, self._vault)) == fingerprint(opened(kind, body, self._vault))

    async def retire(self, kind: str, identity: str, actor: str) -> None:
        """End a definition; raises `NotFound`, and `InUse` where others that live on ask for it."""
        check_guard(kind, identity)
        version, _, _, _ = self.newest(kind, identity)
        users = users_of(self.live, kind, identity) + senders_of(self.live, kind, identity, self._clock.now_ms())
        users += walked_still(self._state, kind, identity)
        users += [user for more in self.more_users for user in more(kind, identity)]
        if users:
            raise InUse(kind, identity, users)
        body = canonical_json({"kind": kind, "id": identity, "version": version})
        told(retired=[f"{kind}/{identity}@{version}"])
        await self._tick.facts([fact(RETIRED, f"{kind}/{identity}", body, actor, self._clock.now_ms())])

    def check(self, kind: str, identity: str, body: Mapping[str, Any]) -> None:
        """Raise what is wrong with a definition, in words for its author."""
        if kind not in KINDS or not identity or len(identity) > 128:
            raise BadDefinition(kind, f"id {identity!r}")
        if len(canonical_json(body)) > BODY_BYTES_MAX:
            raise BadDefinition(kind, f"larger than {BODY_BYTES_MAX} bytes")
        match kind:
            case "audience":
                if identity.startswith((SIGNAL, TAG, LEVEL)):
                    raise BadDefinition(
                        kind,
                        f"id {identity!r} belongs to signals, tags or levels",
                        f"id {identity!r} 只给信号、标签和等级用",
                    )
                self._check_audience(identity, as_kind(kind, body, Audience))
            case "signal":
                signal = as_kind(kind, body, Signal)
                if not signal.half_life_days > 0:
                    raise BadDefinition(kind, "half_life_days must be above 0", "half_life_days 要大于 0")
                self._check_audience(SIGNAL + identity, Audience(name=signal.name, where=signal.where))
            case "tag":
                tag = as_kind(kind, body, Tag)
                refuse(kind, tag_problem(identity, tag))
                if tag.where is not None:
                    self._check_audience(TAG + identity, Audience(name=tag.name, where=tag.where))
            case "level":
                level = as_kind(kind, body, Level)
                self._check_audience(LEVEL + identity, Audience(name=level.name, where=level.where))
            case "trait":
                refuse(kind, trait_problem(identity))
                source_of(body)
            case "journey":
                self._check_journey(identity, body)
            case "campaign":
                refuse(kind, campaign_problem(as_kind(kind, body, Campaign), self._campaign_before(identity)))
            case "channel":
                channel = as_kind(kind, body, ChannelDefinition)
                refuse(kind, capacity_problem(channel.capacity) or quotas_problem(channel.quotas))
                open_channel(channel, allow=self._allow, wall=SystemClock())
            case "content":
                self._check_content(as_kind(kind, body, Content))
            case "asset":
                if problem := asset_problem(identity, as_kind(kind, body, Asset)):
                    raise BadDefinition(kind, problem[1], problem[0])
            case "pool":
                self._check_pool(identity, as_kind(kind, body, Pool))
            case "setting":
                self.check_references(check_setting(identity, body, self.live))
            case "destination":
                destination = check_destination(body, self._allow)
                self.newest("audience", destination.audience)
            case "metric":
                others = metrics_with(self._others(kind, identity))
                refuse(kind, metric_problem(identity, as_kind(kind, body, CustomMetric), others))
            case "goal":
                refuse(kind, standing_problem(as_kind(kind, body, StandingGoal)))
            case "dashboard":
                refuse(kind, dashboard_problem(as_kind(kind, body, Dashboard)))
            case "experiment":
                refuse(kind, experiment_problem(as_kind(kind, body, ExperimentDefinition), self.live("journey")))
            case _ if kind in RELATE_KINDS:
                check_relate(kind, body, self.live, self._allow)
            case "source" | "tracking_plan" | "form":
                check_edge(kind, identity, body, self.live("source"))
            case _:
                pass

    def _check_content(self, content: Content) -> None:
        if content.pool:
            self.newest("pool", content.pool)
        if problem := page_problem(self.live, content):
            raise BadDefinition("content", problem[1], problem[0])
        if problems := content_problems(self.live, content):
            raise BadDefinition("content", problems[0].en, problems[0].zh)

    def _check_pool(self, identity: str, pool: Pool) -> None:
        check_pool(pool, self._others("pool", identity))
        if pool.offer:
            self.newest("offer", pool.offer)

    def _others(self, kind: str, identity: str) -> dict[str, dict[str, Any]]:
        return {other: body for other, body in self.live(kind).items() if other != identity}

    def _check_journey(self, identity: str, body: Mapping[str, Any]) -> None:
        check_journey(identity, body)
        self.check_references(body)
        journey = msgspec.convert(body, type=Journey, strict=False)
        refuse("journey", journey_problem(journey))
        for lack in lacks(self.live, identity, journey):
            raise BadDefinition("journey", lack.en, lack.zh)
        check_journey_words(self.live, journey)
        if isinstance(journey.trigger, OnCampaign):
            self.newest("campaign", journey.trigger.campaign)
        for way in (journey.trigger, *journey.exits):
            if isinstance(way, OnAudience | OnSchedule | OnDate) and way.audience:
                self._check_trigger(way.audience)
        if isinstance(journey.trigger, OnSchedule | OnDate):
            refuse("journey", never_again(journey.trigger, self._clock.now_ms()))

    def _check_trigger(self, audience: str) -> None:
        """Refuse to wait for a tag that is put on people: only what is evaluated has an instant of entry."""
        if audience.startswith(TAG) and not self.newest("tag", audience.removeprefix(TAG))[1].get("where"):
            tag = audience.removeprefix(TAG)
            raise BadDefinition(
                "journey",
                f'a tag without a rule triggers nothing by itself; make an audience of {{"tag": "{tag}"}}',
                f'没有规则的标签不能直接触发；先建一个条件为 {{"tag": "{tag}"}} 的人群',
            )

    def _campaign_before(self, identity: str) -> Campaign | None:
        """Return the last version of a campaign, also where it was retired: people keep what it assigned them."""
        rows = self._state.rows(
            "SELECT body FROM definition WHERE kind = 'campaign' AND id = ? ORDER BY version DESC LIMIT 1", (identity,)
        )
        return msgspec.convert(parse_json(rows[0][0]), type=Campaign, strict=False) if rows else None

    def _check_audience(self, identity: str, audience: Audience) -> None:
        check_tree(audience.where)
        self.check_references(audience.where)
        for leaf in leaves(audience.where):
            if "event" in leaf:
                source_of(leaf)
        others = self.conditioned()
        evaluated = [each for each, body in others.items() if "trait" not in body["where"] or not each.startswith(TAG)]
        if identity not in others and len(evaluated) >= AUDIENCES_MAX:
            raise BadAudience(f"人群数已到上限 {AUDIENCES_MAX}", f"there are {AUDIENCES_MAX} audiences already")
        self._check_circle(identity, audience.where, others)

    def _check_circle(self, identity: str, where: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> None:
        seen: set[str] = set()
        open_ids = set(references(where))
        while open_ids:
            other = open_ids.pop()
            if other == identity:
                raise BadAudience(f"人群 {identity} 引用到了自己", f"audience {identity} refers to itself")
            if other not in seen and other in others:
                seen.add(other)
                open_ids |= references(others[other]["where"])

    def check_references(self, body: Any) -> None:
        """Raise `NotFound` where a tree names an audience, a signal, a tag or a level that is not there."""
        for name in audiences_in(body):
            prefix = next((each for each in (SIGNAL, TAG, LEVEL) if name.startswith(each)), "")
            self.newest(prefix.removesuffix(":") or "audience", name.removeprefix(prefix))

    def _same(self, kind: str, identity: str, version: int, body: Mapping[str, Any]) -> bool:
        rows = self._state.rows(
            "SELECT sha256 FROM definition WHERE kind = ? AND id = ? AND version = ?", (kind, identity, version)
        )
        return bool(rows) and rows[0][0] == fingerprint(body)


def audiences_in(body: Any) -> set[str]:
    """Return the ids of all audiences that a definition names, signals and tags as `signal:x` and `tag:x`."""
    if isinstance(body, Mapping):
        own = {body["audience"]} if isinstance(body.get("audience"), str) else set[str]()
        own |= {TAG + body["tag"]} if isinstance(body.get("tag"), str) else set[str]()
        return own.union(*(audiences_in(part) for part in body.values()))
    if isinstance(body, list | tuple):
        return set[str]().union(*(audiences_in(part) for part in body))
    return set()
