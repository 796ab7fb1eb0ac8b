"""Who is who, for people to read and to decide: identifiers with how sure they are, merges, and their undoing."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from liftloop.app.actors import actor_words, source_names
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.ledger import family
from liftloop.app.people import Identifier, attributes_of, identifiers_of, shown_value
from liftloop.app.words import Said
from liftloop.identify.contract import (
    ANONYMOUS,
    APART_MAX,
    JOINED,
    KEPT_APART,
    UNDO_ASKED,
    UNDO_ATTEMPTS_MAX,
    UNDOS_MAX,
    USER,
    Ruled,
    UndoAsked,
)
from liftloop.identify.joining import column_of
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import Row, StateReader

WAIT_S = 10.0
"""How long a caller waits for an undoing; it takes about a second, and goes on after that."""
LOOK_EVERY_S = 0.05
LABELS_SHOWN = 3

Sureness = Literal["sure", "likely", "weak", "disputed"]
Standing = Literal["merged", "undoing", "given_up", "undone"]

_SURE = frozenset({USER, "unionid", "card", "wecom_id"})
_WEAK = frozenset({ANONYMOUS, "device_id", "other"})
IDENTIFIER_WORDS = {
    "user_id": Said("客户编号", "customer id"),
    "anonymous_id": Said("浏览器编号", "browser id"),
    "phone": Said("手机号", "phone number"),
    "email": Said("邮箱", "e-mail address"),
    "unionid": Said("微信 UnionID", "WeChat UnionID"),
    "openid": Said("微信 OpenID", "WeChat OpenID"),
    "wecom_id": Said("企业微信客户", "WeCom contact"),
    "card": Said("会员卡号", "member card"),
    "device_id": Said("设备", "device"),
    "other": Said("其他标识", "another identifier"),
    "person": Said("人工判断", "a person's decision"),
    "suggestion": Said("采纳了系统的建议", "an accepted suggestion"),
}
"""Kinds of identifiers, and what else a merge may rest on."""

_MERGES = """
SELECT tick, position, kept, forwarded, reason, at_ms, coalesce(source, '') FROM merge
WHERE kept IN (SELECT value FROM json_each(?)) OR forwarded IN (SELECT value FROM json_each(?))
ORDER BY at_ms DESC, tick DESC, position DESC
"""
_MERGE = "SELECT kept, forwarded, reason, at_ms FROM merge WHERE tick = ? AND position = ?"
_UNDOINGS = """
SELECT merge_tick, merge_position, max(CASE kind WHEN 'undo_asked' THEN tick END) AS asked,
    max(CASE kind WHEN 'undo_given_up' THEN tick END) AS given_up
FROM ruling WHERE kind IN ('undo_asked', 'undo_given_up')
    AND EXISTS (SELECT 1 FROM merge WHERE merge.tick = merge_tick AND merge.position = merge_position)
GROUP BY merge_tick, merge_position
"""
_UNDONE = """
SELECT merge_tick, merge_position, first, second, by, at_ms, actor FROM ruling
WHERE kind = 'undone' AND (first IN (SELECT value FROM json_each(?)) OR second IN (SELECT value FROM json_each(?)))
ORDER BY at_ms DESC
"""
_UNDONE_ALREADY = "SELECT 1 FROM ruling WHERE kind = 'undone' AND merge_tick = ? AND merge_position = ?"
_EVENTS = """
SELECT count(*) AS events FROM event
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND kind IN ('track', 'page', 'screen')
"""
_MESSAGES = """
SELECT count(*) FROM ledger WHERE state = 'sent'
    AND enrolment IN (SELECT id FROM enrolment WHERE profile IN (SELECT value FROM json_each(?)))
"""


class BadMerge(LiftloopError):
    """What was named is not a merge."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            "bad_merge",
            zh=f"{identity} 不是合并的编号",
            en=f"{identity} is not the number of a merge",
            next_zh="合并的编号在客户页「身份」里，形如 120-0",
            next_en="a person's page lists merges under identity; their numbers look like 120-0",
            status=422,
        )


