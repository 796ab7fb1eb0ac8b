"""Mends what was sent before it is read again: names, values and numbers, as a person says; nothing else is touched."""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

RULES_MAX = 500
"""Names and values that one mending may change: a person writes them."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3})")

Value = str | int | float | bool | None


class Mending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person changes in messages; paths are such as `properties.amount` or `timestamp`."""

    events: Mapping[str, str] = {}
    """Names of events, as they came and as they should be."""
    values: Mapping[str, Mapping[str, Value]] = {}
    """By path: values as they came, numbers as text, and what stands there instead."""
    as_numbers: tuple[str, ...] = ()
    """Paths whose texts hold one number, such as `¥1,299.00 元`, which takes their place."""
    without: tuple[str, ...] = ()
    """Paths that are left out."""

    def rules(self) -> int:
        return len(self.events) + sum(map(len, self.values.values())) + len(self.as_numbers) + len(self.without)


NO_MENDING = Mending()


def mended(raw: bytes, mending: Mending) -> bytes:
    """Return a message with what a person changed; what is no JSON object, or not touched, stays byte for byte.

    >>> mended(b'{"event":"buy","properties":{"n":"3 pcs"}}', Mending(as_numbers=("properties.n",)))
    b'{"event":"buy","properties":{"n":3}}'
    """
    if mending == NO_MENDING:
        return raw
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if not isinstance(message, dict):
        return raw
    before = json.dumps(message)
    event = message.get("event")
    if isinstance(event, str) and event in mending.events:
        message["event"] = mending.events[event]
    for path, values in mending.values.items():
        _change(message, path, lambda value, values=values: values.get(_spelt(value), value))
    for path in mending.as_numbers:
        _change(message, path, number_in)
    for path in mending.without:
        _drop(message, path)
    if json.dumps(message) == before:
        return raw
    return json.dumps(message, separators=(",", ":")).encode()


def number_in(value: Any) -> Any:
    """Return the one number of a text, the value itself where there is none or more than one."""
    if not isinstance(value, str):
        return value
    found = _NUMBER.findall(_GROUPED.sub("", value))
    if len(found) != 1:
        return value
    return float(found[0]) if "." in found[0] else int(found[0])


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _change(message: dict[str, Any], path: str, change: Any) -> None:
    holder, name = _holder(message, path)
    if holder is not None and name in holder:
        holder[name] = change(holder[name])


def _drop(message: dict[str, Any], path: str) -> None:
    holder, name = _holder(message, path)
    if holder is not None:
        holder.pop(name, None)


def _holder(message: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object in which the last name of a path stands."""
    *way, name = path.split(".")
    here: Any = message
    for step in way:
        here = here.get(step) if isinstance(here, dict) else None
    return (here if isinstance(here, dict) else None), name
