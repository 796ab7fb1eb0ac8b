"""Where tags are used: in the trees of audiences, signals, other tags and journeys, in campaigns and in texts."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.definitions.publishing import Definitions, audiences_in
from liftloop.audience.contract import Tag
from liftloop.profile.tags import TAG

UseKind = Literal["audience", "signal", "tag", "journey", "campaign", "content"]
_WITH_TREES: tuple[UseKind, ...] = ("audience", "signal", "tag", "journey", "campaign")


class Use(Struct, frozen=True, kw_only=True):
    """One definition that asks for a tag."""

    kind: UseKind
    id: str
    name: str


def uses_of(definitions: Definitions, tags: Mapping[str, Tag]) -> dict[str, list[Use]]:
    """Return where each tag is used."""
    found: dict[str, list[Use]] = {identity: [] for identity in tags}
    for kind in _WITH_TREES:
        for identity, body in definitions.live(kind).items():
            for name in sorted(audiences_in(body)):
                tag = name.removeprefix(TAG)
                if name.startswith(TAG) and tag in found:
                    found[tag].append(Use(kind=kind, id=identity, name=str(body.get("name") or identity)))
    for identity, body in definitions.live("content").items():
        for tag in found:
            if _speaks_of(body, (tag, tags[tag].name)):
                found[tag].append(Use(kind="content", id=identity, name=str(body.get("name") or identity)))
    return found


def _speaks_of(content: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Tell whether a text asks for a tag, by id or name, in one of a person's lists: `person.tags contains "VIP"`."""
    text = f"{content.get('subject', '')} {content.get('body', '')}"
    return ".tags" in text and any(f'"{word}"' in text or f"'{word}'" in text for word in words)
