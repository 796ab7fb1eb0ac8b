"""What the study of traits says of people follows from what they did, by the rules of docs/reference/traits.md."""

from typing import Any

import numpy as np
import pytest

from liftloop.inference.shrinkage import WEIGHT_MAX, prior_weight, shrunk
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies import habits
from liftloop.profile.studies.cycles import (
    Bought,
    Sequences,
    interval_traits,
    item_cycles,
    replenishment_traits,
    successor_traits,
    successors,
)
from liftloop.profile.studies.habits import (
    HOURS_OF_WEEK,
    Counts,
    Hours,
    Interests,
    best_channel_traits,
    best_hour_traits,
    interest_traits,
)
from liftloop.profile.studies.lifecycle import Rhythm, lifecycle_traits, rhythm_of
from liftloop.profile.studies.purchases import Purchases, buyers_of
from liftloop.profile.studies.worth import REPEATERS_MIN, fit_worth, worth_traits

NOW_MS = 20_000 * DAY_MS
RHYTHM = Rhythm(dormant_days=30, lost_days=90)


def purchases(days: dict[int, list[float]], until_ms: int = NOW_MS) -> Purchases:
    """Return purchases by person at days before now, those until an instant."""
    rows = sorted((person, NOW_MS - int(day * DAY_MS)) for person, when in days.items() for day in when)
    rows = [row for row in rows if row[1] <= until_ms]
    profile, at_ms = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)) if rows else ([], [])
    return Purchases(
        profile=np.asarray(profile, dtype=np.int64),
        at_ms=np.asarray(at_ms, dtype=np.int64),
        value_fen=np.full(len(rows), 1000.0),
    )


def by_person(traits: list[Studied], name: str) -> dict[int, Any]:
    found = next(each for each in traits if each.trait == name)
    values = found.value.tolist()
    told = [(found.words[value] if value >= 0 else None) if found.words else value for value in values]
    return dict(zip(found.profile.tolist(), told, strict=True))


def stage_at(days: dict[int, list[float]], now_ms: int) -> tuple[dict[int, str], dict[int, int]]:
    bought = purchases(days, until_ms=now_ms)
    people = np.array(sorted(days), dtype=np.int64)
    seen = (people, np.full(len(people), NOW_MS - 400 * DAY_MS))
    traits = lifecycle_traits(bought, buyers_of(bought), seen, RHYTHM, now_ms)
    return by_person(traits, "lifecycle_stage"), by_person(traits, "lifecycle_since_ms")


@pytest.mark.parametrize("seed", range(20))
def test_a_stage_holds_exactly_since_the_instant_that_it_names(seed: int) -> None:
    """A moment before `lifecycle_since_ms` the same rule gave another stage, from then to now always this one."""
    chance = np.random.default_rng(seed)
    days = {person: chance.uniform(0, 200, chance.integers(0, 6)).tolist() for person in range(20)}
    stages, since = stage_at(days, NOW_MS)
    for person, at_ms in since.items():
        alone = {person: days[person]}
        if stages[person] != "prospect":
            before, _ = stage_at(alone, int(at_ms) - 1)
            assert before[person] != stages[person]
        for share in (0.0, 0.3, 0.9):
            then_ms = int(at_ms) + 1 + int(share * (NOW_MS - at_ms - 1))
            if then_ms <= NOW_MS:
                assert stage_at(alone, then_ms)[0][person] == stages[person]


def test_the_stages_say_what_people_did() -> None:
    """Nobody's purchase, one, two, a pause of 40 days and one of 100, and a return after it."""
    stages, since = stage_at({1: [], 2: [5], 3: [5, 9], 4: [40, 50], 5: [100], 6: [150, 3]}, NOW_MS)
    assert stages == {1: "prospect", 2: "new", 3: "active", 4: "dormant", 5: "lost", 6: "active"}
    assert since[4] == NOW_MS - 10 * DAY_MS
    assert since[6] == NOW_MS - 3 * DAY_MS


def test_the_rhythm_is_the_shops_own() -> None:
    """In a shop where four of five come back within a week, a month is a loss."""
    weekly = {person: [7.0 * week for week in range(8)] for person in range(40)}
    found = rhythm_of(purchases(weekly))
    assert (found.dormant_days, found.lost_days) == (7, 8)
    assert rhythm_of(purchases({1: [3, 9]})) == Rhythm(dormant_days=60, lost_days=180)


