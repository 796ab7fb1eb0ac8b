"""What items are called: by the catalog, else by the newest order that said a name."""

from collections.abc import Collection, Mapping
from typing import Any

from liftloop.app.following import Follower

ITEM_NAMES = """
SELECT asked.id, coalesce(nullif(item.name, ''), sold.name) AS name
FROM (SELECT DISTINCT unnest($1::VARCHAR[]) AS id) AS asked
LEFT JOIN item ON item.item_id = asked.id
LEFT JOIN (
    SELECT product_id AS id, arg_max(name, at_ms) AS name FROM order_line
    WHERE name <> '' AND product_id IN (SELECT unnest($1::VARCHAR[])) GROUP BY product_id
) AS sold ON sold.id = asked.id
WHERE coalesce(nullif(item.name, ''), sold.name) IS NOT NULL
"""


_SHARED = """
SELECT name FROM (
    SELECT item_id AS id, name FROM item WHERE name IN (SELECT unnest($1::VARCHAR[]))
    UNION SELECT product_id, name FROM order_line WHERE product_id <> '' AND name IN (SELECT unnest($1::VARCHAR[]))
) GROUP BY name HAVING count(DISTINCT id) > 1
"""


_FOUND = """
WITH known AS (
    SELECT item_id AS id, name, 0 AS times FROM item WHERE name <> ''
    UNION ALL
    SELECT product_id, coalesce(arg_max(name, at_ms) FILTER (name <> ''), ''), count(*) FROM order_line
    WHERE product_id <> '' GROUP BY product_id
)
SELECT id FROM known WHERE contains(lower(id), lower($1)) OR contains(lower(name), lower($1))
GROUP BY id ORDER BY max(times) DESC, id LIMIT $2
"""
FOUND_MAX = 50
"""Items that a search offers; whoever sees that many types on."""


async def items_found(follower: Follower, searched: str) -> list[str]:
    """Return the ids of items whose id or name holds a text, those that sell most first, at most FOUND_MAX."""
    rows = await follower.select(_FOUND, [searched, FOUND_MAX])
    return [str(each) for each in rows["id"]]


def names_of(rows: Mapping[str, Any]) -> dict[str, str]:
    """Return the rows of `ITEM_NAMES` as names by id."""
    return dict(zip(map(str, rows["id"]), map(str, rows["name"]), strict=True))


async def item_names(follower: Follower, ids: Collection[str]) -> dict[str, str]:
    """Return what items are called by id: those without a name are left out, those that share one bear their id too."""
    wanted = sorted(each for each in ids if each)
    names = names_of(await follower.select(ITEM_NAMES, [wanted])) if wanted else {}
    if not names:
        return {}
    shared = set(map(str, (await follower.select(_SHARED, [sorted(set(names.values()))]))["name"]))
    return {identity: f"{name} ({identity})" if name in shared else name for identity, name in names.items()}
