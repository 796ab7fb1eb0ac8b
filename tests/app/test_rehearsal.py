"""A launch rehearsed in memory: the real gate, scaled quotas, and nothing of it written anywhere."""

import numpy as np
import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from liftloop.app.rehearsal.pacing import Pace, Waiting, paced
from liftloop.app.rehearsal.run import Play, Rehearsal, rehearse
from liftloop.app.rehearsal.sample import sample_of
from liftloop.app.rehearsal.stage import Known
from liftloop.deliver.contract import Capacity
from liftloop.kernel.clock import DAY_MS, HOUR_MS, SECOND_MS
from liftloop.kernel.codec import pack_columns
from liftloop.plan.contract import NOBODY, Action, Campaign, Cap, Holdout
from liftloop.plan.launch import Launch, Published
from liftloop.profile.contract import GRANTED, NO_CONSENT

NINE_MS = 1_795_222_800_000  # 2026-11-21 09:00 in Shanghai.
PEOPLE = 6_000
ACTIONS = (Action(id=NOBODY), Action(id="c5.sms", channel="sms", content="c", cost_fen=5))


def _launch(**changes: object) -> Launch:
    fields = {
        "name": "trial",
        "plan": "plan-1",
        "actions": ACTIONS,
        "cells": ((0.1, 0.9),),
        "holdout": Holdout(share=0.1, salt="plan-1"),
        "starts_ms": NINE_MS,
        "ends_ms": NINE_MS + 30 * DAY_MS,
        "budget_fen": 0,
    }
    campaign = Campaign(**(fields | changes))  # type: ignore[arg-type]
    body = {
        "name": "trial",
        "plan": "plan-1",
        "actions": [{"id": each.id, "channel": each.channel, "content": each.content} for each in ACTIONS],
        "cells": [[0.1, 0.9]],
        "holdout": {"share": 0.1, "salt": "plan-1"},
        "starts_ms": campaign.starts_ms,
        "ends_ms": campaign.ends_ms,
        "caps": [{"count": each.count, "days": each.days} for each in campaign.caps],
        "budget_fen": campaign.budget_fen,
    }
    journey = {
        "name": "trial",
        "trigger": {"on": "campaign", "campaign": "campaign-1", "at_ms": campaign.starts_ms},
        "campaign": "campaign-1",
        "holdout": {"share": 0.1, "salt": "plan-1"},
        "nodes": [
            {"kind": "act", "id": "act", "next": "wait", "expires_s": 3 * 86_400},
            {"kind": "wait", "id": "wait", "duration_s": 30 * 86_400, "next": "done"},
            {"kind": "exit", "id": "done"},
        ],
    }
    profile = np.arange(PEOPLE, dtype=np.int64) * 7  # In many partitions, with gaps.
    action = (np.arange(PEOPLE) % 10 > 0).astype(np.int16)
    columns = pack_columns({"profile": profile, "action": action, "cell": np.zeros(PEOPLE, dtype=np.int16)})
    return Launch(
        campaign_id="campaign-1",
        definitions=(
            Published(kind="content", id="c", body={"id": "c", "subject": "s", "body": "b"}),
            Published(kind="campaign", id="campaign-1", body=body),
            Published(kind="journey", id="campaign-1", body=journey),
        ),
        assigned=columns,
        campaign=campaign,
    )


def _play(launch: Launch, people_max: int = 10**9, capacity: Capacity | None = None) -> Play:
    sample = sample_of(launch.assigned, people_max)
    place = np.arange(sample.profile.size)
    channel = {"id": "sms", "kind": "webhook", "settings": {}, "cost_fen": 5}
    if capacity is not None:
        channel["capacity"] = to_builtins(capacity)
    return Play(
        plan_id="plan-1",
        launch=launch,
        channels={"sms": channel},
        delivery=None,
        sample=sample,
        known=Known(
            profile=sample.profile,
            consents={"sms": np.where(sample.profile % 5 == 0, NO_CONSENT, GRANTED).astype(np.int8)},
            suppressed={"sms": sample.profile % 11 == 0},
            sent=(place[sample.profile % 13 == 0], np.full(int((sample.profile % 13 == 0).sum()), NINE_MS - DAY_MS)),
        ),
    )


def _by_state(found: Rehearsal) -> dict[str, int]:
    states: dict[str, int] = {}
    for stop in found.stops:
        states[stop.state] = states.get(stop.state, 0) + stop.people
    return states


def test_everybody_ends_in_one_state_and_the_gate_is_the_real_one() -> None:
    """Whole, a rehearsal adds up to the plan's people; consent, suppression, caps and holdout stop whom they should."""
    found = rehearse(_play(_launch(caps=(Cap(count=1, days=7.0),))))
    states = _by_state(found)
    assert found.rehearsed == found.everybody == sum(states.values()) == PEOPLE
    profile = np.arange(PEOPLE) * 7
    treated = np.arange(PEOPLE) % 10 > 0
    refused = treated & ((profile % 5 == 0) | (profile % 11 == 0))
    capped = treated & ~refused & (profile % 13 == 0)
    assert states["not_contacted"] + states["held_out"] >= (~treated).sum()
    assert states["suppressed"] == pytest.approx(0.9 * refused.sum(), rel=0.05)
    assert states["capped"] == pytest.approx(0.9 * capped.sum(), rel=0.2)
    assert found.handed_over == states["queued"]
    assert found.spent_fen == 5 * found.handed_over
    assert states["held_out"] == pytest.approx(0.1 * PEOPLE, rel=0.15)


