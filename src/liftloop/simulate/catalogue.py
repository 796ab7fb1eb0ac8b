"""The world's lists as arrays, so that whole columns of people can look things up at once."""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, NONE, Flags, Floats, Ints
from liftloop.simulate.world import World

MONTHS_MAX = 60  # A child is a baby customer for five years at most.


class Catalogue(Struct, frozen=True, kw_only=True):
    """Indices follow the order of the world's lists; NONE pads the ragged ones."""

    item_price: Ints
    item_margin: Ints
    item_series: Ints
    item_category: Ints
    series_of: Ints  # [category, k]
    series_count: Ints  # [category]
    items_of: Ints  # [series, k]
    items_count: Ints  # [series]
    item_at_month: Ints  # [series, month of the child]; NONE where the series has nothing for that age.
    staged: Flags  # [series]
    category_staged: Flags  # [category] all its series go by the child's age.
    offer_face: Ints
    offer_cost: Ints
    offer_valid_ms: Ints
    channel_cost: Ints
    channel_reach: Floats
    channel_intrusion: Floats
    channel_delay_ms: Floats
    channel_tier_pull: Floats  # [channel, tier - 1]
    channel_reports: Flags
    store_tier: Ints
    store_weight: Floats


def catalogue(world: World) -> Catalogue:
    series_row = {series.id: row for row, series in enumerate(world.series)}
    category_row = {category.id: row for row, category in enumerate(world.categories)}
    tier = {region.id: region.tier for region in world.regions}
    series_category = np.array([category_row[series.category] for series in world.series], dtype=np.int64)
    item_series = np.array([series_row[item.series] for item in world.items], dtype=np.int64)
    at_month = _items_by_month(world, item_series)
    staged = (at_month != NONE).any(axis=1)
    series_of, series_count = _ragged(series_category, len(world.categories))
    items_of, items_count = _ragged(item_series, len(world.series))
    return Catalogue(
        item_price=np.array([item.price_fen for item in world.items], dtype=np.int64),
        item_margin=np.array([item.margin_fen for item in world.items], dtype=np.int64),
        item_series=item_series,
        item_category=series_category[item_series],
        series_of=series_of,
        series_count=series_count,
        items_of=items_of,
        items_count=items_count,
        item_at_month=at_month,
        staged=staged,
        category_staged=np.array([staged[series_category == row].all() for row in category_row.values()]),
        offer_face=np.array([offer.face_fen for offer in world.offers], dtype=np.int64),
        offer_cost=np.array([offer.cost_fen for offer in world.offers], dtype=np.int64),
        offer_valid_ms=np.array([offer.valid_days * DAY_MS for offer in world.offers], dtype=np.int64),
        channel_cost=np.array([channel.cost_fen for channel in world.channels], dtype=np.int64),
        channel_reach=np.array([channel.reach for channel in world.channels]),
        channel_intrusion=np.array([channel.intrusion for channel in world.channels]),
        channel_delay_ms=np.array([channel.delay_days * DAY_MS for channel in world.channels]),
        channel_tier_pull=np.array([channel.tier_pull for channel in world.channels]),
        channel_reports=np.array([channel.reports_opens for channel in world.channels]),
        store_tier=np.array([tier[store.region] for store in world.stores], dtype=np.int64),
        store_weight=np.array([store.weight for store in world.stores]),
    )


def _items_by_month(world: World, item_series: Ints) -> Ints:
    table = np.full((len(world.series), MONTHS_MAX), NONE, dtype=np.int64)
    for row, item in enumerate(world.items):
        if item.months_from is not None and item.months_to is not None:
            table[item_series[row], item.months_from : item.months_to] = row
    return table


def _ragged(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Return the members of each group, padded with NONE, and their number."""
    count = np.bincount(group, minlength=groups).astype(np.int64)
    table = np.full((groups, int(count.max())), NONE, dtype=np.int64)
    for row in range(groups):
        table[row, : count[row]] = np.flatnonzero(group == row)
    return table, count
