"""What comes in and how good it is: by source and day, by event and property, from the lake and the definitions."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.definitions.edge import read_source
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.following import Follower
from liftloop.app.quarantine.replay import waiting_by_sender
from liftloop.app.tick.senders import rules_of
from liftloop.collect.contract import REJECTED
from liftloop.collect.forms import Form
from liftloop.collect.seen import (
    EventSeen,
    FieldQuality,
    Sampled,
    expected_fields,
    proposed,
    quality,
    seen,
    with_events,
)
from liftloop.collect.sources import OWN_KEY, DatabaseSource, Source, TrackingSource, WebhookSource
from liftloop.collect.tracking_plan import RuleBook, TrackingPlan, judge
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.codec import parse_object
from liftloop.storage.contract import StateReader

DAYS = 30
"""How far back the pages look; older is in the lake for whoever asks there."""
LATELY_DAYS = 7
CELL_SAMPLE = 20
"""Events looked into by source, event and day: shares over a month are known to a few percent."""
SAMPLE_MAX = 40_000
"""Events looked into at once: half a second of reading."""
WIDE_MAX = 1_000_000
"""Events among which the sample is drawn; of more, every n-th is drawn from, by a hash of its place."""
MAIN_PLAN = "main"
IMPORT: Literal["import"] = "import"
"""Stands as source for everything that was imported."""

_SOURCE = f"CASE WHEN imported THEN '{IMPORT}' ELSE coalesce(source, '') END"
_COUNTS = f"""
SELECT {_SOURCE} AS source, CAST((received_ms + $2) // $3 AS BIGINT) AS day, count(*) AS events,
    max(received_ms) AS last_ms, count(*) FILTER (WHERE recognised) AS recognised,
    count(recognised) AS told
FROM event WHERE received_ms >= $1 GROUP BY ALL
"""
_REFUSED = f"""
SELECT actor AS source, CAST((received_ms + $2) // $3 AS BIGINT) AS day, count(*) AS messages,
    max(received_ms) AS last_ms
FROM system_record WHERE kind = '{REJECTED}' AND received_ms >= $1 GROUP BY ALL
"""
_REPEATED = """
SELECT source, CAST((at_ms + $2) // $3 AS BIGINT) AS day, sum(messages)::BIGINT AS messages
FROM repeated WHERE at_ms >= $1 GROUP BY ALL
"""
_NAMED = f"""
SELECT name, {_SOURCE} AS source, count(*) AS events, max(at_ms) AS last_ms
FROM event WHERE kind = 'track' AND received_ms >= $1 GROUP BY ALL
"""
_SAMPLE = f"""
WITH wide AS (
    SELECT {_SOURCE} AS source, name, CAST((received_ms + $2) // $3 AS BIGINT) AS day, properties, "offset"
    FROM event WHERE kind = 'track' AND received_ms >= $1 AND hash("offset") % $4 = 0
)
SELECT source, name, day, properties FROM wide
QUALIFY row_number() OVER (PARTITION BY source, name, day ORDER BY hash("offset")) <= $5
ORDER BY hash("offset") LIMIT $6
"""


SourceKind = Literal["tracking", "webhook", "database", "form", "import"]


class Day(Struct, frozen=True, kw_only=True):
    """What one source brought on one day."""

    events: int = 0
    recognised: int = 0
    told: int = 0
    """Events of which is known whether they named a customer."""
    refused: int = 0
    repeated: int = 0


class SourceLine(Struct, frozen=True, kw_only=True):
    """One source with what it brought; `days` are the last DAYS, the oldest first, the last one today."""

    id: str
    kind: SourceKind
    name: str
    body: Mapping[str, Any]
    """The definition as it is shown; empty where there is none."""
    days: tuple[Day, ...]
    last_ms: int | None
    waiting: int
    """Records in quarantine."""

    def lately(self, days: int) -> Day:
        """Return the sums of the last days."""
        last = self.days[-days:]
        return Day(
            events=sum(day.events for day in last),
            recognised=sum(day.recognised for day in last),
            told=sum(day.told for day in last),
            refused=sum(day.refused for day in last),
            repeated=sum(day.repeated for day in last),
        )


class EventLine(Struct, frozen=True, kw_only=True):
    """One event: as it was seen, as it is planned, or both."""

    name: str
    events: int
    last_ms: int | None
    sources: tuple[str, ...]
    seen: EventSeen | None
    plan: str | None
    """The plan that names it."""
    breaking: float
    """Share of the sample that the plan has something against."""


class Seen(Struct, frozen=True, kw_only=True):
    """The tracking plan beside what was seen."""

    events: tuple[EventLine, ...]
    plans: Mapping[str, TrackingPlan]


class Quality(Struct, frozen=True, kw_only=True):
    """How good the data of each source are: its days, and its fields, the worst first."""

    sources: tuple[SourceLine, ...]
    fields: tuple[FieldQuality, ...]
    today: int
    """The number of the last day: `by_day` of a field counts in the same days."""


class Intake:
    """The use cases that only look."""

    def __init__(self, follower: Follower, state: StateReader, definitions: Definitions, clock: Clock) -> None:
        self._follower = follower
        self._state = state
        self._definitions = definitions
        self._clock = clock

    async def sources(self, zone_ms: int) -> tuple[SourceLine, ...]:
        """Return every source that is defined or has brought anything; days begin at midnight `zone_ms` from UTC."""
        today, asked = self._asked(zone_ms)
        counts = await self._follower.select(_COUNTS, asked)
        refused = await self._follower.select(_REFUSED, asked)
        repeated = await self._follower.select(_REPEATED, asked)
        waiting = Counter[str]()
        for actor, count in (await asyncio.to_thread(waiting_by_sender, self._state)).items():
            waiting[_sender(actor)] += count
        days: defaultdict[str, defaultdict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        last: dict[str, int] = {}
        for found, names in ((counts, ("events", "recognised", "told")), (refused, ()), (repeated, ())):
            for row, source in enumerate(found["source"]):
                of_day = days[_sender(source)][int(found["day"][row])]
                for name in names:
                    of_day[name] += int(found[name][row])
                if not names:
                    of_day["refused" if found is refused else "repeated"] += int(found["messages"][row])
                if "last_ms" in found:
                    last[_sender(source)] = max(last.get(_sender(source), 0), int(found["last_ms"][row]))
        return tuple(
            SourceLine(
                id=identity,
                kind=kind,
                name=name,
                body=body,
                days=tuple(Day(**days[identity][day]) for day in range(today - DAYS + 1, today + 1)),
                last_ms=last.get(identity),
                waiting=waiting.get(identity, 0),
            )
            for identity, (kind, name, body) in self._known(set(days) | set(waiting)).items()
        )

    async def events(self, zone_ms: int) -> Seen:
        """Return events as they were seen in the last DAYS and as they are planned."""
        _, asked = self._asked(zone_ms)
        found = await self._follower.select(_NAMED, asked[:1])
        sample = await self._sample(asked)
        plans = self.plans()
        return await asyncio.to_thread(_seen_and_planned, found, sample, plans)

    async def proposal(self, zone_ms: int) -> TrackingPlan:
        """Return the main plan with rules for every event that was seen and that no plan names yet."""
        _, asked = self._asked(zone_ms)
        sample = await self._sample(asked)
        plans = self.plans()
        named = {event for plan in plans.values() for event in plan.events}
        fresh = await asyncio.to_thread(lambda: proposed(each for each in seen(sample) if each.event not in named))
        return with_events(plans.get(MAIN_PLAN) or TrackingPlan(events={}), fresh)

    async def quality(self, zone_ms: int) -> Quality:
        """Return the quality of what came in the last DAYS."""
        today, asked = self._asked(zone_ms)
        sources = await self.sources(zone_ms)
        sample = await self._sample(asked)
        book = self._book()
        fields = await asyncio.to_thread(lambda: quality(sample, expected_fields(seen(sample), book)))
        return Quality(sources=sources, fields=tuple(fields), today=today)

    def plans(self) -> dict[str, TrackingPlan]:
        """Return live tracking plans by id."""
        bodies = self._definitions.live("tracking_plan")
        return {identity: msgspec.convert(body, type=TrackingPlan, strict=False) for identity, body in bodies.items()}

    def _book(self) -> RuleBook:
        return rules_of(self._definitions.live("tracking_plan"))

    def _asked(self, zone_ms: int) -> tuple[int, list[int]]:
        """Return the number of today, and what the queries take: since when, the zone, a day's length."""
        today = (self._clock.now_ms() + zone_ms) // DAY_MS
        return today, [(today - DAYS + 1) * DAY_MS - zone_ms, zone_ms, DAY_MS]

    async def _sample(self, asked: Sequence[int]) -> list[Sampled]:
        count = await self._follower.select(
            "SELECT count(*) AS n FROM event WHERE kind = 'track' AND received_ms >= ?", asked[:1]
        )
        every = max(1, int(count["n"][0]) // WIDE_MAX)
        found = await self._follower.select(_SAMPLE, [*asked, every, CELL_SAMPLE, SAMPLE_MAX])
        return await asyncio.to_thread(_sampled, found)

    def _known(self, heard: set[str]) -> dict[str, tuple[SourceKind, str, Mapping[str, Any]]]:
        """Return kind, name and definition of every source by id; the folder's own key first, imports last."""
        bodies = self._definitions.live("source")
        known: dict[str, tuple[SourceKind, str, Mapping[str, Any]]] = {
            OWN_KEY: ("tracking", str(bodies.get(OWN_KEY, {}).get("name", "")), bodies.get(OWN_KEY, {}))
        }
        for identity, body in bodies.items():
            source = read_source(body)
            known[identity] = (_kind_of(source), source.name, body)
        for identity, body in self._definitions.live("form").items():
            form = msgspec.convert(body, type=Form, strict=False)
            known[f"form:{identity}"] = ("form", form.title, body)
        gone = sorted(heard - known.keys() - {IMPORT, ""})
        known |= {identity: ("form" if identity.startswith("form:") else "tracking", "", {}) for identity in gone}
        if IMPORT in heard:
            known[IMPORT] = (IMPORT, "", {})
        return known


def _kind_of(source: Source) -> SourceKind:
    match source:
        case TrackingSource():
            return "tracking"
        case WebhookSource():
            return "webhook"
        case DatabaseSource():
            return "database"
        case _:
            assert_never(source)


def _sender(actor: str) -> str:
    """Return the id of a source as facts name it; what a person or the desk itself brings comes by import.

    >>> _sender("key:web-shop"), _sender("form:spring"), _sender("person:cli"), _sender("system:desk")
    ('web-shop', 'form:spring', 'import', 'import')
    """
    return IMPORT if actor.startswith(("person:", "system:")) else actor.removeprefix("key:")


def _sampled(found: Mapping[str, Any]) -> list[Sampled]:
    return [
        Sampled(source=_sender(source), event=name, day=int(day), properties=parse_object(properties.encode()))
        for source, name, day, properties in zip(
            found["source"], found["name"], found["day"], found["properties"], strict=True
        )
    ]


def _seen_and_planned(found: Mapping[str, Any], sample: Sequence[Sampled], plans: Mapping[str, TrackingPlan]) -> Seen:
    counts, last, sources = Counter[str](), dict[str, int](), defaultdict[str, set[str]](set)
    for row, name in enumerate(found["name"]):
        counts[name] += int(found["events"][row])
        last[name] = max(last.get(name, 0), int(found["last_ms"][row]))
        sources[name].add(_sender(found["source"][row]))
    by_name = {each.event: each for each in seen(sample)}
    planned = {event: identity for identity, plan in plans.items() for event in plan.events}
    breaking = _breaking(sample, plans)
    names = sorted({*counts, *planned}, key=lambda name: (-counts[name], name))
    lines = (
        EventLine(
            name=name,
            events=counts[name],
            last_ms=last.get(name),
            sources=tuple(sorted(sources[name])),
            seen=by_name.get(name),
            plan=planned.get(name),
            breaking=breaking.get(name, 0.0),
        )
        for name in names
    )
    return Seen(events=tuple(lines), plans=plans)


def _breaking(sample: Sequence[Sampled], plans: Mapping[str, TrackingPlan]) -> dict[str, float]:
    """Return by planned event the share of the sample that a plan has something against."""
    book = rules_of({identity: msgspec.to_builtins(plan) for identity, plan in plans.items()})
    wrong: defaultdict[str, list[bool]] = defaultdict(list)
    for each in sample:
        if each.event in book.rules:
            wrong[each.event].append(judge(book, each.event, each.properties) is not None)
    return {event: float(np.mean(those)) for event, those in wrong.items()}
