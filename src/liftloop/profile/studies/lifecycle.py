"""Where people stand in their life with the shop, by the shop's own rhythm, with the instant since when."""

import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies.purchases import Buyers, Integers, Purchases, gaps_days

STAGES = ("prospect", "new", "active", "dormant", "lost")
PROSPECT, NEW, ACTIVE, DORMANT, LOST = range(5)
DORMANT_SHARE, LOST_SHARE = 0.80, 0.95
"""Of all gaps between two purchases in this shop: whoever is away for longer than these sleeps, or is lost."""
GAPS_MIN = 100
DEFAULT_DORMANT_DAYS, DEFAULT_LOST_DAYS = 60, 180
"""Where fewer gaps are known than GAPS_MIN."""


class Rhythm(Struct, frozen=True, kw_only=True):
    """After how many days without a purchase somebody sleeps or is lost."""

    dormant_days: int
    lost_days: int


def rhythm_of(purchases: Purchases) -> Rhythm:
    """Return the shop's thresholds, in whole days, at least one day and lost at least a day after dormant."""
    gaps, _ = gaps_days(purchases)
    if len(gaps) < GAPS_MIN:
        return Rhythm(dormant_days=DEFAULT_DORMANT_DAYS, lost_days=DEFAULT_LOST_DAYS)
    dormant, lost = np.ceil(np.quantile(gaps, [DORMANT_SHARE, LOST_SHARE])).astype(int).tolist()
    dormant = max(dormant, 1)
    return Rhythm(dormant_days=dormant, lost_days=max(lost, dormant + 1))


def lifecycle_traits(
    purchases: Purchases, buyers: Buyers, seen: tuple[Integers, Integers], rhythm: Rhythm, now_ms: int
) -> list[Studied]:
    """Return lifecycle_stage and lifecycle_since_ms of everybody; `seen` is (profile ascending, first seen).

    Prospects never bought. Whoever bought is new until the second purchase, active from it on; asleep once
    `dormant_days` passed without one, lost after `lost_days`; a purchase after that begins a new active time.
    """
    profile, stage, since_ms = seen[0], np.full(len(seen[0]), PROSPECT), seen[1].copy()
    at = np.searchsorted(profile, buyers.profile)
    dormant_ms, lost_ms = rhythm.dormant_days * DAY_MS, rhythm.lost_days * DAY_MS
    away_ms = now_ms - buyers.last_ms
    stage[at] = np.select(
        [away_ms > lost_ms, away_ms > dormant_ms, buyers.count > 1], [LOST, DORMANT, ACTIVE], default=NEW
    )
    since_ms[at] = np.select(
        [away_ms > lost_ms, away_ms > dormant_ms, buyers.count > 1],
        [buyers.last_ms + lost_ms, buyers.last_ms + dormant_ms, _active_since(purchases, buyers, dormant_ms)],
        default=buyers.first_ms,
    )
    return [
        Studied(
            trait="lifecycle_stage", profile=profile, value=stage.astype(np.int32), words=STAGES, since_ms=since_ms
        ),
        Studied(trait="lifecycle_since_ms", profile=profile, value=since_ms.astype(np.float64)),
    ]


def _active_since(purchases: Purchases, buyers: Buyers, dormant_ms: int) -> Integers:
    """Return when the time without a long gap began that lasts until the last purchase."""
    gaps, row = gaps_days(purchases)
    begins = np.zeros(len(purchases.profile), dtype=np.bool_)
    begins[row[gaps * DAY_MS > dormant_ms] + 1] = True
    begins[(buyers.start + 1)[buyers.count > 1]] = True
    starts = np.where(begins, purchases.at_ms, 0)
    return np.maximum.reduceat(starts, buyers.start) if len(buyers.start) else np.zeros(0, dtype=np.int64)
