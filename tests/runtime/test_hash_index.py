import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plain_state import PlainState

from liftloop.runtime import hash_index
from liftloop.runtime.hash_index import ABSENT, HashIndex, HashSet

LOW_BITS = st.integers(0, 3).map(lambda high: high << 60 | 5)
"""Keys that collide in every table, whatever its size."""
KEYS = st.one_of(st.integers(1, 40), LOW_BITS, st.integers(1, 2**64 - 1))
INDEX = HashIndex(name="index")
SET = HashSet(name="set")


@pytest.fixture(autouse=True)
def small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_index, "FIRST_CAPACITY", 8)
    monkeypatch.setattr(hash_index, "CAPACITY_MAX", 32)


class IndexMachine(RuleBasedStateMachine):
    """Any sequence of calls does to an index what it does to a dict."""

    @initialize()
    def empty(self) -> None:
        self.state = PlainState()
        self.model: dict[int, int] = {}

    @rule(entries=st.dictionaries(KEYS, st.integers(0, 2**40), max_size=12))
    def put(self, entries: dict[int, int]) -> None:
        keys = np.array(list(entries), dtype=np.uint64)
        self.state.apply(INDEX.put(self.state, keys, np.array(list(entries.values()), dtype=np.int64)))
        self.model |= entries

    @rule(keys=st.lists(KEYS, max_size=12))
    def find(self, keys: list[int]) -> None:
        found = INDEX.find(self.state, np.array(keys, dtype=np.uint64)).tolist()
        assert found == [self.model.get(key, ABSENT) for key in keys]

    @invariant()
    def every_key_is_found(self) -> None:
        if hasattr(self, "model"):
            found = INDEX.find(self.state, np.array(list(self.model), dtype=np.uint64)).tolist()
            assert found == list(self.model.values())


class SetMachine(RuleBasedStateMachine):
    """Any sequence of calls does to a set what it does to a row of sets, the newest of which takes what is new."""

    @initialize()
    def empty(self) -> None:
        self.state = PlainState()
        self.model: dict[int, set[int]] = {}

    @rule(keys=st.sets(KEYS, max_size=12))
    def add(self, keys: set[int]) -> None:
        fresh = sorted(keys - set[int]().union(*self.model.values()))
        self.state.apply(SET.add(self.state, np.array(fresh, dtype=np.uint64)))
        for generation in SET.generations(self.state):
            self.model.setdefault(generation, set())
        if fresh:
            self.model[max(self.model)] |= set(fresh)

    @rule()
    def drop_oldest(self) -> None:
        if SET.generations(self.state):
            self.state.apply(SET.drop_oldest(self.state))
            del self.model[min(self.model)]

    @rule(keys=st.lists(KEYS, max_size=12))
    def holds(self, keys: list[int]) -> None:
        known = set[int]().union(*self.model.values())
        assert SET.holds(self.state, np.array(keys, dtype=np.uint64)).tolist() == [key in known for key in keys]

    @invariant()
    def all_are_held_in_their_generations(self) -> None:
        if hasattr(self, "model"):
            assert SET.generations(self.state) == sorted(self.model)
            known = np.array(sorted(set[int]().union(*self.model.values())), dtype=np.uint64)
            assert SET.holds(self.state, known).all()


TestSetMachine = pytest.mark.usefixtures("small_tables")(SetMachine.TestCase)
TestSetMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, derandomize=True)
TestIndexMachine = pytest.mark.usefixtures("small_tables")(IndexMachine.TestCase)
TestIndexMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, derandomize=True)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), counts=st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_colliding_keys_all_find_their_value(seed: int, counts: list[int]) -> None:
    """Hundreds of keys with equal low bits, put in a few calls, are all found again with their own values."""
    state, known = PlainState(), dict[int, int]()
    chance = np.random.default_rng(seed)
    for count in counts:
        keys = np.unique(chance.integers(1, 2**40, count).astype(np.uint64) << np.uint64(20) | np.uint64(7))
        values = chance.integers(0, 2**62, len(keys))
        state.apply(INDEX.put(state, keys, values))
        known |= dict(zip(keys.tolist(), values.tolist(), strict=True))
    absent = np.array([0, 7, 1 << 20], dtype=np.uint64)
    found = INDEX.find(state, np.array(list(known), dtype=np.uint64))
    assert found.tolist() == list(known.values())
    assert INDEX.find(state, absent).tolist() == [known.get(key, ABSENT) for key in absent.tolist()]


def test_a_call_larger_than_any_generation_is_held_whole() -> None:
    """A burst beyond CAPACITY_MAX still gets a table in which probing ends."""
    state = PlainState()
    keys = np.arange(1, 1001, dtype=np.uint64)
    state.apply(INDEX.put(state, keys, np.arange(1000)))
    assert INDEX.find(state, keys).tolist() == list(range(1000))
    assert INDEX.find(state, keys + np.uint64(5000)).tolist() == [ABSENT] * 1000


def test_growth_moves_nothing() -> None:
    """A put writes as many cells as it has keys, however much is there already."""
    state = PlainState()
    for start in range(1, 200, 10):
        keys = np.arange(start, start + 10, dtype=np.uint64)
        delta = INDEX.put(state, keys, np.arange(10))
        assert sum(len(write.index) for write in delta.writes) <= 2 * 10 + 3 + 2
        state.apply(delta)
