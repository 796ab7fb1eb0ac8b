"""What happened around one person, newest first: events, messages and silences, consents, audiences, merges."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.actors import actor_words
from liftloop.app.code_names import STAGE_NAMES, consent_source, medium_name
from liftloop.app.desk import Desk
from liftloop.app.item_names import item_names
from liftloop.app.ledger import family, messages_of
from liftloop.app.naming.vocabulary import event_name, property_name
from liftloop.app.persons.identities import kind_words, names_of_sources
from liftloop.app.words import Said, sentence
from liftloop.audience.reading import LEVEL
from liftloop.kernel.codec import parse_object
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.money import fen_from_yuan, yuan_text
from liftloop.profile.tags import TAG
from liftloop.storage.contract import StateReader

PAGE = 50
MESSAGES_MAX = 1_000  # A person with more messages has other problems; the newest are shown.
PRODUCTS_SHOWN = 3
AMOUNT_MAX = 1e12  # Beyond it a sender has made a mistake, and no page has room for it.

_EVENTS = """
SELECT at_ms, kind, name, properties FROM event
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND kind IN ('track', 'page', 'screen') AND at_ms <= $2
ORDER BY at_ms DESC, "offset" DESC LIMIT $3
"""
_TOLD = """
SELECT at_ms, properties FROM event
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND kind = 'identify' AND contains(properties, '"tag:') AND at_ms <= $2
ORDER BY at_ms DESC, "offset" DESC LIMIT $3
"""
_MEMBERSHIPS = """
SELECT at_ms, audience, entered FROM membership WHERE profile IN (SELECT unnest($1::BIGINT[])) AND at_ms <= $2
ORDER BY at_ms DESC, tick DESC LIMIT $3
"""
_STAGES = """
SELECT at_ms, word FROM trait_studied
WHERE name = 'lifecycle_stage' AND word IS NOT NULL AND profile IN (SELECT unnest($1::BIGINT[])) AND at_ms <= $2
ORDER BY at_ms DESC, "offset" DESC LIMIT $3
"""
_RUN_OUT = """
SELECT at_ms, points FROM points_change
WHERE name = '' AND kind = 'expire' AND points > 0 AND profile IN (SELECT unnest($1::BIGINT[])) AND at_ms <= $2
ORDER BY at_ms DESC, tick DESC LIMIT $3
"""
_CONSENTS = """
SELECT at_ms, channel, purpose, topic, status, source FROM consent
WHERE profile IN (SELECT value FROM json_each(?)) AND at_ms <= ? ORDER BY at_ms DESC, tick DESC LIMIT ?
"""
_MERGES = """
SELECT at_ms, reason, coalesce(source, '') FROM merge
WHERE kept IN (SELECT value FROM json_each(?)) AND at_ms <= ? ORDER BY at_ms DESC, tick DESC LIMIT ?
"""
_RULINGS = """
SELECT at_ms, kind, actor FROM ruling
WHERE kind IN ('undone', 'apart') AND at_ms <= ?2
    AND (first IN (SELECT value FROM json_each(?1)) OR second IN (SELECT value FROM json_each(?1)))