def test_worth_needs_people_who_came_back() -> None:
    """With few repeat buyers nothing is claimed; with enough everybody has a value, more for who buys more lately."""
    few = purchases({person: [3, 9] for person in range(REPEATERS_MIN - 1)})
    assert fit_worth(buyers_of(few), NOW_MS) is None
    chance = np.random.default_rng(8)
    days = {person: chance.uniform(0, 300, 1 + chance.poisson(1.5)).tolist() for person in range(600)}
    days |= {600: [1.0, 20.0, 40.0, 60.0, 80.0], 601: [200.0, 220.0, 240.0, 260.0, 280.0]}
    buyers = buyers_of(purchases(days))
    model = fit_worth(buyers, NOW_MS)
    assert model is not None
    traits = worth_traits(buyers, model, NOW_MS)
    alive, worth = by_person(traits, "alive_probability"), by_person(traits, "clv_fen")
    assert all(0 <= value <= 1 for value in alive.values())
    assert all(np.isfinite(value) and value >= 0 for value in worth.values())
    assert alive[600] > alive[601]
    assert worth[600] > worth[601]


def test_intervals_of_few_gaps_lean_on_the_shops() -> None:
    """Ten gaps of five days say five days; one such gap in a shop of monthly buyers says more."""
    chance = np.random.default_rng(2)
    days = {person: np.cumsum(chance.normal(30, 6, 6).clip(5)).tolist() for person in range(50)}
    days |= {50: [5.0 * step for step in range(11)], 51: [0.0, 5.0]}
    found = purchases(days)
    intervals = by_person(interval_traits(found, buyers_of(found)), "order_interval_days")
    assert intervals[50] < intervals[51] < 30
    assert intervals[50] == pytest.approx(5, abs=1)


def bought(lines: list[tuple[int, str, float]], items: tuple[str, ...]) -> Bought:
    rows = sorted((person, items.index(item), NOW_MS - int(day * DAY_MS)) for person, item, day in lines)
    profile, item, at_ms = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Bought(profile=profile, item=item, at_ms=at_ms, items=items)


def test_what_runs_out_is_due_a_cycle_after_it_was_bought_last() -> None:
    """Milk is bought every thirty days and due then; a cot is bought once and never due; nobody is chased for ever."""
    lines = [(person, "milk", 30.0 * step + person % 5) for person in range(30) for step in range(4)]
    lines += [(person, "cot", 20.0) for person in range(30)]
    lines += [(40, "milk", 12.0), (41, "milk", 80.0)]
    shop = bought(lines, ("cot", "milk"))
    traits = replenishment_traits(shop, item_cycles(shop), NOW_MS)
    items, due = by_person(traits, "replenish_item"), by_person(traits, "replenish_due_ms")
    assert set(items.values()) == {"milk"}
    assert due[40] == pytest.approx(NOW_MS + 18 * DAY_MS, abs=2 * DAY_MS)
    assert 41 not in items


def test_one_who_is_quicker_than_others_is_due_sooner() -> None:
    """Somebody with many short gaps of their own is due by those."""
    lines = [(person, "milk", 30.0 * step) for person in range(30) for step in range(4)]
    lines += [(50, "milk", 10.0 * step) for step in range(12)]
    shop = bought(lines, ("milk",))
    due = by_person(replenishment_traits(shop, item_cycles(shop), NOW_MS), "replenish_due_ms")
    assert due[50] < due[1]
    assert due[50] == pytest.approx(NOW_MS + 10 * DAY_MS, abs=3 * DAY_MS)


def test_what_comes_next_is_what_others_bought_next() -> None:
    """After stage one comes stage two; the catalog's word wins, and what one has is not offered."""
    items = ("rattle", "stage 1", "stage 2", "stage 3")
    sequences = Sequences(
        before=np.array([1, 1]), after=np.array([0, 2]), people=np.array([12, 60])
    )  # The rattle is bought by everybody anyway.
    found = successors(items, sequences, np.array([500, 100, 80, 5]), {})
    assert found[1][0] == 2
    named = successors(items, sequences, np.array([500, 100, 80, 5]), {"stage 2": "stage 3", "gone": "stage 1"})
    assert named[2] == (3, 1.0)
    shop = bought([(1, "stage 1", 3), (2, "stage 1", 9), (2, "stage 2", 3), (3, "rattle", 1)], items)
    assert by_person(successor_traits(shop, named), "successor_item") == {1: "stage 2", 2: "stage 3"}


