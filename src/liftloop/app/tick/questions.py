"""What other processes may ask of the tick: each question is answered between two ticks, when state stands still."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.app.tick.excerpt import excerpt
from liftloop.audience.reading import check, conditioned, holds, is_member, known_members, member_words, members
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.gate import SENT, suppressed_array
from liftloop.deliver.keys import enrolment_of, visit_of
from liftloop.deliver.quotas import uses
from liftloop.deliver.second_look import Leaving, second_look
from liftloop.identify.contract import ANONYMOUS, USER
from liftloop.identify.reading import disputed, find, follow, identifier_hash, undoings
from liftloop.journey.arrivals import arrivals, waiting
from liftloop.journey.enrolments import CODES, code_hash
from liftloop.journey.turning import moved_in
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.plan.reading import action_array, drawn_numbers
from liftloop.profile.contract import Source, SourceId
from liftloop.profile.reading import People, consents_of
from liftloop.profile.sources import (
    attribute_array,
    covering,
    horizon_of,
    in_class,
    is_complete,
    kept_attributes,
    kept_sources,
    leaves,
    needed_by,
    needs_of,
    progress_of,
    source_of,
)
from liftloop.profile.studied import studied_array
from liftloop.profile.tags import kept_of, tag_attribute
from liftloop.relate.works import complaining
from liftloop.runtime import people
from liftloop.runtime.contract import Slots
from liftloop.runtime.fold import Fold
from liftloop.runtime.hash_index import ABSENT

SAMPLE = 10
"""People shown beside a count."""
EVERYBODY_MAX = 65_536
"""People evaluated at once for a preview: bounds the memory of a question."""

Answer = dict[str, Any]


def answer(fold: Fold, question: str, given: Mapping[str, Any]) -> Answer:
    """Return the answer to a question by name; raises KeyError for one that nobody knows."""
    return _ANSWERS[question](fold, given)


def _position(fold: Fold, given: Mapping[str, Any]) -> Answer:
    return {
        "tick": fold.tick,
        "offset": fold.offset,
        "now_ms": fold.now_ms,
        "next_due_ms": fold.next_due_ms(),
        "profiles": people.count(fold.state),
        "memory_bytes": fold.arrays.memory_bytes(),
    }


def _audience(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return who is in a live audience now: count and a sample of profile numbers."""
    slots = members(fold.state, str(given["id"]))
    return _counted(fold, slots)


