"""Reads what other systems post to `/hooks/{source}`: each mapping that fits makes messages, as an SDK would send them.

A delivery that is sent again has the same id, and so have its messages: it counts once.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from liftloop.collect.contract import BATCH_MAX, Draft, MalformedBody
from liftloop.collect.drafting import Inlet, Unusable, rejected
from liftloop.collect.messages import read_one
from liftloop.collect.sources import Taken, WebhookSource

PROTOCOL = "hook"
LITERAL = "="
WHOLE = "."
SECONDS_MAX = 10**11
"""Instants below it are seconds, above it milliseconds: as milliseconds it is 1973, as seconds the year 5138."""

_MISSING = object()


def read(body: bytes, source: WebhookSource, inlet: Inlet) -> list[Draft]:
    """Return the drafts of one delivery, whose id is the inlet's type; one that no mapping fits waits in quarantine.

    Raises `MalformedBody` where it is not JSON.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(str(error)) from error
    fitting = [(place, each) for place, each in enumerate(source.mappings) if _fits(each, value)]
    if not fitting:
        return [rejected(body, Unusable("no_mapping"), inlet)]
    one = replace(inlet, protocol="segment", type="track")
    messages = [message for place, each in fitting for message in _messages(each, value, f"{inlet.type}/{place}")]
    if len(messages) > BATCH_MAX:
        return [rejected(body, Unusable("too_many_members", {"members": len(messages)}), inlet)]
    return [read_one(json.dumps(message).encode(), one, None) for message in messages]


def _fits(taken: Taken, value: Any) -> bool:
    return all(found(value, path) == wanted for path, wanted in taken.when.items())


def _messages(taken: Taken, value: Any, delivery: str) -> Iterator[dict[str, Any]]:
    """Yield a mapping's messages: an event and what it says of the person, for each member where there is a list."""
    members = found(value, taken.each) if taken.each else [None]
    for place, member in enumerate(members if isinstance(members, list) else []):
        scope = value if member is None else {**(value if isinstance(value, dict) else {}), "item": member}
        said = found(scope, taken.message_id) if taken.message_id else None
        sender = delivery.partition("/")[0]
        identity = f"{delivery}/{place}" if said is None else f"{sender}/{found(scope, taken.event)}/{said}"
        shared = {
            "userId": found(scope, taken.user_id),
            "anonymousId": found(scope, taken.anonymous_id),
            "timestamp": _instant(found(scope, taken.at)),
        }
        shared = {name: each for name, each in shared.items() if each is not None}
        if taken.traits:
            traits = _filled(taken.traits, scope)
            yield {"type": "identify", "messageId": f"{identity}#traits", "traits": traits, **shared}
        if taken.event:
            event = found(scope, taken.event)
            properties = _filled(taken.properties, scope)
            yield {"type": "track", "messageId": identity, "event": event, "properties": properties, **shared}


def _filled(wanted: Mapping[str, Any], scope: Any) -> dict[str, Any]:
    """Return fields by name; what is not there is left out."""
    filled = {name: found(scope, path) if isinstance(path, str) else path for name, path in wanted.items()}
    return {name: value for name, value in filled.items() if value is not None}


def found(value: Any, path: str) -> Any:
    """Return what stands at a path, None where nothing does.

    >>> found({"data": {"lines": [{"sku": "A"}]}}, "data.lines.0.sku"), found({}, "=Paid")
    ('A', 'Paid')
    """
    if path.startswith(LITERAL):
        return path[1:]
    if not path:
        return None
    for step in [] if path == WHOLE else path.split("."):
        match value:
            case dict():
                value = value.get(step, _MISSING)
            case list() if step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            case _:
                return None
        if value is _MISSING:
            return None
    return value


def _instant(value: Any) -> Any:
    """Return an instant as ISO text where it is a number; what it cannot be is refused later, with its reason."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    seconds = value if abs(value) < SECONDS_MAX else value / 1_000
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return "beyond all calendars"
