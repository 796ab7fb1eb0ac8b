"""Puts people into groups for a question about results: by how they came, a trait, an audience, a campaign's action."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audiences.directory import Audiences
from liftloop.app.desk import Desk
from liftloop.app.results.asking import BadQuestion
from liftloop.app.results.platforms import channel_said, platform_key
from liftloop.app.results.sources import SOURCE
from liftloop.app.words import Said
from liftloop.inference.arrays import Integers

GroupKind = Literal["channel", "last_touch", "trait", "property", "audience", "campaign"]
OF_MOMENTS: tuple[GroupKind, ...] = ("last_touch", "property")
"""These tell how something began and not who somebody is: only a funnel can be grouped so."""

GROUPS_SHOWN = 12
"""The largest groups are shown, everybody else stands together: nobody reads a hundred funnels."""
GROUPS_MAX = 10_000
"""More different values than this are no groups but names or numbers of people."""
OTHERS = Said("其他", "others")
UNSAID = Said("没有这一项", "not said")
DIRECT = Said("直接来的", "came directly")
INSIDE, OUTSIDE = Said("在人群里", "in the audience"), Said("不在人群里", "not in the audience")
HELD_OUT, UNASSIGNED = Said("对照组", "held out"), Said("没有参加", "not in the campaign")

_RANKED = """
WITH labelled AS MATERIALIZED ({labelled}),
top AS MATERIALIZED (
    SELECT label, count(*) AS people, row_number() OVER (ORDER BY count(*) DESC, label) AS place
    FROM labelled WHERE label IS NOT NULL AND label <> '' GROUP BY label
)
SELECT labelled.profile, least(top.place, {shown} + 1)::BIGINT AS place, '' AS label
FROM labelled JOIN top USING (label)
UNION ALL
SELECT -1, CASE WHEN place <= {shown} THEN place ELSE {shown} + 1 END, label FROM top WHERE place <= {most} + 1
ORDER BY 1
"""
_CHANNEL = f"""
SELECT profile, arg_min(source, (at_ms, "offset")) AS label FROM (
    SELECT profile, at_ms, "offset", {SOURCE} AS source FROM event_now WHERE kind IN ('track', 'page', 'screen')
) WHERE source IS NOT NULL GROUP BY profile
"""
_TRAIT = """
SELECT profile, arg_max({'is': label}, (rank, at_ms, "offset"))."is" AS label FROM (
    SELECT profile, 0 AS rank, at_ms, "offset", json_extract_string(properties, $1) AS label FROM event_now
    WHERE kind = 'identify' AND json_extract(properties, $1) IS NOT NULL
    UNION ALL
    SELECT profile, 1, at_ms, "offset", coalesce(word, CAST(number AS VARCHAR)) FROM trait_now
    WHERE name = $2 AND coalesce(word, CAST(number AS VARCHAR)) IS NOT NULL
) GROUP BY profile HAVING label IS NOT NULL
"""
_CAMPAIGN = """
SELECT coalesce(canonical.kept, decision.profile) AS profile,
    arg_min(CASE WHEN holdout THEN $2 ELSE action END, decided_ms) AS label
FROM decision LEFT JOIN canonical ON canonical.forwarded = decision.profile WHERE campaign = $1
GROUP BY coalesce(canonical.kept, decision.profile)
"""
_HELD = "\x00held"


class Grouping(Struct, frozen=True, kw_only=True):
    """By what people are told apart; `name` is the trait, property, audience or campaign."""

    kind: GroupKind
    name: str = ""


class Group(Struct, frozen=True, kw_only=True):
    """One group: what its people have in common, as the data say it, and in words where there are any."""

    value: str
    said: Said | None = None


class Grouped(Struct, frozen=True, kw_only=True, eq=False):
    """The group [people] of people, ascending; everybody else is in the group `rest`."""

    profile: Integers
    place: Integers
    groups: tuple[Group, ...]
    rest: int

    def of(self, profiles: Integers) -> Integers:
        """Return the group of each of these people."""
        if self.profile.size == 0:
            return np.full(profiles.size, self.rest)
        at = np.minimum(np.searchsorted(self.profile, profiles), self.profile.size - 1)
        return np.where(self.profile[at] == profiles, self.place[at], self.rest)


EVERYBODY = Grouped(
    profile=np.zeros(0, dtype=np.int64), place=np.zeros(0, dtype=np.int64), groups=(Group(value=""),), rest=0
)


async def grouped(desk: Desk, audiences: Audiences, grouping: Grouping | None) -> Grouped:
    """Return who is in which group; raises `NotFound`, and `BadQuestion` where there are too many groups.

    What is told of moments and not of people has the one group of everybody.
    """
    if grouping is None:
        return EVERYBODY
    match grouping.kind:
        case "last_touch" | "property":
            return EVERYBODY
        case "channel":
            return with_channel_names(await _ranked(desk, _CHANNEL, (), DIRECT))
        case "trait":
            return await _ranked(desk, _TRAIT, (pointer(grouping.name), grouping.name), UNSAID)
        case "audience":
            inside = await audiences.members(grouping.name)
            groups = (Group(value="in", said=INSIDE), Group(value="out", said=OUTSIDE))
            return Grouped(profile=inside, place=np.zeros(inside.size, dtype=np.int64), groups=groups, rest=1)
        case "campaign":
            desk.definitions.newest("campaign", grouping.name)
            return await _ranked(desk, _CAMPAIGN, (grouping.name, _HELD), UNASSIGNED)


def pointer(name: str) -> str:
    """Return the JSON pointer to a property of this name."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def with_channel_names(found: Grouped) -> Grouped:
    """Return channels with what people call them."""
    groups = tuple(
        Group(value=each.value, said=channel_said(platform_key(each.value))) if each.value else each
        for each in found.groups
    )
    return replace(found, groups=groups)


async def _ranked(desk: Desk, labelled: str, given: Sequence[Any], rest: Said) -> Grouped:
    query = _RANKED.format(labelled=labelled, shown=GROUPS_SHOWN, most=GROUPS_MAX)
    found = await desk.follower.select(query, given)
    profile, place = found["profile"].astype(np.int64), found["place"].astype(np.int64)
    named = profile < 0
    values = [(int(at), str(value)) for at, value in zip(place[named], found["label"][named], strict=True)]
    return groups_of(profile[~named], place[~named] - 1, sorted(values), rest)


def groups_of(profile: Integers, place: Integers, values: Sequence[tuple[int, str]], rest: Said) -> Grouped:
    """Return the groups of people: the largest by name, GROUPS_SHOWN the others together, and those without one.

    `values` are the names by their rank from 1. Raises `BadQuestion` where there are more than GROUPS_MAX.
    """
    if len(values) > GROUPS_MAX:
        raise BadQuestion(
            f"这一项有超过 {GROUPS_MAX:,} 种不同的值，没法当作分组",
            f"this has more than {GROUPS_MAX:,} different values and makes no groups",
            "换一个取值少的属性，例如等级、城市或渠道",
            "choose one with fewer values, such as level, city or channel",
        )
    shown = [value for at, value in values if at <= GROUPS_SHOWN]
    groups = [Group(value=value, said=HELD_OUT if value == _HELD else None) for value in shown]
    if len(values) > len(shown):
        count = len(values) - len(shown)
        groups.append(Group(value="", said=Said(f"{OTHERS.zh} {count} 种", f"{count} {OTHERS.en}")))
    groups.append(Group(value="", said=rest))
    return Grouped(profile=profile, place=place, groups=tuple(groups), rest=len(groups) - 1)
