"""How variants stand and what may be claimed of them; once a claim is made, only reward counts and the floor falls."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.measure.steering.claims import VariantClaim, claimed, claims
from liftloop.measure.steering.counts import Cells
from liftloop.measure.steering.moves import Past, Position, Standing, standing
from liftloop.plan.contract import FLOOR_CLAIMED, SteeringTerms


class Settled(Struct, frozen=True, kw_only=True):
    """Where a test stands, what may be claimed, and the least share that the next batch gives to anybody steered."""

    found: Standing
    claims: tuple[VariantClaim, ...]
    floor: float


def settled(batches: Cells, terms: SteeringTerms, past: Past, at: Position) -> Settled:
    """Return the standing with its claims; the claim is made before its floor falls, so that it cannot be its cause."""
    found = standing(batches, terms, past, at)
    told: Sequence[VariantClaim] = claims(batches, int(np.argmax(found.best)), at.elapsed)
    if claimed(told, len(at.shares)):
        terms = replace(terms, floor=min(terms.floor, FLOOR_CLAIMED))
        found = standing(batches, terms, past, at)
    return Settled(found=found, claims=tuple(told), floor=terms.floor)
