"""The fold of journey: people enter, walk and leave set-wise; all that stand at one node of one version move together.

A step goes: goals reached, entries, journeys that have just got their history, timers due, then the walk. Journeys
ask, the gate decides: a send node hands an `Intent` on and does not wait for the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.journey.acting import enrolling, woken_in
from liftloop.journey.arrivals import counted
from liftloop.journey.contract import Intent
from liftloop.journey.graph import Graph, read
from liftloop.journey.opening import OPENED, OPENED_SPEC, Codes, opening_of
from liftloop.journey.triggers import OnAudience, OnCampaign, OnEvent
from liftloop.journey.walk import Walkers, World, entering, wake, waking, walk
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.sets import are_among, distinct
from liftloop.kernel.words import Words
from liftloop.plan.contract import Campaign
from liftloop.plan.reading import action_array, variant_array
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Row, Update, Write

TRIGGER_AGE_MAX_MS = HOUR_MS
"""An older event triggers nothing."""
LAUNCH_CHUNK = 16_384
"""Rows of people that one step looks through for a launch: a blast to all leaves room for everybody else."""
LAUNCHED = "journey.launched"
"""By code: the row up to which a campaign's people have been enrolled; FAR_FUTURE_MS once all are."""
_LAUNCHED_SPEC = ArraySpec(name=LAUNCHED, dtype="<i8", fill=0)

Numbers = NDArray[np.int64]


class _Leavers(Struct, frozen=True):
    """Enrolments that end, each with its reason; none where the person walked to the end."""

    rows: Numbers
    reasons: Words


class _Known(Struct, frozen=True, kw_only=True):
    """Every journey version by the code that enrolments in it carry, and the codes of those that people may enter."""

    generation: int
    graphs: Mapping[int, Graph]
    live: tuple[int, ...]
    waiting: tuple[int, ...]
    """First versions that wait for their history: who enters stands at the entry until they are live."""
    audiences: frozenset[str]
    """Those whose entries, and events whose occurrences, let people into a journey."""
    events: frozenset[str]
    campaigns: Mapping[str, Campaign]
    traits: Mapping[str, Mapping[str, Any]]

    def codes(self) -> Codes:
        return Codes(graphs=tuple(self.graphs.items()), live=self.live, waiting=self.waiting)


class JourneyCodes:
    """Gives each new journey version its code."""

    name = "journey.codes"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        versions = state.definitions.versions("journey")
        if not versions:
            return NOTHING
        hashes = np.array([enrolments.code_hash(each.id, each.version) for each in versions], dtype=np.uint64)
        unknown = hashes[enrolments.CODES.find(state, hashes) == ABSENT]
        if not len(unknown):
            return NOTHING
        codes = len(versions) - len(unknown) + np.arange(len(unknown), dtype=np.int64)
        put = enrolments.CODES.put(state, unknown, codes)
        missing = [spec for spec in (*enrolments.SPECS, _LAUNCHED_SPEC, OPENED_SPEC) if not state.has(spec.name)]
        launched = Write(LAUNCHED, codes, np.zeros(len(codes), dtype=np.int64))
        opened = Write(OPENED, codes, np.zeros(len(codes), dtype=np.int8))
        return Delta(allocate=[*missing, *put.allocate], writes=[*put.writes, launched, opened]), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class JourneySteps:
    """Reads entries, events and timers; writes `message.intended` and the facts of entering and leaving."""

    name = "journey.steps"
    reads = frozenset({"event", "person", "audience.entered", "journey.woken", "journey.ceded"})
    writes = frozenset({"message.intended", "journey.entered", "journey.left"})

    def __init__(self) -> None:
        self._held: _Known | None = None

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        known = self._known(state)
        if not known.graphs:
            return NOTHING
        reached = _reached_goals(state, known, frame)
        due = woken_in(state, frame, moment.now_ms)
        entries, launched = _entries(state, known, frame, (moment, due))
        opening = opening_of(state, known.codes(), reached)
        due = due[~are_among(due, reached)]
        ceded: Numbers = frame["journey.ceded"]["enrolment"] if "journey.ceded" in frame else due[:0]
        someone = any(len(slots) for slots in entries.values())
        if not (len(reached) or len(due) or len(ceded) or launched or opening.codes or someone):
            return NOTHING
        world = World(state=state, graphs=known.graphs, campaigns=known.campaigns, traits=known.traits, moment=moment)
        woken, newcomers = waking(state, due), _newcomers(state, entries)
        wake(world, woken)
        stands = np.isin(newcomers.codes, known.waiting)
        walkers = woken.and_also(opening.walkers).and_also(newcomers.of(~stands))
        intents, came = walk(world, walkers)
        walkers = walkers.and_also(newcomers.of(stands))
        leavers = _leavers(walkers, reached, opening.closed)
        delta = _joined(
            _moved(world, newcomers, walkers, leavers),
            Delta(writes=[*_ended(reached), *opening.writes(), *launched], updates=opening.updates()),
            _given(state, intents),
            counted(state, came),
        )
        return delta, {
            "message.intended": Batch(len(intents), {"intent": intents}),
            "journey.entered": _entered_facts(world, newcomers),
            "journey.left": _left_facts(_together([leavers, _ceding(ceded)]), moment),
        }

    def next_due_ms(self, state: StateView) -> int:
        timers = int(state[enrolments.DUE].min()) if enrolments.count(state) else FAR_FUTURE_MS
        return min([timers, *(at_ms for _, _, at_ms, _ in _launches(state, self._known(state)))])

    def _known(self, state: StateView) -> _Known:
        generation = state.definitions.generation
        if self._held is None or self._held.generation != generation:
            self._held = _read_all(state, generation)
        return self._held


