"""Gathers what the ids in trees are called: audiences, traits, fields, and the items that conditions name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from liftloop.app.category_names import CATEGORY_PROPERTIES, category_names
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.following import Follower
from liftloop.app.item_names import item_names
from liftloop.app.naming.fields import asked_fields, fields_of
from liftloop.app.naming.trees import Names
from liftloop.app.naming.vocabulary import ITEM_PROPERTIES
from liftloop.app.studies.predictions import SEGMENT, segment_names
from liftloop.profile.studied import CATEGORY_TRAITS, ITEM_TRAITS


async def spoken_names(definitions: Definitions, follower: Follower, trees: Iterable[Any]) -> Names:
    """Return the names that these trees need to be read aloud."""
    asked = list(trees)
    return Names(
        audiences=definitions.audience_names(),
        traits=definitions.live("trait"),
        fields=asked_fields(fields_of(definitions.live("field"))),
        items=await item_names(follower, set(items_in(asked))),
        segments=await segment_names(follower) if _asks_segment(asked) else {},
        categories=await category_names(follower, set(_said_of(asked, CATEGORY_PROPERTIES, CATEGORY_TRAITS))),
    )


def _asks_segment(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        return tree.get("trait") == SEGMENT or any(map(_asks_segment, tree.values()))
    return isinstance(tree, list | tuple) and any(map(_asks_segment, tree))


def items_in(tree: Any) -> Iterator[str]:
    """Yield the ids of items that a tree names."""
    yield from _said_of(tree, ITEM_PROPERTIES, ITEM_TRAITS)


def _said_of(tree: Any, properties: Collection[str], traits: Collection[str]) -> Iterator[str]:
    """Yield the values that a tree compares these properties and traits with."""
    if isinstance(tree, Mapping):
        if tree.get("property") in properties or tree.get("trait") in traits:
            several = tree.get("in", ())
            yield from map(str, several if isinstance(several, list | tuple) else ())
            yield from (str(tree[word]) for word in ("is", "is_not") if word in tree)
        for part in tree.values():
            yield from _said_of(part, properties, traits)
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from _said_of(part, properties, traits)
