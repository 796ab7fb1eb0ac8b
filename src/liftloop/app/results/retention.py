"""Asks history who came back: everybody's first event, and in which day, week or month others followed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.results.asking import ZONE_MS, BadQuestion, Period, check_events, day_ms, shop_day, span_of
from liftloop.app.results.steps import Read, Step, read
from liftloop.inference.arrays import Integers
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.cohorts import Cohort, CurvePoint, Grain, bucket_of, curve, first_day, triangle

COHORTS_MAX: Mapping[Grain, int] = {"day": 62, "week": 53, "month": 36}
"""Rows of a triangle that can still be read."""

_LOCAL = f"({{at}} + {ZONE_MS}) // {DAY_MS}"
_BUCKET: Mapping[Grain, str] = {
    "day": f"({_LOCAL})",
    "week": f"(({_LOCAL} + 3) // 7)",
    "month": f"(year(make_timestamp(({{at}} + {ZONE_MS}) * 1000)) * 12"
    f" + month(make_timestamp(({{at}} + {ZONE_MS}) * 1000)) - 1)",
}
_FIRSTS = """
told AS ({read}),
began AS (
    SELECT profile, min(at_ms) AS at_ms, arg_min("offset", (at_ms, "offset")) AS "offset" FROM told
    WHERE mask & 1 = 1 GROUP BY profile HAVING min(at_ms) >= {from_ms} AND min(at_ms) < {to_ms}
)
"""
_CELLS = """
WITH {firsts}
SELECT {cohort}::BIGINT AS cohort, NULL::BIGINT AS bucket, count(*) AS people FROM began AS b GROUP BY 1
UNION ALL
SELECT {cohort}::BIGINT, {bucket}::BIGINT, count(DISTINCT e.profile)
FROM told AS e JOIN began AS b USING (profile)
WHERE e.mask & 2 = 2 AND (e.at_ms > b.at_ms OR (e.at_ms = b.at_ms AND e."offset" > b."offset")) GROUP BY 1, 2
"""
_AMOUNTS = """
WITH {firsts}
SELECT {cohort}::BIGINT AS cohort, {bucket}::BIGINT AS bucket, coalesce(sum(e.revenue), 0) * 100 AS fen
FROM revenue_net AS e JOIN began AS b USING (profile)
WHERE e.at_ms >= b.at_ms AND NOT isnan(e.revenue) GROUP BY 1, 2
"""
_BEHIND = """
WITH {firsts}
SELECT DISTINCT b.profile FROM began AS b WHERE {cohort} = {chosen} ORDER BY 1
"""
_BEHIND_BACK = """
WITH {firsts}
SELECT DISTINCT e.profile FROM told AS e JOIN began AS b USING (profile)
WHERE e.mask & 2 = 2 AND (e.at_ms > b.at_ms OR (e.at_ms = b.at_ms AND e."offset" > b."offset"))
AND {cohort} = {chosen} AND {bucket} = {chosen} + {age} ORDER BY 1
"""


class RetentionAsked(Struct, frozen=True, kw_only=True):
    """A question: who began with `first` in whole days, weeks or months of the period, and came back with `back`."""

    first: Step
    back: Step
    grain: Grain
    period: Period


class RetentionFound(Struct, frozen=True, kw_only=True):
    """The triangle and its curve; `oldest` is the bucket in which the data begin, whose people may be older."""

    grain: Grain
    cohorts: tuple[Cohort, ...]
    curve: tuple[CurvePoint, ...]
    oldest: int | None
    known_until_ms: int


class Retention:
    """The use cases of retention."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, asked: RetentionAsked) -> RetentionFound:
        """Return the triangle; raises `BadQuestion`, `UnknownEvent`."""
        first, last = _buckets(asked)
        await check_events(self._desk.follower, (asked.first.event, asked.back.event))
        span = await span_of(self._desk.follower)
        if span is None:
            now_ms = self._desk.clock.now_ms()
            return RetentionFound(grain=asked.grain, cohorts=(), curve=(), oldest=None, known_until_ms=now_ms)
        until_ms = min(span.last_ms, self._desk.clock.now_ms())
        rows = self._read(asked)
        found = await self._desk.follower.select(_query(_CELLS, asked, rows), rows.given)
        paid = await self._desk.follower.select(_query(_AMOUNTS, asked, rows), rows.given)
        now = bucket_of(shop_day(until_ms), asked.grain)
        cohorts = triangle(*_tallied(found, paid), (first, last), now)
        return RetentionFound(
            grain=asked.grain,
            cohorts=cohorts,
            curve=curve(cohorts),
            oldest=bucket_of(shop_day(span.first_ms), asked.grain),
            known_until_ms=until_ms,
        )

    async def people(self, asked: RetentionAsked, cohort: int, age: int | None) -> Integers:
        """Return who began in a bucket, or who of them came back after so many; ascending."""
        rows = self._read(asked)
        text = _BEHIND if age is None else _BEHIND_BACK
        query = _query(text, asked, rows).replace("{chosen}", str(int(cohort))).replace("{age}", str(int(age or 0)))
        return (await self._desk.follower.select(query, rows.given))["profile"].astype(np.int64)

    def _read(self, asked: RetentionAsked) -> Read:
        return read((asked.first, asked.back), 0, self._desk.clock.now_ms() + 1)


def _buckets(asked: RetentionAsked) -> tuple[int, int]:
    """Return the first and the last bucket that the period touches."""
    first, last = bucket_of(asked.period.first, asked.grain), bucket_of(asked.period.last, asked.grain)
    if last - first >= COHORTS_MAX[asked.grain]:
        raise BadQuestion(
            f"这样会有 {last - first + 1} 行，最多看 {COHORTS_MAX[asked.grain]} 行",
            f"that makes {last - first + 1} rows, at most {COHORTS_MAX[asked.grain]} can be shown",
            "缩短时间范围，或按周、按月看",
            "choose a shorter period, or weeks or months",
        )
    return first, last


def _query(text: str, asked: RetentionAsked, rows: Read) -> str:
    """Return the query over whole buckets of the period."""
    first, last = _buckets(asked)
    firsts = _FIRSTS.format(
        read=rows.text,
        from_ms=day_ms(first_day(first, asked.grain)),
        to_ms=day_ms(first_day(last + 1, asked.grain)),
    )
    bucket = _BUCKET[asked.grain]
    return text.format(
        firsts=firsts,
        cohort=bucket.format(at="b.at_ms"),
        bucket=bucket.format(at="e.at_ms"),
        chosen="{chosen}",
        age="{age}",
    )


def _tallied(
    found: Mapping[str, Any], paid: Mapping[str, Any]
) -> tuple[dict[int, int], dict[tuple[int, int], tuple[int, float]]]:
    """Return people by cohort, and people and fen by cohort and bucket."""
    sizes: dict[int, int] = {}
    came: dict[tuple[int, int], int] = {}
    for cohort, bucket, people in zip(found["cohort"], found["bucket"], found["people"], strict=True):
        if np.isnan(bucket):
            sizes[int(cohort)] = int(people)
        else:
            came[int(cohort), int(bucket)] = int(people)
    fen = {
        (int(cohort), int(bucket)): float(amount)
        for cohort, bucket, amount in zip(paid["cohort"], paid["bucket"], paid["fen"], strict=True)
    }
    return sizes, {key: (came.get(key, 0), fen.get(key, 0.0)) for key in came.keys() | fen.keys()}
