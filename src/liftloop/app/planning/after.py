"""The tail: how long to wait for what people only bought earlier, and what is left of a lift when it is over."""

from typing import Any

import numpy as np

from liftloop.app.planning.reading import Look, outcomes
from liftloop.kernel.clock import DAY_MS
from liftloop.measure import lift
from liftloop.measure.after import AfterTail
from liftloop.measure.lift import LOOKS, Sides
from liftloop.plan.contract import Campaign
from liftloop.plan.outcome import Outcome
from liftloop.profile.metric import Metric
from liftloop.storage.contract import LakeReader

DAYS_MIN, DAYS_MAX = 7, 90
"""A cycle of days is a canteen's, of years a car dealer's: neither is waited for."""
_CYCLE = """
SELECT median(gap) / 86400000 AS days, count(*) AS gaps FROM (
    SELECT at_ms - lag(at_ms) OVER (PARTITION BY profile ORDER BY at_ms) AS gap
    FROM order_sold WHERE void_ms IS NULL AND at_ms <= $1
) WHERE gap > 43200000
"""
GAPS_MIN = 50


def tail_days_of(lake: LakeReader, metric: Metric, now_ms: int) -> int | None:
    """Return how many days outcomes are awaited after the window: the metric's own, else one median purchase cycle."""
    if metric.tail_days is not None:
        return metric.tail_days
    found: dict[str, Any] = {name: column[0] for name, column in lake.select(_CYCLE, [now_ms]).items()}
    if int(found["gaps"]) < GAPS_MIN:
        return None
    return int(np.clip(round(float(found["days"])), DAYS_MIN, DAYS_MAX))


def after_tail(look: Look, outcome: Outcome, campaign: Campaign, sides: Sides, at: tuple[int, int]) -> AfterTail | None:
    """Return what is left after the tail, at (days of the tail, now); nothing before the window is over."""
    days, now_ms = at
    if now_ms < campaign.ends_ms:
        return None
    until_ms = campaign.ends_ms + days * DAY_MS
    if now_ms < until_ms:
        return AfterTail(days=days, until_ms=until_ms)
    seen = lift.look(sides, outcomes(look, outcome, until_ms - campaign.starts_ms), until_ms, len(LOOKS) - 1)
    return AfterTail(days=days, until_ms=until_ms, difference=seen.difference)