ORDER BY at_ms DESC, tick DESC LIMIT ?3
"""
_SHARED = """
SELECT at_ms, kind FROM identifier_shared WHERE profile IN (SELECT unnest($1::BIGINT[])) AND at_ms <= $2
ORDER BY at_ms DESC, tick DESC LIMIT $3
"""
_PURPOSES = {"marketing": Said("营销", "marketing"), "service": Said("服务", "service")}


class Moment(Struct, frozen=True, kw_only=True):
    """Something that happened, in words."""

    at_ms: int
    kind: Literal["event", "message", "consent", "audience", "identity", "tag", "level", "points", "stage"]
    name: str
    label: Said
    detail: Said | None = None
    codes: str = ""
    """Ids of the items that the detail names."""
    campaign: str | None = None
    audience: str | None = None


class _Called(Struct, frozen=True, kw_only=True):
    """What the codes in events are called."""

    items: Mapping[str, str]
    offers: Mapping[str, Said]


class Cursor(Struct, frozen=True):
    """Where the next page begins: moments at or before `at_ms`, without the first `skip` of that instant."""

    at_ms: int
    skip: int


class BadCursor(LiftloopError):
    """The cursor of a page was not one of ours."""

    def __init__(self) -> None:
        super().__init__(
            "bad_cursor",
            zh="翻页标记无效",
            en="not a cursor that an earlier page gave",
            next_zh="从第一页重新开始",
            next_en="begin again at the first page",
            status=422,
            exit_code=EXIT_USAGE,
        )


def cursor_from(text: str) -> Cursor:
    """Return the cursor that `cursor_text` wrote; raises `BadCursor`."""
    at_ms, _, skip = text.partition("-")
    if not (at_ms.isdecimal() and skip.isdecimal() and len(at_ms) < 16 and len(skip) < 10):
        raise BadCursor
    return Cursor(int(at_ms), int(skip))


def cursor_text(cursor: Cursor) -> str:
    return f"{cursor.at_ms}-{cursor.skip}"


async def timeline(desk: Desk, number: int, start: Cursor) -> tuple[list[Moment], Cursor | None]:
    """Return one page of a person's moments, newest first, and where the next page begins, None at the end."""
    wanted = PAGE + start.skip + 1
    numbers = family(desk.state, number)
    events = await desk.follower.select(_EVENTS, [numbers, start.at_ms, wanted])
    memberships = await desk.follower.select(_MEMBERSHIPS, [numbers, start.at_ms, wanted])
    names = desk.definitions.audience_names()
    sources = names_of_sources(desk)
    from_state = await asyncio.to_thread(_from_state, desk.state, number, (start.at_ms, wanted), sources)
    told = await desk.follower.select(_TOLD, [numbers, start.at_ms, wanted])
    shared = await desk.follower.select(_SHARED, [numbers, start.at_ms, wanted])
    called = _Called(items=await item_names(desk.follower, _items(events)), offers=_offers(desk))
    from_lake = [*_events(events, called), *_memberships(memberships, names), *_tagged(told, names), *_shared(shared)]
    stages = await desk.follower.select(_STAGES, [numbers, start.at_ms, wanted])
    run_out = await desk.follower.select(_RUN_OUT, [numbers, start.at_ms, wanted])
    from_lake += [*_staged(stages), *_gone(run_out)]
    moments = [*from_lake, *from_state]
    moments.sort(key=lambda moment: -moment.at_ms)
    page = moments[start.skip : start.skip + PAGE]
    if len(moments) <= start.skip + PAGE:
        return page, None
    return page, _following(start, page)


def _offers(desk: Desk) -> dict[str, Said]:
    """Return what offers are called by id, those that say it."""
    names = {
        identity: (body.get("name_zh") or body.get("name"), body.get("name_en") or body.get("name"))
        for identity, body in desk.definitions.live("offer").items()
    }
    return {identity: Said(str(zh or en), str(en or zh)) for identity, (zh, en) in names.items() if zh or en}


def _following(start: Cursor, page: Sequence[Moment]) -> Cursor:
    last_ms = page[-1].at_ms
    same = sum(moment.at_ms == last_ms for moment in page)
    return Cursor(last_ms, same + (start.skip if last_ms == start.at_ms else 0))


def _from_state(state: StateReader, number: int, page: tuple[int, int], sources: Mapping[str, str]) -> list[Moment]:
    """Return what the tables say; `page` is until when, and how many of each at most."""
    numbers, (until_ms, limit) = str(family(state, number)), page
    moments = [_consent(row, sources) for row in state.rows(_CONSENTS, (numbers, until_ms, limit))]
    moments += [_merge(row, sources) for row in state.rows(_MERGES, (numbers, until_ms, limit))]
    moments += [_ruling(row, sources) for row in state.rows(_RULINGS, (numbers, until_ms, limit))]
    for message in messages_of(state, number, limit=MESSAGES_MAX):
        if message.changed_ms <= until_ms:
            medium, said = medium_name(message.channel), sentence(message.state, message.reason)
            moments.append(
                Moment(
                    at_ms=message.changed_ms,
                    kind="message",
                    name=f"message.{message.state}",
                    label=Said(f"{medium.zh}：{said.zh}", f"{medium.en}: {said.en}") if message.channel else said,
                    campaign=message.campaign or message.journey,
                )
            )
    return moments


def _consent(row: Any, sources: Mapping[str, str]) -> Moment:
    at_ms, channel, purpose, topic, status, source = row
    medium, what = medium_name(channel), _PURPOSES.get(purpose, Said(purpose, purpose))
    about = f"（{topic}）" if topic else ""
    if status == "granted":
        label = Said(
            f"同意通过{medium.zh}接收{what.zh}消息{about}", f"Agreed to {what.en} messages by {medium.en}{about}"
        )
    else:
        label = Said(f"撤回{medium.zh}的{what.zh}授权{about}", f"Withdrew consent to {what.en} by {medium.en}{about}")
    detail = consent_source(source, sources)
    return Moment(at_ms=at_ms, kind="consent", name=f"consent.{status}", label=label, detail=detail)


