"""Says why a record lies in quarantine and what a replay made of it, in words; and checks what a person would mend."""

from collections.abc import Mapping
from typing import Any

import msgspec

from liftloop.app.quarantine.replay import Replayed
from liftloop.app.words import Said
from liftloop.collect.mending import RULES_MAX, Mending
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

NEVER_MENDED = frozenset({"message_too_large", "not_utf8"})
"""Of these nothing was kept that could be read again."""

_REASONS: Mapping[str, Said] = {
    "message_too_large": Said("消息太大，只留下了大小", "too large; only its size was kept"),
    "wrong_types": Said("某个字段的类型不对", "a field has the wrong type"),
    "unknown_type": Said("消息类型不认识", "the type of message is not known"),
    "no_identifier": Said("没有说是谁", "it does not say who it was"),
    "no_event_name": Said("没有事件名", "the event has no name"),
    "no_previous_id": Said("合并身份时少了原来的编号", "the earlier identifier is missing"),
    "no_group_id": Said("少了群组编号", "the group has no id"),
    "bad_timestamp": Said("时间读不懂，或太早", "its time cannot be read, or is too early"),
    "unreadable": Said("内容不是可读的 JSON", "it is no JSON that can be read"),
    "not_utf8": Said("不是文本", "it is no text"),
    "nested_too_deeply": Said("嵌套太深", "nested too deeply"),
    "bad_consent": Said("授权没写清楚渠道或用途", "a consent does not say for which channel or purpose"),
    "bad_consent_status": Said("授权状态不认识", "the status of a consent is not known"),
    "against_plan": Said("不符合埋点方案", "it breaks the tracking plan"),
    "not_in_plan": Said("埋点方案里没有这个事件", "the tracking plan does not name this event"),
    "against_field": Said("不符合自定义字段", "it does not fit a custom field"),
    "no_mapping": Said("没有合适的 webhook 映射", "no mapping of the webhook fits"),
    "too_many_members": Said("列表太长", "a list in it is too long"),
    "likely_machine": Said("像是机器填的表单", "a form that a machine seems to have filled in"),
    "from_the_future": Said("时间在未来", "its time is in the future"),
}
_SUFFIXES: Mapping[str, Said] = {
    "_unreadable": Said("里面有一段不是 JSON", "a part of it is no JSON"),
    "_not_an_object": Said("属性不是一个对象", "its properties are no object"),
}


class BadMending(LiftloopError):
    """What a person would change in quarantined messages cannot be done so."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_mending",
            zh=f"不能这样修正：{zh}",
            en=f"this cannot be mended so: {en}",
            next_zh="路径写成 properties.amount 这样；最多 500 条规则",
            next_en="write paths such as properties.amount, and at most 500 rules",
            status=422,
            exit_code=EXIT_USAGE,
        )


def checked_mending(body: Mapping[str, Any]) -> Mending:
    """Return a mending as the engine reads it. Raises `BadMending`."""
    mending = msgspec.convert(dict(body), type=Mending, strict=False)
    paths = [*mending.values, *mending.as_numbers, *mending.without]
    if mending.rules() > RULES_MAX:
        raise BadMending("规则太多", "too many rules")
    if not all(all(path.split(".")) for path in paths) or not all(mending.events.values()):
        raise BadMending("路径或事件名是空的", "a path or the name of an event is empty")
    return mending


def reason_in_words(reason: str) -> Said:
    """Return a reason in words; one that only a later version knows is shown as it is."""
    known = _REASONS.get(reason)
    if known is not None:
        return known
    return next((said for suffix, said in _SUFFIXES.items() if reason.endswith(suffix)), Said(reason, reason))


def outcome_in_words(done: Replayed, *, rehearsed: bool) -> Said:
    """Return in one sentence what a replay did, or would do."""
    stay = sum(done.refused.values())
    taken_zh, taken_en = _taken(done.taken, rehearsed=rehearsed)
    if not stay:
        rest_zh, rest_en = "", ""
    else:
        why = max(done.refused, key=lambda reason: done.refused[reason])
        said = reason_in_words(why)
        rest_zh = f"，{stay:,} 条留在隔离区（{said.zh}）"
        stays = ("would stay" if rehearsed else "stay") if stay > 1 or rehearsed else "stays"
        rest_en = f"; {stay:,} {stays} in quarantine ({said.en})"
    more_zh, more_en = ("", "") if done.whole else ("；还有更多，请再放行一次", "; there are more, replay again")
    return Said(f"{taken_zh}{rest_zh}{more_zh}。", f"{taken_en}{rest_en}{more_en}.")


def _taken(count: int, *, rehearsed: bool) -> tuple[str, str]:
    if rehearsed:
        return f"会收下 {count:,} 条", f"{count:,} would be taken in"
    if count == 0:
        return "没有收下任何一条", "none was taken in"
    return f"收下 {count:,} 条", f"{count:,} {'was' if count == 1 else 'were'} taken in"