class AlreadyUndone(LiftloopError):
    """The merge has been undone before."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            "already_undone",
            zh=f"合并 {identity} 已经拆开了",
            en=f"merge {identity} has been undone already",
            next_zh="刷新客户页，可以看到拆开之后的两位客户",
            next_en="reload the person's page: there are two people now",
            status=409,
        )


_BUSY = Said(
    f"没能拆开：试了 {UNDO_ATTEMPTS_MAX} 次，每次都有这位客户的新消息进来。"
    "多半是收银台、共用设备或程序在用同一个标识：先在身份规则里屏蔽它，或者等夜里安静时再拆一次。",
    f"Not undone: at each of {UNDO_ATTEMPTS_MAX} attempts something new came in about this person. It is most likely a "
    "till, a shared device or a script: block its id in the identity rules, or try again at a quiet hour.",
)


class NeverSilent(LiftloopError):
    """A merge could not be undone, because the person was heard of at every attempt."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            "never_silent",
            zh=f"合并 {identity} 没能拆开：试了 {UNDO_ATTEMPTS_MAX} 次，每次都有这位客户的新消息进来",
            en=f"merge {identity} was not undone: something new came in about this person at each of "
            f"{UNDO_ATTEMPTS_MAX} attempts",
            next_zh="在身份规则里屏蔽反复上报的那个标识，或者等夜里安静时再拆一次",
            next_en="block the id that keeps sending in the identity rules, or try again at a quiet hour",
            status=409,
        )


class TooManyUndoings(LiftloopError):
    """More merges wait to be undone than may at a time."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_undoings",
            zh=f"正在拆开的合并已有 {UNDOS_MAX} 个，这一个没有受理",
            en=f"{UNDOS_MAX} merges are being undone; this one was not taken",
            next_zh="等几秒再试",
            next_en="try again in a few seconds",
            status=409,
        )


class TooManyApart(LiftloopError):
    """More pairs are kept apart than may be."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_apart",
            zh=f"已有 {APART_MAX} 对客户被标为「不是同一个人」，到上限了",
            en=f"{APART_MAX} pairs are kept apart already, which is all there may be",
            next_zh="先在身份规则里把常被共用的标识屏蔽，再处理剩下的",
            next_en="block identifiers that many share in the identity setting first",
            status=409,
        )


class KnownIdentifier(Struct, frozen=True, kw_only=True):
    """One way to recognise a person, with what it is worth; personal values masked."""

    kind: str
    name: Said
    value: str
    since_ms: int
    source: str
    """The id of the source that sent it first; empty where that is not known."""
    told_by: Said
    """What that source is called."""
    sureness: Sureness
    sure: Said


class MergeOf(Struct, frozen=True, kw_only=True):
    """Two profiles that became one person, or are two again."""

    id: str
    at_ms: int
    standing: Standing
    by: str
    label: Said
    """Why: what both had."""
    source: str
    """Who brought it: a source, or a person."""
    told_by: Said
    """What they are called."""
    kept: int
    forwarded: int
    goes: Sequence[str]
    """What would be, or is, the other person's: a few identifiers in words."""
    consequence: Said
    """What undoing means, or that it has been done."""
    problem: Said | None = None
    """Why it could not be undone, and what to do; None where nothing stands in the way."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who a person is: identifiers, and the merges that made one of several."""

    number: int
    identifiers: Sequence[KnownIdentifier]
    merges: Sequence[MergeOf]


class Undone(Struct, frozen=True, kw_only=True):
    """What has become of a merge that was to be undone."""

    id: str
    standing: Standing
    kept: int
    forwarded: int


async def identity_of(desk: Desk, number: int) -> Identity:
    """Return who a person is; `number` is that of the person, merges followed."""
    found = await asyncio.to_thread(identifiers_of, desk.state, number)
    identifiers = sorted(found, key=lambda each: column_of(each.kind))
    attributes = await asyncio.to_thread(attributes_of, desk.state, desk.vault, number)
    by_name = {each.name: each for each in attributes}
    values = {each.hash: shown_value(each, by_name) for each in identifiers}
    numbers = str(await asyncio.to_thread(family, desk.state, number))
    asked = _undoings(desk.state)
    merges = [
        await _merge(desk, row, identifiers, values, asked.get(row[:2], "merged"))
        for row in desk.state.rows(_MERGES, (numbers, numbers))
    ]
    undone = [_undone_merge(row, names_of_sources(desk)) for row in desk.state.rows(_UNDONE, (numbers, numbers))]
    known = await _known(desk, identifiers, values)
    return Identity(number=number, identifiers=known, merges=[*merges, *undone])


