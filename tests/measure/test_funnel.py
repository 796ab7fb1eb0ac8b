"""How far people come, beside a plain search through all their ways."""

import numpy as np
import pytest

from liftloop.measure.funnel import FunnelRule, Happenings, gaps_s, walks

Event = tuple[int, int]
"""Instant and mask."""


def happenings_of(histories: dict[int, list[Event]]) -> Happenings:
    rows = [
        (person, at_ms, mask)
        for person, events in sorted(histories.items())
        for at_ms, mask in sorted(events, key=lambda event: (event[0], event[1] & -event[1]))
    ]
    profile, at_ms, mask = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Happenings(profile=profile, at_ms=at_ms, mask=mask)


def furthest(events: list[Event], start: int, rule: FunnelRule) -> int:
    """Return the length of the longest chain from one event, by trying all of them."""
    limit = events[start][0] + rule.window_ms

    def on(place: int, step: int) -> int:
        if step == rule.steps:
            return step
        later = (
            on(other, step + 1)
            for other in range(place + 1, len(events))
            if events[other][1] >> step & 1 and events[other][0] <= limit
        )
        return max(later, default=step)

    return on(start, 1)


def plain(events: list[Event], rule: FunnelRule) -> tuple[int, int] | None:
    """Return how far a person came, and when the first of the furthest ways began."""
    events = sorted(events, key=lambda event: (event[0], event[1] & -event[1]))
    found: list[tuple[int, int]] = []
    for place, (at_ms, mask) in enumerate(events):
        if not rule.from_ms <= at_ms < rule.to_ms or (rule.ordered and not mask & 1):
            continue
        if rule.ordered:
            depth = furthest(events, place, rule)
        else:
            those = 0
            for later, other in events[place:]:
                those |= other if later <= at_ms + rule.window_ms else 0
            depth = those.bit_count()
        found.append((-depth, at_ms))
    return None if not found else (-min(found)[0], min(found)[1])


@pytest.mark.parametrize("ordered", [True, False])
def test_everybody_comes_as_far_as_a_search_through_all_ways_says(*, ordered: bool) -> None:
    """Depth and beginning are those of an exhaustive search, whatever the history, ties and repeated steps too."""
    dice = np.random.default_rng(20)
    for _ in range(60):
        steps = int(dice.integers(2, 5))
        rule = FunnelRule(
            steps=steps, window_ms=int(dice.integers(1, 12)), ordered=ordered, from_ms=5, to_ms=22, now_ms=40
        )
        histories = {
            person: [
                (int(dice.integers(0, 30)), int(dice.integers(1, 2**steps))) for _ in range(int(dice.integers(1, 9)))
            ]
            for person in range(12)
        }
        found = walks(happenings_of(histories), rule)
        expected = {person: plain(events, rule) for person, events in histories.items()}
        seen = dict(
            zip(found.profile.tolist(), zip(found.depth.tolist(), found.at_ms[:, 0].tolist(), strict=True), strict=True)
        )
        assert seen == {person: each for person, each in expected.items() if each is not None}


def test_times_between_steps_and_who_still_may() -> None:
    """The same event is never two steps, gaps are those of the counted way, and only an open window lets one hope."""
    rule = FunnelRule(steps=3, window_ms=10_000, ordered=True, from_ms=0, to_ms=100_000, now_ms=25_000)
    histories = {
        1: [(0, 0b001), (2_000, 0b010), (9_000, 0b100)],
        2: [(20_000, 0b001), (21_000, 0b010)],
        3: [(1_000, 0b001), (12_000, 0b010)],
        4: [(5_000, 0b111)],
    }
    found = walks(happenings_of(histories), rule)
    assert found.profile.tolist() == [1, 2, 3, 4]
    assert found.depth.tolist() == [3, 2, 1, 1]
    assert found.open.tolist() == [False, True, False, False]
    assert gaps_s(found, 1).tolist() == [2.0, 1.0]
    assert gaps_s(found, 2).tolist() == [7.0]


def test_nobody_is_an_answer() -> None:
    """A history without the first step has nobody in it, and no history at all is no fault."""
    rule = FunnelRule(steps=2, window_ms=5, ordered=True, from_ms=0, to_ms=10, now_ms=20)
    assert walks(happenings_of({1: [(1, 0b10)]}), rule).profile.size == 0
    assert walks(happenings_of({}), rule).profile.size == 0
