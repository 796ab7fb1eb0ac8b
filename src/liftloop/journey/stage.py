"""The fold of journey: people enter, walk and leave set-wise; all that stand at one node of one version move together.

A step goes: goals reached, entries, journeys that have just got their history, timers due, then the walk. Journeys
ask, the gate decides: a send node hands an `Intent` on and does not wait for the answer.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.journey.acting import woken_in
from liftloop.journey.admission import Admission
from liftloop.journey.arrivals import counted
from liftloop.journey.bandits import PARTED, parted_facts
from liftloop.journey.contract import Intent
from liftloop.journey.entering import LAUNCHED, LOOKED, call, next_entry_ms
from liftloop.journey.entry import answered, kept_rows
from liftloop.journey.graph import Graph
from liftloop.journey.happening import Happening
from liftloop.journey.known import Known, read_all
from liftloop.journey.leaving import Leavers, at_the_end, ceding, leaving_now, next_end_ms, together
from liftloop.journey.opening import OPENED, OPENED_SPEC, opening_of
from liftloop.journey.turning import next_turn_ms, turning_of
from liftloop.journey.waits import UntilEvent
from liftloop.journey.walk import NOTHING_SAID, Walkers, World, entering, wake, waking, walk
from liftloop.journey.watching import Watch
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.sets import are_among, distinct
from liftloop.kernel.words import Words
from liftloop.plan.reading import variant_array
from liftloop.profile.reading import told
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Row, Update, Write

Numbers = NDArray[np.int64]


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
        missing = [spec for spec in (*enrolments.SPECS, LAUNCHED, LOOKED, OPENED_SPEC) if not state.has(spec.name)]
        known = [
            Write(LAUNCHED.name, codes, np.zeros(len(codes), dtype=np.int64)),
            Write(LOOKED.name, codes, np.full(len(codes), moment.now_ms, dtype=np.int64)),
            Write(OPENED, codes, np.zeros(len(codes), dtype=np.int8)),
        ]
        return Delta(allocate=[*missing, *put.allocate], writes=[*put.writes, *known]), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class JourneySteps:
    """Reads entries, events, requests and timers; writes `message.intended` and the facts of entering and leaving."""

    name = "journey.steps"
    reads = frozenset(
        {"event", "person", "system", "audience.entered", "audience.left", "journey.woken", "journey.ceded"}
    )
    writes = frozenset({"message.intended", "journey.entered", "journey.left", PARTED})

    def __init__(self, watch: Watch) -> None:
        self._held: Known | None = None
        self._watch = watch

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        known = self._known(state)
        if not known.graphs:
            return NOTHING
        happening = Happening(state, frame, moment.now_ms)
        leaving = leaving_now(state, known, happening, moment.now_ms)
        gone = leaving.leavers.rows
        due = woken_in(state, frame, moment.now_ms)
        admission = Admission(state, known.graphs, moment.now_ms, self._watch)
        launched = call(state, known, happening, admission, due)
        opening = opening_of(state, known.codes(), gone)
        answered, answers = _answered(state, known, happening)
        due = _without(distinct(np.concatenate([due, answered])), gone)
        turning = turning_of(state, known, np.concatenate([gone, due, opening.walkers.rows]), moment.now_ms)
        ceded: Numbers = frame["journey.ceded"]["enrolment"] if "journey.ceded" in frame else due[:0]
        someone = any(len(slots) for slots in admission.entries.values())
        turned = leaving.closed or opening.codes or turning.writes
        if not (len(gone) or len(due) or len(ceded) or launched or turned or someone):
            return NOTHING
        world = World(
            state=state,
            graphs=known.graphs,
            campaigns=known.campaigns,
            traits=known.traits,
            moment=moment,
            watch=self._watch,
        )
        woken, newcomers = waking(state, due), _newcomers(state, known, admission)
        wake(world, woken, _said(due, answered, answers))
        stands = np.isin(newcomers.codes, known.waiting)
        walkers = woken.and_also(opening.walkers).and_also(turning.walkers).and_also(newcomers.of(~stands))
        intents, came, partings = walk(world, walkers)
        walkers = walkers.and_also(newcomers.of(stands)).and_also(turning.resting)
        leavers = together([leaving.leavers, turning.leavers, at_the_end(walkers, opening.closed)])
        delta = _joined(
            _moved(world, newcomers, walkers, leavers),
            _kept(known, admission, newcomers),
            Delta(
                allocate=[*admission.specs(), *leaving.specs(), *turning.specs()],
                writes=[*leaving.writes(), *opening.writes(), *turning.writes, *launched, *admission.writes()],
                updates=[*opening.updates(), *turning.updates()],
            ),
            _given(state, intents),
            counted(state, came),
        )
        return delta, {
            "message.intended": Batch(len(intents), {"intent": intents}),
            "journey.entered": _entered_facts(world, newcomers),
            PARTED: parted_facts(partings, moment.now_ms),
            "journey.left": _left_facts(together([leavers, ceding(ceded)]), moment),
        }

    def next_due_ms(self, state: StateView) -> int:
        timers = int(state[enrolments.DUE].min()) if enrolments.count(state) else FAR_FUTURE_MS
        known = self._known(state)
        return min(timers, next_entry_ms(state, known), next_end_ms(state, known), next_turn_ms(state, known))

    def _known(self, state: StateView) -> Known:
        if self._held is None or self._held.generation != state.definitions.generation:
            self._held = read_all(state)
        return self._held


def _answered(state: StateView, known: Known, happening: Happening) -> tuple[Numbers, Numbers]:
    """Return who rests at a node that waits for an event that they have just done, and which of its answers it is."""
    rows: list[Numbers] = [np.zeros(0, dtype=np.int64)]
    answers: list[Numbers] = [np.zeros(0, dtype=np.int64)]
    for name, nodes in known.listening.items():
        for code, position, node in nodes:
            slots = happening.did(name, node.where, fresh=False)
            if len(slots):
                open_rows = enrolments.inside(state, people.numbers(state, distinct(slots)), known.graphs[code].id)
                there = (state[enrolments.CODE][open_rows] == code) & (state[enrolments.NODE][open_rows] == position)
                there &= state[enrolments.DUE][open_rows] != FAR_FUTURE_MS
                rows.append(open_rows[there])
                answers.append(_answers_of(state, node, rows[-1], slots, happening))
    found, first = np.unique(np.concatenate(rows), return_index=True)
    return found, np.concatenate(answers)[first]


def _answers_of(state: StateView, node: UntilEvent, rows: Numbers, slots: Numbers, happening: Happening) -> Numbers:
    """Return the place of each enrolment's answer, by the person's first event of the step; -1 where it is none."""
    if not node.answers or not len(rows):
        return np.full(len(rows), -1, dtype=np.int64)
    bodies = happening.bodies(node.name, node.where, fresh=False)
    place = np.full(len(bodies), -1, dtype=np.int64)
    for at in reversed(range(len(node.answers))):
        place[told.meets(node.answers[at].where, bodies)] = at
    people_there, first = np.unique(follow(state, slots), return_index=True)
    return place[first][np.searchsorted(people_there, follow(state, state[enrolments.SLOT][rows]))]


def _said(due: Numbers, answered: Numbers, answers: Numbers) -> Numbers:
    """Return of everybody who is woken what they did, as `wake` wants to know it."""
    said = np.full(len(due), NOTHING_SAID, dtype=np.int64)
    mine = are_among(due, answered)
    said[mine] = answers[np.searchsorted(answered, due[mine])]
    return said


def _without(rows: Numbers, others: Numbers) -> Numbers:
    return rows[~are_among(rows, others)]


def _newcomers(state: StateView, known: Known, admission: Admission) -> Walkers:
    entries = admission.entries
    slots = np.concatenate([np.zeros(0, dtype=np.int64), *entries.values()])
    codes = np.concatenate([np.zeros(0, np.int32), *(np.full(len(s), c, np.int32) for c, s in entries.items())])
    newcomers = entering(enrolments.count(state) + np.arange(len(slots)), slots, codes)
    for code in admission.brought:
        mine, bodies = _with_what(admission, code, newcomers)
        newcomers.passed[mine] = answered(known.graphs[code].journey, bodies)
    return newcomers


def _with_what(admission: Admission, code: int, newcomers: Walkers) -> tuple[Numbers, list[bytes]]:
    """Return the places of those who entered one version with properties, and these."""
    brought = admission.brought[code]
    mine = np.flatnonzero(newcomers.codes == code)
    mine = mine[[slot in brought for slot in newcomers.slots[mine].tolist()]] if len(mine) else mine
    return mine, [brought[slot] for slot in newcomers.slots[mine].tolist()]


def _moved(world: World, newcomers: Walkers, walkers: Walkers, leavers: Leavers) -> Delta:
    indexed = _indexed(world, newcomers)
    now_ms = world.moment.now_ms
    rows: list[Row] = [
        ("left" if reason else "done", reason, now_ms, row)
        for row, reason in zip(leavers.rows.tolist(), leavers.reasons, strict=True)
    ]
    return Delta(
        allocate=[*indexed.allocate, *walkers.specs()],
        writes=[*walkers.writes(world.state), *indexed.writes],
        puts={"enrolment": _enrolment_rows(world, newcomers)},
        updates=[Update(table="enrolment", columns=("state", "reason", "changed_ms"), rows=rows)] if rows else [],
    )


def _kept(known: Known, admission: Admission, newcomers: Walkers) -> Delta:
    """Return the delta that keeps the properties with which people entered, for the words of messages."""
    rows: list[Row] = []
    for code in admission.brought:
        mine, bodies = _with_what(admission, code, newcomers)
        rows += kept_rows(known.graphs[code].journey, newcomers.rows[mine], bodies)
    return Delta(puts={"entry": rows}) if rows else Delta()


def _joined(first: Delta, *others: Delta) -> Delta:
    parts = (first, *others)
    return Delta(
        allocate=[spec for part in parts for spec in part.allocate],
        writes=[write for part in parts for write in part.writes],
        puts={table: rows for part in parts for table, rows in part.puts.items()},
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
    put = enrolments.LATEST.put(world.state, keys, newcomers.rows)
    return enrolments.joined([Delta(allocate=put.allocate, writes=put.writes), *_remembered(world, newcomers, numbers)])


def _remembered(world: World, newcomers: Walkers, numbers: Numbers) -> list[Delta]:
    """Return the deltas that keep what any version may ask later: when people entered, and beside which enrolment."""
    rows = newcomers.rows
    if not len(rows):
        return []
    entered = Write(enrolments.ENTERED.name, rows, np.full(len(rows), world.moment.now_ms, dtype=np.int64))
    deltas = [Delta(allocate=[enrolments.ENTERED], writes=[entered])]
    for code in distinct(newcomers.codes).tolist():
        graph, mine = world.graphs[code], newcomers.codes == code
        if graph.journey.concurrent_max > 1:
            others = enrolments.still_open(world.state, enrolments.latest(world.state, numbers[mine], graph.id))
            beside = Write(enrolments.BESIDE.name, rows[mine], others)
            deltas.append(Delta(allocate=[enrolments.BESIDE], writes=[beside]))
    return deltas


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


def _left_facts(leavers: Leavers, moment: Moment) -> Batch:
    count = len(leavers.rows)
    return Batch(
        count,
        {
            "enrolment": leavers.rows,
            "reason": Words([reason or "done" for reason in leavers.reasons.texts], leavers.reasons.codes),
            "at_ms": np.full(count, moment.now_ms, dtype=np.int64),
        },
    )
