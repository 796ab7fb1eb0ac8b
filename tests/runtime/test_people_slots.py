import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_state import PlainState

from liftloop.kernel.ids import PARTITIONS, profile_id, profile_number
from liftloop.runtime import people
from liftloop.runtime.people import BLOCK, Settlers

TICKS = st.lists(st.lists(st.integers(1, 2**64 - 1), max_size=40), min_size=1, max_size=6)
CROWDS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2 * BLOCK)), min_size=1, max_size=4)


def settle(state: PlainState, identifiers: list[int]) -> list[int]:
    settlers = Settlers(state)
    slots = [settlers.settle(identifier) for identifier in identifiers]
    fresh = settlers.numbers(state, np.array(slots, dtype=np.int64))
    state.apply(settlers.delta())
    np.testing.assert_array_equal(people.numbers(state, np.array(slots, dtype=np.int64)), fresh)
    return slots


@settings(max_examples=60, deadline=None)
@given(ticks=TICKS)
def test_everybody_keeps_one_number_and_one_slot(ticks: list[list[int]]) -> None:
    """Slots are distinct, numbers carry the partition of the first identifier, and each leads back to the other."""
    state, slots, identifiers = PlainState(), list[int](), list[int]()
    for tick in ticks:
        slots += settle(state, tick)
        identifiers += tick
    numbers = people.numbers(state, np.array(slots, dtype=np.int64))
    assert len(set(slots)) == len(set(numbers.tolist())) == len(identifiers) == people.count(state)
    assert (numbers % PARTITIONS).tolist() == [identifier % PARTITIONS for identifier in identifiers]
    assert people.slots(state, numbers).tolist() == slots
    assert sorted(people.everyone(state).tolist()) == sorted(slots)
    assert [profile_number(profile_id(number)) for number in numbers.tolist()] == numbers.tolist()


@settings(max_examples=15, deadline=None)
@given(crowds=CROWDS)
def test_partitions_grow_by_blocks_of_their_own(crowds: list[tuple[int, int]]) -> None:
    """However many people come to a partition, no block holds people of two."""
    state, slots = PlainState(), list[int]()
    for partition, count in crowds:
        slots += settle(state, [partition + PARTITIONS * (place + 1) for place in range(count)])
    numbers = people.numbers(state, np.array(slots))
    owners: dict[int, set[int]] = {}
    for slot, number in zip(slots, numbers.tolist(), strict=True):
        owners.setdefault(slot // BLOCK, set()).add(number % PARTITIONS)
    assert all(len(partitions) == 1 for partitions in owners.values())
    assert sorted(people.everyone(state).tolist()) == sorted(slots)
    assert people.slots(state, numbers).tolist() == slots


def test_strangers_have_no_slot() -> None:
    """A number that was never given out, or is nonsense, leads nowhere."""
    state = PlainState()
    assert people.slots(state, np.array([0, 5])).tolist() == [-1, -1]
    (slot,) = settle(state, [7])
    (number,) = people.numbers(state, np.array([slot])).tolist()
    strangers = np.array([number + PARTITIONS, number + 1, -1, 2**60])
    assert people.slots(state, strangers).tolist() == [-1] * 4