def _member_numbers(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return the profile numbers of all members of an audience, as bytes of int64."""
    slots = members(fold.state, str(given["id"]))
    return {"profiles": people.numbers(fold.state, slots).tobytes()}


def _memberships(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return who is in several audiences: whole words of bits as they lie in memory, for the asker to take apart.

    Copying a word of a million people takes 10 ms; finding the members of one audience takes as long.
    """
    bits, words = member_words(fold.state, [str(each) for each in given["ids"]])
    return {
        "numbers": people.layout(fold.state).tobytes(),
        "bits": bits,
        "words": {str(word): column.tobytes() for word, column in words.items()},
    }


def _assigned(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return the profile numbers of the people whom a campaign assigned an action, nobody's included.

    `actions` are the places of their actions, `drawn` the numbers under which chance drew them.
    """
    campaign = str(given["campaign"])
    name = action_array(campaign)
    if not fold.state.has(name):
        return {"profiles": b"", "actions": b"", "drawn": b""}
    slots = np.flatnonzero(fold.state[name] >= 0)
    slots = slots[follow(fold.state, slots) == slots]
    return {
        "profiles": people.numbers(fold.state, slots).tobytes(),
        "actions": fold.state[name][slots].astype(np.int64).tobytes(),
        "drawn": drawn_numbers(fold.state, campaign, slots).tobytes(),
    }


def _journey_nodes(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return how often people came to each node of each version of a journey, and who rests there now."""
    asked = [each for each in fold.state.definitions.versions("journey") if each.id == str(given["id"])]
    hashes = np.array([code_hash(each.id, each.version) for each in asked], dtype=np.uint64)
    codes = CODES.find(fold.state, hashes).tolist() if asked else []
    return {
        "versions": [
            {
                "version": each.version,
                "arrived": arrivals(fold.state, code, len(each.body["nodes"])).tolist(),
                "waiting": waiting(fold.state, code, len(each.body["nodes"])).tolist(),
                "moved": moved_in(fold.state, code),
            }
            for each, code in zip(asked, codes, strict=True)
            if code != ABSENT
        ]
    }


def _rehearsing(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return what the gate would ask of people: consents and suppression by medium, and messages that caps count."""
    numbers = np.frombuffer(given["profiles"], dtype=np.int64)
    slots = follow(fold.state, people.slots(fold.state, numbers))
    known = slots >= 0
    asked = np.where(known, slots, 0)
    media = [str(each) for each in given["media"]]

    def stopped(medium: str) -> NDArray[np.bool_]:
        name = suppressed_array(medium)
        return fold.state[name][asked] != 0 if fold.state.has(name) else np.zeros(len(asked), dtype=np.bool_)

    recent = SENT.recent(fold.state, asked).at_ms if SENT.exists(fold.state) else np.zeros((len(asked), 0), np.int64)
    place, column = np.nonzero((recent > int(given["since_ms"])) & known[:, None])
    return {
        "consents": {each: consents_of(fold.state, asked, each, "marketing").tobytes() for each in media},
        "suppressed": {each: (stopped(each) | ~known).tobytes() for each in media},
        "place": place.astype(np.int64).tobytes(),
        "at_ms": recent[place, column].tobytes(),
    }


def _preview(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return who satisfies a tree now, as far as memory knows; `unknown` names what only the lake can tell."""
    tree = given["where"]
    check(tree)
    unknown = _not_in_memory(fold, tree)
    traits = {identity: each.body for identity, each in fold.catalog.live("trait").items()}
    found: list[Slots] = []
    everyone = _heads(fold)
    for start in range(0, len(everyone), EVERYBODY_MAX):
        slots = everyone[start : start + EVERYBODY_MAX]
        persons = People(fold.state, slots, int(given["now_ms"]), traits)
        known = known_members(persons, tree)
        found.append(slots[holds(tree, persons, known)])
    slots = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    whole = {"profiles": people.numbers(fold.state, slots).tobytes()} if given.get("whole") else {}
    return {**_counted(fold, slots), **whole, "unknown": unknown}


def _explain(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return of each condition whether memory knows it and when it flips next; of a profile (-1: none) what holds,
    and the number that each compares, None where it compares none.
    """
    check(given["where"])
    traits = {identity: each.body for identity, each in fold.catalog.live("trait").items()}
    slots = people.slots(fold.state, np.array([int(given["profile"])], dtype=np.int64))
    slots = follow(fold.state, slots[slots >= 0])

    def asked(tree: Any) -> tuple[bool, int]:
        persons = People(fold.state, slots, int(given["now_ms"]), traits)
        truth = holds(tree, persons, known_members(persons, tree))
        return bool(truth.any()), int(persons.next_flip_ms.min(initial=FAR_FUTURE_MS))

    def measured(leaf: Any) -> float | None:
        compares = len(slots) > 0 and ("trait" in leaf or "event" in leaf)
        values = People(fold.state, slots, int(given["now_ms"]), traits).number(leaf) if compares else None
        return None if values is None or values[0] != values[0] else float(values[0])

    answers = [asked(leaf) for leaf in given["leaves"]]
    return {
        "measured": [measured(leaf) for leaf in given["leaves"]],
        "inside": asked(given["where"])[0],
        "known": [not _not_in_memory(fold, leaf) for leaf in given["leaves"]],
        "holds": [truth for truth, _ in answers],
        "next_flip_ms": [flips for _, flips in answers],
    }


def _not_in_memory(fold: Fold, tree: Any) -> list[str]:
    traits = fold.catalog.live("trait")
    unknown: list[str] = []
    for leaf in leaves(tree):
        if "trait" in leaf and not kept_of({str(leaf["trait"])}, fold.catalog):
            continue
        if "event" in leaf:
            if covering(fold.state, source_of(leaf).id) is None:
                unknown.append(str(leaf["event"]))
        elif leaf["trait"] not in traits and not fold.state.has(attribute_array(str(leaf["trait"]), "text")):
            unknown.append(str(leaf["trait"]))
    return unknown


def _person(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return the profile behind a user id, anonymous id or profile number, and what live audiences it is in."""
    slot = _slot_of(fold, given)
    if slot < 0:
        return {"profile": None}
    slots = np.array([slot])
    inside = [each for each in conditioned(fold.catalog) if is_member(fold.state, each, slots)[0]]
    traits = {identity: each.body for identity, each in fold.catalog.live("trait").items()}
    persons = People(fold.state, slots, int(given["now_ms"]), traits)
    values = {name: float(_trait(persons, name)[0]) for name in traits}
    return {
        "profile": int(people.numbers(fold.state, slots)[0]),
        "audiences": inside,
        "traits": {name: value for name, value in values.items() if value == value},
    }


def _slot_of(fold: Fold, given: Mapping[str, Any]) -> int:
    if "profile" in given:
        slots = people.slots(fold.state, np.array([int(given["profile"])], dtype=np.int64))
        return int(follow(fold.state, slots)[0])
    hashes = np.array(
        [identifier_hash(USER, str(given["identifier"])), identifier_hash(ANONYMOUS, str(given["identifier"]))],
        dtype=np.uint64,
    )
    if not people.count(fold.state):
        return -1
    slots = find(fold.state, hashes)
    return int(slots[0] if slots[0] >= 0 else slots[1])


def _unfilled(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return what waiting definitions still lack: sources with how far their past has come, and attributes."""
    traits = {
        identity: each.body
        for held in (fold.catalog.filling("trait"), fold.catalog.live("trait"))
        for identity, each in held.items()
    }
    waiting: list[Answer] = []
    for kind in ("trait", "audience", "signal", "tag", "level", "journey"):
        for definition in fold.catalog.filling(kind).values():
            conditions = [definition.body] if kind == "trait" else leaves(definition.body)
            sources, attributes = needed_by(conditions, traits)
            attributes = kept_of(
                {*attributes, *({tag_attribute(definition.id)} if kind == "tag" else ())}, fold.catalog
            )
            covers = {covering(fold.state, source.id): source for source in sources.values()}
            lacking = {each: source for each, source in covers.items() if each and not is_complete(fold.state, each)}
            waiting.append(
                {
                    "kind": kind,
                    "id": definition.id,
                    "version": definition.version,
                    "sources": [_told(fold, each, source) for each, source in lacking.items()],
                    "attributes": [name for name in attributes if _lacks_past(fold, name)],
                }
            )
    return {"waiting": waiting, "undoing": bool(undoings(fold.state))}


def _told(fold: Fold, identity: SourceId, source: Source) -> Answer:
    return {
        "id": identity,
        "event": source.event,
        "property": source.property,
        "where": list(source.where),
        "words": source.words,
        "horizon_ms": horizon_of(identity),
        "since": progress_of(fold.state, identity).since,
        "until": progress_of(fold.state, identity).until,
    }


def _undoing(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return merges that wait to be undone, and all that memory keeps of people and that must be told anew of them."""
    needs = needs_of(fold.catalog)
    kept = sorted(kept_sources(fold.state))
    attributes = sorted(kept_attributes(fold.state))
    filling = any(not progress_of(fold.state, source).complete for source in kept)
    filling |= any(not fold.state[attribute_array(name, "complete")][0] for name in attributes)
    return {
        "merges": [[each.tick, each.position, each.touched] for each in undoings(fold.state)],
        "sources": [] if filling else [_told(fold, source, in_class(needs, source)) for source in kept],
        "attributes": attributes,
        "filling": filling,
    }


def _lacks_past(fold: Fold, attribute: str) -> bool:
    array = attribute_array(attribute, "complete")
    return fold.state.has(array) and not fold.state[array][0]


def _disputed(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return of each identifier, by its signed hash, whether another person than its own has sent it too."""
    hashes = np.array(given["hashes"], dtype=np.int64).view(np.uint64)
    return {"disputed": disputed(fold.state, hashes).tolist()}


def _definition(fold: Fold, given: Mapping[str, Any]) -> Answer:
    return {"version": fold.catalog.newest(str(given["kind"]), str(given["id"]))}


def _second_look(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return for each message about to leave why it must not, as a `Stopped`."""
    leaving = Leaving(
        channel=str(given["channel"]),
        profiles=np.array(given["profiles"], dtype=np.int64),
        enrolments=np.array([enrolment_of(key) for key in given["keys"]], dtype=np.int64),
        visits=np.array([visit_of(key) for key in given["keys"]], dtype=np.int64),
        campaigns=list(given["campaigns"]),
        purposes=list(given["purposes"]),
    )
    stopped = second_look(fold.state, leaving, int(given["now_ms"]), complaining)
    return {"stopped": msgspec.to_builtins(stopped)}


def _quotas(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return how far the quotas of channels are used up."""
    live = fold.catalog.live("channel")
    channels = {name: msgspec.convert(each.body, type=ChannelDefinition, strict=False) for name, each in live.items()}
    return {"uses": msgspec.to_builtins(uses(fold.state, channels, int(given["now_ms"])))}


def _known(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return of people what texts may say: traits as numbers (None for none) or hashes of words (0), and of those
    levels, tags and audiences whose ids begin as asked, which each is in. Who is no profile is left out.
    """
    numbers = np.array(given["profiles"], dtype=np.int64)
    found = follow(fold.state, people.slots(fold.state, numbers))
    numbers, slots = numbers[found >= 0], found[found >= 0]
    computed = {identity: each.body for identity, each in fold.catalog.live("trait").items()}
    persons = People(fold.state, slots, int(given["now_ms"]), computed)
    told: dict[str, list[float | None]] = {}
    hashes: dict[str, list[int]] = {}
    for name in given["traits"]:
        if name in computed:
            told[name] = _or_none(_trait(persons, name))
        elif fold.state.has(studied_array(name, "number")):
            told[name] = _or_none(fold.state[studied_array(name, "number")][slots])
        elif fold.state.has(studied_array(name, "text")):
            hashes[name] = fold.state[studied_array(name, "text")][slots].view(np.int64).tolist()
    begin = tuple(given["inside"])
    asked = [each for each in conditioned(fold.catalog) if begin and each.startswith(begin)]
    inside: list[list[str]] = [[] for _ in numbers]
    for identity in asked:
        for place in np.flatnonzero(is_member(fold.state, identity, slots)).tolist():
            inside[place].append(identity)
    return {"profiles": numbers.tolist(), "numbers": told, "hashes": hashes, "inside": inside}


def _trait(persons: People, name: str) -> NDArray[np.float64]:
    """Return the value of a computed trait."""
    values = persons.number({"trait": name, "gte": 0})
    assert values is not None, "computed traits are numbers"
    return values


def _or_none(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _heads(fold: Fold) -> Slots:
    everyone = people.everyone(fold.state)
    return everyone[follow(fold.state, everyone) == everyone] if len(everyone) else everyone


def _counted(fold: Fold, slots: Slots) -> Answer:
    return {"count": len(slots), "sample": people.numbers(fold.state, slots[:SAMPLE]).tolist()}


_ANSWERS: dict[str, Callable[[Fold, Mapping[str, Any]], Answer]] = {
    "journey_nodes": _journey_nodes,
    "position": _position,
    "audience": _audience,
    "members": _member_numbers,
    "memberships": _memberships,
    "assigned": _assigned,
    "rehearsing": _rehearsing,
    "preview": _preview,
    "explain": _explain,
    "person": _person,
    "definition": _definition,
    "unfilled": _unfilled,
    "undoing": _undoing,
    "disputed": _disputed,
    "second_look": _second_look,
    "known": _known,
    "quotas": _quotas,
    "excerpt": excerpt,
}
