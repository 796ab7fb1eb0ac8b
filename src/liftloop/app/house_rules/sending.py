"""Says what the rules for all marketing messages mean: caps, quiet hours, and what is kept whatever they say."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from liftloop.app.house_rules.contract import Meaning
from liftloop.app.words import Said
from liftloop.compose.contract import ContentRules
from liftloop.compose.reading import SETTING as CONTENTS
from liftloop.deliver.content_law import ContentLaw
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.settings import DAY_MINUTES, DeliverySettings, Fatigue, HeldEverywhere, QuietHours
from liftloop.plan.contract import Cap

LONG_QUIET_MINUTES = 18 * 60
"""Quiet hours that leave less than a quarter of the day open are more often a slip than a wish."""
OFTEN_A_DAY = 3.0
"""More marketing messages a person and day than this are more often a slip than a wish."""


def sending_meanings(rules: DeliverySettings, live: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Meaning]:
    """Return what the rules mean beside what else holds; `live` has campaigns, channels and settings by kind."""
    campaigns = [each for each in live["campaign"].values() if each.get("caps")]
    said = [*_caps(rules.caps), *([_own_caps(len(campaigns))] if campaigns else [])]
    said += [_quiet(rules.quiet_hours), *_law(live), *_fatigue(rules.fatigue), _tickets(rules.tickets_first)]
    said += _held(rules.held_everywhere)
    said.append(
        _means(
            "订单、物流等服务通知不受这些限制", "Notices of service, such as of orders, are not bound by any of this"
        )
    )
    return said


def _means(zh: str, en: str, *, careful: bool = False) -> Meaning:
    return Meaning(said=Said(zh, en), careful=careful)


def _caps(caps: Sequence[Cap]) -> list[Meaning]:
    if not caps:
        return [
            _means(
                "没有频次上限：一个人一天收到多少条都不拦",
                "Nothing bounds how often one person is written to",
                careful=True,
            )
        ]
    return [_cap(each) for each in caps]


def _cap(cap: Cap) -> Meaning:
    days = f"{cap.days:g}"
    if cap.count == 0:
        return _means("任何人都不会收到营销消息", "Nobody gets any marketing message", careful=True)
    each_zh = "每人任意 24 小时内" if cap.days == 1 else f"每人任意连续 {days} 天内"
    each_en = "any 24 hours" if cap.days == 1 else f"any {days} days"
    messages = "message" if cap.count == 1 else "messages"
    return _means(
        f"{each_zh}最多收到 {cap.count} 条营销消息，所有活动和旅程合计",
        f"Each person gets at most {cap.count} marketing {messages} in {each_en}, over all campaigns and journeys",
        careful=cap.count / cap.days > OFTEN_A_DAY,
    )


def _own_caps(campaigns: int) -> Meaning:
    en = "1 campaign has a cap of its own" if campaigns == 1 else f"{campaigns} campaigns have caps of their own"
    return _means(f"另有 {campaigns} 个活动自己还设了上限，两边都要满足", f"{en}: both hold")


def _quiet(quiet: QuietHours | None) -> Meaning:
    length = (quiet.until_minute - quiet.from_minute) % DAY_MINUTES if quiet else 0
    if quiet is None or length == 0:
        return _means(
            "没有免打扰时段：夜里也会发营销消息",
            "There are no quiet hours: marketing leaves at night too",
            careful=True,
        )
    begins, ends = _time(quiet.from_minute), _time(quiet.until_minute)
    zone = _zone(quiet.offset_minutes)
    next_day = "次日 " if quiet.until_minute <= quiet.from_minute else ""
    return _means(
        f"{begins} 到{next_day or ' '}{ends}（{zone}）不发营销消息，到点后再发",
        f"Between {begins} and {ends} ({zone}) no marketing leaves; it waits until {ends}",
        careful=length > LONG_QUIET_MINUTES,
    )


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _zone(offset: int) -> str:
    """Return a zone by its distance.

    >>> _zone(480), _zone(-210), _zone(0)
    ('UTC+8', 'UTC-3:30', 'UTC+0')
    """
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'-' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _law(live: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Meaning]:
    """Return which channels the law keeps quiet at night; nothing here can change that."""
    rules = msgspec.convert(live["setting"].get(CONTENTS, {}), type=ContentRules, strict=False)
    law = ContentLaw(contents={}, reviews={}, rules=rules)
    bound = [
        identity
        for identity, body in live["channel"].items()
        if law.keeps_nights(msgspec.convert(body, type=ChannelDefinition, strict=False), "marketing")
    ]
    if "CN" not in rules.jurisdictions:
        return []
    named_zh, named_en = (f"（{'、'.join(bound)}）", f" ({', '.join(bound)})") if bound else ("", "")
    return [
        _means(
            f"中国大陆的营销短信和电话{named_zh}在 22:00 到次日 08:00 一律不发，这里改不了（规则 CN-HOURS）",
            f"Marketing by SMS and call in mainland China{named_en} never leaves between 22:00 and 08:00,"
            " whatever is set here (rule CN-HOURS)",
        )
    ]


def _fatigue(fatigue: Fatigue | None) -> list[Meaning]:
    if fatigue is None:
        return []
    days = f"{fatigue.pause_days:g}"
    return [
        _means(
            f"连续 {fatigue.unanswered} 条没有回应的人，{days} 天内不打扰",
            f"Whoever answers none of {fatigue.unanswered} in a row is left in peace for {days} days",
        )
    ]


def _tickets(first: bool) -> Meaning:
    if first:
        return _means(
            "有未关闭工单的人，工单关闭前不发营销消息",
            "Whoever has an open ticket hears no marketing until it is closed",
        )
    return _means(
        "有未关闭工单的人也会收到营销消息", "Whoever has an open ticket gets marketing all the same", careful=True
    )


def _held(held: HeldEverywhere | None) -> list[Meaning]:
    if held is None:
        return []
    share = f"{held.share:.1%}".replace(".0%", "%")
    return [
        _means(
            f"每季度随机 {share} 的人不收任何营销消息，用来看全部营销合起来带来多少",
            f"{share} of people, drawn anew each quarter, get no marketing: what all of it brings is read from them",
        )
    ]