def _read_all(state: StateView, generation: int) -> _Known:
    versions = state.definitions.versions("journey")
    hashes = np.array([enrolments.code_hash(each.id, each.version) for each in versions], dtype=np.uint64)
    codes = enrolments.CODES.find(state, hashes).tolist()
    is_live = {(each.id, each.version) for each in state.definitions.live("journey").values()}
    waiting = {(each.id, each.version) for each in state.definitions.filling("journey").values()}
    first = {pair for pair in waiting if pair[0] not in state.definitions.live("journey")}
    graphs = {code: read(each.id, each.version, each.body) for code, each in zip(codes, versions, strict=True)}
    live = tuple(code for code, each in zip(codes, versions, strict=True) if (each.id, each.version) in is_live)
    waits = tuple(code for code, each in zip(codes, versions, strict=True) if (each.id, each.version) in first)
    triggers = [graphs[code].journey.trigger for code in (*live, *waits)]
    return _Known(
        generation=generation,
        graphs=graphs,
        live=live,
        waiting=waits,
        audiences=frozenset(trigger.audience for trigger in triggers if isinstance(trigger, OnAudience)),
        events=frozenset(trigger.name for trigger in triggers if isinstance(trigger, OnEvent)),
        campaigns={
            identity: msgspec.convert(each.body, type=Campaign, strict=False)
            for identity, each in state.definitions.live("campaign").items()
        },
        traits={identity: trait.body for identity, trait in state.definitions.live("trait").items()},
    )


def _reached_goals(state: StateView, known: _Known, frame: Frame) -> Numbers:
    """Return the open enrolments of people who just did what their journey is for."""
    nothing = np.zeros(0, dtype=np.int64)
    if "person" not in frame:
        return nothing
    names = frame["event"]["name"]
    rows: list[Numbers] = []
    for code in (*known.live, *known.waiting):
        graph = known.graphs[code]
        if graph.journey.goal_event:
            who = frame["person"]["slot"][names.are(graph.journey.goal_event) & ~frame["event"]["imported"]]
            rows.append(enrolments.inside(state, people.numbers(state, distinct(who)), graph.id))
    return distinct(np.concatenate(rows)) if rows else nothing


def _entries(
    state: StateView, known: _Known, frame: Frame, now: tuple[Moment, Numbers]
) -> tuple[dict[int, Slots], list[Write]]:
    """Return who enters which journey code, and how far campaign launches have come; `now` has who goes on."""
    moment, going_on = now
    entries: dict[int, Slots] = {}
    entered, did = _entered_audiences(state, known, frame), _did(known, frame, moment.now_ms)
    sent_on = enrolling(state, known.graphs, going_on)
    for code in (*known.live, *known.waiting):
        slots = list(sent_on.get(known.graphs[code].id, ()))
        match known.graphs[code].journey.trigger:
            case OnAudience(audience=audience) if audience in entered:
                slots.append(entered[audience])
            case OnEvent(name=name) if name in did:
                slots.append(did[name])
            case _:
                pass
        if slots:
            entries[code] = _admitted(state, known.graphs[code], np.concatenate(slots))
    launched: list[Write] = []
    for code, campaign, at_ms, cursor in _launches(state, known):
        if at_ms <= moment.now_ms:
            slots, reached = _launch(state, campaign, cursor)
            entries[code] = _admitted(
                state, known.graphs[code], np.concatenate([slots, *sent_on.get(known.graphs[code].id, ())])
            )
            launched.append(Write(LAUNCHED, np.array([code]), np.array([reached])))
    return entries, launched


