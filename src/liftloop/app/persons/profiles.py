"""The use cases around people: find some by what identifies them, and gather what is known of one."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.code_names import consent_source, known_value, medium_name
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.ledger import LedgerMessage, family, messages_of
from liftloop.app.masking import masked, sounds_personal
from liftloop.app.naming.fields import field_name, fields_of, is_derived, value_name
from liftloop.app.naming.vocabulary import Unit, trait_name, trait_unit
from liftloop.app.people import (
    Attribute,
    Identifier,
    PersonLine,
    attributes_of,
    find_profile,
    identifiers_of,
    people_rows,
    shown_value,
)
from liftloop.app.persons.identities import names_of_sources
from liftloop.app.persons.levels import Standing, standing
from liftloop.app.persons.points import PointsAccount, points_account
from liftloop.app.sight import bounded, everybody_in_sight, visible
from liftloop.app.signals import RaisedSignal, entered_since, raised_signals
from liftloop.app.studies.evidence import StudiedValue, studied_values
from liftloop.app.studies.rfm import Rfm
from liftloop.app.tags.directory import held_tags
from liftloop.app.words import Said
from liftloop.audience.contract import Tag
from liftloop.audience.reading import LEVEL, SIGNAL
from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.collect.fields import Field
from liftloop.kernel.clock import FOR_EVER_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.money import yuan_text
from liftloop.profile.points import ACCOUNT
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG
from liftloop.storage.contract import StateReader, Vault

MATCHES_MAX = 500  # Who gets more than this has not said enough; the first ones are shown.
MESSAGES_SHOWN = 200
VALUE_CHARACTERS_MAX = 500
_RULES = CleaningRules()
_LAST = "\U0010ffff"

_BY_HASH = "SELECT profile FROM identifier WHERE hash IN (SELECT value FROM json_each(?))"
_BY_PREFIX = """
SELECT profile FROM identifier NOT INDEXED WHERE text >= ?1 AND text < ?2 OR text >= ?3 AND text < ?4 LIMIT ?5
"""
"""Read from end to end: by the index of profiles, which DISTINCT would take, 150,000 people took a second."""
_BY_VALUE = "SELECT profile FROM attribute NOT INDEXED WHERE sealed = 0 AND value = ? LIMIT ?"
_HEADS = """
WITH RECURSIVE way (start, profile) AS (
    SELECT value, value FROM json_each(?)
    UNION SELECT way.start, merge.kept FROM way JOIN merge ON merge.forwarded = way.profile
)
SELECT start, profile FROM way WHERE NOT EXISTS (SELECT 1 FROM merge WHERE merge.forwarded = way.profile)
"""
_LATEST_CONSENTS = """
SELECT channel, purpose, topic, status, source, text_version, max(at_ms * 2 + (status != 'granted')) / 2 FROM consent
WHERE profile IN (SELECT value FROM json_each(?)) GROUP BY channel, purpose, topic ORDER BY channel, purpose, topic
"""
_MERGED = "SELECT count(DISTINCT forwarded) FROM merge"
_NEWEST = """
SELECT profile, max(at_ms) AS at_ms FROM event_now GROUP BY profile
ORDER BY max(at_ms) DESC, profile LIMIT $1 OFFSET $2
"""
_SPAN = """
SELECT min(at_ms) AS first_ms, max(at_ms) AS last_ms FROM event WHERE profile IN (SELECT unnest($1::BIGINT[]))
"""


class Matches(Struct, frozen=True, kw_only=True):
    """A page of people, with when each was last seen."""

    total: int
    people: Sequence[PersonLine]
    last_seen_ms: Mapping[str, int]
    """By profile id."""


class Known(Struct, frozen=True, kw_only=True):
    """One way to recognise a person, fit to be shown."""

    kind: str
    value: str
    at_ms: int


class TraitValue(Struct, frozen=True, kw_only=True):
    """What is known of a person under one name, personal values masked."""

    id: str
    name: Said
    value: str | bool | int | float | None
    unit: Unit
    at_ms: int | None
    how: Said | None = None
    """Of what a study computed: the facts that it follows from."""
    words: Said | None = None
    """The value as people say it, where it is a code."""


class LatestConsent(Struct, frozen=True, kw_only=True):
    """The latest word for a channel, purpose and topic."""

    channel: str
    purpose: str
    topic: str
    status: str
    source: str
    text_version: str
    at_ms: int
    given: Said | None = None
    """Where it was given, as people say it."""


class Inside(Struct, frozen=True, kw_only=True):
    """An audience that a person is in."""

    audience: str
    name: str
    since_ms: int


class PersonTag(Struct, frozen=True, kw_only=True):
    """A tag that a person has."""

    id: str
    name: str
    category: str
    meaning: str
    since_ms: int
    until_ms: int | None
    """None: until it is taken off, or the rule holds no more."""
    by: str
    """`rule`, or who put it on: `person:admin`, `key:web`."""


class Person(Struct, frozen=True, kw_only=True):
    """Everything about one person but the timeline."""

    number: int
    line: PersonLine
    first_seen_ms: int
    last_seen_ms: int | None
    sentence: Said
    identifiers: Sequence[Known]
    traits: Sequence[TraitValue]
    consents: Sequence[LatestConsent]
    audiences: Sequence[Inside]
    tags: Sequence[PersonTag]
    level: Standing | None
    """None where there are no levels."""
    points: PointsAccount | None
    signals: Sequence[RaisedSignal]
    messages: Sequence[LedgerMessage]


async def find_people(desk: Desk, asked: str, after: int, limit: int) -> Matches:
    """Return people whose identifiers or traits match; those seen last where nothing is asked.

    Phone numbers and addresses match in full only, however they are written: they are sealed. So are names.
    """
    asked = asked.strip()
    if not asked and bounded():
        everybody = everybody_in_sight()
        return await _shown(desk, everybody[::-1][after : after + limit], len(everybody))
    if not asked:
        found = await desk.follower.select(_NEWEST, [limit, after])
        position = await desk.tick.ask("position")
        total = position["profiles"] - desk.state.rows(_MERGED)[0][0]
        return await _shown(desk, found["profile"].tolist(), total)
    numbers = await matching(desk, asked)
    return await _shown(desk, numbers[after : after + limit], len(numbers))


async def _shown(desk: Desk, numbers: Sequence[int], total: int) -> Matches:
    people = await asyncio.to_thread(people_rows, desk.state, desk.vault, numbers)
    last = await desk.last_seen.of(numbers)
    last_seen = {line.profile: last[each] for line, each in zip(people, numbers, strict=True) if each in last}
    return Matches(total=total, people=people, last_seen_ms=last_seen)


async def matching(desk: Desk, asked: str) -> list[int]:
    """Return profile numbers, exact identifiers first, each once."""
    exact: list[int] = []
    with suppress(NotFound):
        exact.append(await find_profile(desk.tick, desk.clock, asked))
    others = await asyncio.to_thread(_stored_matches, desk.state, desk.vault, asked)
    return visible(list(dict.fromkeys([*exact, *others])))


def _stored_matches(state: StateReader, vault: Vault, asked: str) -> list[int]:
    hashes = [
        vault.keyed_hash(kind, cleaned)
        for kind, cleaned in (
            ("phone", clean_phone(asked, _RULES).value),
            ("email", clean_email(asked, _RULES).value),
        )
        if cleaned
    ]
    found = [number for (number,) in state.rows(_BY_HASH, (str(hashes),))]
    ends = (asked, asked + _LAST, asked.upper(), asked.upper() + _LAST)  # Card numbers are typed in small letters too.
    found += [number for (number,) in state.rows(_BY_PREFIX, (*ends, MATCHES_MAX))]
    found += [number for (number,) in state.rows(_BY_VALUE, (canonical_json(asked), MATCHES_MAX))]
    heads = dict(state.rows(_HEADS, (str(found),)))
    return [heads[number] for number in found][:MATCHES_MAX]


async def person(desk: Desk, identity: str) -> Person:
    """Return what is known of the person behind a profile id, user id or anonymous id; raises `NotFound`."""
    number = await find_profile(desk.tick, desk.clock, identity)
    answer = await desk.tick.ask("person", profile=number, now_ms=desk.clock.now_ms())
    numbers = await asyncio.to_thread(family, desk.state, number)
    attributes = await asyncio.to_thread(attributes_of, desk.state, desk.vault, number)
    identifiers = identifiers_of(desk.state, number)
    span = await desk.follower.select(_SPAN, [numbers])
    rfm = await desk.buyers.rfm(numbers, desk.clock.now_ms())
    family_first = [number, *(each for each in numbers if each != number)]
    studied = await studied_values(desk.follower, family_first, desk.clock.now_ms(), await desk.trait_studies.last())
    fields = fields_of(desk.definitions.live("field"))
    since = await entered_since(desk.follower, numbers)
    raised = {each: since.get(each) for each in answer["audiences"] if each.startswith(SIGNAL)}
    first, last = _instant(span["first_ms"]), _instant(span["last_ms"])
    return Person(
        number=number,
        line=(await asyncio.to_thread(people_rows, desk.state, desk.vault, [number]))[0],
        first_seen_ms=first if first is not None else min((each.at_ms for each in identifiers), default=0),
        last_seen_ms=last,
        sentence=_sentence(attributes, rfm),
        identifiers=_identifiers(identifiers, attributes),
        traits=[
            *_bought(rfm),
            *map(_studied, studied),
            *_computed(desk, answer["traits"]),
            *(
                _attribute(each, fields.get(each.name))
                for each in attributes
                if each.name not in STUDIED and not _is_own(each.name) and not is_derived(each.name, fields)
            ),
        ],
        consents=_consents(desk.state, numbers, names_of_sources(desk)),
        audiences=_audiences(
            desk, since, [each for each in answer["audiences"] if not each.startswith((SIGNAL, TAG, LEVEL))]
        ),
        level=await standing(desk, number, answer["audiences"], since),
        points=await points_account(desk, number, desk.clock.now_ms()),
        tags=_tags(desk, since, attributes, answer["audiences"]),
        signals=await raised_signals(desk.definitions, desk.follower, numbers, raised, desk.clock.now_ms()),
        messages=messages_of(desk.state, number, limit=MESSAGES_SHOWN),
    )


def _is_own(attribute: str) -> bool:
    """Tell whether an attribute is a part of something that is shown by itself."""
    return attribute == ACCOUNT or attribute.startswith(TAG)


def _instant(column: Any) -> int | None:
    value = column[0] if len(column) else None
    return None if value is None or np.isnan(value) else int(value)


def _sentence(attributes: Sequence[Attribute], rfm: Rfm | None) -> Said:
    """Return who this is: where, which level, how often, for how much and when last bought."""
    known = {each.name: str(each.value) for each in attributes if each.value not in (None, "")}
    city, level = known.get("city"), known.get("level")
    zh = f"{city}的" if city else ""
    zh += f"{level}会员" if level else "客户"
    en = f"{level} member" if level else "Customer"
    en += f" in {city}" if city else ""
    if rfm is None:
        return Said(f"{zh}，还没有买过。", f"{en}, has not bought yet.")
    days, orders, spent = rfm.recency_days, rfm.orders, yuan_text(rfm.spent_fen)
    when = Said("今天", "today") if not days else Said(f"{days} 天前", f"{days} day{'s' if days > 1 else ''} ago")
    return Said(
        f"{zh}，买过 {orders} 次，一共 {spent}，上次是{' ' if days else ''}{when.zh}。",
        f"{en}, {orders} order{'s' if orders > 1 else ''} for {spent}, the last one {when.en}.",
    )


def _bought(rfm: Rfm | None) -> list[TraitValue]:
    if rfm is None:
        return []
    values: Sequence[tuple[str, str | int, Unit]] = (
        ("rfm", "-".join(map(str, rfm.scores)), "none"),
        ("rfm_recency", rfm.recency_days, "days"),
        ("rfm_frequency", rfm.orders, "times"),
        ("rfm_monetary", rfm.spent_fen, "fen"),
    )
    return [
        TraitValue(id=each, name=trait_name(each), value=value, unit=unit, at_ms=None) for each, value, unit in values
    ]


def _studied(studied: StudiedValue) -> TraitValue:
    word = STUDIED[studied.id].unit
    unit: Unit = word if word in ("fen", "days", "times") else "none"
    value = studied.value
    shown = int(value) if isinstance(value, float) and value.is_integer() else value
    return TraitValue(
        id=studied.id,
        name=trait_name(studied.id),
        value=shown,
        unit=unit,
        at_ms=studied.at_ms,
        how=studied.how,
        words=studied.words,
    )


def _identifiers(identifiers: Sequence[Identifier], attributes: Sequence[Attribute]) -> list[Known]:
    by_name = {each.name: each for each in attributes}
    return [Known(kind=each.kind, value=shown_value(each, by_name), at_ms=each.at_ms) for each in identifiers]


def _computed(desk: Desk, values: Mapping[str, float]) -> list[TraitValue]:
    bodies = desk.definitions.live("trait")
    return [
        TraitValue(
            id=each,
            name=trait_name(each, bodies[each]),
            value=int(value) if float(value).is_integer() else value,
            unit=trait_unit(bodies[each]),
            at_ms=None,
        )
        for each, value in values.items()
        if each in bodies
    ]


def _attribute(attribute: Attribute, field: Field | None) -> TraitValue:
    value, personal = attribute.value, attribute.personal or sounds_personal(attribute.name)
    words = None
    if not personal:
        words = known_value(attribute.name, value) if field is None else value_name(field, value)
    if not isinstance(value, str | bool | int | float | None):
        value = canonical_json(value).decode()
    if personal and value is not None:
        value = masked(attribute.name, str(value))
    if isinstance(value, str):
        value = value[:VALUE_CHARACTERS_MAX]
    return TraitValue(
        id=attribute.name,
        name=trait_name(attribute.name) if field is None else field_name(field),
        value=value,
        unit="none",
        at_ms=attribute.at_ms,
        words=words,
    )


_PURPOSES = {
    "marketing": Said("营销", "marketing"),
    "transactional": Said("交易通知", "transactional"),
    "service": Said("服务", "service"),
}
_STATUSES = {
    "granted": Said("同意", "agreed"),
    "denied": Said("拒绝", "refused"),
    "withdrawn": Said("已撤回", "withdrawn"),
}


def consent_words(consent: LatestConsent) -> Said:
    """Return the latest word for a channel, purpose and topic as people say it."""
    medium = medium_name(consent.channel)
    what = _PURPOSES.get(consent.purpose, Said(consent.purpose, consent.purpose))
    status = _STATUSES.get(consent.status, Said(consent.status, consent.status))
    topic = f" · {consent.topic}" if consent.topic else ""
    return Said(f"{medium.zh} · {what.zh}{topic}：{status.zh}", f"{medium.en} · {what.en}{topic}: {status.en}")


def _consents(state: StateReader, numbers: Sequence[int], forms: Mapping[str, str]) -> list[LatestConsent]:
    names = ("channel", "purpose", "topic", "status", "source", "text_version", "at_ms")
    rows = [dict(zip(names, row, strict=True)) for row in state.rows(_LATEST_CONSENTS, (str(list(numbers)),))]
    return [LatestConsent(**row, given=consent_source(row["source"], forms)) for row in rows]


def _tags(
    desk: Desk, since: Mapping[str, int], attributes: Sequence[Attribute], inside: Sequence[str]
) -> list[PersonTag]:
    """Return the tags of a person by category and name; one by rule is there since it first held."""
    bodies = desk.definitions.live("tag")
    tags = {identity: msgspec.convert(body, Tag, strict=False) for identity, body in bodies.items()}
    put = [(each.name, each.value, each.at_ms, each.source) for each in attributes]
    held = held_tags(tags, put, inside, desk.clock.now_ms())
    shown: list[PersonTag] = []
    for identity, (at_ms, source, until) in held.items():
        tag, defined_ms = tags[identity], desk.definitions.newest("tag", identity)[2]
        shown.append(
            PersonTag(
                id=identity,
                name=tag.name,
                category=tag.category,
                meaning=tag.meaning,
                since_ms=at_ms if at_ms is not None else int(since.get(TAG + identity, defined_ms)),
                until_ms=None if until is None or until >= FOR_EVER_MS else until,
                by=source,
            )
        )
    return sorted(shown, key=lambda each: (each.category, each.name, each.id))


def _audiences(desk: Desk, since: Mapping[str, int], inside: Sequence[str]) -> list[Inside]:
    """Return audiences with since when; who was in one from its beginning is there since it was defined."""
    audiences: list[Inside] = []
    for identity in inside:
        _, body, defined_ms, _ = desk.definitions.newest("audience", identity)
        at_ms = int(since.get(identity, defined_ms))
        audiences.append(Inside(audience=identity, name=str(body["name"]), since_ms=at_ms))
    return audiences
