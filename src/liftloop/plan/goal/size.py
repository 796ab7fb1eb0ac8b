"""Readers of the heart of a goal: which metric, which way, how much.

An amount is read by the words around it first (`_Sized`), and by the metric's unit second: five percent of a
rate is relative, of an order value too, but ¥250 on a rate means nothing and is asked back.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Direction, SizeKind
from liftloop.plan.goal.draft import CLAIMED, Draft
from liftloop.plan.goal.tokens import (
    AT_LEAST,
    COUNT,
    DOWN,
    IMPROVE,
    METRIC,
    MINUS,
    MONEY,
    NUMBER,
    PERCENT,
    PLUS,
    POINTS,
    STOP,
    TIMES,
    UP,
    Token,
)
from liftloop.profile.metric import Metric, MetricUnit

_AMOUNTS = "PQYNC*"
# 从 20% 提升到 25%; "from 20% up to 22%"; without a target word the second amount is a change.
_FROM_TO = re.compile(r"f(?P<base>[PYNC])[UDI]?(?P<target>[RX~]+)?[+b]?(?P<amount>[PQYNC])[XGv]?")
_TARGET = re.compile(r"[UDI]?R[XG]?(?P<amount>[PQYNC*])[XGv]?")
_BOUND = re.compile(r"(?<![UDb])(?P<bound>[XG])[KR]*(?P<amount>[PYNC])[v]?")
_BOUND_AFTER = re.compile(r"[KM](?P<amount>[PYN])(?P<bound>[XGv])")
# `8% win-back rate` and `卖 300 万` name a level; a verb of change before it makes it a change.
_NAMED_LEVEL = re.compile(r"(?<![UDI+b-])(?P<amount>P)M|(?P<sold>M)(?P<amount2>[NY])(?!U)")
_CHANGE_RANGE = re.compile(r"[b+-]?(?P<amount>[PQYNC])[~R](?P<high>[PQYNC])")
_CHANGES = (  # Amounts with a verb or a sign go before bare ones, which may count anything.
    re.compile(r"(?:[UDI][UDIb]*[XG]?(?P<sign>[+-]?)|(?P<sign2>[+-]))(?P<amount>[PQYNC*])G?"),
    re.compile(r"b?[XG]?(?P<amount>[PQYNC*])G?"),
)
_COUNTED_PEOPLE = re.compile(r"(?:[U+]b?[NC]|[NC]U)s|[U+](?P<people>s)b[NC]")
_COUNTS: dict[tuple[str, ...], str] = {
    ("lifecycle=new",): "new_customers",
    ("lifecycle=new", "member=member"): "registrations",
}
_SOLD = frozenset({"卖", "卖出", "卖到", "sell", "selling"})
_VERB = re.compile(r"(?<!Z)(?<!Z[M_])[UDI]")
# A rise of more than the whole is possible for money and counts, and rarely meant.
_LARGE = 1.0
# A bare number of ten thousand or more (卖 300 万) is of yuan: pieces are counted with a word.
_MONEY_MIN = 10_000


class _Sized(Struct, frozen=True, kw_only=True):
    """An amount with what the words around it say; `bound` is what 不低于 or 以下 stands for."""

    token: Token
    indices: range
    target: bool = False
    sign: Literal["", "+", "-"] = ""
    bound: Literal["", "X", "G"] = ""
    base: Token | None = None
    base_end: int = 0  # The index after the base, where there is one.
    high: Token | None = None


class Aim(Struct, frozen=True, kw_only=True):
    """What was read of metric, direction and size; `metrics` are the ids among which the choice is open."""

    metrics: tuple[str, ...] = ()
    direction: Direction | None = None
    size: float | None = None
    size_kind: SizeKind | None = None
    stated_baseline: float | None = None


def read_aim(draft: Draft, catalogue: Catalogue, chosen: str | None) -> Aim:
    """Read the aim; `chosen` is the metric that was given as an answer.

    Raises LiftloopError `contradictory_goal` where the words and the sign disagree (提升 -5%).
    """
    candidates = tuple(_candidates(draft, _own_part(draft, chosen)))
    first = candidates[0] if candidates else None
    named = _named(draft, first, chosen, catalogue)
    metrics = (chosen,) if chosen else _fitting(named, first, catalogue)
    metric = catalogue.by_id[metrics[0]] if len(metrics) == 1 else None
    aim, sized = Aim(metrics=metrics), None
    refused: set[int] = set()
    for candidate in candidates:
        if candidate.token.start in refused:
            continue  # `到 20%` that cannot be a level is not a change of 20% either.
        refused.add(candidate.token.start)
        measured = _measured(draft, candidate, metrics, catalogue)
        if measured is not None and _is_said(draft, candidate):
            aim, sized = measured, candidate
            break
    verb = _verb(draft, sized)
    kind = draft.kinds[verb] if verb is not None else ""
    if sized is not None and verb is not None and _same_clause(draft, verb, sized):
        _refuse_contradiction(kind, sized)
    direction = _direction(draft, kind, sized, metric)
    if verb is not None and (sized is None or not sized.sign or _same_clause(draft, verb, sized)):
        draft.claim("direction", [verb])
    if sized is not None:
        draft.claim("stated_baseline", range(sized.indices.start, sized.base_end))
        draft.claim("size", [index for index in sized.indices if not draft.fields[index]])
        _remark(draft, sized, aim, metric)
    return replace(aim, direction=direction)


def _own_part(draft: Draft, chosen: str | None) -> str:
    """Return the kinds of the part that the chosen metric has to itself where the text names several."""
    kinds = draft.kinds
    places = [index for index, kind in enumerate(kinds) if kind == METRIC]
    mine = [index for index in places if chosen in draft.tokens[index].more]
    if chosen is None or len(mine) != 1 or len(places) == 1:
        return kinds
    start = mine[0]
    end = min((index for index in places if index > start), default=len(kinds))
    answers = sum(1 for token in draft.tokens if token.start < draft.answers_from)
    hidden = CLAIMED * len(kinds)
    return hidden[:start] + kinds[start:end] + hidden[end:answers] + kinds[max(end, answers) :]


def _candidates(draft: Draft, kinds: str) -> Iterator[_Sized]:
    """Yield the amounts that may be the size: answered ones first, then those of the clearest form."""
    answers = next((i for i, token in enumerate(draft.tokens) if token.start >= draft.answers_from), None)
    if answers is not None:
        yield from _candidates_from(draft, kinds, answers)
    yield from _candidates_from(draft, kinds, 0)


def _candidates_from(draft: Draft, kinds: str, position: int) -> Iterator[_Sized]:
    for found in _FROM_TO.finditer(kinds, position):
        sized = _from_match(draft, found)
        base = _like(draft.tokens[found.start("base")], sized.token)
        yield replace(sized, base=base, base_end=found.end("base"), target=bool(found.group("target")))
    for found in _TARGET.finditer(kinds, position):
        yield replace(_from_match(draft, found), target=True)
    for pattern in (_BOUND, _BOUND_AFTER):
        for found in pattern.finditer(kinds, position):
            bound = "G" if found.group("bound") == AT_LEAST else "X"
            yield replace(_from_match(draft, found), target=True, bound=bound)
    yield from _named_levels(draft, kinds, position)
    for found in _CHANGE_RANGE.finditer(kinds, position):
        sized = _from_match(draft, found)
        high = draft.tokens[found.start("high")]
        yield replace(sized, token=_like(sized.token, high), high=high)
    for pattern in _CHANGES:
        for found in pattern.finditer(kinds, position):
            sign = "-" if MINUS in found.group() else "+" if PLUS in found.group() else ""
            yield replace(_from_match(draft, found), sign=sign)


def _named_levels(draft: Draft, kinds: str, position: int) -> Iterator[_Sized]:
    for found in _NAMED_LEVEL.finditer(kinds, position):
        sold = found.group("sold")
        if sold and draft.text(draft.tokens[found.start("sold")]) not in _SOLD:
            continue
        at = found.start("amount2" if sold else "amount")
        yield _Sized(token=draft.tokens[at], indices=range(at, at + 1), target=True)


def _from_match(draft: Draft, found: re.Match[str]) -> _Sized:
    first, last = found.span()
    while draft.kinds[first] == METRIC:
        first += 1
    return _Sized(token=draft.tokens[found.start("amount")], indices=range(first, last))


def _like(token: Token, other: Token) -> Token:
    """Give a bare number the unit of the amount beside it (5-8%, from 10 to 12%)."""
    if token.kind != NUMBER or other.kind not in (PERCENT, POINTS, MONEY):
        return token
    amount = token.amount * 100 if other.kind == MONEY else token.amount / 100
    return replace(token, kind=other.kind, amount=amount)


def _named(draft: Draft, sized: _Sized | None, chosen: str | None, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the ids of the metric that the sentence names; of several, those that go with the size."""
    kinds = draft.kinds
    places = [index for index, kind in enumerate(kinds) if kind == METRIC]
    if not places:
        return _counted(draft, catalogue)
    common = set(draft.tokens[places[0]].more)
    for index in places[1:]:
        common &= set(draft.tokens[index].more)
    if not common and sized is not None:
        places = _closest(draft, places, sized)
        common = set(draft.tokens[places[0]].more)
    draft.claim("metric", [index for index in places if chosen is None or chosen in draft.tokens[index].more])
    union = dict.fromkeys(id_ for index in places for id_ in draft.tokens[index].more)
    if not common or (len(places) > 1 and not _shared(draft, places)):
        return tuple(union)
    return tuple(id_ for id_ in union if id_ in common)