async def undo_merge(desk: Desk, identity: str, reason: str, actor: str, wait_s: float = WAIT_S) -> Undone:
    """Undo a merge; raises `BadMerge`, `NotFound`, `AlreadyUndone`, `TooManyUndoings`, `NeverSilent`.

    Asked again while it is under way, it waits for the same undoing. What takes longer than `wait_s` goes on by itself.
    """
    tick, position = _key(identity)
    found = desk.state.rows(_MERGE, (tick, position))
    if not found:
        raise (
            AlreadyUndone(identity)
            if desk.state.rows(_UNDONE_ALREADY, (tick, position))
            else NotFound("merge", identity)
        )
    kept, forwarded, by, merged_ms = found[0]
    waiting = [merge for merge, standing in _undoings(desk.state).items() if standing == "undoing"]
    if (tick, position) not in waiting:
        if len(waiting) >= UNDOS_MAX:
            raise TooManyUndoings
        asked = UndoAsked(
            tick=tick, position=position, kept=kept, forwarded=forwarded, by=by, merged_ms=merged_ms, reason=reason
        )
        await desk.tick.facts([fact(UNDO_ASKED, identity, canonical_json(asked), actor, desk.clock.now_ms())])
    standing = await _ended(desk.state, (tick, position), wait_s)
    if standing == "given_up":
        raise NeverSilent(identity)
    return Undone(id=identity, standing=standing, kept=kept, forwarded=forwarded)


async def rule(desk: Desk, pair: tuple[int, int], *, same: bool, by: str, actor: str) -> None:
    """Make two profiles one person, or two for good, because a person says so; raises `TooManyApart`."""
    if not same and desk.state.rows("SELECT count(*) FROM ruling WHERE kind IN ('apart', 'undone')")[0][0] >= APART_MAX:
        raise TooManyApart
    ruled = Ruled(first=pair[0], second=pair[1], by=by)
    kind = JOINED if same else KEPT_APART
    await desk.tick.facts([fact(kind, f"{pair[0]}-{pair[1]}", canonical_json(ruled), actor, desk.clock.now_ms())])


def _undoings(state: StateReader) -> dict[tuple[int, int], Standing]:
    """Return the merges that somebody wanted undone and that still stand: under way, or given up since."""
    return {
        (tick, position): "undoing" if given_up is None or given_up < asked else "given_up"
        for tick, position, asked, given_up in state.rows(_UNDOINGS)
    }


async def _ended(state: StateReader, merge: tuple[int, int], wait_s: float) -> Standing:
    """Return what became of an undoing that is under way, as far as it is known in time."""
    for _ in range(int(wait_s / LOOK_EVERY_S)):
        if not state.rows(_MERGE, merge):
            return "undone"
        if _undoings(state).get(merge) == "given_up":
            return "given_up"
        await asyncio.sleep(LOOK_EVERY_S)
    return "undoing"


def _key(identity: str) -> tuple[int, int]:
    tick, _, position = identity.partition("-")
    if not (tick.isdecimal() and position.isdecimal() and len(identity) < 40):
        raise BadMerge(identity)
    return int(tick), int(position)


async def _known(desk: Desk, identifiers: Sequence[Identifier], values: Mapping[int, str]) -> list[KnownIdentifier]:
    told = await desk.tick.ask("disputed", hashes=[each.hash for each in identifiers])
    names = names_of_sources(desk)
    known: list[KnownIdentifier] = []
    for each, disputed in zip(identifiers, told["disputed"], strict=True):
        sureness = _sureness(each.kind, disputed=disputed)
        known.append(
            KnownIdentifier(
                kind=each.kind,
                name=kind_words(each.kind),
                value=values[each.hash],
                since_ms=each.at_ms,
                source=source_name(each.source),
                told_by=actor_words(each.source, names),
                sureness=sureness,
                sure=_SURE_WORDS[sureness],
            )
        )
    return known


