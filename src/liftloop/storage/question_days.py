"""The day and the instant that an attribute tells, as expressions over the lake; `liftloop.kernel.days` says the rules.

Memory reads the same values by Python: every case here has its like there, and a differential test holds them equal.
"""

from collections.abc import Callable, Mapping
from datetime import date

import ibis

from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.kernel.days import (
    DIGITS_DAY,
    INSTANT_MS_MAX,
    INSTANT_MS_MIN,
    PART_DAY,
    SHOP_MS,
    WHOLE_DAY,
    WHOLE_DAY_MIN,
    ZONED_DAY,
)
from liftloop.storage.question_words import Expression

_EPOCH = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = (date.min - _EPOCH).days, (date.max - _EPOCH).days
_DAYS_BEFORE_1970 = 719_468
"""From 1 March of the year 0, with which the leap years begin."""


def instant(kind: Expression, number: Expression, text: Expression) -> Expression:
    """Return the instant in milliseconds that an attribute tells, NULL for none; a day is told by its beginning."""
    stands = ~number.isnan()
    itself = ibis.cases((stands, number))
    begins_ms = _once(
        _written(kind, number, text),
        lambda written: _once(
            {"days": _days_since_1970(written) + written["moved"]},
            lambda since: ibis.cases(
                (
                    _is_written(written) & (written["year"] >= 1) & since["days"].between(_FIRST_DAY, _LAST_DAY),
                    (since["days"] * DAY_MS - SHOP_MS).cast("float64"),
                )
            ),
        ),
    )
    return ibis.cases((stands & (number >= INSTANT_MS_MIN), number), else_=begins_ms.coalesce(itself))


def day(kind: Expression, number: Expression, text: Expression) -> Expression:
    """Return the day that an attribute tells as digits, the year 0 where none is told; NULL for no day."""
    instants = number.between(INSTANT_MS_MIN, INSTANT_MS_MAX)
    of_instant = ((instants.ifelse(number, 0.0) + SHOP_MS) / DAY_MS).floor().cast("int64")
    return ibis.cases((instants, _digits(of_instant)), else_=_once(_written(kind, number, text), _day_of))


def _day_of(written: Expression) -> Expression:
    year, moved = written["year"], written["moved"]
    plain = year * 10_000 + written["month"] * 100 + written["day"]
    return _once(
        {"days": _days_since_1970(written) + moved},
        lambda since: ibis.cases(
            (~_is_written(written), ibis.null()),
            (moved == 0, plain),
            ((year >= 1) & since["days"].between(_FIRST_DAY, _LAST_DAY), _digits(since["days"])),
        ),
    )


def _written(kind: Expression, number: Expression, text: Expression) -> Mapping[str, Expression]:
    """Return the year, month and day that are written, NULL for none, and by how many days the shop's day is another.

    Only of a text that says month and day alone is the year 0.
    """
    eight = (number >= WHOLE_DAY_MIN) & (number < INSTANT_MS_MIN)
    digits = eight.ifelse(number, 0.0).floor().cast("int64")
    said = (kind == "text").ifelse(text, "")
    parts = {"year": digits // 10_000, "month": digits // 100 % 100, "day": digits % 100}
    of_text = {
        name: ibis.coalesce(_group(said, WHOLE_DAY, place), _group(said, DIGITS_DAY, place), in_part)
        for place, (name, in_part) in enumerate(
            {
                "year": said.re_search(f"^{PART_DAY}$").ifelse(0, None),
                "month": _group(said, PART_DAY, 1),
                "day": _group(said, PART_DAY, 2),
            }.items(),
            start=1,
        )
    }
    zone = {
        "hours": _group(said, ZONED_DAY, 1),
        "minutes": _group(said, ZONED_DAY, 2),
        "ahead": said.re_extract(f"^{ZONED_DAY}$", 3),
        "by_hours": _group(said, ZONED_DAY, 4),
        "by_minutes": _group(said, ZONED_DAY, 5),
    }
    return {
        **{name: eight.ifelse(parts[name], of_text[name]) for name in parts},
        "moved": said.re_search(f"^{ZONED_DAY}$").ifelse(_once(zone, _moved), 0),
    }


def _moved(zone: Expression) -> Expression:
    ahead = (zone["by_hours"] * 60 + zone["by_minutes"]).coalesce(0)
    at = zone["hours"] * 60 + zone["minutes"] - (zone["ahead"] == "-").ifelse(-ahead, ahead)
    return (at + SHOP_MS // MINUTE_MS) // (DAY_MS // MINUTE_MS)


def _is_written(written: Expression) -> Expression:
    year, month, day = written["year"], written["month"], written["day"]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = ibis.cases((month == 2, leap.ifelse(29, 28)), (month.isin([4, 6, 9, 11]), 30), else_=31)
    return ((year <= date.max.year) & month.between(1, 12) & (day >= 1) & (day <= last)).coalesce(False)


def _days_since_1970(written: Expression) -> Expression:
    """Return the days from 1970 on, by years that begin with March."""
    early = written["month"] <= 2
    month = early.ifelse(written["month"] + 9, written["month"] - 3)
    before = (month * 153 + 2) // 5 + written["day"] - 1 - _DAYS_BEFORE_1970
    return _once(
        {"year": early.ifelse(written["year"] - 1, written["year"]), "before": before},
        lambda of: of["year"] * 365 + of["year"] // 4 - of["year"] // 100 + of["year"] // 400 + of["before"],
    )


def _digits(days: Expression) -> Expression:
    return _once(
        {"day": ibis.literal(_EPOCH) + days.as_interval("D")},
        lambda found: (
            found["day"].year().cast("int64") * 10_000
            + found["day"].month().cast("int64") * 100
            + found["day"].day().cast("int64")
        ),
    )


def _group(text: Expression, pattern: str, place: int) -> Expression:
    """Return a group of a pattern as a number, NULL where there is none."""
    return text.re_extract(f"^{pattern}$", place).try_cast("int64")


def _once(parts: Mapping[str, Expression], then: Callable[[Expression], Expression]) -> Expression:
    """Return what is made of parts, each of which is computed once however often it is named."""
    return ibis.array([ibis.struct(parts)]).map(then)[0]