def _counted(draft: Draft, catalogue: Catalogue) -> tuple[str, ...]:
    """Read a number of new people as the metric that counts them (增加 5000 个新会员, 500 more new customers)."""
    for found in _COUNTED_PEOPLE.finditer(draft.kinds):
        at = found.start("people") if found.group("people") else found.end() - 1
        people = draft.tokens[at].more
        if (id_ := _COUNTS.get(people)) is not None and id_ in catalogue.by_id:
            draft.claim("metric", [at])
            return (id_,)
    return ()


def _shared(draft: Draft, places: list[int]) -> bool:
    ids = [set(draft.tokens[index].more) for index in places]
    return bool(set.intersection(*ids))


def _closest(draft: Draft, places: list[int], sized: _Sized) -> list[int]:
    """Of competing metrics, keep the one that owns the size; all of them where each has an amount of its own."""
    kinds = draft.kinds
    owners = [
        index
        for index, following in zip(places, [*places[1:], len(kinds)], strict=True)
        if any(kind in _AMOUNTS for kind in kinds[index:following])
    ]
    if len(owners) == 1:
        return owners
    if len(owners) > 1:
        return places
    return [min(places, key=lambda index: abs(draft.tokens[index].start - sized.token.start))]


def _fitting(ids: tuple[str, ...], sized: _Sized | None, catalogue: Catalogue) -> tuple[str, ...]:
    """Of several metrics with one name, keep those whose unit the size has (业绩 +50 万元 is no count)."""
    large = sized is not None and sized.token.kind == NUMBER and sized.token.amount >= _MONEY_MIN
    if sized is None or len(ids) < 2 or (sized.token.kind not in (MONEY, COUNT) and not large):
        return ids
    unit = "count" if sized.token.kind == COUNT else "fen"
    return tuple(id_ for id_ in ids if catalogue.by_id[id_].unit == unit) or ids


