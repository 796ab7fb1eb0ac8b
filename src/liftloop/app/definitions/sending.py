"""Which definitions that send ask for a content, a channel, an offer, an item or a pool: none is ended under them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from liftloop.app.definitions.uses import Live, User
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import StateReader

SENT = ("content", "channel", "offer", "item", "pool", "form")
"""Kinds that messages are made of."""
SENDING = ("journey", "campaign", "content", "pool", "alert", "setting")

_VERSIONS = "SELECT id, version, status, body FROM definition WHERE kind = 'journey' ORDER BY id, version DESC"
_SOMEBODY_INSIDE = "SELECT 1 FROM enrolment WHERE journey = ? AND version = ? AND state = 'inside' LIMIT 1"


def senders_of(live: Live, kind: str, identity: str, now_ms: int) -> list[User]:
    """Return the live definitions that send by one of SENT, or make it up; a campaign that is over sends no more."""
    if kind not in SENT:
        return []
    return [
        User(kind=sending, id=each, name=str(body.get("name") or each))
        for sending in SENDING
        for each, body in live(sending).items()
        if (sending, each) != (kind, identity)
        and body.get("ends_ms", FAR_FUTURE_MS) > now_ms
        and (kind, identity) in sent_by(sending, body)
    ]


def walked_still(state: StateReader, kind: str, identity: str) -> list[User]:
    """Return earlier versions of journeys that ask for one of SENT and have people in them, or still let them in."""
    if kind not in SENT:
        return []
    found: list[User] = []
    newest: set[str] = set()
    for journey, version, status, body in state.rows(_VERSIONS, ()):
        lives = status in ("live", "filling")
        if lives and journey not in newest:
            newest.add(journey)  # `senders_of` reads this one.
            continue
        asked = parse_json(body)
        if (kind, identity) in sent_by("journey", asked) and (
            lives or state.rows(_SOMEBODY_INSIDE, (journey, version))
        ):
            found.append(User(kind="journey", id=journey, name=f"{asked.get('name') or journey} v{version}"))
    return found


def sent_by(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (kind, id) of all of SENT that a definition asks for by itself."""
    match kind:
        case "journey":
            for node in body.get("nodes") or ():
                yield from _of_way(node)
        case "campaign":
            for action in body.get("actions") or ():
                yield from _of_way(action)
        case "content":
            yield from _named(body, (("pool", "pool"), ("variant_of", "content")))
            for said in (body, *(body.get("translations") or {}).values()):
                for block in said.get("blocks") or ():
                    yield from _named(block, (("offer", "offer"), ("pool", "pool"), ("form", "form")))
                    for item in block.get("items") or ():
                        yield "item", str(item)
        case "pool":
            yield from _named(body, (("offer", "offer"),))
        case _:
            for part in (body, *(body.get("recipients") or ())):
                yield from _named(part, (("channel", "channel"),))


def contents_of(way: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (content, channel) of a node or an action, of its variants and of the ways that it falls back on."""
    channel = str(way.get("channel") or "")
    said = [(str(way.get("content") or ""), channel)]
    said += [(str(each.get("content") or ""), channel) for each in way.get("variants") or ()]
    said += [(str(each.get("content") or ""), str(each.get("channel") or "")) for each in way.get("fallbacks") or ()]
    return [(content, by) for content, by in said if content]


def _of_way(way: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what one node of a journey, or one action of a campaign, asks for."""
    yield from _named(way, tuple((kind, kind) for kind in SENT))
    for content, channel in contents_of(way):
        yield "content", content
        yield "channel", channel


def _named(body: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for field, kind in fields:
        if isinstance(body.get(field), str) and body[field]:
            yield kind, body[field]
