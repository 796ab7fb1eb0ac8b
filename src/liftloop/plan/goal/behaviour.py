"""Readers of people by what they did: bought a good, bought nothing for a while, ordered so often, are so old.

They go before all others: names of goods hold any words, and `90 天没下单` is no window of the goal.
"""

import re

from liftloop.kernel.plain_text import is_chinese
from liftloop.plan.goal.contract import ScopeCondition
from liftloop.plan.goal.draft import CLAIMED, Draft
from liftloop.plan.goal.tokens import BOUGHT, DURATION, Token

_BOUGHT = re.compile(BOUGHT)
_DURATION = re.compile(DURATION)
# What was bought is read from the text itself: names of goods hold words of every kind.
_BOUGHT_ZH = re.compile(r" ?(?P<goods>[^,;。、的 ]{1,12}?)(?:的|客户|顾客|用户|会员|人|患者|学员|家长|(?=[,;。、 ]|$))")
_BOUGHT_EN = re.compile(
    r" (?:a |the |any )?(?P<goods>[^,;.:() ]+(?: [^,;.:() ]+){0,3}?)"
    r"(?= (?:in|within|over|by|before|during|to|and|last|who|have|will|should|at)(?![a-z])|[,;.:]|$)"
)
_NEVER = re.compile(r"(?:从来没有?|从没|从未|没有|没|未|never |not |n't )$")
_RECENT = re.compile(r"(?:最近|近|过去|这)? ?$")
_WITHIN = re.compile(r" ?(?:以内|之内|内|里)?(?:曾|曾经|有)? ?")
_LATELY = re.compile(r" (?:in|within|over|during) (?:the )?(?:last |past |previous )?")
_QUIET_ZH = re.compile(
    r" ?(?:以内|之内|内|里)?(?:都|一直)?(?:没有|没|未)(?:再)?"
    r"(?:下过单|下单|购买过|购买|消费过|消费|买过|买|来过店|来过|来店|来|到过店|到店|进店|复购|回购)(?:过|东西)?(?:的)?"
)
_QUIET_BEFORE_ZH = re.compile(r"(?:超过|连续|已经|近|最近|过去)? ?$")
_QUIET_EN = re.compile(
    r"(?:(?:who |that )?(?:haven't|have not|hasn't|has not|didn't|did not)"
    r" (?:ordered|order|bought|buy|purchased|purchase|shopped|shop|visited|visit|come back|come)"
    r"(?: anything)?|inactive|quiet|without (?:an order|orders|a purchase)|no orders?|no purchases?)"
    r" (?:in|for|within|over)(?: the)?(?: last| past)? $"
)
# Kept as words: whoever holds them against an installation finds the people (买过三次以上, 45 岁以上).
_HABITS = re.compile(
    r"(?:下过?单|购买|消费|买|到店)过?[0-9一二两三四五六七八九十]{1,3} ?(?:次|单|笔)(?:及?以上|及?以下)"
    r"|[0-9]{1,3} ?(?:-|~|到) ?[0-9]{1,3} ?岁|[0-9]{1,3} ?岁(?:及?以上|及?以下)"
    r"|aged? (?:over |under |above |below )?[0-9]{1,3}(?: ?(?:-|~|to) ?[0-9]{1,3}| and (?:over|above|under))?"
    r"|with (?:at least )?[0-9]{1,2} or more (?:orders|purchases)|with at least [0-9]{1,2} (?:orders|purchases)"
)


def read_bought(draft: Draft) -> tuple[ScopeCondition, ...]:
    """Read what people bought, or never did, and within how many days where that is said."""
    conditions: list[ScopeCondition] = []
    while (found := draft.find(_BOUGHT)) is not None:
        token = draft.tokens[found.start()]
        chinese = is_chinese(draft.text(token))
        goods = (_BOUGHT_ZH if chinese else _BOUGHT_EN).match(draft.plain.plain, token.end)
        end = token.end if goods is None else goods.end("goods")
        start, excluded = _negated(draft, token.start)
        start, end, days = _lately(draft, (start, end), chinese=chinese)
        _claim(draft, start, end)
        if goods is not None:
            text = draft.original[slice(*draft.plain.span(goods.start("goods"), goods.end("goods")))]
            conditions.append(ScopeCondition(kind="bought", value=text, text=text, excluded=excluded, days=days))
    return tuple(conditions)


def read_quiet(draft: Draft) -> tuple[ScopeCondition, ...]:
    """Read for how many days people have bought nothing."""
    conditions: list[ScopeCondition] = []
    for index in [found.start() for found in _DURATION.finditer(draft.kinds)]:
        token = draft.tokens[index]
        span = _quiet_around(draft, token)
        if span is None or draft.kinds[index] == CLAIMED:
            continue
        text = draft.original[slice(*draft.plain.span(*span))]
        conditions.append(ScopeCondition(kind="quiet", value=str(int(token.amount)), text=text))
        _claim(draft, *span)
    return tuple(dict.fromkeys(conditions))


def read_habits(draft: Draft) -> tuple[ScopeCondition, ...]:
    """Read how often people buy and how old they are, as words."""
    conditions: list[ScopeCondition] = []
    for found in _HABITS.finditer(draft.plain.plain, 0, draft.answers_from):
        inside = [each for each in draft.tokens if each.start < found.end() and found.start() < each.end]
        if any(draft.kinds[draft.tokens.index(each)] == CLAIMED for each in inside):
            continue
        said = draft.original[slice(*draft.plain.span(*found.span()))].removesuffix("的")
        conditions.append(ScopeCondition(kind="text", value=said, text=said))
        _claim(draft, *found.span())
    return tuple(conditions)


def _negated(draft: Draft, start: int) -> tuple[int, bool]:
    never = _NEVER.search(draft.plain.plain, 0, start)
    return (never.start(), True) if never is not None else (start, False)


def _lately(draft: Draft, span: tuple[int, int], *, chinese: bool) -> tuple[int, int, int | None]:
    """Return the span of a purchase with the days that it lies within: before it in Chinese, after it in English."""
    start, end = span
    plain = draft.plain.plain
    for index, token in enumerate(draft.tokens):
        if token.kind != DURATION or draft.kinds[index] == CLAIMED:
            continue
        if chinese and token.end <= start and _WITHIN.fullmatch(plain, token.end, start):
            recent = _RECENT.search(plain, 0, token.start)
            assert recent is not None, "an empty match is always there"
            if recent.group().strip() or (token.end < start and plain[token.end : start].strip()):
                return recent.start(), end, int(token.amount)
        if not chinese and token.start >= end and _LATELY.fullmatch(plain, end, token.start):
            return start, token.end, int(token.amount)
    return start, end, None


def _quiet_around(draft: Draft, token: Token) -> tuple[int, int] | None:
    plain = draft.plain.plain
    after = _QUIET_ZH.match(plain, token.end)
    if after is not None:
        before = _QUIET_BEFORE_ZH.search(plain, 0, token.start)
        return (before.start() if before else token.start), after.end()
    said = _QUIET_EN.search(plain, 0, token.start)
    return (said.start(), token.end) if said is not None else None


def _claim(draft: Draft, start: int, end: int) -> None:
    inside = [index for index, each in enumerate(draft.tokens) if each.start < end and start < each.end]
    draft.claim("scope", [index for index in inside if not draft.fields[index]])
