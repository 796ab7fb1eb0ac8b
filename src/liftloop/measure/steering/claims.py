"""What may be claimed of variants whose shares moved: by batches, at any time, never by pooled means."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.adaptive import batched_difference, weighted_difference
from liftloop.inference.sequential import sequence_limit
from liftloop.kernel.money import yuan_text
from liftloop.measure.steering.counts import Cells
from liftloop.plan.contract import SteeringTerms
from liftloop.plan.record import Words

ALPHA = 0.1
"""Nine times out of ten the truth lies within what is claimed, of all variants together and at every look."""
ELAPSED_MIN = 0.02
"""Before a fiftieth of the people the band would be wider than any rate."""
CONVERSIONS_MIN = 20
"""With fewer responses in all a sentence about a difference would be an anecdote."""


class VariantClaim(Struct, frozen=True, kw_only=True):
    """One variant against another, in responses a person; `second` is the other method's opinion."""

    variant: int
    other: int
    value: float
    low: float
    high: float
    second: float
    clear: bool


class Gain(Struct, frozen=True, kw_only=True):
    """Responses that moving people brought over giving every variant the same share."""

    value: float
    low: float
    high: float


def claims(cells: Cells, leader: int, elapsed: float) -> tuple[VariantClaim, ...]:
    """Return the leader against each other variant: batched least squares, with a band that holds at every look."""
    others = [place for place in range(cells.people.shape[1]) if place != leader]
    if not len(cells.began_ms) or cells.total.sum() < CONVERSIONS_MIN:
        return ()
    limit = sequence_limit(min(1.0, max(elapsed, ELAPSED_MIN)), ALPHA / len(others))
    found: list[VariantClaim] = []
    for other in others:
        effect = batched_difference(cells.sums(), leader, other).effect
        if not math.isfinite(effect.error) or effect.error <= 0:
            continue
        second = weighted_difference(cells.sums(), leader, other).effect
        reach = limit * effect.error
        found.append(
            VariantClaim(
                variant=leader,
                other=other,
                value=effect.value,
                low=effect.value - reach,
                high=effect.value + reach,
                second=second.value,
                clear=abs(effect.value) > reach,
            )
        )
    return tuple(found)


def gain(cells: Cells, elapsed: float) -> Gain | None:
    """Return what unequal shares brought: people beyond an equal share times what each variant does better."""
    if not len(cells.began_ms) or not cells.people.sum():
        return None
    people = cells.people.sum(axis=0)
    beyond = people - people.sum() / people.size
    effects = [batched_difference(cells.sums(), place, 0).effect for place in range(1, people.size)]
    if any(not math.isfinite(effect.error) for effect in effects):
        return None
    value = sum(float(beyond[place]) * effect.value for place, effect in enumerate(effects, start=1))
    square = sum((float(beyond[place]) * effect.error) ** 2 for place, effect in enumerate(effects, start=1))
    reach = sequence_limit(min(1.0, max(elapsed, ELAPSED_MIN)), ALPHA) * math.sqrt(square)
    return Gain(value=value, low=value - reach, high=value + reach)


def claimed(found: Sequence[VariantClaim], variants: int) -> bool:
    """Return whether the leader may be called better than every other variant."""
    return len(found) == variants - 1 and all(claim.clear and claim.value > 0 for claim in found)


def claim_words(names: Sequence[str], found: Sequence[VariantClaim], terms: SteeringTerms) -> Words:
    """Return what may be said of the variants, in one sentence."""
    clear = [claim for claim in found if claim.clear]
    if not clear:
        return Words(
            zh="还看不出几个版本谁更好，先不下结论。", en="No variant can be called better yet, so nothing is claimed."
        )
    parts_zh = "；".join(
        f"{names[claim.variant]} 比 {names[claim.other]} 每百人多 {_zh(claim.value * 100, terms, 1)}"
        f"（十次里有九次在 {_bare(claim.low * 100, terms, 1)}～{_bare(claim.high * 100, terms, 1)} 之间）"
        for claim in clear
    )
    parts_en = "; ".join(
        f"{names[claim.variant]} brings {_en(claim.value * 100, terms, 1)} more per hundred people than "
        f"{names[claim.other]} (nine times out of ten between {_bare(claim.low * 100, terms, 1)} and "
        f"{_bare(claim.high * 100, terms, 1)})"
        for claim in clear
    )
    return Words(zh=f"{parts_zh}。", en=f"{parts_en}.")


def gain_words(found: Gain | None, terms: SteeringTerms) -> Words:
    """Return what steering itself brought, apart from what the campaign changed."""
    if found is None or not np.isfinite(found.value) or found.high == found.low:
        return Words(zh="还没有调过份额。", en="Shares have not been moved yet.")
    sign = "+" if found.value >= 0 else ""
    if found.low <= 0 <= found.high:
        return Words(
            zh=f"自动调配约带来 {sign}{_zh(found.value, terms, 0)}，还看不准。",
            en=f"Moving people brought about {sign}{_en(found.value, terms, 0)}; it is not clear yet.",
        )
    low, high = _bare(found.low, terms, 0), _bare(found.high, terms, 0)
    return Words(
        zh=f"自动调配带来约 {sign}{_zh(found.value, terms, 0)}（十次里有九次在 {low}～{high} 之间）。",
        en=f"Moving people brought about {sign}{_en(found.value, terms, 0)} "
        f"(nine times out of ten between {low} and {high}).",
    )


def _bare(value: float, terms: SteeringTerms, places: int) -> str:
    """Return a number of responses, or money given in fen, as it is written."""
    return yuan_text(round(value)) if terms.outcome == "revenue" else f"{value:.{places}f}"


def _zh(value: float, terms: SteeringTerms, places: int) -> str:
    return _bare(value, terms, places) + ("" if terms.outcome == "revenue" else " 个回应")


def _en(value: float, terms: SteeringTerms, places: int) -> str:
    return _bare(value, terms, places) + ("" if terms.outcome == "revenue" else " responses")
