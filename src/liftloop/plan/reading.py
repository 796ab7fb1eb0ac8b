"""What later stages may ask plan: where assigned actions stand, under whose number they were drawn, which variant."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.dice import Hashes, hash_text, mix, uniform
from liftloop.plan.contract import UNIFORM_SHARE, VARIANTS_MAX, Action, Campaign, Phase, Spread
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


def variant_array(campaign: str) -> str:
    """Return the array that holds which variant of their action each person was given, -1 where none was yet."""
    return f"campaign.{campaign}.variant"


def shares_array(campaign: str) -> str:
    """Return the array that holds the shares in force, `VARIANTS_MAX` an action; -1 where none were ever set."""
    return f"campaign.{campaign}.shares"


def batch_array(campaign: str) -> str:
    """Return the array that holds how often the shares of each action have changed."""
    return f"campaign.{campaign}.batch"


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


class InForce(Struct, frozen=True, kw_only=True):
    """How the variants of one action are drawn now; `batch` counts the changes."""

    batch: int
    shares: tuple[float, ...]
    """Of the people who are steered."""

    def chances(self) -> tuple[float, ...]:
        """Return the chance of each variant for somebody of whom it is not yet known whether she is steered."""
        return tuple(UNIFORM_SHARE / len(self.shares) + (1 - UNIFORM_SHARE) * share for share in self.shares)


def in_force(state: StateView, campaign: str, place: int, variants: int) -> InForce:
    """Return the shares of the action at `place`; equal ones until a study moves them."""
    name = shares_array(campaign)
    kept = state[name][place * VARIANTS_MAX : place * VARIANTS_MAX + variants] if state.has(name) else np.zeros(0)
    if len(kept) < variants or (kept < 0).any():
        return InForce(batch=0, shares=(1 / variants,) * variants)
    return InForce(batch=int(state[batch_array(campaign)][place]), shares=tuple(kept.tolist()))


def variant_arms(state: StateView, campaign_id: str, campaign: Campaign) -> list[tuple[int, str, float]]:
    """Return every arm down to variants: the place of its action, its name, and its chance once the action is drawn."""
    arms: list[tuple[int, str, float]] = []
    for place, action in enumerate(campaign.actions):
        if not action.variants:
            arms.append((place, action.id, 1.0))
            continue
        chances = in_force(state, campaign_id, place, len(action.variants)).chances()
        names = (arm_name(action, each.id) for each in action.variants)
        arms += [(place, name, chance) for name, chance in zip(names, chances, strict=True)]
    return arms


def arm_name(action: Action, variant: str) -> str:
    """Return how the decision log names an action in one of its variants."""
    return f"{action.id}/{variant}"


class Drawn(Struct, frozen=True, kw_only=True):
    """Which variant each person gets, parallel to the slots that were asked about."""

    variant: NDArray[np.int64]
    before: NDArray[np.bool_]
    """Given to them earlier, and kept."""
    batch: int


def draw_variants(state: StateView, campaign_id: str, campaign: Campaign, place: int, slots: Slots) -> Drawn:
    """Return the variants of an action for people whose merges are followed and who were assigned it.

    Drawn by the hash of campaign, person and batch: done again, it comes out the same. Who has one keeps it, and a
    person of two profiles draws as the one whose assignment stayed.
    """
    action = campaign.actions[place]
    count = len(action.variants)
    now = in_force(state, campaign_id, place, count)
    salt = campaign.holdout.salt
    numbers = drawn_numbers(state, campaign_id, slots).astype(np.uint64)
    never_steered = uniform(numbers, hash_text("uniform", salt)) < UNIFORM_SHARE
    dice = uniform(numbers, hash_text("variant", salt, action.id, str(now.batch)))
    drawn = np.where(never_steered, _place(dice, (1 / count,) * count), _place(dice, now.shares))
    name = variant_array(campaign_id)
    held = state[name][slots].astype(np.int64) if state.has(name) else np.full(len(slots), -1)
    before = (held >= 0) & (held < count)
    return Drawn(variant=np.where(before, held, drawn), before=before, batch=now.batch)


def _place(dice: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.int64]:
    return np.searchsorted(np.cumsum(shares)[:-1], dice, side="right").astype(np.int64)


def phase_of(numbers: NDArray[np.int64], salt: str, phases: Sequence[Phase]) -> NDArray[np.int64]:
    """Return [people] in which phase each person starts, by their own number under the salt."""
    ends = np.cumsum([phase.share for phase in phases])[:-1]
    return np.searchsorted(ends, _drawn(numbers, salt), side="right").astype(np.int64)


def turns_ms(numbers: NDArray[np.int64], salt: str, spread: Spread) -> NDArray[np.int64]:
    """Return [people] how many milliseconds after the start each person's turn is."""
    number = _drawn(numbers, salt)
    if not spread.phases:
        waves = np.floor(number * spread.waves).astype(np.int64)
        return waves * (spread.over_s * SECOND_MS // spread.waves)
    starts = np.cumsum([0.0, *(phase.share for phase in spread.phases)])
    place = phase_of(numbers, salt, spread.phases)
    found = np.zeros(numbers.size, dtype=np.int64)
    for index, phase in enumerate(spread.phases):
        mine = place == index
        within = np.clip((number[mine] - starts[index]) / max(phase.share, 1e-12), 0.0, 1.0 - 1e-9)
        waves = np.floor(within * phase.waves).astype(np.int64)
        found[mine] = phase.from_s * SECOND_MS + waves * (phase.over_s * SECOND_MS // phase.waves)
    return found


def first_written(numbers: NDArray[np.int64], campaign: str, share: float) -> NDArray[np.bool_]:
    """Return [people] who are in the canary of a campaign, by their own number."""
    return uniform(numbers.astype(np.uint64), hash_text("canary", campaign)) < share


def _drawn(numbers: NDArray[np.int64], salt: str) -> NDArray[np.float64]:
    return uniform(numbers.astype(np.uint64), hash_text("stagger", salt))
