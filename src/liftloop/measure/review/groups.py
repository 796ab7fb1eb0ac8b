"""For whom did it work: effects in groups known before the launch, all corrected together."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.difference import Measured, difference
from liftloop.inference.intervals import z_two_sided
from liftloop.measure.lift import ALPHA, GROUP_MIN, Flags, Floats, LiftEstimate, Sides
from liftloop.measure.review.findings import GroupEffect
from liftloop.plan.record import Words

ROWS_PER_COVARIATE = 20  # Fewer rows a coefficient, and the adjustment adds more noise than it removes.


class Group(Struct, frozen=True, kw_only=True, eq=False):
    """Some of the people assigned; `inside` [people]."""

    label: Words
    inside: Flags


def known_groups(features: Mapping[str, NDArray[Any]]) -> tuple[Group, ...]:
    """Return groups by what a shop knows of everybody: how often they bought within a year, and how lately."""
    often, age = features["orders_365"].astype(np.float64), features["order_age"].astype(np.float64)
    found = (
        Group(label=Words(zh="一年内没买过", en="No order in a year"), inside=often == 0),
        Group(label=Words(zh="一年内买过 1 次", en="One order in a year"), inside=often == 1),
        Group(label=Words(zh="一年内买过 2～3 次", en="2–3 orders in a year"), inside=(often >= 2) & (often <= 3)),
        Group(label=Words(zh="一年内买过 4 次以上", en="4 or more orders in a year"), inside=often >= 4),
        Group(label=Words(zh="30 天内买过", en="Bought within 30 days"), inside=age <= 30),
        Group(label=Words(zh="31～90 天前买过", en="Last bought 31–90 days ago"), inside=(age > 30) & (age <= 90)),
        Group(label=Words(zh="90 天以上没买", en="Last bought over 90 days ago"), inside=age > 90),
    )
    return tuple(group for group in found if group.inside.any())


def effects_in(groups: Sequence[Group], sides: Sides, outcome: Floats) -> tuple[GroupEffect, ...]:
    """Return each group's effect; intervals are Bonferroni's, which hold however much the groups overlap.

    A group with too few people on a side has no effect and costs the others nothing.
    """
    enough = [group for group in groups if _smaller_side(group, sides) >= GROUP_MIN]
    reach = z_two_sided(1 - ALPHA / max(len(enough), 1))
    return tuple(
        GroupEffect(
            label=group.label,
            treated=int((group.inside & ~sides.held).sum()),
            held_out=int((group.inside & sides.held).sum()),
            effect=_effect(group.inside, sides, outcome, reach) if group in enough else None,
        )
        for group in groups
    )


def _smaller_side(group: Group, sides: Sides) -> int:
    return min(int((group.inside & sides.held).sum()), int((group.inside & ~sides.held).sum()))


def _effect(inside: Flags, sides: Sides, outcome: Floats, reach: float) -> LiftEstimate | None:
    held, amount = sides.held[inside], outcome[inside]
    if float(amount.std()) == 0:
        return None
    before = sides.before[inside]
    found = difference(
        Measured(
            outcome=amount,
            treated=~held,
            cluster=np.arange(amount.size, dtype=np.int64),
            covariates=before if held.sum() >= ROWS_PER_COVARIATE * before.shape[1] else None,
        )
    ).effect
    if not found.error > 0:
        return None
    return LiftEstimate(
        value=found.value, low=found.value - reach * found.error, high=found.value + reach * found.error
    )
