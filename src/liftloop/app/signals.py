"""Signals: what people seem to want now, live and fading, each with the events behind it; and those to begin with."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.following import Follower
from liftloop.app.item_names import item_names
from liftloop.app.naming.spoken import spoken_names
from liftloop.app.naming.trees import read_aloud
from liftloop.app.naming.vocabulary import event_name
from liftloop.app.words import Said
from liftloop.audience.contract import Signal
from liftloop.audience.reading import SIGNAL
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_object
from liftloop.profile.sources import leaves, source_of, span_of
from liftloop.profile.values import event_value

EVENTS_READ_MAX = 2_000
"""Newest events of a person in which the evidence is looked for."""
EVIDENCE_MAX = 20

_EVENTS = """
SELECT name, at_ms, properties FROM event
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND kind = 'track' AND at_ms <= $2
ORDER BY at_ms DESC, "offset" DESC LIMIT $3
"""

_ENTERED = """
SELECT audience, max(at_ms) AS at_ms FROM membership
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND entered GROUP BY audience
"""


class Evidence(Struct, frozen=True, kw_only=True):
    """An event that a signal rests on."""

    name: str
    label: Said
    at_ms: int
    item: str = ""
    """The id of the item that it was about, where it names one."""


class RaisedSignal(Struct, frozen=True, kw_only=True):
    """A signal that a person gives now."""

    id: str
    name: str
    sentence: Said
    since_ms: int
    strength: float
    """1 while the newest evidence is fresh, half of it each half-life later; without events since it was raised."""
    evidence: Sequence[Evidence]


async def raised_signals(
    definitions: Definitions, follower: Follower, numbers: Sequence[int], raised: Mapping[str, int | None], now_ms: int
) -> list[RaisedSignal]:
    """Return the signals among `raised` (ids as audiences are told, `signal:x`), the strongest first.

    `numbers` are all those of the person; `raised` says since when, None from the signal's beginning.
    """
    ids = [each.removeprefix(SIGNAL) for each in raised if each.startswith(SIGNAL)]
    if not ids:
        return []
    events = await newest_events(follower, numbers, now_ms)
    newest = {identity: definitions.newest("signal", identity) for identity in ids}
    names = await spoken_names(definitions, follower, [body["where"] for _, body, _, _ in newest.values()])
    signals: list[RaisedSignal] = []
    for identity, (_, body, defined_ms, _) in newest.items():
        signal = msgspec.convert(body, Signal, strict=False)
        evidence = await with_items(follower, evidence_of(signal.where, events, now_ms))
        entered_ms = raised[SIGNAL + identity]
        since_ms = defined_ms if entered_ms is None else entered_ms
        newest_ms = evidence[0].at_ms if evidence else since_ms
        signals.append(
            RaisedSignal(
                id=identity,
                name=signal.name,
                sentence=read_aloud(signal.where, names),
                since_ms=since_ms,
                strength=round(0.5 ** (max(now_ms - newest_ms, 0) / (signal.half_life_days * DAY_MS)), 3),
                evidence=evidence,
            )
        )
    return sorted(signals, key=lambda each: (-each.strength, each.id))


async def entered_since(follower: Follower, numbers: Sequence[int]) -> dict[str, int]:
    """Return when a person last entered each audience, signals and levels among them, by all their numbers."""
    found = await follower.select(_ENTERED, [list(numbers)])
    return dict(zip(map(str, found["audience"]), found["at_ms"].tolist(), strict=True))


async def newest_events(follower: Follower, numbers: Sequence[int], now_ms: int) -> list[tuple[str, int, str]]:
    """Return the last events that evidence is sought among, newest first: name, instant, properties.

    `numbers` are all those of one person, as `family` gives them.
    """
    rows = await follower.select(_EVENTS, [list(numbers), now_ms, EVENTS_READ_MAX])
    return list(zip(map(str, rows["name"]), rows["at_ms"].tolist(), map(str, rows["properties"]), strict=True))


def evidence_of(tree: Mapping[str, Any], events: Sequence[tuple[str, int, str]], now_ms: int) -> list[Evidence]:
    """Return the events that the tree's conditions count, newest first; what it denies is no evidence."""
    asked = [(source_of(leaf), span_of(leaf)) for leaf in leaves(_affirmed(tree)) if "event" in leaf]
    found: list[Evidence] = []
    for name, at_ms, properties in events:
        for source, span_ms in asked:
            inside = not span_ms or at_ms > now_ms - span_ms
            counted = event_value(source, properties.encode()) if source.event == name and inside else float("nan")
            if counted == counted:
                words = event_name(name)
                label = Said(words.zh, f"{words.singular[:1].upper()}{words.singular[1:]}")
                item = str(parse_object(properties.encode()).get("product_id") or "")
                found.append(Evidence(name=name, label=label, at_ms=at_ms, item=item))
                break
    return found[:EVIDENCE_MAX]


async def with_items(follower: Follower, found: Sequence[Evidence]) -> list[Evidence]:
    """Return evidence whose labels say what each event was about, where that has a name."""
    names = await item_names(follower, {each.item for each in found})
    return [
        replace(each, label=Said(f"{each.label.zh}「{names[each.item]}」", f"{each.label.en} “{names[each.item]}”"))
        if each.item in names
        else each
        for each in found
    ]


def _affirmed(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {key: _affirmed(value) for key, value in tree.items() if key != "not"}
    return [_affirmed(each) for each in tree] if isinstance(tree, list | tuple) else tree
