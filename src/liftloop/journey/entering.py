"""Whom the triggers of this step call: events, audiences, requests, launches of campaigns, and the clock."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from liftloop.audience.reading import is_member, members
from liftloop.identify.reading import follow
from liftloop.journey.acting import enrolling
from liftloop.journey.admission import Admission
from liftloop.journey.contract import REQUESTED, TRIED
from liftloop.journey.enrolments import Rows
from liftloop.journey.entry import asks
from liftloop.journey.happening import Happening
from liftloop.journey.known import Known
from liftloop.journey.occasions import Occasion, Part, next_occasion
from liftloop.journey.triggers import OnAudience, OnCampaign, OnDate, OnEvent, OnRequest, OnSchedule, Timed
from liftloop.kernel.clock import FAR_FUTURE_MS, SECOND_MS
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.days import anniversaries, number_of_day
from liftloop.kernel.sets import are_among
from liftloop.plan.reading import action_array
from liftloop.profile.reading import told
from liftloop.runtime import people
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Write

LAUNCH_CHUNK = 4_096
"""Rows of people that one step looks through for a launch: a blast to all leaves room for everybody else."""
LAUNCHED = ArraySpec(name="journey.launched", dtype="<i8", fill=0)
"""By code: the row up to which a campaign's or an occasion's people have been enrolled; of a campaign FAR_FUTURE_MS
once all are."""
LOOKED = ArraySpec(name="journey.looked_ms", dtype="<i8", fill=FAR_FUTURE_MS)
"""By code: the instant up to which occasions have been met; nothing before the version was published."""


def call(state: StateView, known: Known, happening: Happening, admission: Admission, woken: Rows) -> list[Write]:
    """Let in whom triggers call, and whom nodes lead in from other journeys; `woken` are those who go on.

    Returns the writes that remember how far launches and occasions have come.
    """
    asked, tried = _asked(state, happening, REQUESTED), _asked(state, happening, TRIED)
    led = enrolling(state, known.graphs, woken)
    for code, graph in known.entered():
        for slots in led.get(graph.id, ()):
            _let_in(admission, code, slots)
        match graph.journey.trigger:
            case OnAudience() as way:
                _let_in(admission, code, happening.changed(way, fresh=True))
            case OnEvent(name=name, where=where):
                bodies = happening.bodies(name, where, fresh=True) if asks(graph.journey) else ()
                _let_in(admission, code, happening.did(name, where, fresh=True), bodies)
            case OnRequest():
                for slots, bodies in asked.get(graph.id, ()):
                    _let_in(admission, code, slots, bodies if asks(graph.journey) else ())
            case _:
                pass
        for slots, bodies in tried.get(graph.id, ()):
            _let_in(admission, code, slots, bodies if asks(graph.journey) else ())
    return [*_launch(state, known, admission), *_meet(state, known, admission)]


def next_entry_ms(state: StateView, known: Known) -> int:
    """Return when the next launch or occasion is due, FAR_FUTURE_MS where none is."""
    launches = [at_ms for _, _, at_ms, _ in _launches(state, known)]
    occasions = [occasion.at_ms for _, _, occasion in _coming(state, known)]
    return min([FAR_FUTURE_MS, *launches, *occasions])


def _let_in(admission: Admission, code: int, slots: Slots, bodies: Sequence[bytes] = ()) -> None:
    if len(slots):
        admission.call(code, slots, bodies)


def _asked(state: StateView, happening: Happening, kind: str) -> Mapping[str, list[tuple[Slots, list[bytes]]]]:
    """Return whom facts of this kind enrol, and with which properties, by journey."""
    asked: dict[str, list[tuple[Slots, list[bytes]]]] = {}
    for record in happening.facts(kind):
        body = parse_object(record.body)
        slots = people.slots(state, np.array(body["profiles"], dtype=np.int64))
        properties: Any = body.get("properties")
        bodies = [canonical_json(properties)] * len(slots) if isinstance(properties, dict) else []
        asked.setdefault(record.name, []).append((slots, bodies))
    return asked


def _launches(state: StateView, known: Known) -> list[tuple[int, str, int, int]]:
    """Return (code, campaign, at, cursor) of every launch that has people left to enrol."""
    if not state.has(LAUNCHED.name):
        return []
    cursors = state[LAUNCHED.name]
    return [
        (code, trigger.campaign, trigger.at_ms, int(cursors[code]))
        for code in known.live
        if isinstance(trigger := known.graphs[code].journey.trigger, OnCampaign)
        and cursors[code] < FAR_FUTURE_MS
        and trigger.campaign in known.campaigns
        and state.has(action_array(trigger.campaign))
    ]


def _launch(state: StateView, known: Known, admission: Admission) -> list[Write]:
    """Let in the next people whom campaigns assigned.

    A profile that was merged into another is passed over: the one that was kept has the assignment.
    """
    writes: list[Write] = []
    for code, campaign, at_ms, cursor in _launches(state, known):
        if at_ms > admission.now_ms:
            continue
        actions = state[action_array(campaign)][cursor : cursor + LAUNCH_CHUNK]
        reached = cursor + LAUNCH_CHUNK
        slots = cursor + np.flatnonzero(actions >= 0)
        _let_in(admission, code, slots[follow(state, slots) == slots])
        done = reached if reached < state.rows("profile") else FAR_FUTURE_MS
        writes.append(Write(LAUNCHED.name, np.array([code]), np.array([done])))
    return writes


def _coming(state: StateView, known: Known) -> list[tuple[int, Timed, Occasion]]:
    """Return the next occasion of every version that goes by the clock."""
    if not state.has(LOOKED.name):
        return []
    looked = state[LOOKED.name]
    timed = [
        (code, trigger)
        for code in known.live
        if isinstance(trigger := known.graphs[code].journey.trigger, OnSchedule | OnDate) and code < len(looked)
    ]
    coming = [(code, trigger, next_occasion(trigger, int(looked[code]))) for code, trigger in timed]
    return [(code, trigger, occasion) for code, trigger, occasion in coming if occasion is not None]


def _meet(state: StateView, known: Known, admission: Admission) -> list[Write]:
    """Let in the people of occasions that are due, so many a step; one that is long over is passed over."""
    writes: list[Write] = []
    for code, trigger, occasion in _coming(state, known):
        if occasion.at_ms > admission.now_ms:
            continue
        index, cursor = np.array([code]), int(state[LAUNCHED.name][code])
        oldest_ms = admission.now_ms - trigger.grace_s * SECOND_MS
        if not cursor and occasion.at_ms < oldest_ms:
            writes.append(Write(LOOKED.name, index, np.array([oldest_ms - 1])))
            continue
        slots = np.sort(np.concatenate([_meant(state, trigger, part) for part in occasion.parts]))
        slots = slots[slots >= cursor][: LAUNCH_CHUNK + 1]
        _let_in(admission, code, slots[:LAUNCH_CHUNK])
        if len(slots) > LAUNCH_CHUNK:
            writes.append(Write(LAUNCHED.name, index, slots[LAUNCH_CHUNK:]))
        else:
            writes.append(Write(LAUNCHED.name, index, np.zeros(1, dtype=np.int64)))
            writes.append(Write(LOOKED.name, index, np.array([occasion.at_ms])))
    return writes


def _meant(state: StateView, trigger: Timed, part: Part) -> Slots:
    """Return whom an occasion is for, of the zones where it is now."""
    match trigger:
        case OnSchedule(audience=audience):
            slots = members(state, audience)
        case OnDate():
            slots = _on_their_day(state, trigger, part)
    if part.zones is None or not len(slots):
        return slots
    zones, places = told.zones_of(state, slots)
    there = np.array([str(zone) in part.zones for zone in zones])
    return slots[there[places]]


def _on_their_day(state: StateView, trigger: OnDate, part: Part) -> Slots:
    """Return whose day it is where clocks show this."""
    everyone = people.everyone(state)
    day = part.local.date() - timedelta(days=trigger.offset_days)
    days = told.days_of(state, trigger.trait, everyone)
    wanted = anniversaries(day, trigger.calendar) if trigger.yearly else {number_of_day(day)}
    slots = everyone[are_among(days, np.array(sorted(wanted), dtype=days.dtype))]
    slots = slots[follow(state, slots) == slots]
    return slots[is_member(state, trigger.audience, slots)] if trigger.audience else slots