def _entered_audiences(state: StateView, known: _Known, frame: Frame) -> dict[str, Slots]:
    """Return who entered each audience that lets people into a journey, and may start something."""
    if "audience.entered" not in frame:
        return {}
    entered = frame["audience.entered"]
    by_name = _rows_by_name(entered["audience"], known.audiences, entered["triggers"])
    return {name: people.slots(state, entered["profile"][rows]) for name, rows in by_name.items()}


def _did(known: _Known, frame: Frame, now_ms: int) -> dict[str, Slots]:
    """Return who just did what lets them into a journey, by the name of the event."""
    if "person" not in frame:
        return {}
    events = frame["event"]
    fresh = ~events["imported"] & (events["at_ms"] > now_ms - TRIGGER_AGE_MAX_MS)
    slots = frame["person"]["slot"]
    return {name: slots[rows] for name, rows in _rows_by_name(events["name"], known.events, fresh).items()}


def _rows_by_name(names: Words, wanted: frozenset[str], chosen: NDArray[np.bool_]) -> dict[str, Numbers]:
    """Return the chosen rows of each wanted name that stands there."""
    rows = np.flatnonzero(names.among(wanted))
    found = {name: rows[places] for name, places in names.at(rows).places().items()}
    return {name: of_name[chosen[of_name]] for name, of_name in found.items()}


def _launches(state: StateView, known: _Known) -> list[tuple[int, str, int, int]]:
    """Return (code, campaign, at, cursor) of every launch that has people left to enrol."""
    if not state.has(LAUNCHED):
        return []
    cursors = state[LAUNCHED]
    return [
        (code, trigger.campaign, trigger.at_ms, int(cursors[code]))
        for code in known.live
        if isinstance(trigger := known.graphs[code].journey.trigger, OnCampaign)
        and cursors[code] < FAR_FUTURE_MS
        and trigger.campaign in known.campaigns
        and state.has(action_array(trigger.campaign))
    ]


def _launch(state: StateView, campaign: str, cursor: int) -> tuple[Slots, int]:
    """Return the next people that a campaign assigned, and the row from which to go on.

    A profile that was merged into another is passed over: the one that was kept has the assignment.
    """
    actions = state[action_array(campaign)][cursor : cursor + LAUNCH_CHUNK]
    reached = cursor + LAUNCH_CHUNK
    slots = cursor + np.flatnonzero(actions >= 0)
    return slots[follow(state, slots) == slots], reached if reached < state.rows("profile") else FAR_FUTURE_MS


def _admitted(state: StateView, graph: Graph, slots: Slots) -> Slots:
    """Return who of these may enter, each once, merged people under the profile that was kept."""
    slots = distinct(follow(state, slots))
    again = graph.journey.reentry == "after_leaving"
    return slots[enrolments.may_enter(state, people.numbers(state, slots), graph.id, again=again)]


def _newcomers(state: StateView, entries: Mapping[int, Slots]) -> Walkers:
    slots = np.concatenate([np.zeros(0, dtype=np.int64), *entries.values()])
    codes = np.concatenate([np.zeros(0, np.int32), *(np.full(len(s), c, np.int32) for c, s in entries.items())])
    return entering(enrolments.count(state) + np.arange(len(slots)), slots, codes)


def _leavers(walkers: Walkers, reached: Numbers, closed: Numbers) -> _Leavers:
    """Return who leaves in this step."""
    outside = walkers.inside != enrolments.STAYS
    marks, places = np.unique(walkers.inside[outside], return_inverse=True)
    reasons = Words([enrolments.LEFT_REASON.get(mark, "") for mark in marks.tolist()], places.astype(np.int32))
    goal = _Leavers(reached, Words.alike("goal", len(reached)))
    ended = _Leavers(closed, Words.alike(enrolments.LEFT_REASON[enrolments.CLOSED], len(closed)))
    return _together([goal, ended, _Leavers(walkers.rows[outside], reasons)])


def _ceding(rows: Numbers) -> _Leavers:
    """Return those whose rows the merge has written already."""
    return _Leavers(rows, Words.alike(enrolments.LEFT_REASON[enrolments.CEDED], len(rows)))


