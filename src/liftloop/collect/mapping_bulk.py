"""Reading many plain values at once: what most columns hold needs no care for each value.

Each function returns what the careful reader would return, for all values or for none of them.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NOTHING_WORDS = frozenset(
    {"", "-", "--", "—", "——", "－", "/", "／", "\\n", "无", "空", "暂无", "未填写"}
    | {"n/a", "#n/a", "nan", "nat", "null", "none"}
)
"""What people and systems write where there is nothing."""
SHORT_CHARACTERS = max(map(len, NOTHING_WORDS))
LONG_CHARACTERS = 200  # Longer values are few, and are read with care.
NUMBER_CHARACTERS = 12  # Twelve digits stay below the largest number that is taken.
ISO_SECOND_CHARACTERS = 19
OFFSET_CHECK_DAYS = 7  # No zone changes its offset and back within a week.
OFFSET_CHECKS_MAX = 4_000  # 76 years; over more of them dates are read one by one.

_FIRST, _LAST = np.datetime64("1900-01-01"), np.datetime64("2200-01-01")
_DIGITS_ONLY = re.compile(r"[0-9.|\-]*", re.ASCII)
_ISO_LENGTHS = frozenset({10, 16, ISO_SECOND_CHARACTERS})
_MOBILES = re.compile(r"1[3-9]\d{9}(?:\|1[3-9]\d{9})*", re.ASCII)
_EMAIL = r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+\.)+[a-z]{2,20}"
_EMAILS = re.compile(rf"{_EMAIL}(?:\|{_EMAIL})*", re.ASCII)
_OFFSET = re.compile(r"Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)", re.ASCII)


class Instant(NamedTuple):
    """A moment as ISO text with its zone, and in milliseconds since 1970."""

    iso: str
    at_ms: int


_MAKE_INSTANT = partial(tuple.__new__, Instant)
"""Makes an `Instant` of a pair in a third of the time."""
_HAS_T = re.compile(r".{10}T").match


def stand_as_ids(values: Collection[Any]) -> bool:
    """Return whether all are identifiers that are clean as they stand, so that none needs to be looked at."""
    joined = _joined(values)
    return joined is not None and _could_be_ids(joined) and _stand(joined, values)


def stand_as_texts(values: Collection[Any]) -> bool:
    """Return whether all are texts that are clean as they stand."""
    joined = _joined(values)
    return joined is not None and _stand(joined, values)


def plain_texts(values: Collection[Any]) -> dict[Any, Any]:
    """Return texts that are clean as they stand: printable, no outer space, no apostrophe in front."""
    joined = _joined(values)
    if joined is None or not _clean(joined):
        return {}
    return {value: value for value in values if _says_something(value)}


def plain_ids(values: Collection[Any]) -> dict[Any, Any]:
    """Return identifiers that are clean as they stand: plain text in ASCII that could not be a float."""
    joined = _joined(values)
    if joined is None or not _could_be_ids(joined):
        return {}
    return plain_texts(values)


def _could_be_ids(joined: str) -> bool:
    """Return whether nothing needs a look: full-width letters, `17850.0`, `4.2E+17`, `="00123"`."""
    return joined.isascii() and not any(mark in joined for mark in (".0", "E+", '="'))


def _stand(joined: str, values: Collection[Any]) -> bool:
    says_something = min(map(len, values), default=0) > SHORT_CHARACTERS or all(map(_says_something, values))
    return says_something and _clean(joined)


def _says_something(value: str) -> bool:
    return len(value) > SHORT_CHARACTERS or value.casefold() not in NOTHING_WORDS


def _clean(joined: str) -> bool:
    return joined.isprintable() and not any(mark in f"|{joined}|" for mark in ("| ", " |", "|'", "|#"))


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
    length = min(len(texts[0]), ISO_SECOND_CHARACTERS)
    suffix = texts[0][length:]
    moments = moments_of(texts, suffix)
    if moments is None:
        return {}
    offset = _written_offset(suffix) if suffix else _steady_offset(moments, zone)
    if offset is None or offset % timedelta(minutes=1) or moments.min() < _FIRST or moments.max() > _LAST:
        return {}
    at_ms = (moments.astype(np.int64) - int(offset.total_seconds())) * 1_000
    mark = _offset_text(offset)
    as_written = suffix == mark and all(map(_HAS_T, texts))
    isos = texts if as_written else [iso + mark for iso in np.datetime_as_string(moments, unit="s").tolist()]
    return dict(zip(texts, map(_MAKE_INSTANT, zip(isos, at_ms.tolist(), strict=True)), strict=True))


def moments_of(texts: Sequence[str], suffix: str) -> NDArray[np.datetime64] | None:
    """Return ISO texts to the day, minute or second, each with this suffix, as local moments to the second.

    None where one is of another shape than the first, or no moment.
    """
    length = len(texts[0]) - len(suffix)
    joined = f"{'|'.join(texts)}|".encode("utf-8", "replace")
    width = length + len(suffix) + 1
    if length not in _ISO_LENGTHS or len(joined) != width * len(texts):
        return None
    cells = np.frombuffer(joined, dtype=np.uint8).reshape(len(texts), width)
    marks = {4: b"-", 7: b"-", 10: b"T ", 13: b":", 16: b":"}
    if not all(np.isin(cells[:, place], list(allowed)).all() for place, allowed in marks.items() if place < length):
        return None
    if not (cells[:, length:] == np.frombuffer(f"{suffix}|".encode(), dtype=np.uint8)).all():
        return None
    digits = cells[:, :length].astype(np.int64) - ord("0")
    places = [place for place in range(length) if place not in marks]
    if ((digits[:, places] < 0) | (digits[:, places] > 9)).any():
        return None
    return _moments(digits, length)


def _moments(digits: NDArray[np.int64], length: int) -> NDArray[np.datetime64] | None:
    """Return moments from the digits of ISO texts, None where one of them does not exist."""

    def pair(place: int) -> NDArray[np.int64]:
        return digits[:, place] * 10 + digits[:, place + 1] if place < length else np.zeros(len(digits), dtype=np.int64)

    year, month, day = pair(0) * 100 + pair(2), pair(5), pair(8)
    hour, minute, second = pair(11), pair(14), pair(17)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    days = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    within = (month >= 1) & (month <= 12) & (day >= 1) & (day <= days) & (hour < 24) & (minute < 60) & (second < 60)
    if not (within & (year >= 1)).all():
        return None
    seconds = (hour * 3600 + minute * 60 + second).astype("timedelta64[s]")
    return np.asarray((first + (day - 1).astype("timedelta64[D]")).astype("datetime64[s]") + seconds)


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
        return None if max(map(len, values), default=0) > LONG_CHARACTERS else "|".join(values)
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
