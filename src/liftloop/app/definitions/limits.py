"""Limits that definitions must keep so that they can be carried out, said in words for their authors."""

import re
from collections.abc import Sequence
from math import isclose

from liftloop.audience.contract import Tag
from liftloop.collect.drafting import IDENTIFIER_CHARACTERS_MAX
from liftloop.deliver.contract import Capacity, Quota
from liftloop.deliver.settings import DAY_MINUTES, DeliverySettings, QuietHours
from liftloop.identify.contract import BLOCKED_MAX, KINDS, LIMIT_MAX, IdentityRules
from liftloop.journey.bounds import SECONDS_MAX
from liftloop.journey.contract import Journey
from liftloop.journey.graph import WAVES_MAX
from liftloop.journey.occasions import next_occasion
from liftloop.journey.triggers import OnCampaign, Timed
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.contract import NOBODY, VARIANTS_MAX, Campaign, Canary, Cap, Holdout
from liftloop.plan.options import Words
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG
from liftloop.runtime.windows import LIVE_MAX

FEN_MAX = 10**15
"""Ten trillion yuan, far from where 64 bits end."""
CARRIED_MAX = 10**9
"""More messages a day than there are people in China are a slip of the key."""
QUOTA_OF_ONE_MAX = 1_000
LEAD_DAYS_MAX = 90
MATURITY_S_MAX = 366 * 86_400
CAP_DAYS_MAX = 3_660
"""Ten years: longer than anything is kept."""
TAG_ID = re.compile(r"[\w.\-]{1,64}")
HELD_SHARE_MAX = 0.2
"""More of the people left alone costs more than the answer is worth."""
TAG_DAYS_MAX = 36_600
"""A hundred years: whoever means for ever leaves it out."""
INSTANT_MAX_MS = 10_000 * 366 * DAY_MS
"""Ten thousand years after 1970."""


def identity_problem(rules: IdentityRules) -> Words | None:
    """Return the first thing wrong with the rules of who is who, None where nothing is."""
    unknown = sorted({*rules.limits, *rules.priorities} - set(KINDS))
    if unknown:
        known = ", ".join(KINDS)
        return Words(zh=f"没有 {unknown[0]} 这种标识，可用：{known}", en=f"there is no {unknown[0]}; there are {known}")
    if any(not 1 <= limit <= LIMIT_MAX for limit in rules.limits.values()):
        return Words(zh=f"每种标识的上限为 1 到 {LIMIT_MAX}", en=f"a limit is 1 to {LIMIT_MAX}")
    if len(rules.blocked) > BLOCKED_MAX or not all(
        0 < len(text) <= IDENTIFIER_CHARACTERS_MAX for text in rules.blocked
    ):
        return Words(
            zh=f"blocked 最多 {BLOCKED_MAX} 个值，每个 1 到 {IDENTIFIER_CHARACTERS_MAX} 个字",
            en=f"blocked takes up to {BLOCKED_MAX} values of 1 to {IDENTIFIER_CHARACTERS_MAX} letters",
        )
    return None


CANARY_SHARE_MAX = 0.5
CANARY_WAIT_S_MIN, CANARY_WAIT_S_MAX = 600, 43_200
"""Sooner no complaint is in; later the others' messages, which are good for a day, would be over."""


def campaign_problem(campaign: Campaign, before: Campaign | None) -> Words | None:
    """Return the first thing wrong with a campaign, None where nothing is; `before` is the version it replaces.

    People hold their action and their chances by place, so what was there must stay where it was.
    """
    ids = [action.id for action in campaign.actions]
    if not ids or ids[0] != NOBODY or len(set(ids)) != len(ids):
        return Words(
            zh=f"actions 的第一个必须是 {NOBODY}，且 id 不能重复",
            en=f"the first of the actions must be {NOBODY}, and ids differ",
        )
    if not campaign.cells or not all(_is_distribution(cell, len(ids)) for cell in campaign.cells):
        return Words(
            zh="cells 的每一行要给每个 action 一个概率，合计为 1",
            en="each row of cells needs a chance for every action, together 1",
        )
    if (
        any(not 0 <= action.cost_fen <= FEN_MAX for action in campaign.actions)
        or not 0 <= campaign.budget_fen <= FEN_MAX
    ):
        return Words(zh="费用和预算不能是负数，也不能过大", en="costs and budget must not be negative, nor too large")
    if not 0 <= campaign.starts_ms <= campaign.ends_ms <= INSTANT_MAX_MS:
        return Words(zh="ends_ms 不能早于 starts_ms", en="ends_ms must not be before starts_ms")
    if problem := _variants_problem(campaign):
        return problem
    if before is not None and _moved(campaign, before):
        return Words(
            zh="已分配的人按位置记着动作和概率：原有的 actions 和 cells 要保持原来的顺序",
            en="people assigned hold actions and chances by place: those that were there must keep their order",
        )
    return canary_problem(campaign.canary) or holdout_problem(campaign.holdout) or caps_problem(campaign.caps)