def _merge(row: Any, sources: Mapping[str, str]) -> Moment:
    at_ms, reason, source = row
    by, who = kind_words(reason), actor_words(source, sources)
    told = Said(f"（{who.zh}）", f" ({who.en})") if source else Said("", "")
    return Moment(
        at_ms=at_ms,
        kind="identity",
        name="profile.merged",
        label=Said("与另一个档案合并，是同一个人", "Found to be the same person as another profile"),
        detail=Said(f"依据：{by.zh}{told.zh}", f"by {by.en}{told.en}"),
    )


def _ruling(row: Any, sources: Mapping[str, str]) -> Moment:
    at_ms, kind, actor = row
    who = actor_words(actor, sources)
    label = Said("撤销了一次合并，又是两位客户", "A merge was undone: two people again")
    if kind == "apart":
        label = Said("确认与另一位客户不是同一个人", "Said to be another person than one who looks alike")
    name = "profile.separated" if kind == "undone" else "people.kept_apart"
    return Moment(at_ms=at_ms, kind="identity", name=name, label=label, detail=Said(f"由{who.zh}操作", f"by {who.en}"))


def _shared(found: Mapping[str, Any]) -> list[Moment]:
    moments: list[Moment] = []
    for at_ms, kind in zip(found["at_ms"].tolist(), found["kind"].tolist(), strict=True):
        words = kind_words(kind)
        label = Said(f"一个{words.zh}不再算作本人的", f"A {words.en} does not count as this person's any more")
        detail = Said("三个不同的人都用过它，用它认不准人", "three different people have used it, so it tells nobody")
        moments.append(Moment(at_ms=at_ms, kind="identity", name="identifier.shared", label=label, detail=detail))
    return moments


def _memberships(found: Mapping[str, Any], names: Mapping[str, str]) -> list[Moment]:
    rows = zip(found["at_ms"].tolist(), found["audience"].tolist(), found["entered"].tolist(), strict=True)
    moments: list[Moment] = []
    for at_ms, audience, entered in rows:
        name = names.get(audience, audience)
        if audience.startswith(LEVEL):
            label = (
                Said(f"成为「{name}」", f"Became “{name}”")
                if entered
                else Said(f"不再是「{name}」", f"No longer “{name}”")
            )
            moments.append(Moment(at_ms=at_ms, kind="level", name="level.changed", label=label))
            continue
        if audience.startswith(TAG):
            moments.append(_tag_moment(at_ms, name, has=entered))
            continue
        label = Said(f"进入「{name}」", f"Entered “{name}”") if entered else Said(f"离开「{name}」", f"Left “{name}”")
        kind = "audience.entered" if entered else "audience.left"
        moments.append(Moment(at_ms=at_ms, kind="audience", name=kind, label=label, audience=audience))
    return moments


def _tagged(found: Mapping[str, Any], names: Mapping[str, str]) -> list[Moment]:
    """Return when tags were put on a person or taken off; running out by itself is no news."""
    moments: list[Moment] = []
    for at_ms, properties in zip(found["at_ms"].tolist(), found["properties"].tolist(), strict=True):
        for name, until in parse_object(properties).items():
            if name.startswith(TAG):
                moments.append(_tag_moment(at_ms, names.get(name, name.removeprefix(TAG)), has=until is not None))
    return moments


def _staged(found: Mapping[str, Any]) -> list[Moment]:
    """Return when a person came into each stage of the lifecycle, once a stage and instant."""
    seen = dict.fromkeys(zip(found["at_ms"].tolist(), map(str, found["word"]), strict=True))
    moments: list[Moment] = []
    for at_ms, word in seen:
        stage = STAGE_NAMES.get(word, Said(word, word))
        label = Said(f"生命周期阶段变为「{stage.zh}」", f"Lifecycle stage: {stage.en}")
        moments.append(Moment(at_ms=at_ms, kind="stage", name=f"stage.{word}", label=label))
    return moments


