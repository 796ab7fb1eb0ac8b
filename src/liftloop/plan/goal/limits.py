"""Readers of what a plan must keep to: how often a person may be reached, how much may be spent."""

import re
from collections.abc import Sequence

from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.contract import ChannelWish, Period, TouchCap
from liftloop.plan.goal.draft import Draft
from liftloop.plan.goal.tokens import (
    CHANNEL,
    COUNT,
    DURATION,
    EACH_PERSON,
    EVERY,
    MINUS,
    MONEY,
    NUMBER,
    PER,
    TOUCH,
    Token,
)

_CAPS = (
    re.compile(r"[eijTkHL]*X[HLR]*(?P<amount>[NC])[HLkeijT]*"),
    re.compile(r"[eijTkHL]*(?P<amount>[NC])[HLkeijT]*[Xv]"),
    re.compile(r"[ijT]*e[eijTHL]*(?P<amount>[NC])[HLkeijT]*"),
    re.compile(r"[ij]H+(?P<amount>[NC])[HL]*"),  # 每天发一条短信: what is wished is not exceeded.
)
_NEXT_CAP = re.compile(r"(?<=_,)[ijT]H?(?P<amount>[NC])[HL]*")
_TOUCH_UNITS = frozenset("次条封通遍份")
# More than this is no limit; a number so large was meant for something else.
_TOUCHES_MAX = 1000
_PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "year")

_BUDGETS = (
    re.compile(r"(?P<before>[ij]?)B(?P<after>[ij]?)[KRX~fib-]*(?P<amount>[YN])[vX]*(?P<per>[ijT]?)"),
    re.compile(r"(?P<before>[ij]?)[fKRX-]*(?P<amount>[YN])(?P<after>)(?:[ij]|T(?=B))?B(?P<per>[ij]?)"),
)
_NO_BUDGET = re.compile(r"ZB(?![X])")
_UNLIMITED_BUDGET = re.compile(r"B[UX]?u|uB")
_FOREIGN = re.compile(r"\$")


def read_caps(draft: Draft) -> tuple[tuple[TouchCap, ...], tuple[ChannelWish, ...]]:
    """Read caps on touches, and the channels that were named in them (最多 3 条短信)."""
    caps: list[TouchCap] = []
    channels: list[ChannelWish] = []
    for pattern in (*_CAPS, _NEXT_CAP):
        position = 0
        while (found := pattern.search(draft.kinds, position)) is not None:
            position = found.start("amount") + 1
            start, end = _trimmed(draft, found)
            tokens = draft.tokens[start:end]
            touches = draft.tokens[found.start("amount")].amount
            if pattern is _NEXT_CAP and (not caps or _period(tokens) is None):
                continue
            if not _about_touches(tokens) or not float(touches).is_integer() or touches > _TOUCHES_MAX:
                continue
            if touches == 0:
                raise contradiction(
                    "每人 0 次，等于谁也不触达",
                    "A cap of 0 contacts nobody",
                    "至少留 1 次，或者去掉这个上限",
                    "Allow at least one, or leave the cap out",
                )
            caps.append(TouchCap(touches_max=int(touches), period=_period(tokens) or "campaign"))
            named = dict.fromkeys(token.word for token in tokens if token.kind == CHANNEL)
            channels += [ChannelWish(channel=channel, wish="use") for channel in named]
            draft.claim("caps", range(start, end))
    if any(cap.period == "campaign" for cap in caps):
        draft.assume(
            "cap_for_campaign",
            "次数上限没有说周期，按整个活动期间计算",
            "The cap names no period, so it holds for the whole campaign",
        )
    return tuple(dict.fromkeys(caps)), tuple(dict.fromkeys(channels))


def _trimmed(draft: Draft, found: re.Match[str]) -> tuple[int, int]:
    """Leave out a duration that is no single period: `30 天每人最多 2 次` is a window and a cap."""
    amount = found.start("amount")
    start, end = found.span()
    for index in range(start, end):
        token = draft.tokens[index]
        if token.kind == DURATION and not token.word:
            if index < amount:
                start = index + 1
            else:
                return start, index
    return start, end


