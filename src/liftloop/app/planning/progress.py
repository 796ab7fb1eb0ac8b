"""Where a metric stands: its level in the window that just ended, everybody counted, contacted or not."""

import math

import numpy as np
from msgspec.structs import replace

from liftloop.app.planning.reading import WINDOW_PEOPLE_MAX, Look, Moments, Population, Shop, included, outcomes
from liftloop.inference.intervals import z_two_sided
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.baseline import CONFIDENCE, Baseline, baseline_of
from liftloop.plan.inputs import Window
from liftloop.plan.standing import Level
from liftloop.profile.metric import Metric
from liftloop.storage.contract import LakeReader

WINDOWS = 6  # Level and trend; a season needs the baseline of a plan.


def level_now(
    lake: LakeReader, population: Population, metric: Metric, window_days: int, at: tuple[int, Shop]
) -> Level | None:
    """Return the metric's level at an instant, and what the next window will be if nothing more is done.

    None where nobody counts, or nothing was counted. A sum is over all people.
    """
    now_ms, shop = at
    span = window_days * DAY_MS
    starts = [now_ms - back * span for back in range(1, WINDOWS + 1)]
    modulus = max(1, -(-shop.people // WINDOW_PEOPLE_MAX))
    look = Look(lake, Moments(statement="windows", parameters=(starts, modulus, shop.first_ms, now_ms)))
    if not look.count:
        return None
    inside = included(look, population)
    value = outcomes(look, population.outcome, span)
    windows = tuple(
        _window(int(start), value[inside & (look.at_ms == start)]) for start in np.unique(look.at_ms).tolist()
    )
    people = int((inside & (look.at_ms == starts[0])).sum()) * modulus
    foreseen = baseline_of(windows, people, now_ms, window_days)
    if foreseen is None or not people:
        return None
    return _level(foreseen, windows[-1], people if metric.kind == "sum" else 1, people)


def _window(starts_ms: int, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Window:
    return Window(
        starts_ms=starts_ms,
        people=float(values.size),
        total=float(values.sum()),
        squares=float(np.square(values).sum()),
    )


def _level(foreseen: Baseline, last: Window, times: int, people: int) -> Level:
    reach = z_two_sided(CONFIDENCE) * foreseen.deviation / math.sqrt(max(last.people, 1.0))
    level = Level(
        now=foreseen.last,
        low=max(foreseen.last - reach, 0.0) if foreseen.last >= 0 else foreseen.last - reach,
        high=foreseen.last + reach,
        foreseen=foreseen.value,
        foreseen_low=foreseen.low,
        foreseen_high=foreseen.high,
        people=people,
    )
    if times == 1:
        return level
    fields = ("now", "low", "high", "foreseen", "foreseen_low", "foreseen_high")
    return replace(level, **{name: getattr(level, name) * times for name in fields})