def _together(parts: Sequence[_Leavers]) -> _Leavers:
    return _Leavers(np.concatenate([part.rows for part in parts]), Words.joined(part.reasons for part in parts))


def _ended(reached: Numbers) -> list[Write]:
    return [
        Write(enrolments.INSIDE, reached, np.full(len(reached), enrolments.DONE, dtype=np.int8)),
        Write(enrolments.DUE, reached, np.full(len(reached), FAR_FUTURE_MS, dtype=np.int64)),
    ]


def _moved(world: World, newcomers: Walkers, walkers: Walkers, leavers: _Leavers) -> Delta:
    indexed = _indexed(world, newcomers)
    now_ms = world.moment.now_ms
    rows: list[Row] = [
        ("left" if reason else "done", reason, now_ms, row)
        for row, reason in zip(leavers.rows.tolist(), leavers.reasons, strict=True)
    ]
    return Delta(
        allocate=indexed.allocate,
        writes=[*walkers.writes(), *indexed.writes],
        puts={"enrolment": _enrolment_rows(world, newcomers)},
        updates=[Update(table="enrolment", columns=("state", "reason", "changed_ms"), rows=rows)] if rows else [],
    )


def _joined(first: Delta, *others: Delta) -> Delta:
    parts = (first, *others)
    return Delta(
        allocate=[spec for part in parts for spec in part.allocate],
        writes=[write for part in parts for write in part.writes],
        puts=first.puts,
        updates=[update for part in parts for update in part.updates],
    )


def _given(state: StateView, intents: Sequence[Intent]) -> Delta:
    """Return the delta that remembers which variant people were given; they keep it."""
    given = [intent for intent in intents if intent.variant and intent.batch >= 0]
    campaigns = dict.fromkeys(intent.campaign for intent in given)
    places = [np.full(len(intent.slots), intent.place, dtype=np.int8) for intent in given]
    return Delta(
        allocate=[ArraySpec(name=variant_array(each), dtype="|i1", fill=-1, domain="profile") for each in campaigns],
        writes=[
            Write(variant_array(intent.campaign), follow(state, intent.slots), place)
            for intent, place in zip(given, places, strict=True)
        ],
    )


def _indexed(world: World, newcomers: Walkers) -> Delta:
    """Return the delta that makes new enrolments each person's latest in their journey."""
    numbers = people.numbers(world.state, newcomers.slots)
    keys = np.zeros(len(numbers), dtype=np.uint64)
    for code in distinct(newcomers.codes).tolist():
        mine = newcomers.codes == code
        keys[mine] = enrolments.person_keys(numbers[mine], world.graphs[code].id)
    return enrolments.LATEST.put(world.state, keys, newcomers.rows)


def _enrolment_rows(world: World, newcomers: Walkers) -> list[Row]:
    numbers = people.numbers(world.state, newcomers.slots).tolist()
    now_ms = world.moment.now_ms
    graphs = [world.graphs[code] for code in newcomers.codes.tolist()]
    return [
        (row, graph.id, graph.version, graph.journey.campaign, number, 0, now_ms, "inside", "", now_ms)
        for row, graph, number in zip(newcomers.rows.tolist(), graphs, numbers, strict=True)
    ]


def _entered_facts(world: World, newcomers: Walkers) -> Batch:
    count = len(newcomers.rows)
    codes, places = np.unique(newcomers.codes, return_inverse=True)
    graphs = [world.graphs[code] for code in codes.tolist()]

    def named(of: Callable[[Graph], str]) -> Words:
        return Words.of([of(graph) for graph in graphs]).at(places)

    return Batch(
        count,
        {
            "enrolment": newcomers.rows,
            "profile": people.numbers(world.state, newcomers.slots),
            "journey": named(lambda graph: graph.id),
            "version": np.array([graph.version for graph in graphs], dtype=np.int64)[places],
            "campaign": named(lambda graph: graph.journey.campaign),
            "at_ms": np.full(count, world.moment.now_ms, dtype=np.int64),
        },
    )


def _left_facts(leavers: _Leavers, moment: Moment) -> Batch:
    count = len(leavers.rows)
    return Batch(
        count,
        {
            "enrolment": leavers.rows,
            "reason": Words([reason or "done" for reason in leavers.reasons.texts], leavers.reasons.codes),
            "at_ms": np.full(count, moment.now_ms, dtype=np.int64),
        },
    )