def _about_touches(tokens: Sequence[Token]) -> bool:
    return any(
        token.kind in (EACH_PERSON, TOUCH, CHANNEL) or (token.kind == COUNT and token.word in _TOUCH_UNITS)
        for token in tokens
    )


def _period(tokens: Sequence[Token]) -> Period | None:
    for token in tokens:
        if token.kind in (EVERY, PER, DURATION):
            return next((period for period in _PERIODS if period == token.word), None)
    return None


def read_budget(draft: Draft) -> tuple[int | None, Period | None]:
    """Read the budget in fen and the period it is for; None where none was given or it is unlimited.

    Raises LiftloopError `negative_budget`.
    """
    if (unlimited := draft.find(_UNLIMITED_BUDGET)) is not None:
        draft.claim("budget", range(*unlimited.span()))
        draft.note("unlimited_budget", "预算不设上限", "There is no limit on the budget")
        return None, None
    if (foreign := draft.find(_FOREIGN)) is not None:
        _note_foreign(draft, draft.tokens[foreign.start()])
    for pattern in _BUDGETS:
        if (found := draft.find(pattern)) is not None:
            said = _budget(draft, found)
            _refuse_second(draft, draft.tokens[found.start("amount")])
            return said
    if (none := draft.find(_NO_BUDGET)) is not None:
        draft.claim("budget", range(*none.span()))
        return _zero(draft), None
    return None, None


def _budget(draft: Draft, found: re.Match[str]) -> tuple[int, Period | None]:
    start, end = found.span()
    amount = draft.tokens[found.start("amount")]
    if MINUS in found.group():
        raise negative_budget()
    per = draft.tokens[end - 1] if found.group("per") else None
    if per is not None and per.kind == DURATION and draft.text(per)[:2] != "a ":
        end, per = end - 1, None  # `预算 8 万，一个月` without the comma: a window, not a rate.
    tokens = draft.tokens[start:end]
    draft.claim("budget", range(start, end))
    rates = [token for token in tokens if token.kind in (EVERY, PER) or draft.text(token).startswith("a ")]
    period = _period([*rates, *([per] if per else [])])
    if amount.kind == NUMBER:
        draft.assume("budget_in_yuan", "预算没有写单位，按人民币元计算", "The budget names no unit, so it is in yuan")
    fen = round(amount.amount if amount.kind == MONEY else amount.amount * 100)
    return (fen, period) if fen else (_zero(draft), period)


def _refuse_second(draft: Draft, first: Token) -> None:
    for pattern in _BUDGETS:
        other = draft.find(pattern)
        if other is not None and draft.tokens[other.start("amount")].amount != first.amount:
            raise contradiction("说了两个预算", "Two budgets are given", "只留一个预算", "Keep one of them")


def contradiction(zh: str, en: str, next_zh: str, next_en: str) -> LiftloopError:
    """Return the refusal of a sentence that says two things which cannot both be meant."""
    return LiftloopError("contradictory_goal", zh=zh, en=en, next_zh=next_zh, next_en=next_en, exit_code=EXIT_REFUSED)


def negative_budget() -> LiftloopError:
    return LiftloopError(
        "negative_budget",
        zh="预算不能是负数",
        en="A budget cannot be negative",
        next_zh="写一个不小于 0 的金额，例如“预算 8 万元”；不限预算就写“预算不限”",
        next_en='Give an amount of 0 or more, such as "budget ¥80,000"; say "unlimited budget" if there is no limit',
        exit_code=EXIT_REFUSED,
    )


def _zero(draft: Draft) -> int:
    draft.note(
        "zero_budget",
        "预算为 0：只能用不花钱的渠道，也不能发优惠",
        "The budget is 0: only channels that cost nothing can be used, and no offers",
    )
    return 0


def _note_foreign(draft: Draft, token: Token) -> None:
    start, end = draft.plain.span(token.start, token.end)
    draft.note(
        "foreign_money",
        f"只支持人民币，第 {start + 1}～{end} 个字的金额没有采用",
        f"Only yuan is supported; the amount at characters {start + 1} to {end} was left out",
    )