def _gone(found: Mapping[str, Any]) -> list[Moment]:
    return [
        Moment(
            at_ms=at_ms,
            kind="points",
            name="points.run_out",
            label=Said(f"{points:,} 积分过期", f"{points:,} points ran out"),
        )
        for at_ms, points in zip(found["at_ms"].tolist(), found["points"].tolist(), strict=True)
    ]


def _tag_moment(at_ms: int, name: str, *, has: bool) -> Moment:
    label = (
        Said(f"打上标签「{name}」", f"Tagged “{name}”")
        if has
        else Said(f"摘掉标签「{name}」", f"No more tagged “{name}”")
    )
    return Moment(at_ms=at_ms, kind="tag", name="tag.put" if has else "tag.taken_off", label=label)


def _events(found: Mapping[str, Any], called: _Called) -> list[Moment]:
    columns = (found[name].tolist() for name in ("at_ms", "kind", "name", "properties"))
    rows = zip(*columns, strict=True)
    return [_event(at_ms, (kind, name), parse_object(said), called) for at_ms, kind, name, said in rows]


def _items(found: Mapping[str, Any]) -> set[str]:
    """Return the ids of items that events name without saying what they are called."""
    return {str(each["product_id"]) for text in found["properties"].tolist() for each in _unnamed(parse_object(text))}


def _unnamed(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    lines = said.get("products")
    about = [each for each in lines if isinstance(each, dict)] if isinstance(lines, list) else [said]
    return [each for each in about if each.get("product_id") and not each.get("name")]


def _event(at_ms: int, what: tuple[str, str], said: Mapping[str, Any], called: _Called) -> Moment:
    kind, name = what
    if kind != "track":
        label = Said(f"浏览页面 {name}".strip(), f"Page {name}".strip())
        return Moment(at_ms=at_ms, kind="event", name=name or kind, label=label)
    words = event_name(name)
    label = Said(words.zh, f"{words.singular[:1].upper()}{words.singular[1:]}")
    return Moment(at_ms=at_ms, kind="event", name=name, label=label, detail=_detail(said, called), codes=_codes(said))


def _codes(said: Mapping[str, Any]) -> str:
    """Return the ids of the items that an event's detail names."""
    lines = said.get("products")
    about = [each for each in lines[:PRODUCTS_SHOWN] if isinstance(each, dict)] if isinstance(lines, list) else [said]
    return ", ".join(str(each["product_id"]) for each in about if each.get("product_id"))


def _detail(properties: Mapping[str, Any], called: _Called) -> Said | None:
    """Return what an event was about: products and amount of an order, else the first thing that has a name."""
    products = properties.get("products")
    parts: list[Said] = []
    if isinstance(products, list):
        parts += [_product(each, called.items) for each in products[:PRODUCTS_SHOWN] if isinstance(each, dict)]
        if len(products) > PRODUCTS_SHOWN:
            parts.append(Said(f"等 {len(products)} 种", f"{len(products)} products in all"))
    elif (name := _item_name(properties, called.items)) is not None:
        parts.append(Said(name, name))
    amount = _money(properties)
    if amount:
        parts.append(Said(amount, amount))
    for name in ("coupon", "store_id"):
        if properties.get(name):
            words, code = property_name(name), str(properties[name])
            value = called.offers.get(code, Said(code, code)) if name == "coupon" else Said(code, code)
            parts.append(Said(f"{words.zh} {value.zh}", f"{words.en} {value.en}"))
    if not parts:
        return None
    return Said(" · ".join(part.zh for part in parts), " · ".join(part.en for part in parts))


def _item_name(said: Mapping[str, Any], items: Mapping[str, str]) -> str | None:
    """Return what a thing is called: as the event says, else as the catalog does, else its id."""
    identity = said.get("product_id")
    name = said.get("name") or items.get(str(identity)) or identity
    return None if name is None else str(name)


def _product(product: Mapping[str, Any], items: Mapping[str, str]) -> Said:
    name = _item_name(product, items) or "?"
    quantity = product.get("quantity", 1)
    return Said(name, name) if quantity == 1 else Said(f"{name} × {quantity}", f"{name} × {quantity}")


def _money(properties: Mapping[str, Any]) -> str:
    amount = properties.get("revenue", properties.get("total"))
    if isinstance(amount, bool) or not isinstance(amount, int | float) or abs(amount) > AMOUNT_MAX:
        return ""
    currency = str(properties.get("currency") or "CNY")
    return yuan_text(fen_from_yuan(amount)) if currency == "CNY" else f"{amount:,.2f} {currency}"
