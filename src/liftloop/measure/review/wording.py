"""Numbers of a review written out: signs, money, people, ranges, days; both languages the same figures."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from liftloop.kernel.money import yuan_text
from liftloop.measure.lift import LiftEstimate
from liftloop.measure.report import lift_words
from liftloop.plan.record import LiftKind, Words

MINUS = "−"
MetricUnit = Literal["share", "fen", "count"]


def alike(text: str) -> Words:
    """Return what is written the same in both languages."""
    return Words(zh=text, en=text)


def people(count: int) -> Words:
    return Words(zh=f"{count:,} 人", en=f"{count:,} people" if count != 1 else "1 person")


def money(fen: float) -> str:
    """Return an amount in whole yuan from a hundred on: what is below is noise in a sum of many.

    >>> money(1_234_567), money(-1250)
    ('¥12,346', '−¥12.50')
    """
    whole = round(abs(fen) / 100) * 100 if abs(fen) >= 10_000 else round(abs(fen))
    return (MINUS if fen < 0 and whole else "") + yuan_text(whole)


def signed_money(fen: float) -> str:
    return ("+" if round(fen) > 0 else "") + money(fen)


def lift(value: float, unit: MetricUnit, kind: LiftKind) -> Words:
    """Return a lift with its sign, as its kind is written."""
    size = lift_words(abs(value), unit, kind)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return Words(zh=sign + size.zh, en=sign + size.en)


def lift_range(estimate: LiftEstimate, unit: MetricUnit, kind: LiftKind) -> Words:
    """Return both ends; an upper end that cannot be told is left open in words."""
    low = lift(estimate.low, unit, kind)
    if not math.isfinite(estimate.high):
        return Words(zh=f"不低于 {low.zh}，上限说不准", en=f"at least {low.en}; no upper end can be told")
    high = lift(estimate.high, unit, kind)
    return Words(zh=f"{low.zh}～{high.zh}", en=f"{low.en} to {high.en}")


def money_range(estimate: LiftEstimate) -> Words:
    low, high = signed_money(estimate.low), signed_money(estimate.high)
    return Words(zh=f"{low}～{high}", en=f"{low} to {high}")


def share(value: float, digits: int = 0) -> str:
    return f"{value:.{digits}%}".replace("-", MINUS)


def per_person(value: float, unit: MetricUnit) -> Words:
    """Return a metric of one side."""
    if unit == "share":
        return alike(share(value, 1))
    return alike(money(value) if unit == "fen" else f"{value:.2f}")


def day(at_ms: int, offset_minutes: int) -> str:
    """Return a day of the shop's zone.

    >>> day(1_788_192_000_000, 480)
    '2026-09-01'
    """
    zone = timezone(timedelta(minutes=offset_minutes))
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone).date().isoformat()
