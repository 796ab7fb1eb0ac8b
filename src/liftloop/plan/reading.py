"""What later stages may ask plan: where assigned actions stand, and under whose number they were drawn."""

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.kernel.dice import Hashes, hash_text, mix
from liftloop.runtime import people
from liftloop.runtime.contract import Slots, StateView
from liftloop.runtime.hash_index import ABSENT, HashIndex

DRAWN_AS = HashIndex(name="plan.drawn_as")
"""(profile, campaign) to the profile whose assignment it took over in a merge; only of those who took one over."""


def action_array(campaign: str) -> str:
    """Return the array that holds the index of each person's assigned action, -1 where there is none."""
    return f"campaign.{campaign}.action"


def cell_array(campaign: str) -> str:
    """Return the array that holds the index of each person's propensity vector."""
    return f"campaign.{campaign}.cell"


def round_array(campaign: str) -> str:
    """Return the array that holds by which of the campaign's assignments, counted from 0, a person got theirs."""
    return f"campaign.{campaign}.round"


def drawn_keys(numbers: NDArray[np.int64], campaign: str) -> Hashes:
    """Return the keys of `DRAWN_AS`; shape [len(numbers)]."""
    keys = mix(numbers.astype(np.uint64), hash_text("drawn", campaign))
    keys[keys == 0] = 1
    return keys


def drawn_numbers(state: StateView, campaign: str, slots: Slots) -> NDArray[np.int64]:
    """Return under which profile number chance assigned each person, merges followed, -1 for people never assigned.

    A merged person keeps the first assignment, whichever of the two profiles had it; the holdout goes with it.
    """
    drawn = np.full(len(slots), -1, dtype=np.int64)
    if not state.has(action_array(campaign)):
        return drawn
    slots = follow(state, slots)
    assigned = state[action_array(campaign)][slots] >= 0
    numbers = people.numbers(state, slots[assigned])
    other = DRAWN_AS.find(state, drawn_keys(numbers, campaign))
    drawn[assigned] = np.where(other == ABSENT, numbers, other)
    return drawn
