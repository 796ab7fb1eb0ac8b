"""Time alone lets people in and out at the very millisecond, where nothing happens."""

from datetime import datetime
from typing import Any

import pytest
from engine import Engine, record

from liftloop.audience.reading import members
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS

CART = {
    "sequence": [{"event": "Added"}, {"event": "Checkout"}],
    "within_days": 2,
    "gap_days": 0.5,
    "without": {"event": "Bought"},
}


def happened(engine: Engine, number: int, name: str, ago_ms: int, **properties: Any) -> None:
    at_ms = engine.now_ms - ago_ms
    engine.step([record("track", f"m{number}", at_ms, name=name, user_id="u", properties=properties)])


def count(engine: Engine) -> int:
    return len(members(engine.fold.state, "a"))


def engine_with(where: dict[str, Any]) -> Engine:
    engine = Engine()
    engine.publish("audience", "a", {"name": "a", "where": where})
    return engine


@pytest.mark.parametrize(
    ("word", "before", "at", "after"),
    [("gte", 0, 1, 1), ("gt", 0, 0, 1), ("lt", 1, 0, 0), ("lte", 1, 1, 0), ("eq", 0, 1, 0)],
)
def test_days_since_flip_at_the_millisecond(word: str, before: int, at: int, after: int) -> None:
    """The comparison with 1.5 days since the last order is right one millisecond before, at, and after."""
    engine = engine_with({"event": "Bought", "days_since_last": {word: 1.5}})
    happened(engine, 1, "Bought", HOUR_MS)
    bound_ms = engine.now_ms - HOUR_MS + DAY_MS + 12 * HOUR_MS
    for now_ms, expected in ((bound_ms - 1, before), (bound_ms, at), (bound_ms + 1, after)):
        engine.advance(now_ms)
        assert count(engine) == expected


@pytest.mark.parametrize(
    ("test", "told", "flips"),
    [
        ({"days_to_anniversary": {"lte": 3}}, "1990-11-25", {"2026-11-22": 1, "2026-11-26": 0, "2027-11-22": 1}),
        ({"days_to_anniversary": {"eq": 0}}, "02-29", {"2027-02-28": 1, "2027-03-01": 0, "2028-02-29": 1}),
        ({"days_to_anniversary": {"gte": 1}}, "2026-11-25", {"2026-11-25": 0, "2026-11-26": 1}),
        ({"days_to_anniversary": {"lte": 9}}, "2027-11-25", {"2027-11-16": 1}),
        ({"days_since": {"gte": -2, "lt": 0}}, "2026年12月1日", {"2026-11-29": 1, "2026-12-01": 0}),
    ],
)
def test_days_of_the_calendar_flip_at_the_shops_midnight(
    test: dict[str, Any], told: str, flips: dict[str, int]
) -> None:
    """Whoever has told a day comes and goes as midnights pass in the shop, to the millisecond."""
    engine = engine_with({"trait": "born", **test})
    engine.step([record("identify", "m1", engine.now_ms, user_id="u", traits={"born": told})])
    inside = count(engine)
    for day, expected in flips.items():
        midnight_ms = int(datetime.fromisoformat(f"{day}T00:00:00+08:00").timestamp() * 1000)
        for now_ms, wanted in ((midnight_ms - 1, inside), (midnight_ms, expected)):
            engine.advance(now_ms)
            assert count(engine) == wanted, day
        inside = expected


def test_a_sequence_ends_when_its_first_step_leaves_the_window() -> None:
    """Added, then a checkout in time: in at once, out exactly two days after the adding."""
    engine = engine_with(CART)
    happened(engine, 1, "Added", 3 * HOUR_MS)
    assert count(engine) == 0
    happened(engine, 2, "Checkout", HOUR_MS)
    assert count(engine) == 1
    ends_ms = engine.now_ms - 3 * HOUR_MS + 2 * DAY_MS
    engine.advance(ends_ms - 1)
    assert count(engine) == 1
    engine.advance(ends_ms)
    assert count(engine) == 0


def test_a_late_third_between_two_ends_a_sequence() -> None:
    """An order that comes late but lies between the steps takes the match away; one after them does not."""
    engine = engine_with(CART)
    happened(engine, 1, "Added", 3 * HOUR_MS)
    happened(engine, 2, "Checkout", HOUR_MS)
    happened(engine, 3, "Bought", HOUR_MS - MINUTE_MS)
    assert count(engine) == 1
    happened(engine, 4, "Bought", 2 * HOUR_MS)
    assert count(engine) == 0


def test_a_step_that_is_too_late_or_at_the_same_instant_is_none() -> None:
    """Later than the gap, or at the very millisecond of the first, the second step does not follow."""
    engine = engine_with(CART)
    happened(engine, 1, "Added", 20 * HOUR_MS)
    happened(engine, 2, "Checkout", 8 * HOUR_MS - 1)
    assert count(engine) == 0
    happened(engine, 3, "Checkout", 20 * HOUR_MS)
    assert count(engine) == 0
    happened(engine, 4, "Checkout", 8 * HOUR_MS)
    assert count(engine) == 1


def test_distinct_values_leave_with_their_events() -> None:
    """Three categories are three until the only view of one leaves the window; the same again changes nothing."""
    engine = engine_with({"event": "Viewed", "within_days": 1, "property": "category", "distinct": {"gte": 3}})
    for number, (category, hours) in enumerate([("milk", 20), ("toys", 10), ("cots", 2), ("toys", 1)]):
        happened(engine, number, "Viewed", hours * HOUR_MS, category=category)
    assert count(engine) == 1
    engine.advance(engine.now_ms + 4 * HOUR_MS - 1)
    assert count(engine) == 1
    engine.advance(engine.now_ms + 1)
    assert count(engine) == 0


def test_the_first_and_last_value_move_with_the_window() -> None:
    """The oldest order inside decides `first`; when it leaves, the next one does."""
    engine = engine_with(
        {"event": "Bought", "within_days": 1, "property": "v", "first": {"gte": 10}, "last": {"lt": 9}}
    )
    happened(engine, 1, "Bought", 20 * HOUR_MS, v=12)
    happened(engine, 2, "Bought", 3 * HOUR_MS, v=5)
    assert count(engine) == 1
    engine.advance(engine.now_ms + 4 * HOUR_MS)
    assert count(engine) == 0