def test_interests_rank_by_weight_and_fade() -> None:
    """The heavier category is first, with its share; what has faded to next to nothing is no interest."""
    interests = Interests(
        profile=np.array([1, 1, 2]),
        category=np.array([0, 1, 0]),
        weight=np.array([1.0, 3.0, 0.2]),
        categories=("milk", "toys"),
    )
    traits = interest_traits(interests)
    assert by_person(traits, "interest_category") == {1: "toys"}
    assert by_person(traits, "interest_share") == {1: 0.75}
    assert by_person(traits, "interest_category_second") == {1: "milk"}


def test_an_hour_of_ones_own_needs_more_than_one_visit() -> None:
    """One visit at night leaves somebody with everybody's evening, sixty make the night theirs."""
    evening, night = 20, 2
    hours = hours_of([(1, evening, 5_000), (2, night, 1), (3, night, 60)])
    assert by_person(best_hour_traits(hours), "best_hour_of_week") == {1: evening, 2: evening, 3: night}


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_an_hour_does_not_depend_on_who_is_looked_at_together(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """However people are cut into parts, each has the hour that a plain loop over her week finds."""
    chance = np.random.default_rng(8)
    rows = [
        (person, int(hour), int(chance.integers(1, 40)))
        for person in range(7)
        for hour in chance.choice(HOURS_OF_WEEK, size=4, replace=False)
    ]
    monkeypatch.setattr(habits, "_PEOPLE_AT_ONCE", at_once)
    assert by_person(best_hour_traits(hours_of(rows)), "best_hour_of_week") == plain_hours(rows)


def hours_of(rows: list[tuple[int, int, int]]) -> Hours:
    profile, hour, times = (np.array(column) for column in zip(*rows, strict=True))
    return Hours(profile=profile, hour=hour.astype(np.uint8), times=times.astype(np.uint32))


def plain_hours(rows: list[tuple[int, int, int]]) -> dict[int, float]:
    """Return the hour of the highest smoothed count plus everybody's share, for each person."""

    def smoothed(person: int | None, hour: int) -> float:
        near = {hour: 0.5, (hour - 1) % HOURS_OF_WEEK: 0.25, (hour + 1) % HOURS_OF_WEEK: 0.25}
        return sum(near.get(at, 0.0) * times for who, at, times in rows if person is None or who == person)

    total = sum(times for _, _, times in rows)
    week = range(HOURS_OF_WEEK)
    everybody = [habits.HABIT_WEIGHT * smoothed(None, hour) / total for hour in week]
    people = {person for person, _, _ in rows}
    return {person: max(week, key=lambda hour: round(smoothed(person, hour) + everybody[hour], 9)) for person in people}


def test_the_hour_of_the_week_is_the_shops_clock() -> None:
    """1970-01-05 was a Monday; its first hour is 0, as the query of the lake counts."""
    monday_ms = 4 * DAY_MS
    assert (monday_ms // HOUR_MS + 72) % 168 == 0


def test_the_channel_that_one_answers_wins_over_everybodys() -> None:
    """Whoever never answered is given the channel of most answers; whoever answers mail is given mail."""
    people, kinds = np.array([1, 2, 2, 3]), np.array([0, 0, 1, 1])
    sent = Counts(profile=people, kind=kinds, count=np.array([1_000.0, 40.0, 40.0, 1_000.0]))
    answered = Counts(profile=np.array([1, 2]), kind=np.array([0, 1]), count=np.array([300.0, 30.0]))
    traits = best_channel_traits(sent, answered, ("sms", "email"))
    assert by_person(traits, "best_channel") == {1: "sms", 2: "email", 3: "sms"}


def test_groups_that_differ_are_taken_at_their_word() -> None:
    """Credibility is high where groups differ more than their members, and lowest where they do not differ."""
    chance = np.random.default_rng(1)
    group = np.repeat(np.arange(200), 10)
    apart = chance.normal(0, 3, 200)[group] + chance.normal(0, 1, 2_000)
    alike = chance.normal(0, 1, 2_000)
    assert prior_weight(apart, group, 200) == pytest.approx(1 / 9, abs=0.05)
    assert prior_weight(alike, group, 200) > 30
    assert prior_weight(np.zeros(3), np.arange(3), 3) == WEIGHT_MAX
    assert shrunk(np.array([4.0, 9.0]), np.array([1.0, 0.0]), 2.0, 1.0) == pytest.approx([3.0, 2.0])
