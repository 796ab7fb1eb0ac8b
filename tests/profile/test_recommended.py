"""What is recommended follows need before habit before fashion, and never what one should not be offered."""

import numpy as np

from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies.cycles import Bought, ItemCycles
from liftloop.profile.studies.recommended import (
    SOURCES,
    TOGETHER_MIN,
    Recommendations,
    partners_of,
    patterns_of,
    recommend,
    recommended_traits,
)

NOW_MS = 20_000 * DAY_MS
ITEMS = ("bib", "cup", "milk", "rice")
BIB, CUP, MILK, RICE = range(4)


def bought(rows: list[tuple[int, int, float]]) -> Bought:
    """Return purchases (person, item, days ago)."""
    ordered = sorted((person, item, NOW_MS - int(days * DAY_MS)) for person, item, days in rows)
    profile, item, at_ms = (np.array(column, dtype=np.int64) for column in zip(*ordered, strict=True))
    return Bought(profile=profile, item=item, at_ms=at_ms, items=ITEMS)


def trait(name: str, profile: int, value: float) -> Studied:
    kind = np.float64 if name.endswith("_ms") else np.int32
    return Studied(trait=name, profile=np.array([profile]), value=np.array([value], dtype=kind), words=ITEMS)


def told(
    rows: list[tuple[int, int, float]], person: int, personal: list[Studied] | None = None, shut: int | None = None
) -> tuple[str, str]:
    """Return what is recommended to a person, and by which source."""
    past = bought(rows)
    cycles = ItemCycles(days=np.array([np.nan, np.nan, 30.0, np.nan]), weight=1.0)
    patterns = patterns_of(past, cycles, personal or [], NOW_MS)
    open_ = np.array([item != shut for item in range(len(ITEMS))])
    people = (np.array([person]), np.array([NOW_MS]))
    found = recommended_traits(recommend(past, patterns, open_, people))
    values = [each.words[int(each.value[0])] if len(each.value) else "" for each in found]
    return values[0], values[1]


CROWD = [row for n in range(40) for row in ((100 + n, RICE, 80.0), (100 + n, CUP, 80.0))]
"""Forty baskets of rice and cup, and popularity with them."""
FASHION = [(200 + n, BIB, 5.0) for n in range(60)]


def test_need_goes_before_habit_and_habit_before_fashion() -> None:
    """What runs out is named first, then what comes next, then what goes with the last basket, then what all buy."""
    rows = [*CROWD, *FASHION, (1, MILK, 28.0), (2, RICE, 100.0)]
    due = [trait("replenish_item", 1, MILK), trait("replenish_due_ms", 1, NOW_MS + 2.0 * DAY_MS)]
    assert told(rows, 1, due) == ("milk", "replenish")
    late = [due[0], trait("replenish_due_ms", 1, NOW_MS + 40.0 * DAY_MS)]
    assert told(rows, 1, [*late, trait("successor_item", 1, CUP)]) == ("cup", "successor")
    assert told(rows, 2) == ("cup", "together")
    assert told(rows, 999) == ("bib", "popular"), "who never bought anything is told what most people buy"


def test_what_one_should_not_be_offered_is_not() -> None:
    """What is shut out is nobody's, and what somebody has just bought is not offered to them again."""
    rows = [*CROWD, *FASHION, (2, RICE, 100.0), (3, RICE, 100.0), (3, CUP, 20.0), (4, BIB, 3.0)]
    assert told(rows, 2, shut=CUP) == ("bib", "popular")
    assert told(rows, 3)[0] != "cup"
    assert told(rows, 4)[0] != "bib"


def test_partners_are_told_from_chance() -> None:
    """A pair in too few baskets, or no oftener than its items' shares make likely, is no pattern."""
    few = [row for n in range(TOGETHER_MIN - 1) for row in ((n, RICE, 9.0), (n, CUP, 9.0))]
    assert (partners_of(bought([*few, *FASHION])).item == -1).all()
    both = [row for n in range(30) for row in ((n, RICE, 9.0), (n, CUP, 9.0), (n, BIB, 9.0))]
    assert (partners_of(bought(both)).item == -1).all(), "everybody buys everything: nothing raises anything"
    found = partners_of(bought([*few[:2], *CROWD, *FASHION]))
    assert found.item[RICE] == CUP
    assert found.raised[RICE] > 1


def test_a_kept_set_falls_back_to_the_next_source() -> None:
    """Where the first source's item is not among those kept, the next one speaks; with none left nothing is said."""
    found = Recommendations(
        profile=np.array([1, 2]), item=np.array([[MILK, -1, CUP, BIB], [-1, -1, -1, RICE]]), items=ITEMS
    )
    item, source = found.first(np.array([True, True, False, False]))
    assert item.tolist() == [CUP, -1]
    assert [SOURCES[each] if each >= 0 else "" for each in source.tolist()] == ["together", ""]