def _verb(draft: Draft, sized: _Sized | None) -> int | None:
    """Return the index of the verb of the size, else of its clause, else the first of the sentence."""
    kinds = draft.kinds
    verbs = [found.start() for found in _VERB.finditer(kinds)]
    if sized is None or not verbs:
        return verbs[0] if verbs else None
    within = [index for index in verbs if index in sized.indices]
    clause = [index for index in verbs if _same_clause(draft, index, sized)]
    before = [index for index in clause if index < sized.indices.start]
    return (within or before[-1:] or clause or verbs)[0]


def _same_clause(draft: Draft, index: int, sized: _Sized) -> bool:
    low, high = sorted((index, sized.indices.start))
    return all(token.kind != STOP for token in draft.tokens[low:high])


def _refuse_contradiction(verb: str, sized: _Sized | None) -> None:
    if sized is None or (verb, sized.sign) not in ((UP, MINUS), (IMPROVE, MINUS), (DOWN, MINUS), (DOWN, PLUS)):
        return
    raise LiftloopError(
        "contradictory_goal",
        zh="方向和正负号对不上：一处说升，一处说降",
        en="The verb and the sign disagree: one says up, the other down",
        next_zh="二选一：写“提升 5%”，或者“降低 5%”",
        next_en='Say either "raise by 5%" or "reduce by 5%"',
        exit_code=EXIT_REFUSED,
    )


