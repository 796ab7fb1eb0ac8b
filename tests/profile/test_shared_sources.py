"""Windows of one stream share a source: who qualifies never changes by which source answers."""

import numpy as np
from engine import NOON_MS, Engine, track

from liftloop.app.facts import published
from liftloop.audience.reading import is_member
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.sources import days_of, kept_sources


def bought(days: int) -> dict[str, object]:
    return {"name": f"{days}", "where": {"event": "Order Completed", "within_days": days}}


def shop() -> Engine:
    """People who ordered 3, 20 and 80 days ago, and an audience of the last week."""
    engine = Engine()
    engine.step([track(f"m{age}", NOON_MS - age * DAY_MS, f"u{age}", "Order Completed") for age in (3, 20, 80)])
    engine.publish("audience", "week", bought(7))
    return engine


def classes(engine: Engine) -> list[int]:
    return sorted(days_of(source) for source in kept_sources(engine.fold.state))


def inside(engine: Engine, audience: str) -> set[int]:
    return {age for age in (3, 20, 80) if is_member(engine.fold.state, audience, np.array([engine.slot(f"u{age}")]))[0]}


def test_a_shorter_source_answers_until_the_longer_one_is_filled() -> None:
    """While a quarter's past is on its way the week goes on, and events of meanwhile are in both."""
    engine = shop()
    engine.step([published("audience", "quarter", 1, bought(90), "person:test", engine.now_ms)])
    assert classes(engine) == [7, 93]
    engine.step([track("now", engine.now_ms, "u80", "Order Completed")])
    assert inside(engine, "week") == {3, 80}
    assert inside(engine, "quarter") == set()
    engine.fill()
    engine.step()
    assert classes(engine) == [93]
    assert inside(engine, "week") == {3, 80}
    assert inside(engine, "quarter") == {3, 20, 80}
    engine.advance(NOON_MS + 8 * DAY_MS)
    assert inside(engine, "week") == set()


def test_a_longer_source_stays_while_a_shorter_window_is_asked_for() -> None:
    """Ending the longest window fills nothing anew and loses nobody; ending all lets the source go."""
    engine = shop()
    engine.publish("audience", "quarter", bought(90))
    engine.retire("audience", "quarter")
    engine.step()
    assert classes(engine) == [93]
    assert inside(engine, "week") == {3}
    engine.publish("audience", "month", bought(30))
    assert inside(engine, "month") == {3, 20}
    engine.retire("audience", "week")
    engine.retire("audience", "month")
    engine.step()
    assert classes(engine) == []
