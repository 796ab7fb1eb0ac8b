"""By which fields rows can be told apart: properties of events, studied traits, what people said of themselves."""

from liftloop.app.dashboards.asking import own_personal
from liftloop.app.dashboards.checking import is_personal
from liftloop.app.desk import Desk
from liftloop.app.naming.vocabulary import property_name, trait_name
from liftloop.app.words import Said
from liftloop.storage.tally import Field

VALUES_MAX = 200
"""A field with more values, such as an id, makes no groups that say anything."""
LOOKED_AT = 5_000
"""The latest events, whose properties are offered."""
_PROPERTIES = """
WITH latest AS (SELECT properties FROM event WHERE kind <> 'identify' ORDER BY "offset" DESC LIMIT $1)
SELECT name, count(*) AS times FROM (SELECT unnest(json_keys(properties)) AS name FROM latest)
GROUP BY name ORDER BY times DESC, name LIMIT 40
"""
_TRAITS = """
SELECT name, count(DISTINCT coalesce(word, number::VARCHAR)) AS options FROM trait_studied GROUP BY name
HAVING options <= $1 ORDER BY name LIMIT 60
"""


async def fields_seen(desk: Desk, patience_s: float | None = None) -> list[tuple[Field, Said]]:
    """Return the fields that there are, with what they are called; personal ones are left out."""
    own = own_personal(desk)
    kept = await desk.answers.ask("fields", lambda: _looked_up(desk), patience_s=patience_s)
    properties, traits = kept.answer
    seen = await desk.seen.now()
    attributes = [name for name, values in seen.attributes.items() if len(values) <= VALUES_MAX]
    found = [
        *((Field("attribute", name), trait_name(name)) for name in attributes),
        *((Field("trait", name), trait_name(name)) for name in traits),
        *((Field("property", name), property_name(name)) for name in properties),
    ]
    return [(field, said) for field, said in found if not is_personal(field.name, own)]


async def _looked_up(desk: Desk) -> tuple[list[str], list[str]]:
    """Return the names of properties and of studied traits."""
    properties = await desk.follower.select(_PROPERTIES, [LOOKED_AT])
    traits = await desk.follower.select(_TRAITS, [VALUES_MAX])
    return list(map(str, properties["name"])), list(map(str, traits["name"]))
