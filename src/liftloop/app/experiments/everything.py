"""What all marketing together brings: people left alone by all of it this quarter beside everybody else."""

from datetime import datetime, timedelta, timezone

import numpy as np

from liftloop.app.planning.reading import Look, Moments, condition_holds, features_at
from liftloop.app.planning.sources import Sources
from liftloop.deliver.gate import left_alone
from liftloop.deliver.settings import HeldEverywhere
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.experiments.comparing import Assigned, Counted, compare, limit_at, ratio_of
from liftloop.measure.experiments.definition import ExperimentDefinition, OutcomeMetric
from liftloop.measure.experiments.report import Experimented, Told
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.metric.events import ORDER
from liftloop.profile.metric import Condition

EVERYWHERE = "held-everywhere"
"""The id under which this stands among the experiments."""
ARMS = ("不打扰 · left alone", "照常 · as usual")


def everything(sources: Sources, setting: HeldEverywhere, set_ms: int) -> Experimented:
    """Return what was counted since the quarter began, or since the setting was published where that was later.

    Everybody known before is compared, by the profile of now; orders count from then on.
    """
    began_ms, ends_ms = quarter(sources.now_ms, sources.offset_minutes)
    since_ms, now_ms = max(began_ms, set_ms), sources.now_ms
    look = Look(sources.lake, Moments(statement="known_before", parameters=(since_ms, 0, 1, 0)))
    arm = np.where(left_alone(look.profile, setting, now_ms), 0, 1).astype(np.int64)
    days = max(1, -(-(now_ms - since_ms) // DAY_MS))
    metric = OutcomeMetric(kind="did", event=ORDER)
    bought = condition_holds(look, Condition(events=(ORDER,), side="after", days=days), days * DAY_MS)
    features = features_at(look) if look.count else {}
    before = standard(scales_of(features), features, look.count) if look.count else np.zeros((0, 0))
    elapsed = (now_ms - since_ms) / max(ends_ms - since_ms, 1)
    people = Assigned(arm=arm, before=before)
    found = compare(people, Counted(amount=bought.astype(np.float64)), 2, 0, limit_at(None, elapsed, 1))
    shares = (setting.share, 1 - setting.share)
    return Experimented(
        id=EVERYWHERE,
        definition=ExperimentDefinition(
            name="所有营销合起来带来多少 · What all marketing brings",
            journey="",
            node="",
            control=ARMS[0],
            primary=metric,
            starts_ms=since_ms,
            ends_ms=ends_ms,
            days=days,
        ),
        now_ms=now_ms,
        offset_minutes=sources.offset_minutes,
        arms=ARMS,
        shares=shares,
        people=tuple(np.bincount(arm, minlength=2).tolist()),
        entered=arm.size,
        ratio_p=ratio_of(arm, shares).p_value,
        twice=0,
        told=(Told(metric=metric, arms=found),),
        looks=(),
    )


def quarter(at_ms: int, offset_minutes: int) -> tuple[int, int]:
    """Return the first instant of the quarter of an instant, and of the next, by the shop's clock."""
    zone = timezone(timedelta(minutes=offset_minutes))
    day = datetime.fromtimestamp(at_ms / 1_000, zone)
    first = (day.month - 1) // 3 * 3 + 1
    year, month = (day.year, first + 3) if first < 10 else (day.year + 1, 1)
    starts, ends = datetime(day.year, first, 1, tzinfo=zone), datetime(year, month, 1, tzinfo=zone)
    return int(starts.timestamp() * 1_000), int(ends.timestamp() * 1_000)
