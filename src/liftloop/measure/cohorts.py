"""Retention: of the people who began in one day, week or month, who came back in each that followed.

A cell whose days are not over is running, one that lies ahead is not there: neither counts as nobody.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, assert_never

from msgspec import Struct

from liftloop.inference.intervals import z_two_sided

Grain = Literal["day", "week", "month"]

CONFIDENCE = 0.9
MONTHS = 12
WEEK_DAYS = 7
EPOCH = date(1970, 1, 1)
MONDAY_BEFORE = 3
"""Days from the Monday before 1970 to its first day: weeks are numbered from that Monday."""


def bucket_of(day: date, grain: Grain) -> int:
    """Return the number of the day, week (from Monday) or month of the calendar that a day lies in.

    >>> bucket_of(date(2026, 11, 22), "week") - bucket_of(date(2026, 11, 16), "week")
    0
    >>> bucket_of(date(2026, 11, 23), "week") - bucket_of(date(2026, 11, 22), "week")
    1
    """
    days = (day - EPOCH).days
    match grain:
        case "day":
            return days
        case "week":
            return (days + MONDAY_BEFORE) // WEEK_DAYS
        case "month":
            return day.year * MONTHS + day.month - 1
        case _:
            assert_never(grain)


def first_day(bucket: int, grain: Grain) -> date:
    """Return the first day of a day, week or month by its number.

    >>> first_day(bucket_of(date(2026, 2, 28), "month"), "month")
    datetime.date(2026, 2, 1)
    """
    match grain:
        case "day":
            return EPOCH + timedelta(days=bucket)
        case "week":
            return EPOCH + timedelta(days=bucket * WEEK_DAYS - MONDAY_BEFORE)
        case "month":
            return date(bucket // MONTHS, bucket % MONTHS + 1, 1)
        case _:
            assert_never(grain)


class Cell(Struct, frozen=True, kw_only=True):
    """How many of a cohort came back in the `age`-th day, week or month after their first, and what they paid."""

    age: int
    people: int
    amount: float
    running: bool
    """Its days are not over, so more may still come."""


class Cohort(Struct, frozen=True, kw_only=True):
    """People who began in one bucket, with their cells up to now; a cohort of nobody has cells of nobody."""

    bucket: int
    people: int
    cells: tuple[Cell, ...]


class CurvePoint(Struct, frozen=True, kw_only=True):
    """All whole cells of one age together: the share that came back, with nine chances in ten between its bounds."""

    age: int
    people: int
    of: int
    share: float
    low: float
    high: float
    amount: float
    amount_first: float
    """What the same cohorts paid in their first bucket."""


def triangle(
    sizes: Mapping[int, int], cells: Mapping[tuple[int, int], tuple[int, float]], span: tuple[int, int], now: int
) -> tuple[Cohort, ...]:
    """Return the cohorts of the buckets in `span`, the last included, as known in the bucket `now`.

    `cells` are people and amounts by (cohort, bucket in which they came back); what is not in it is nobody.
    """
    first, last = span
    cohorts: list[Cohort] = []
    for bucket in range(first, min(last, now) + 1):
        row: list[Cell] = []
        for age in range(now - bucket + 1):
            people, amount = cells.get((bucket, bucket + age), (0, 0.0))
            row.append(Cell(age=age, people=people, amount=amount, running=bucket + age >= now))
        cohorts.append(Cohort(bucket=bucket, people=sizes.get(bucket, 0), cells=tuple(row)))
    return tuple(cohorts)


def curve(cohorts: tuple[Cohort, ...]) -> tuple[CurvePoint, ...]:
    """Return the share of all cohorts that came back by age, from whole cells only, each cohort by its people.

    An age is left out where no cohort with anybody in it is old enough.
    """
    ages = max((len(each.cells) for each in cohorts), default=0)
    points: list[CurvePoint] = []
    for age in range(ages):
        whole = [each for each in cohorts if len(each.cells) > age and not each.cells[age].running and each.people]
        if not whole:
            continue
        people, of = sum(each.cells[age].people for each in whole), sum(each.people for each in whole)
        low, high = share_bounds(people, of)
        points.append(
            CurvePoint(
                age=age,
                people=people,
                of=of,
                share=people / of,
                low=low,
                high=high,
                amount=sum(each.cells[age].amount for each in whole),
                amount_first=sum(each.cells[0].amount for each in whole),
            )
        )
    return tuple(points)


def share_bounds(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of a share by Wilson's score interval (1927), which stays within 0 and 1."""
    if whole == 0:
        return 0.0, 1.0
    z, share = z_two_sided(CONFIDENCE), part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    reach = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return max(0.0, middle - reach), min(1.0, middle + reach)
