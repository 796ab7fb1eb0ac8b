"""A copy of what memory holds of some people, and of all that is nobody's in particular: on it a journey is tried.

What belongs to one person is told by place among the people asked for; enrolments are told by place among those told.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.kernel.sets import distinct
from liftloop.plan.reading import DRAWN_AS, drawn_keys
from liftloop.runtime import people
from liftloop.runtime.contract import Slots
from liftloop.runtime.fold import Fold
from liftloop.runtime.hash_index import ABSENT
from liftloop.runtime.windows import NEVER_MS, Windows
from liftloop.storage.contract import ArraySpec

PEOPLE_MAX = 2_000
"""Whose rows are copied at once: their columns are some megabytes, and the tick waits for tens of milliseconds."""
_HEAD, _PAGES = ".head", ".pages"
_ELSEWHERE = (
    "collect.",
    "identify.",
    "relate.",
    "people.",
    "journey.enrolment.",
    "journey.latest.",
    "journey.life.",
    "plan.drawn_as.",
    "rows of ",
)
"""Arrays that are not copied as they lie: what a trial does without, and what is told by person or enrolment."""

Answer = dict[str, Any]
Numbers = NDArray[np.int64]


def excerpt(fold: Fold, given: Mapping[str, Any]) -> Answer:
    """Return the copy for the profile numbers in `profiles`, those that are known, under the numbers that were kept."""
    asked = np.frombuffer(given["profiles"], dtype=np.int64)[:PEOPLE_MAX]
    slots = follow(fold.state, people.slots(fold.state, asked))
    slots = distinct(slots[slots >= 0])
    numbers = people.numbers(fold.state, slots)
    specs = fold.arrays.specs()
    names = {spec.name for spec in specs}
    windows = [spec.name.removesuffix(_HEAD) for spec in specs if _has_windows(spec, names)]
    paged = {f"{name}.{part}" for name in windows for part in ("head", "next", "at", "value", "pages")}
    columns = [spec for spec in specs if spec.domain == "profile" and spec.name not in paged]
    columns = [spec for spec in columns if not spec.name.startswith(_ELSEWHERE)]
    whole = [spec for spec in specs if not spec.domain and spec.name not in paged]
    whole = [spec for spec in whole if not spec.name.startswith(_ELSEWHERE)]
    return {
        "tick": fold.tick,
        "offset": fold.offset,
        "now_ms": fold.now_ms,
        "profiles": numbers.tobytes(),
        "columns": [_told(spec, fold.arrays[spec.name][slots]) for spec in columns],
        "whole": [(msgspec.to_builtins(spec), fold.arrays[spec.name].tobytes()) for spec in whole],
        "windows": [_window(fold, name, slots) for name in windows],
        "enrolments": _enrolments(fold, numbers, slots),
        "drawn": _drawn(fold, numbers),
    }


def _has_windows(spec: ArraySpec, names: set[str]) -> bool:
    return spec.name.endswith(_HEAD) and spec.name.removesuffix(_HEAD) + _PAGES in names


def _told(spec: ArraySpec, values: NDArray[Any]) -> tuple[Any, bytes]:
    """Return a column with its description; no bytes where it holds what it holds before anything is written."""
    fill = np.asarray(spec.fill).astype(values.dtype)
    untouched = bool((np.isnan(values) if fill != fill else values == fill).all())
    return msgspec.to_builtins(spec), b"" if untouched else values.tobytes()


def _window(fold: Fold, name: str, slots: Slots) -> Answer:
    """Return the events of one source: whose, when, and their values, where they have any."""
    windows = Windows(name=name)
    recent = windows.recent(fold.state, slots)
    place, column = np.nonzero(recent.at_ms > NEVER_MS)
    return {
        "name": name,
        "valued": fold.state.has(windows.value_spec().name),
        "place": place.astype(np.int64).tobytes(),
        "at_ms": recent.at_ms[place, column].tobytes(),
        "value": recent.value[place, column].tobytes(),
    }


def _enrolments(fold: Fold, numbers: Numbers, slots: Slots) -> Answer:
    """Return the columns of each person's latest enrolment in every journey, and of those beside which they entered."""
    state = fold.state
    found: list[tuple[str, Numbers, Numbers]] = []
    if enrolments.count(state):
        for journey in dict.fromkeys(each.id for each in state.definitions.versions("journey")):
            latest = enrolments.latest(state, numbers, journey)
            places = np.flatnonzero(latest != enrolments.NONE)
            rows = latest[places]
            while len(rows):
                found.append((journey, places, rows))
                rows = enrolments.beside(state, rows)
                places, rows = places[rows != enrolments.NONE], rows[rows != enrolments.NONE]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(each for _, _, each in found)])
    place_of = {row: place for place, row in enumerate(rows.tolist())}
    beside = [place_of.get(row, enrolments.NONE) for row in enrolments.beside(state, rows).tolist()]
    specs = [spec for spec in (*enrolments.SPECS, enrolments.ENTERED, enrolments.PASSED) if state.has(spec.name)]
    kept = [spec for spec in specs if spec.name != enrolments.SLOT]
    return {
        "journeys": [journey for journey, places, _ in found for _ in places],
        "rows": rows.tolist(),
        "place": np.concatenate([np.zeros(0, dtype=np.int64), *(places for _, places, _ in found)]).tobytes(),
        "beside": beside,
        "columns": [(msgspec.to_builtins(spec), _of_rows(state[spec.name], rows, spec)) for spec in kept],
    }


def _of_rows(column: NDArray[Any], rows: Numbers, spec: ArraySpec) -> bytes:
    """Return rows of a column that may be shorter than the enrolments: it was made later, or ends with the last set."""
    values = np.full(len(rows), spec.fill, dtype=np.dtype(spec.dtype))
    known = rows < len(column)
    values[known] = column[rows[known]]
    return values.tobytes()


def _drawn(fold: Fold, numbers: Numbers) -> list[tuple[str, bytes, bytes]]:
    """Return by campaign who took over another's assignment: places and the numbers that chance drew."""
    told: list[tuple[str, bytes, bytes]] = []
    for campaign in fold.catalog.live("campaign"):
        drawn = DRAWN_AS.find(fold.state, drawn_keys(numbers, campaign))
        places = np.flatnonzero(drawn != ABSENT)
        if len(places):
            told.append((campaign, places.astype(np.int64).tobytes(), drawn[places].tobytes()))
    return told
