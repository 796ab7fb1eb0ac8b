import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plain_state import PlainState

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.runtime import windows as windows_module
from liftloop.runtime.windows import NEVER_MS, Windows
from liftloop.storage.contract import Delta

PEOPLE = 6
WINDOWS = Windows(name="w")
INSTANTS = st.integers(1, 60)
EVENTS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), INSTANTS, st.integers(-9, 9)), max_size=14)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let chains reach their limit soon."""
    monkeypatch.setattr(windows_module, "LIVE_MAX", 20)
    return 20


def state_of_people() -> PlainState:
    state = PlainState()
    state.apply(Delta(allocate=[*WINDOWS.specs(), WINDOWS.value_spec()], grow={"profile": PEOPLE}))
    return state


def columns(events: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(events, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(np.float64)


def read(state: PlainState, person: int) -> list[tuple[int, float]]:
    recent = WINDOWS.recent(state, np.array([person]))
    live = recent.at_ms[0] > NEVER_MS
    assert (recent.value[0][~live] == 0).all()
    return list(zip(recent.at_ms[0][live].tolist(), recent.value[0][live].tolist(), strict=True))


class WindowsMachine(RuleBasedStateMachine):
    """Pages hold of each person what a plain list of the newest events would."""

    @initialize()
    def empty(self) -> None:
        self.state = state_of_people()
        self.lists: list[list[tuple[int, float]]] = [[] for _ in range(PEOPLE)]

    def _cut(self, person: int, horizon: int) -> None:
        held = sorted((event for event in self.lists[person] if event[0] > horizon), key=lambda event: -event[0])
        self.lists[person] = held[:20]

    @rule(events=EVENTS, horizon=st.integers(0, 30))
    def add(self, events: list[tuple[int, int, int]], horizon: int) -> None:
        slots, at_ms, values = columns(events)
        self.state.apply(WINDOWS.add(self.state, slots, at_ms, values, horizon))
        for person in {person for person, at, _ in events if at > horizon}:
            self.lists[person] += [(at, float(value)) for who, at, value in events if who == person and at > horizon]
            self._cut(person, horizon)

    @rule(pairs=st.lists(st.tuples(st.integers(0, PEOPLE - 1), INSTANTS), min_size=1, max_size=6))
    def remove(self, pairs: list[tuple[int, int]]) -> None:
        table = np.array(pairs, dtype=np.int64)
        self.state.apply(WINDOWS.remove(self.state, table[:, 0], table[:, 1]))
        for person, at in pairs:
            found = next((event for event in read_order(self.lists[person]) if event[0] == at), None)
            if found is not None:
                self.lists[person].remove(found)

    @rule(pair=st.permutations(range(PEOPLE)).map(lambda order: order[:3]), horizon=st.integers(0, 30))
    def move(self, pair: list[int], horizon: int) -> None:
        """Two people become a third."""
        kept, *forwarded = pair
        self.state.apply(WINDOWS.move(self.state, np.array([kept, kept]), np.array(forwarded), horizon))
        moved = [event for person in forwarded for event in self.lists[person] if event[0] > horizon]
        if moved:
            self.lists[kept] += moved
            self._cut(kept, horizon)
        for person in forwarded:
            self.lists[person] = []

    @invariant()
    def pages_are_the_lists(self) -> None:
        if hasattr(self, "lists"):
            for person, held in enumerate(self.lists):
                found = read(self.state, person)
                assert [at for at, _ in found] == sorted((at for at, _ in held), reverse=True)
                cut = min((at for at, _ in found), default=0) if len(found) == 20 else 0
                # At the limit, which of several events of one instant stays is not promised.
                assert sorted(e for e in found if e[0] > cut) == sorted(e for e in held if e[0] > cut)


def read_order(events: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(events, key=lambda event: -event[0])


TestWindowsMachine = pytest.mark.usefixtures("few")(WindowsMachine.TestCase)
TestWindowsMachine.settings = settings(max_examples=120, stateful_step_count=20, deadline=None, derandomize=True)


@settings(max_examples=40, deadline=None)
@given(events=EVENTS, now=st.integers(1, 80), span=st.integers(1, 50))
def test_what_is_inside_and_when_it_leaves(events: list[tuple[int, int, int]], now: int, span: int) -> None:
    """A window holds what is younger than its span; the next expiry is the first instant at which it holds less."""
    state = state_of_people()
    state.apply(WINDOWS.add(state, *columns(events), 0))
    recent = WINDOWS.recent(state, np.arange(PEOPLE))
    inside, expiry = recent.inside(now, span).sum(axis=1), recent.next_expiry_ms(now, span)
    for person in range(PEOPLE):
        of_person = [at for who, at, _ in events if who == person]
        assert inside[person] == sum(at > now - span for at in of_person)
        later = [t for t in range(now, 200) if sum(at > t - span for at in of_person) < inside[person]]
        assert expiry[person] == (later[0] if later else FAR_FUTURE_MS)


def test_beyond_the_limit_the_newest_stay() -> None:
    """Of 700 events that come late and early, the 256 newest are kept, in one call or in many."""
    at = np.random.default_rng(3).permutation(np.arange(1, 701))
    at_once, one_by_one = state_of_people(), state_of_people()
    at_once.apply(WINDOWS.add(at_once, np.zeros(700, dtype=np.int64), at, at.astype(np.float64), 0))
    for part in np.array_split(at, 90):
        slots = np.zeros(len(part), dtype=np.int64)
        one_by_one.apply(WINDOWS.add(one_by_one, slots, part, part.astype(np.float64), 0))
    newest = [(instant, float(instant)) for instant in range(700, 700 - 256, -1)]
    assert read(at_once, 0) == read(one_by_one, 0) == newest


def test_pages_of_others_are_left_alone() -> None:
    """People who get their first events in the same call share no page."""
    state = state_of_people()
    slots = np.repeat(np.arange(PEOPLE), 11)
    state.apply(WINDOWS.add(state, slots, np.tile(np.arange(1, 12), PEOPLE), slots.astype(np.float64), 0))
    for person in range(PEOPLE):
        assert read(state, person) == [(at, float(person)) for at in range(11, 0, -1)]
