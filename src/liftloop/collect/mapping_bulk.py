"""Reading many plain values at once: what most columns hold needs no care for each value.

Each function returns what the careful reader would return, for all values or for none of them.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SHORT_CHARACTERS = 4  # Words for nothing have at most four letters; shorter values are read with care.
LONG_CHARACTERS = 200  # Longer values are few, and are read with care.
NUMBER_CHARACTERS = 12  # Twelve digits stay below the largest number that is taken.
ISO_SECOND_CHARACTERS = 19
OFFSET_CHECK_DAYS = 7  # No zone changes its offset and back within a week.
OFFSET_CHECKS_MAX = 4_000  # 76 years; over more of them dates are read one by one.

_FIRST, _LAST = np.datetime64("1900-01-01"), np.datetime64("2200-01-01")
_DIGITS_ONLY = re.compile(r"[0-9.|\-]*", re.ASCII)
_ISO_SHAPES = tuple(
    re.compile(rf"{shape}(?:\|{shape})*", re.ASCII)
    for shape in (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
)
_MOBILES = re.compile(r"1[3-9]\d{9}(?:\|1[3-9]\d{9})*", re.ASCII)
_EMAIL = r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+\.)+[a-z]{2,20}"
_EMAILS = re.compile(rf"{_EMAIL}(?:\|{_EMAIL})*", re.ASCII)
_OFFSET = re.compile(r"Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)", re.ASCII)


class Instant(NamedTuple):
    """A moment as ISO text with its zone, and in milliseconds since 1970."""

    iso: str
    at_ms: int


def plain_texts(values: Collection[Any]) -> dict[Any, Any]:
    """Return texts that are clean as they stand: printable, no outer space, no apostrophe in front."""
    joined = _joined(values)
    if joined is None or not joined.isprintable():
        return {}
    if any(mark in f"|{joined}|" for mark in ("| ", " |", "|'")):
        return {}
    return {value: value for value in values if len(value) > SHORT_CHARACTERS}


def plain_ids(values: Collection[Any]) -> dict[Any, Any]:
    """Return identifiers that are clean as they stand: plain text in ASCII that could not be a float."""
    joined = _joined(values)
    if joined is None or not joined.isascii() or ".0" in joined:
        return {}
    return plain_texts(values)


def plain_numbers(values: Collection[Any]) -> dict[Any, Any]:
    """Return numbers written with digits, point and minus only."""
    joined = _joined(values)
    if joined is None or not _DIGITS_ONLY.fullmatch(joined):
        return {}
    try:
        return {
            value: float(value) for value in values if len(value) <= NUMBER_CHARACTERS and value not in ("", "-", "--")
        }
    except ValueError:
        return {}


def plain_instants(values: Collection[Any], zone: tzinfo) -> dict[Any, Any]:
    """Return moments in ISO to the day, minute or second, all at one offset: of `zone`, or written behind each.

    Nothing where the zone changes its offset between the first and the last of them.
    """
    joined = _joined(values)
    if not joined:
        return {}
    texts = list(values)
    suffix = texts[0][ISO_SECOND_CHARACTERS:]
    if suffix and not all(text.endswith(suffix) for text in texts):
        return {}
    bare = [text[:ISO_SECOND_CHARACTERS] for text in texts]
    if not any(shape.fullmatch("|".join(bare)) for shape in _ISO_SHAPES):
        return {}
    try:
        moments = np.array(bare, dtype="datetime64[s]")
    except ValueError:
        return {}
    offset = _written_offset(suffix) if suffix else _steady_offset(moments, zone)
    if offset is None or offset % timedelta(minutes=1) or moments.min() < _FIRST or moments.max() > _LAST:
        return {}
    at_ms = (moments.astype(np.int64) - int(offset.total_seconds())) * 1_000
    isos, mark = np.datetime_as_string(moments, unit="s").tolist(), _offset_text(offset)
    return {text: Instant(iso + mark, at) for text, iso, at in zip(texts, isos, at_ms.tolist(), strict=True)}


def plain_mobiles(values: Collection[Any], blocked: Collection[str]) -> dict[Any, Any]:
    """Return Chinese mobile numbers of eleven digits as E.164, but for blocked ones."""
    joined = _joined(values)
    if joined is None or not _MOBILES.fullmatch(joined):
        return {}
    return {value: f"+86{value}" for value in values if f"+86{value}" not in blocked}


def plain_emails(values: Collection[Any], blocked: Collection[str]) -> dict[Any, Any]:
    """Return addresses of lower-case letters and digits with single dots and dashes, but for blocked mailboxes."""
    joined = _joined(values)
    if joined is None or not _EMAILS.fullmatch(joined):
        return {}
    return {value: value for value in values if value.partition("@")[0] not in blocked}


def _joined(values: Collection[Any]) -> str | None:
    """Return the values as one text, or None where one is no text or longer than most."""
    try:
        return None if any(len(value) > LONG_CHARACTERS for value in values) else "|".join(values)
    except TypeError:
        return None


def _written_offset(suffix: str) -> timedelta | None:
    found = _OFFSET.fullmatch(suffix)
    if not found:
        return None
    if suffix == "Z":
        return timedelta(0)
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -offset if found["sign"] == "-" else offset


def _steady_offset(moments: NDArray[np.datetime64], zone: tzinfo) -> timedelta | None:
    """Return the offset of the zone if it is the same from the first moment to the last."""
    first, last = moments.min().astype(datetime), moments.max().astype(datetime)
    step = timedelta(days=OFFSET_CHECK_DAYS)
    checks = (last - first) // step + 1
    if checks > OFFSET_CHECKS_MAX:
        return None
    offsets = {(first + step * number).replace(tzinfo=zone).utcoffset() for number in range(checks)}
    offsets.add(last.replace(tzinfo=zone).utcoffset())
    return offsets.pop() if len(offsets) == 1 else None


def _offset_text(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
