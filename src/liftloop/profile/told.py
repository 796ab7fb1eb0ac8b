"""What journeys ask profile beside conditions: a person's zone, days, best hour, and filters on single events."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.clock import HOUR_MS
from liftloop.kernel.days import NO_DAY, number_of_day
from liftloop.kernel.local_time import SHOP_ZONE, shown, zone_names, zone_of
from liftloop.profile.contract import Source, SourceId
from liftloop.profile.sources import RECIPIENT as RECIPIENT
from liftloop.profile.sources import TIMEZONE, attribute_array, source_of
from liftloop.profile.studied import STUDIED, studied_array
from liftloop.profile.values import event_value, value_hash
from liftloop.runtime.contract import Slots, StateView

BEST_HOUR = "best_hour_of_week"
WEEK_HOURS = 7 * 24


def shop_zone() -> tzinfo:
    """Return the zone of the shop."""
    zone = zone_of(SHOP_ZONE)
    assert zone is not None, "tzdata is installed with us"
    return zone


def zones_of(state: StateView, slots: Slots) -> tuple[Sequence[tzinfo], NDArray[np.int64]]:
    """Return zones, and the place of each person's among them; the shop's where none is known. Shape [len(slots)]."""
    name = attribute_array(TIMEZONE, "text")
    if not state.has(name):
        return [shop_zone()], np.zeros(len(slots), dtype=np.int64)
    hashes, places = np.unique(state[name][slots], return_inverse=True)
    known = _zones_by_hash()
    return [known.get(each) or shop_zone() for each in hashes.tolist()], places.astype(np.int64)


@cache
def _zones_by_hash() -> Mapping[int, tzinfo]:
    """Return all zones by the hash of their name, as memory keeps attributes."""
    return {value_hash(name): zone for name in zone_names() if (zone := zone_of(name)) is not None}


def days_of(state: StateView, trait: str, slots: Slots) -> NDArray[np.int32]:
    """Return the day that an attribute or a studied instant tells of each person, NO_DAY for none."""
    if trait in STUDIED:
        name = studied_array(trait, "number")
        if not state.has(name):
            return np.full(len(slots), NO_DAY, dtype=np.int32)
        at_ms, places = np.unique(state[name][slots], return_inverse=True)
        zone = shop_zone()
        days = [NO_DAY if each != each else number_of_day(shown(int(each), zone).date()) for each in at_ms.tolist()]
        return np.array(days, dtype=np.int32)[places]
    name = attribute_array(trait, "day")
    return state[name][slots] if state.has(name) else np.full(len(slots), NO_DAY, dtype=np.int32)


def best_hours(state: StateView, slots: Slots) -> NDArray[np.float64]:
    """Return each person's best hour of the week by the shop's clock, 0 for Monday from 00:00; NaN where none is."""
    name = studied_array(BEST_HOUR, "number")
    return state[name][slots] if state.has(name) else np.full(len(slots), np.nan)


def hour_of_week(at_ms: int) -> float:
    """Return how many hours of the shop's week are over at an instant."""
    local = shown(at_ms, shop_zone())
    return local.weekday() * 24 + local.hour + (local.minute * 60 + local.second) / 3_600 + at_ms % 1_000 / HOUR_MS


def check_event(name: str, where: Sequence[Mapping[str, Any]]) -> None:
    """Raise `UnknownCondition` where an event or a filter on it cannot be worked with."""
    source_of({"event": name, "where": list(where)})


def meets(where: Sequence[Mapping[str, Any]], bodies: Sequence[bytes]) -> NDArray[np.bool_]:
    """Return which events, by their properties, pass all filters; shape [len(bodies)]."""
    if not where:
        return np.ones(len(bodies), dtype=np.bool_)
    source = Source(id=SourceId(""), event="", property="", where=tuple(where))
    return np.array([event_value(source, body) == 1.0 for body in bodies], dtype=np.bool_)
