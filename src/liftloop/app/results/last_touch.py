"""Puts people into groups by the channel of their last touch before something: what a funnel asks of its starts."""

import numpy as np
from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.app.results.groups import GROUPS_SHOWN, Grouped, groups_of, with_channel_names
from liftloop.app.results.platforms import DIRECT
from liftloop.app.results.touches import Touched, lookback_ms, read_touches
from liftloop.app.words import Said
from liftloop.inference.arrays import Integers
from liftloop.measure.attribution import Touches, last_touch

LOOKBACK_DAYS = 30
"""Who was touched longer ago came by herself; the usual lookback of attribution."""
UNTOUCHED = Said(f"之前 {LOOKBACK_DAYS} 天没有触点", f"no touch in the {LOOKBACK_DAYS} days before")


class LastTouches(Struct, frozen=True, kw_only=True, eq=False):
    """Touches but for direct visits, `group` [channels] of each channel, and the groups."""

    touches: Touches
    group: Integers
    groups: Grouped

    def of(self, profile: Integers, at_ms: Integers) -> Integers:
        """Return the group of people [rows] as of an instant of each."""
        found = last_touch(self.touches, profile, at_ms, lookback_ms(LOOKBACK_DAYS))
        rest = np.full(found.size, self.groups.rest)
        return np.where(found >= 0, self.group[np.maximum(found, 0)], rest) if self.group.size else rest


async def last_touches(follower: Follower, from_ms: int, until_ms: int) -> LastTouches:
    """Return what tells the last touch before any instant in [from_ms, until_ms); our messages count when clicked."""
    return grouped_by_channel(await read_touches(follower, (from_ms - lookback_ms(LOOKBACK_DAYS), until_ms), "clicked"))


def grouped_by_channel(touched: Touched) -> LastTouches:
    """Return the channels by how often they touched: the largest alone, the others together."""
    names = np.array([source.channel for source in touched.sources], dtype=object)
    marked = np.flatnonzero(names[touched.touches.channel] != DIRECT) if names.size else np.zeros(0, dtype=np.int64)
    channel = touched.touches.channel[marked]
    counted: dict[str, int] = {}
    for name, count in zip(names.tolist(), np.bincount(channel, minlength=names.size).tolist(), strict=True):
        counted[name] = counted.get(name, 0) + count
    ranked = sorted((name for name, count in counted.items() if count), key=lambda name: (-counted[name], name))
    nobody = np.zeros(0, dtype=np.int64)
    values = list(enumerate(ranked, start=1))
    groups = with_channel_names(groups_of(nobody, nobody, values, UNTOUCHED))
    place = {name: min(rank - 1, GROUPS_SHOWN) for rank, name in values}
    return LastTouches(
        touches=Touches(profile=touched.touches.profile[marked], at_ms=touched.touches.at_ms[marked], channel=channel),
        group=np.array([place.get(name, groups.rest) for name in names.tolist()], dtype=np.int64),
        groups=groups,
    )
