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
