"""What a value counts as: a number, a word to compare, or what an event adds to a source."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import hash_text
from liftloop.profile.contract import Source

LINES = "products."
"""Before the name of a field of an order's lines: a filter on it is met where any line meets it."""


def value_hash(value: Any) -> int:
    """Return the hash by which attribute values are compared; 1 and 1.0 are equal, and so are true and true."""
    if isinstance(value, bool):
        return hash_text("bool", str(value))
    if isinstance(value, int | float):
        return hash_text("number", repr(number_of(value)))
    return hash_text("text", str(value))


def number_of(value: Any) -> float:
    """Return a number as a float, the infinite one where it is larger than all; NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


CUT = "\n"
"""Stands where a phrase was cut out of a text, so that what was on both sides of it makes no new word."""


def event_value(source: Source, body: bytes) -> float:
    """Return what an event adds to a source: its property, 1 where none is asked for, NaN where a filter is not met.

    Of a source of words it is 53 bits of the word's hash, NaN where the property is no text, number or truth value.
    """
    if not source.property and not source.where:
        return 1.0
    properties = parse_object(body)
    for test in source.where:
        if not _meets(properties, test):
            return float("nan")
    if not source.property:
        return 1.0
    value = properties.get(source.property)
    if source.words:
        return float(value_hash(value) >> 11) if isinstance(value, str | bool | int | float) else float("nan")
    number = number_of(value)
    return number if isfinite(number) else 0.0


def _meets(properties: Mapping[str, Any], test: Mapping[str, Any]) -> bool:
    name = str(test.get("property", ""))
    if not name.startswith(LINES):
        return _passes(properties.get(name), test)
    lines, field = properties.get(LINES[:-1]), name[len(LINES) :]
    return isinstance(lines, list) and any(isinstance(line, dict) and _passes(line.get(field), test) for line in lines)


def _passes(value: Any, test: Mapping[str, Any]) -> bool:
    if "is" in test and value != test["is"]:
        return False
    if "in" in test and value not in test["in"]:
        return False
    if "contains" in test:
        text = value.lower() if isinstance(value, str) else ""
        for phrase in test.get("unless", ()):
            text = text.replace(phrase.lower(), CUT)
        if not any(word.lower() in text for word in test["contains"]):
            return False
    if "gte" in test or "lte" in test:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return test.get("gte", value) <= value <= test.get("lte", value)
    return True
