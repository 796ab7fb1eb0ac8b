"""An item that was put forward beside its whole category: was more bought, or one thing in place of another?"""

from functools import cache

import numpy as np
from msgspec import Struct

from liftloop.inference.difference import Measured, difference
from liftloop.inference.sequential import planned_boundaries, sequence_limit
from liftloop.measure.lift import ALPHA, GROUP_MIN, LOOKS, Floats, LiftEstimate, Sides
from liftloop.plan.record import Words

CLAIMS = 2  # Item and category stand together, and share the error.
ELAPSED_MIN = 1e-3  # A band before a thousandth of the window would have no end.
ROWS_PER_COVARIATE = 20  # Fewer rows a coefficient, and the adjustment adds more noise than it removes.


class ItemEffects(Struct, frozen=True, kw_only=True):
    """Shares of people who bought the item named to them, and anything of its category, treated and held out.

    Of all whose assigned action names an item; an effect is None where too few people let nothing be told. Both
    intervals hold together in nine campaigns of ten.
    """

    treated: int
    held_out: int
    item: LiftEstimate | None
    category: LiftEstimate | None
    item_means: tuple[float, float]
    category_means: tuple[float, float]


def item_effects(sides: Sides, item: Floats, category: Floats, elapsed: float) -> ItemEffects | None:
    """Return what naming items did; `item` and `category` [people] are 1 for who bought, `elapsed` 1 at the end.

    Assigned with assigned: held-out people count by the item that they would have been named. None without people on
    either side.
    """
    held = int(sides.held.sum())
    if not 0 < held < sides.held.size:
        return None
    limit = _last_limit() if elapsed >= 1 else sequence_limit(max(elapsed, ELAPSED_MIN), ALPHA / CLAIMS)
    found = [_effect(sides, bought, limit) for bought in (item, category)]
    means = [(float(bought[~sides.held].mean()), float(bought[sides.held].mean())) for bought in (item, category)]
    return ItemEffects(
        treated=sides.held.size - held,
        held_out=held,
        item=found[0],
        category=found[1],
        item_means=means[0],
        category_means=means[1],
    )


def _effect(sides: Sides, bought: Floats, limit: float) -> LiftEstimate | None:
    held = int(sides.held.sum())
    if min(held, sides.held.size - held) < GROUP_MIN:
        return None
    enough = held >= ROWS_PER_COVARIATE * sides.before.shape[1] > 0
    found = difference(
        Measured(
            outcome=bought,
            treated=~sides.held,
            cluster=np.arange(bought.size, dtype=np.int64),
            covariates=sides.before if enough else None,
        )
    ).effect
    if not found.error > 0:
        return None
    reach = limit * found.error
    return LiftEstimate(value=found.value, low=found.value - reach, high=found.value + reach)


@cache
def _last_limit() -> float:
    return planned_boundaries(LOOKS, ALPHA / CLAIMS)[-1]


def item_words(found: ItemEffects) -> Words | None:
    """Return whether the category gained what the item gained; None where nothing can be told."""
    item, category = found.item, found.category
    if item is None or category is None:
        return None
    one, whole = _points(item), _points(category)
    zh = f"推荐的商品：买了它的人多 {one.zh}；买了同品类的人多 {whole.zh}"
    en = f"Of the item named, {one.en} more bought it; {whole.en} more bought anything of its category"
    if item.low <= 0:
        more = Words(zh="。还看不出推荐的商品因此多卖了", en=". It cannot be seen yet that more of the item was bought")
    elif category.low > 0:
        more = Words(
            zh="。整个品类也多卖了，不只是换着买",
            en=". The whole category gained: it is more than one thing in place of another",
        )
    elif category.high < item.low:
        more = Words(
            zh="。品类没有跟着多卖：多半是本来要买同类商品的人换成了它",
            en=". The category did not gain with it: mostly people took it in place of its neighbours",
        )
    else:
        more = Words(
            zh="。品类有没有多卖还看不清：可能有一部分只是换着买",
            en=". Whether the category gained cannot be seen: some may have taken it in place of its neighbours",
        )
    return Words(zh=zh + more.zh, en=en + more.en)


def _points(lift: LiftEstimate) -> Words:
    value, low, high = (f"{100 * each:.2f}" for each in (lift.value, lift.low, lift.high))
    return Words(
        zh=f"{value} 个百分点（十次里有九次在 {low}～{high} 之间）",
        en=f"{value} points (nine times out of ten {low} to {high})",
    )