def test_a_sample_tells_what_everybody_would() -> None:
    """A sixth of the people, quotas and budget scaled, gives the counts of all within sampling error."""
    launch = _launch(budget_fen=12_000, caps=(Cap(count=1, days=7.0),))
    whole, part = rehearse(_play(launch)), rehearse(_play(launch, people_max=1_000))
    assert part.rehearsed == 1_000
    assert part.everybody == PEOPLE
    for state, people in _by_state(whole).items():
        assert _by_state(part).get(state, 0) == pytest.approx(people, abs=4 * np.sqrt(6 * people) + 6), state
    assert whole.spent_fen <= 12_000
    assert [each.what for each in part.runs_out] == [each.what for each in whole.runs_out] == ["budget"]


def test_quiet_hours_move_the_start_to_the_morning() -> None:
    """Launched at night, nothing leaves before eight; launched by day, at once."""
    night = NINE_MS - 9 * HOUR_MS  # Midnight.
    found = rehearse(_play(_launch(starts_ms=night, ends_ms=night + 30 * DAY_MS)))
    assert found.hours[0].at_ms == night + 8 * HOUR_MS
    assert rehearse(_play(_launch())).hours[0].at_ms == NINE_MS


def test_a_full_channel_makes_people_wait_and_says_so() -> None:
    """With 1,500 a day it takes days, what runs out is named with its day, and what waits too long expires."""
    found = rehearse(_play(_launch(), capacity=Capacity(per_day=1_500)))
    days = {(hour.at_ms - NINE_MS) // DAY_MS: 0 for hour in found.hours}
    for hour in found.hours:
        days[(hour.at_ms - NINE_MS) // DAY_MS] += hour.messages
    assert max(days.values()) <= 1_500
    assert len(days) == 3
    assert [each.what for each in found.runs_out] == ["channel:sms"]
    assert found.runs_out[0].day == 0
    slow = rehearse(_play(_launch(), capacity=Capacity(per_day=200)))
    assert slow.late > 0
    assert not slow.runs_out[0].waits


def test_the_same_play_gives_the_same_rehearsal() -> None:
    """No chance and no clock of its own."""
    play = _play(_launch(), people_max=2_000)
    assert rehearse(play) == rehearse(play)


@pytest.mark.parametrize("seed", range(5))
def test_pacing_never_exceeds_what_a_channel_carries(seed: int) -> None:
    """No message leaves before it is due, none faster than the channel, no day holds more than it may."""
    chance = np.random.default_rng(seed)
    due = chance.integers(NINE_MS, NINE_MS + 3 * DAY_MS, 400)
    waiting = Waiting(due_ms=due, expires_ms=due + 20 * DAY_MS)
    pace = Pace(per_second=float(chance.uniform(0.01, 1)), per_day=float(chance.integers(40, 200)))
    left = paced(waiting, replace(pace, per_day=0.0), NINE_MS)
    assert (left.at_ms >= due).all()
    assert np.diff(np.sort(left.at_ms)).min() >= SECOND_MS / pace.per_second - 2
    by_day = np.bincount((paced(waiting, pace, NINE_MS).at_ms - NINE_MS) // DAY_MS)
    assert by_day.max() <= pace.per_day
    assert by_day.sum() == 400


@pytest.mark.parametrize("seed", range(4))
def test_staff_carry_so_many_an_hour_while_they_are_there(seed: int) -> None:
    """No message leaves before it is due or when nobody is there, no hour and no day holds more than it may."""
    chance = np.random.default_rng(seed)
    due = chance.integers(NINE_MS - 5 * HOUR_MS, NINE_MS + 2 * DAY_MS, 300)
    waiting = Waiting(due_ms=due, expires_ms=due + 30 * DAY_MS)
    first, last = sorted(chance.choice(25, 2, replace=False).tolist())
    pace = Pace(per_second=100.0, per_hour=float(chance.integers(3, 20)), from_hour=first, until_hour=last)
    for per_day in (0.0, 25.0):
        left = paced(waiting, replace(pace, per_day=per_day), NINE_MS)
        assert (left.at_ms >= due).all()
        local = (left.at_ms // HOUR_MS + 8) % 24
        assert ((local >= first) & (local < last)).all()
        assert np.unique(left.at_ms // HOUR_MS, return_counts=True)[1].max() <= pace.per_hour
        if per_day:
            assert np.unique((left.at_ms - NINE_MS) // DAY_MS, return_counts=True)[1].max() <= per_day
        assert (np.diff(left.at_ms[np.argsort(due, kind="stable")]) >= 0).all(), "first due, first to leave"


def test_a_rehearsal_goes_hour_by_hour_where_staff_confirm() -> None:
    """With 200 an hour from ten to six no hour has more, nothing leaves at night, and what waits is said."""
    found = rehearse(_play(_launch(), capacity=Capacity(per_hour=200, from_hour=10, until_hour=18)))
    assert max(hour.messages for hour in found.hours) <= 200
    local = {(hour.at_ms // HOUR_MS + 8) % 24 for hour in found.hours}
    assert local <= set(range(10, 18))
    (full,) = [each for each in found.runs_out if each.what == "channel:sms"]
    assert full.day == 0