def canary_problem(canary: Canary | None) -> Words | None:
    """Return what is wrong with a canary, None where nothing is."""
    if canary is None:
        return None
    if not 0 < canary.share <= CANARY_SHARE_MAX or not CANARY_WAIT_S_MIN <= canary.wait_s <= CANARY_WAIT_S_MAX:
        return Words(
            zh="试发的 share 在 0 到 0.5 之间，wait_s 从 10 分钟到 12 小时",
            en="a canary takes a share up to 0.5 and a wait_s from ten minutes to twelve hours",
        )
    if not all(0 < each < 1 for each in (canary.failures_max, canary.complaints_max, canary.opt_outs_max)):
        return Words(zh="试发的上限都在 0 到 1 之间", en="the limits of a canary lie between 0 and 1")
    return None


def _variants_problem(campaign: Campaign) -> Words | None:
    for action in campaign.actions:
        ids = [variant.id for variant in action.variants]
        sound = all(ids) and len(set(ids)) == len(ids) and not any("/" in each for each in ids)
        if len(ids) == 1 or len(ids) > VARIANTS_MAX or not sound:
            return Words(
                zh=f"动作 {action.id} 要有 2 到 {VARIANTS_MAX} 个版本，id 不重复，也不含斜杠",
                en=f"action {action.id} takes 2 to {VARIANTS_MAX} variants whose ids differ and have no slash",
            )
    terms, spread = campaign.steering, campaign.spread
    if not 0 < terms.maturity_s <= MATURITY_S_MAX or not 0 < terms.floor <= 0.5 or not terms.events:
        return Words(
            zh="steering 要有 events，maturity_s 在一年以内，floor 在 0 到 0.5 之间",
            en="steering needs events, a maturity_s of up to a year and a floor up to 0.5",
        )
    if spread is not None and not (0 < spread.over_s <= SECONDS_MAX and 0 < spread.waves <= WAVES_MAX):
        return Words(zh=f"spread 最多分 {WAVES_MAX} 批", en=f"spread takes up to {WAVES_MAX} waves")
    return None


def tag_problem(identity: str, tag: Tag) -> Words | None:
    """Return what is wrong with a tag beside its rule."""
    if not TAG_ID.fullmatch(identity):
        return Words(
            zh=f"标签 id {identity!r} 只能用字母、汉字、数字和 - _ .，最多 64 个字",
            en=f"the id of a tag {identity!r} takes letters, digits and - _ . only, 64 at most",
        )
    if not tag.name.strip():
        return Words(zh="标签要有名称", en="a tag needs a name")
    if tag.expires_days is not None and tag.where is not None:
        return Words(
            zh="按规则的标签没有有效期：规则不再成立时自动摘掉",
            en="a tag with a rule takes no expires_days: it comes off when the rule holds no more",
        )
    if tag.expires_days is not None and not 0 < tag.expires_days <= TAG_DAYS_MAX:
        return Words(
            zh=f"expires_days 要在 0 到 {TAG_DAYS_MAX} 之间", en=f"expires_days is above 0, at most {TAG_DAYS_MAX}"
        )
    if identity in tag.excludes:
        return Words(zh="标签不能与自己互斥", en="a tag cannot exclude itself")
    return None


def trait_problem(identity: str) -> Words | None:
    """Return what is wrong with the id of a computed trait."""
    if identity.startswith(TAG):
        return Words(zh=f"id {identity} 只给标签用", en=f"the id {identity} belongs to tags")
    if identity not in STUDIED:
        return None
    return Words(
        zh=f"{identity} 是系统每天计算的画像，换一个 id",
        en=f"{identity} is computed for everybody every day; choose another id",
    )


def journey_problem(journey: Journey) -> Words | None:
    """Return what is wrong with a journey beside its graph."""
    trigger = journey.trigger
    if isinstance(trigger, OnCampaign) and not 0 <= trigger.at_ms <= INSTANT_MAX_MS:
        return Words(zh="at_ms 不是一个时刻", en="at_ms is not an instant")
    return holdout_problem(journey.holdout)


def never_again(trigger: Timed, now_ms: int) -> Words | None:
    """Return that the times of a trigger are over, where they are."""
    if next_occasion(trigger, now_ms) is not None:
        return None
    return Words(
        zh="触发时间已经全部过去；改成将来的时间", en="all times of the trigger are over; give it one that is to come"
    )


