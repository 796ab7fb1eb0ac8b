"""Where tags are used: in the trees of audiences, signals, other tags and journeys, in campaigns, plans and texts."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.definitions.publishing import Definitions, audiences_in
from liftloop.app.desk import Desk
from liftloop.app.plans import FROZEN
from liftloop.audience.contract import Tag
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_object
from liftloop.profile.tags import TAG

UseKind = Literal["audience", "signal", "tag", "journey", "campaign", "plan", "content"]
PLAN_FRESH_DAYS = 30
"""A plan that nobody launched in this time will not be; what it asks for is no use any more."""
PLANS_MAX = 1_000
_PLANS = """
SELECT name, at_ms, body FROM system_record WHERE kind = $1 AND contains(body, '"group"')
ORDER BY "offset" DESC LIMIT $2
"""
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


async def plans_of(desk: Desk, tags: Mapping[str, Tag]) -> dict[str, list[Use]]:
    """Return the plans for people with a tag, the newest first: those that may still be launched or that run."""
    now_ms = desk.clock.now_ms()
    campaigns = desk.definitions.live("campaign").values()
    running = {str(body["plan"]) for body in campaigns if int(body["ends_ms"]) >= now_ms}
    rows = await desk.follower.select(_PLANS, [FROZEN, PLANS_MAX])
    found: dict[str, list[Use]] = {identity: [] for identity in tags}
    for name, at_ms, body in zip(map(str, rows["name"]), rows["at_ms"].tolist(), map(str, rows["body"]), strict=True):
        if name not in running and at_ms < now_ms - PLAN_FRESH_DAYS * DAY_MS:
            continue
        said = parse_object(body.encode())
        for asked in sorted(audiences_in(said.get("group"))):
            if asked.startswith(TAG) and asked.removeprefix(TAG) in found:
                found[asked.removeprefix(TAG)].append(Use(kind="plan", id=name, name=str(said.get("text", name))))
    return found


def _speaks_of(content: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Tell whether a text asks for a tag, by id or name, in one of a person's lists: `person.tags contains "VIP"`."""
    text = f"{content.get('subject', '')} {content.get('body', '')}"
    return ".tags" in text and any(f'"{word}"' in text or f"'{word}'" in text for word in words)
