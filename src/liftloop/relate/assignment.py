"""Who gets it? Rules are tried in their order; the first that finds somebody with room decides, else a queue has it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.kernel.codec import parse_json
from liftloop.relate import works
from liftloop.relate.contract import SETTING, AssignmentRule, RelateRules, Staff, Team
from liftloop.runtime.contract import Definitions, StateView

OWNER_ATTRIBUTE, STORE_ATTRIBUTE, REGION_ATTRIBUTE = "owner", "store", "region"
"""Attributes of a customer that say whose they are; `owner` holds the id or the WeCom user id of one of the staff."""


class Given(Struct, frozen=True):
    """To whom work went; without an owner it waits in the team's queue."""

    team: str
    owner: str


class People(Struct, frozen=True, kw_only=True):
    """Rules, staff and teams as they are now."""

    rules: RelateRules
    staff: Mapping[str, Staff]
    teams: Mapping[str, Team]
    by_team: Mapping[str, Sequence[str]]
    by_wecom: Mapping[str, str]


def people_of(definitions: Definitions) -> People:
    """Return rules, staff and teams that are live."""
    setting = definitions.live("setting").get(SETTING)
    staff = {each: msgspec.convert(one.body, Staff, strict=False) for each, one in definitions.live("staff").items()}
    teams = {each: msgspec.convert(one.body, Team, strict=False) for each, one in definitions.live("team").items()}
    by_team: dict[str, list[str]] = {}
    for identity, one in sorted(staff.items()):
        by_team.setdefault(one.team, []).append(identity)
    return People(
        rules=msgspec.convert(setting.body, RelateRules, strict=False) if setting else RelateRules(),
        staff=staff,
        teams=teams,
        by_team=by_team,
        by_wecom={one.wecom_userid: identity for identity, one in staff.items() if one.wecom_userid},
    )


class Assigning:
    """Gives work out within one step; what it gave counts for what follows."""

    def __init__(self, state: StateView, people: People) -> None:
        self._state = state
        self._people = people
        self._loads: dict[int, int] | None = None
        self._last: dict[int, int] | None = None
        self._attributes: dict[tuple[int, str], str] = {}

    def given(self, kind: str, number: int, team: str) -> Given:
        """Return who gets work of a kind about a customer; `team` is the one asked for, empty for any."""
        for rule in self._people.rules.assignment:
            if rule.kinds and kind not in rule.kinds:
                continue
            found = self._by(rule, number, team)
            if found is not None:
                return found
        return Given(team or self._people.rules.queue, "")

    def took(self, owner: int, row: int, change: int) -> None:
        """Count that an owner has one piece of work more or less."""
        if owner:
            loads = self._load()
            loads[owner] = loads.get(owner, 0) + change
            if change > 0:
                self._given()[owner] = row

    def _by(self, rule: AssignmentRule, number: int, team: str) -> Given | None:
        match rule.by:
            case "owner":
                said = self._attribute(number, OWNER_ATTRIBUTE)
                owner = said if said in self._people.staff else self._people.by_wecom.get(said, "")
                free = self._free([owner] if owner else ())
                return Given(self._people.staff[owner].team, owner) if free else None
            case "store" | "region":
                here = self._attribute(number, STORE_ATTRIBUTE if rule.by == "store" else REGION_ATTRIBUTE)
                theirs = [
                    each
                    for each, one in self._people.teams.items()
                    if here and here in (one.stores if rule.by == "store" else one.regions) and team in ("", each)
                ]
            case "team":
                theirs = [each for each in (team or rule.team,) if each]
        return self._among(theirs, rule)

    def _among(self, teams: Sequence[str], rule: AssignmentRule) -> Given | None:
        free = self._free(each for team in teams for each in self._people.by_team.get(team, ()))
        if not free:
            return None
        counted = self._load() if rule.how == "least_loaded" else self._given()
        nobody = 0 if rule.how == "least_loaded" else -1
        owner = min(free, key=lambda each: (counted.get(works.staff_hash(each), nobody), each))
        return Given(self._people.staff[owner].team, owner)

    def _free(self, staff: Iterable[str]) -> list[str]:
        """Return who is here and has room."""
        found: list[str] = []
        for each in staff:
            one = self._people.staff[each]
            full = one.load_max and self._load().get(works.staff_hash(each), 0) >= one.load_max
            if not one.away and not full:
                found.append(each)
        return found

    def _load(self) -> dict[int, int]:
        if self._loads is None:
            self._loads = works.loads(self._state)
        return self._loads

    def _given(self) -> dict[int, int]:
        if self._last is None:
            self._last = works.last_given(self._state)
        return self._last

    def _attribute(self, number: int, name: str) -> str:
        """Return a customer's attribute as text, read from disk once a step; empty where there is none."""
        key = (number, name)
        if key not in self._attributes:
            found = self._state.attribute([number], name)
            value: Any = parse_json(found[0]) if found and not found[1] else None
            self._attributes[key] = "" if value is None else str(value)
        return self._attributes[key]
