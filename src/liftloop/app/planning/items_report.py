"""Reads who bought the item named to them, and who bought anything of its category."""

from collections.abc import Mapping

import numpy as np

from liftloop.app.planning.reading import SQL, Look
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.lift import Sides
from liftloop.measure.substitution import ItemEffects, item_effects
from liftloop.plan.contract import Campaign
from liftloop.plan.inputs import Column

TOO_EARLY_MS = DAY_MS


def items_of_campaign(campaign: Campaign, look: Look, sides: Sides, action: Column, now_ms: int) -> ItemEffects | None:
    """Return the items' effects as of now; None where no action names an item of a known category.

    `look`, `sides` and `action` are of the people assigned, in one order.
    """
    named = {each.id: each.item for each in campaign.actions if each.item}
    until_ms = min(now_ms, campaign.ends_ms)
    if not named or until_ms - campaign.starts_ms < TOO_EARLY_MS:
        return None
    categories = _categories(look, named)
    item_of = {name: item for name, item in named.items() if categories.get(item)}
    asked = sorted({categories[item] for item in item_of.values()})
    rows = np.flatnonzero(np.isin(action.astype(str), list(item_of)))
    if not rows.size:
        return None
    lines = look.lake.select(SQL["bought_of_categories"], [campaign.starts_ms, until_ms, asked])
    profile = lines["profile"].astype(np.int64)
    bought, whole = np.zeros(rows.size), np.zeros(rows.size)
    mine, who = action[rows].astype(str), look.profile[rows]
    for name, item in item_of.items():
        drawn = mine == name
        bought[drawn] = np.isin(who[drawn], profile[lines["item"] == item])
        whole[drawn] = np.isin(who[drawn], profile[lines["category"] == categories[item]])
    elapsed = (until_ms - campaign.starts_ms) / (campaign.ends_ms - campaign.starts_ms)
    return item_effects(Sides(held=sides.held[rows], before=sides.before[rows]), bought, whole, elapsed)


def _categories(look: Look, named: Mapping[str, str]) -> dict[str, str]:
    columns = look.lake.select(SQL["items"])
    wanted = set(named.values())
    rows = zip(columns["item_id"].tolist(), columns["category"].tolist(), strict=True)
    return {str(item): str(category) for item, category in rows if item in wanted and category}
