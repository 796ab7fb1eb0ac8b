"""What categories are called where they are codes: as items say in `category_name` and `category_name_en`."""

from collections.abc import Collection, Mapping
from typing import Any

from liftloop.app.following import Follower
from liftloop.app.words import Said

CATEGORY_NAMES = """
SELECT category, zh, en FROM category_called WHERE category IN (SELECT unnest($1::VARCHAR[])) ORDER BY category
"""
CATEGORY_PROPERTIES = frozenset({"products.category", "category"})
"""Properties of events that name categories."""


def categories_called(rows: Mapping[str, Any]) -> dict[str, Said]:
    """Return the rows of `CATEGORY_NAMES` as names by code."""
    columns = (map(str, rows[each]) for each in ("category", "zh", "en"))
    return {category: Said(zh, en) for category, zh, en in zip(*columns, strict=True)}


async def category_names(follower: Follower, codes: Collection[str]) -> dict[str, Said]:
    """Return what categories are called; one that says what it is by itself is left out."""
    wanted = sorted({each for each in codes if each})
    return categories_called(await follower.select(CATEGORY_NAMES, [wanted])) if wanted else {}
