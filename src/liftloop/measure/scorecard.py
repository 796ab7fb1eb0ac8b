"""The forecast ledger (预测记分牌): every forecast that was launched beside what was measured, and what follows of it.

Only launched campaigns have a measured side, so all of it is "given launch".
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.calibration import (
    CONFORMAL_MIN,
    COVERAGE_HIGH,
    COVERAGE_LOW,
    LEVELS,
    Alarm,
    Foretold,
    Scores,
    coverage_alarm,
    score,
    stretch,
)
from liftloop.inference.intervals import Interval
from liftloop.plan.record import LiftKind, Words

TELL_MIN = 5  # Of fewer campaigns the share that came true says next to nothing.

Standing = Literal["empty", "too_few", "kept", "wrong"]


class Scored(Struct, frozen=True, kw_only=True):
    """A row of the ledger, kept when the campaign ended; lifts are of `kind`.

    `error` is that of forecast and measurement together, as the intervals were made; 0 where the forecast was an
    assumption. `unit` is what one (100%) of relative lift is in this kind, so that rows of both kinds compare.
    """

    campaign_id: str
    plan_id: str
    title: str
    forecast_hash: str
    kind: LiftKind
    metric_unit: Literal["share", "fen", "count"]
    starts_ms: int
    ends_ms: int
    assumed: bool
    unit: float
    error: float
    forecast: float
    intervals: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    measured: float
    measured_low: float
    measured_high: float | None
    """None: how much at most could not be told."""

    def inside(self) -> tuple[bool, bool, bool]:
        """Return whether the measured lift lies within the 50, 80 and 90% intervals."""
        first, second, third = (low <= self.measured <= high for low, high in self.intervals)
        return first, second, third


class Scorecard(Struct, frozen=True, kw_only=True):
    """The ledger in its order, oldest first, and what it says of forecasts.

    `stretch`: by how many of its own errors an interval of 50, 80, 90% must reach by this ledger, None until there
    are enough; later forecasts use it.
    """

    rows: tuple[Scored, ...]
    scores: Scores
    alarm: Alarm
    stretch: tuple[float | None, float | None, float | None]
    standing: Standing
    sentence: Words
    next: Words | None


def foretold(rows: Sequence[Scored]) -> tuple[Foretold, ...]:
    """Return the rows that forecasts can be judged by, in relative lift; assumptions are none."""
    return tuple(_foretold(row) for row in rows if not row.assumed and row.error > 0 and row.unit > 0)


def _foretold(row: Scored) -> Foretold:
    first, second, third = (
        Interval(confidence=level, low=low / row.unit, high=high / row.unit)
        for level, (low, high) in zip(LEVELS, row.intervals, strict=True)
    )
    return Foretold(
        forecast=row.forecast / row.unit,
        error=row.error / row.unit,
        measured=row.measured / row.unit,
        intervals=(first, second, third),
    )


def scorecard_of(rows: Sequence[Scored]) -> Scorecard:
    """Return the scorecard of a ledger."""
    ledger = foretold(rows)
    held = np.array([row.inside()[-1] for row in ledger], dtype=np.bool_)
    alarm = coverage_alarm(held)
    first, second, third = (stretch(ledger, level) for level in LEVELS)
    standing = _standing(len(ledger), alarm)
    return Scorecard(
        rows=tuple(rows),
        scores=score(ledger),
        alarm=alarm,
        stretch=(first, second, third),
        standing=standing,
        sentence=_sentence(standing, len(ledger), int(held.sum()), len(rows)),
        next=_next(standing, len(ledger)),
    )


def _standing(count: int, alarm: Alarm) -> Standing:
    if not count:
        return "empty"
    if alarm.wrong:
        return "wrong"
    return "too_few" if count < TELL_MIN else "kept"


def _sentence(standing: Standing, count: int, held: int, ended: int) -> Words:
    if standing == "empty" and ended:
        return Words(
            zh=f"到期的 {ended} 个活动，启动时的范围都是假设的，不算预测，所以不计分",
            en=f"Of {ended} finished campaigns every range was assumed at launch, which is no forecast to score",
        )
    if standing == "empty":
        return Words(
            zh="还没有一个启动过的预测到期，所以还没有分可记",
            en="No forecast that was launched has come due, so there is nothing to score",
        )
    told = Words(
        zh=f"启动过的 {count} 个预测里，说「十次里有九次在这个范围」的，对了 {held} 个（{held / count:.0%}）",
        en=f"Of {count} forecasts that were launched, {held} ({held / count:.0%}) held their nine-in-ten range",
    )
    match standing:
        case "too_few":
            return Words(zh=f"{told.zh}；次数太少，还说明不了什么", en=f"{told.en}; too few to say much")
        case "wrong":
            return Words(
                zh=f"{told.zh}，已经不在 {COVERAGE_LOW:.0%}～{COVERAGE_HIGH:.0%} 之间：先别信这些范围的宽窄",
                en=f"{told.en}, which is outside {COVERAGE_LOW:.0%} to {COVERAGE_HIGH:.0%}: "
                "do not trust the width of these ranges",
            )
        case _:
            return told


def _next(standing: Standing, count: int) -> Words | None:
    if standing == "empty":
        return Words(
            zh="启动一个有预测的计划，窗口结束一天后，这里自动记上",
            en="Launch a plan with a forecast: it appears here a day after its window ends",
        )
    if count < CONFORMAL_MIN:
        left = CONFORMAL_MIN - count
        return Words(
            zh=f"再有 {left} 个到期，新预测的范围就按这里的误差来定",
            en=f"After {left} more, ranges of new forecasts are set by the errors seen here",
        )
    return Words(
        zh="新预测的范围已按最近 50 个的误差调整",
        en="Ranges of new forecasts are set by the errors of the last fifty",
    )