async def _merge(
    desk: Desk, row: Row, identifiers: Sequence[Identifier], values: Mapping[int, str], standing: Standing
) -> MergeOf:
    tick, position, kept, forwarded, by, at_ms, source = row
    goes = await asyncio.to_thread(family, desk.state, forwarded)
    labels = [values[each.hash] for each in identifiers if each.profile in goes]
    events = int((await desk.follower.select(_EVENTS, [goes]))["events"][0])
    messages = desk.state.rows(_MESSAGES, (str(goes),))[0][0]
    return MergeOf(
        id=f"{tick}-{position}",
        at_ms=at_ms,
        standing=standing,
        by=by,
        label=_label(by),
        source=source_name(source),
        told_by=actor_words(source, names_of_sources(desk)),
        kept=kept,
        forwarded=forwarded,
        goes=labels[:LABELS_SHOWN],
        consequence=_consequence(labels, events, messages),
        problem=_BUSY if standing == "given_up" else None,
    )


def _label(by: str) -> Said:
    words = kind_words(by)
    if by in ("person", "suggestion"):
        return words
    return Said(f"同一条消息里出现了两边的{words.zh}", f"one message named the {words.en} of both")


def _consequence(labels: Sequence[str], events: int, messages: int) -> Said:
    """Return what undoing a merge means, before it is done."""
    shown = "、".join(labels[:LABELS_SHOWN]) or "—"
    more_zh = f"等 {len(labels)} 个标识" if len(labels) > LABELS_SHOWN else ""
    more_en = f" and {len(labels) - LABELS_SHOWN} more" if len(labels) > LABELS_SHOWN else ""
    return Said(
        f"{shown}{more_zh}会成为另一位客户，带走自己的 {events} 条行为记录、属性和授权；人群和画像按各自的历史重算，"
        f"旅程里的进度各归各的。已经发出的 {messages} 条消息不变，合并期间的退订对两边都算数。"
        "以后不会再自动合并这两位。",
        f"{', '.join(labels[:LABELS_SHOWN]) or 'The other profile'}{more_en} becomes another person, with {events:,} "
        "events, attributes and consents of their own; audiences and traits are computed anew for both, and journeys "
        f"go on for whoever entered them. The {messages:,} messages already sent stay as they are, and whoever opted "
        "out meanwhile has opted out for both. The two are never merged automatically again.",
    )


def _undone_merge(row: Row, names: Mapping[str, str]) -> MergeOf:
    tick, position, kept, forwarded, by, at_ms, actor = row
    return MergeOf(
        id=f"{tick}-{position}",
        at_ms=at_ms,
        standing="undone",
        by=by,
        label=_label(by),
        source=source_name(actor),
        told_by=actor_words(actor, names),
        kept=kept,
        forwarded=forwarded,
        goes=(),
        consequence=Said("已拆成两位客户，不会再自动合并。", "Two people again; they are never merged automatically."),
    )


_SURE_WORDS: Mapping[Sureness, Said] = {
    "sure": Said("认定本人", "tells the person for sure"),
    "likely": Said("多半是本人", "most likely the person"),
    "weak": Said("认设备，不认人", "tells a device, not a person"),
    "disputed": Said("另一个人也用过", "another person has used it too"),
}


def _sureness(kind: str, *, disputed: bool) -> Sureness:
    if disputed:
        return "disputed"
    return "sure" if kind in _SURE else "weak" if kind in _WEAK else "likely"


def kind_words(kind: str) -> Said:
    """Return what a kind of identifier, or another reason of a merge, is called."""
    return IDENTIFIER_WORDS.get(kind, Said(kind, kind))


def names_of_sources(desk: Desk) -> dict[str, str]:
    """Return what the sources and forms of this installation are called."""
    return source_names({kind: desk.definitions.live(kind) for kind in ("source", "form")})


def source_name(actor: str) -> str:
    """Return who said something, without what kind of actor that is."""
    return actor.partition(":")[2] or actor