def quiet_problem(quiet: QuietHours | None) -> Words | None:
    """Return what is wrong with quiet hours."""
    if quiet is None:
        return None
    minutes = (quiet.from_minute, quiet.until_minute, abs(quiet.offset_minutes))
    if all(0 <= minute < DAY_MINUTES for minute in minutes):
        return None
    return Words(
        zh=f"免打扰时段用一天里的分钟表示，0 到 {DAY_MINUTES - 1}",
        en=f"quiet hours are minutes of the day, 0 to {DAY_MINUTES - 1}",
    )


def quotas_problem(quotas: Sequence[Quota]) -> Words | None:
    """Return what is wrong with what the gate is to keep a channel to."""
    for quota in quotas:
        if not 1 <= quota.count <= (QUOTA_OF_ONE_MAX if quota.each_person else CARRIED_MAX):
            return Words(
                zh=f"quotas 的 count 至少为 1，最多 {CARRIED_MAX:,}（每位客户最多 {QUOTA_OF_ONE_MAX:,}）",
                en=f"count of quotas is at least 1, at most {CARRIED_MAX:,}, for one person {QUOTA_OF_ONE_MAX:,}",
            )
        if not 0 <= quota.kept < quota.count or (quota.kept and quota.each_person):
            return Words(
                zh="quotas 的 kept 要小于 count，且只用于整个渠道的配额",
                en="kept of quotas is less than count, and only where a quota is the channel's",
            )
    places = [(quota.per, quota.each_person) for quota in quotas]
    if len(set(places)) < len(places):
        return Words(zh="同一种时段的配额只能有一个", en="there is one quota an hour, a day and a month")
    return None


def capacity_problem(capacity: Capacity | None) -> Words | None:
    """Return what is wrong with what a channel is said to carry: plans and rehearsals would go by it."""
    if capacity is None:
        return None
    if not all(0 <= count <= CARRIED_MAX for count in (capacity.per_day, capacity.per_hour)):
        return Words(
            zh=f"capacity 的 per_day 和 per_hour 要在 0（不限）到 {CARRIED_MAX:,} 之间",
            en=f"per_day and per_hour of capacity lie between 0 (no limit) and {CARRIED_MAX:,}",
        )
    if not 0 <= capacity.from_hour < capacity.until_hour <= 24:
        return Words(
            zh="capacity 的 from_hour 要早于 until_hour，都在 0 到 24 之间，例如 9 和 18",
            en="from_hour of capacity comes before until_hour, both between 0 and 24, such as 9 and 18",
        )
    if not 0 < capacity.confirmed <= 1:
        return Words(
            zh="capacity 的 confirmed 是员工实际发出的比例，大于 0，不超过 1",
            en="confirmed of capacity is the share that staff send on, above 0 and at most 1",
        )
    if not 0 <= capacity.lead_days <= LEAD_DAYS_MAX:
        return Words(
            zh=f"capacity 的 lead_days 要在 0 到 {LEAD_DAYS_MAX} 天之间",
            en=f"lead_days of capacity lie between 0 and {LEAD_DAYS_MAX}",
        )
    return None


def holdout_problem(holdout: Holdout | None) -> Words | None:
    """Return what is wrong with a holdout."""
    if holdout is None or 0 <= holdout.share <= 1:
        return None
    return Words(zh="对照组比例要在 0 到 1 之间", en="the holdout's share must lie between 0 and 1")


def caps_problem(caps: Sequence[Cap]) -> Words | None:
    """Return what is wrong with frequency caps."""
    if all(0 <= cap.count <= LIVE_MAX and 0 < cap.days <= CAP_DAYS_MAX for cap in caps):
        return None
    return Words(
        zh=f"触达上限：次数 0 到 {LIVE_MAX}，天数大于 0、不超过 {CAP_DAYS_MAX}",
        en=f"a frequency cap counts 0 to {LIVE_MAX} messages in more than 0 and at most {CAP_DAYS_MAX} days",
    )


def _is_distribution(cell: Sequence[float], length: int) -> bool:
    # Chances that were rounded when they were written down still count as a whole.
    return len(cell) == length and all(0 <= chance <= 1 for chance in cell) and isclose(sum(cell), 1, abs_tol=1e-6)


def _moved(campaign: Campaign, before: Campaign) -> bool:
    ids, cells = [action.id for action in campaign.actions], [list(cell) for cell in campaign.cells]
    known = [action.id for action in before.actions]
    return ids[: len(known)] != known or cells[: len(before.cells)] != [list(cell) for cell in before.cells]


def held_problem(settings: DeliverySettings) -> Words | None:
    """Return what is wrong with the share of people whom no marketing reaches, None where nothing is."""
    held = settings.held_everywhere
    if held is None or 0 < held.share <= HELD_SHARE_MAX:
        return None
    most = f"{HELD_SHARE_MAX:.0%}"
    return Words(
        zh=f"held_everywhere.share 要大于 0，且不超过 {most}", en=f"held_everywhere.share is above 0 and at most {most}"
    )