def _is_said(draft: Draft, sized: _Sized) -> bool:
    """A bare amount says neither by how much nor up to what; an answer may be bare."""
    answered = draft.tokens[sized.indices[0]].start >= draft.answers_from
    return bool(answered or sized.target or sized.sign or sized.token.kind == TIMES or _VERB.search(draft.kinds))


def _measured(draft: Draft, sized: _Sized, metrics: tuple[str, ...], catalogue: Catalogue) -> Aim | None:
    """Return the size in the unit of the metric; None where the two do not go together."""
    units: set[MetricUnit] = {catalogue.by_id[id_].unit for id_ in metrics}
    unit = units.pop() if len(units) == 1 else None
    level = _level(sized.token, unit, target=sized.target)
    if level is None:
        return None
    size, kind = level
    base = _level(sized.base, unit, target=True) if sized.base is not None else None
    if size == 0 and kind != "absolute":
        draft.note("zero_size", "变化为 0，等于没有目标", "A change of 0 is no goal")
        return None
    return Aim(metrics=metrics, size=size, size_kind=kind, stated_baseline=base[0] if base else None)


def _level(token: Token, unit: MetricUnit | None, *, target: bool) -> tuple[float, SizeKind] | None:
    amount = token.amount
    if token.kind == TIMES:
        return _multiple(token, target=target)
    rate = token.kind in (PERCENT, POINTS)
    if rate and unit in ("fen", "count"):
        return None if target else (amount, "relative")
    if rate:
        return (amount, "absolute") if target else (amount, "relative" if token.kind == PERCENT else "points")
    kind: SizeKind = "absolute" if target else "points"
    if token.kind == MONEY:
        return (amount, kind) if unit in ("fen", None) else None
    if unit == "fen" and token.kind == NUMBER:
        return amount * 100, kind
    return (amount, kind) if unit in ("count", None) else None


def _multiple(token: Token, *, target: bool) -> tuple[float, SizeKind] | None:
    """Doubling and 到 2 倍 are +100%; 提升 2 倍 is +200%."""
    change = token.amount - 1 if target or token.word == "factor" else token.amount
    return (abs(change), "relative") if change else None


def _direction(draft: Draft, verb: str, sized: _Sized | None, metric: Metric | None) -> Direction | None:
    if sized is not None and sized.sign:
        return "down" if sized.sign == MINUS else "up"
    if verb in (UP, DOWN):
        return "up" if verb == UP else "down"
    if sized is not None and sized.token.kind == TIMES and sized.token.word == "factor":
        return "up" if sized.token.amount > 1 else "down"
    if sized is not None and sized.bound:
        return "up" if sized.bound == AT_LEAST else "down"
    if metric is None:
        return "up" if verb == IMPROVE else None
    if not verb:
        draft.assume(
            "direction_that_is_good", "没有说方向，按变好的方向理解", "No direction was given; the good one is meant"
        )
    return metric.good


def _remark(draft: Draft, sized: _Sized, aim: Aim, metric: Metric | None) -> None:
    if sized.high is not None:
        draft.assume("lower_of_range", "给的是一个范围，按下限规划", "A range was given; its lower end is planned for")
    if aim.size_kind == "relative" and sized.token.kind == POINTS:
        draft.assume(
            "points_as_percent",
            "这个指标不是比率，“点”按百分比理解",
            "This metric is no rate, so points are taken as percent",
        )
    elif aim.size_kind == "relative" and sized.token.kind == PERCENT and (metric is None or metric.unit == "share"):
        draft.assume(
            "percent_is_relative",
            "百分比按相对变化理解；要说百分点，请写“个百分点”",
            'The percentage is taken as relative; write "points" for percentage points',
        )
    if sized.base is not None:
        draft.assume(
            "baseline_is_measured",
            "你说的现状值仅供参考，规划按实际数据算出的基线",
            "Your starting value is kept for reference; the plan uses the measured baseline",
        )
    if metric is not None and aim.size_kind == "relative" and aim.size is not None and aim.size > _LARGE:
        draft.note("large_size", "幅度超过一倍，请确认没有写错", "The change is more than double; please check it")
