"""Tags that are put on people: an attribute whose number is the instant until which the person has the tag."""

from collections.abc import Mapping, Set
from typing import Any

from liftloop.runtime.contract import Definitions

TAG = "tag:"
"""Before the id of a tag wherever attributes or audiences are named."""

LIST = "list-"
"""Before the id of a tag that only holds a fixed list: such lists may be long."""


def tag_attribute(tag: str) -> str:
    """Return the attribute that says until when a person has a tag that was put on them."""
    return TAG + tag


def tag_condition(tag: str) -> Mapping[str, Any]:
    """Return the condition that somebody has a tag that was put on them: its end is not reached."""
    return {"trait": tag_attribute(tag), "days_since": {"lt": 0}}


def put_tags(definitions: Definitions) -> frozenset[str]:
    """Return the ids of live tags without a rule: people have them because somebody put them on."""
    return frozenset(identity for identity, each in definitions.live("tag").items() if not each.body.get("where"))


def kept_of(attributes: Set[str], definitions: Definitions) -> frozenset[str]:
    """Return attributes without those of tags that nobody can put on people: nothing is kept of them."""
    waiting = {identity for identity, each in definitions.filling("tag").items() if not each.body.get("where")}
    put = {tag_attribute(identity) for identity in waiting | put_tags(definitions)}
    return frozenset(name for name in attributes if not name.startswith(TAG) or name in put)
