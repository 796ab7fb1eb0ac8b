"""The scan over a sample shop's past: its groups are those that the lake counts, and its amounts are told as ranges."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from msgspec import Struct
from msgspec.structs import replace
from shop_lake import UNTIL_MS, add_rows, sources_of

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.opportunities.directory import groups_of
from liftloop.app.opportunities.scan import Scan, scan
from liftloop.app.planning.past_membership import PastMembership, models_of
from liftloop.app.planning.reading import Look
from liftloop.app.planning.reading import Moments as Asking
from liftloop.app.planning.sources import Sources
from liftloop.app.planning.study import plan_goal
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.app.studies.reading import read_past
from liftloop.app.studies.traits import study_of
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.plan.opportunities.candidate import FAMILY
from liftloop.simulate.history import History
from liftloop.storage.embedded.lake import DuckLake


class World(Struct, frozen=True, kw_only=True):
    sources: Sources
    found: Scan


@pytest.fixture(scope="module")
def world(small_past: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("opportunities")
    sources = sources_of(small_past, folder)
    past = read_past(sources.lake, UNTIL_MS, SHANGHAI_OFFSET_MINUTES * MINUTE_MS)
    traits = study_of(past, UNTIL_MS).traits
    sources.lake.close()  # type: ignore[attr-defined]
    for each in traits:
        text = bool(each.words)
        word = np.array([each.words[place] if place >= 0 else None for place in each.value.astype(int)] if text else [])
        count = each.profile.size
        add_rows(
            folder / "lake.duckdb",
            "trait_studied",
            {
                "offset": np.full(count, 1),
                "at_ms": np.full(count, UNTIL_MS),
                "name": np.full(count, each.trait, dtype=object),
                "profile": each.profile,
                "number": np.full(count, np.nan) if text else each.value.astype(np.float64),
                "word": word.astype(object) if text else np.full(count, None, dtype=object),
            },
        )
    sources = replace(sources, lake=DuckLake(folder / "lake.duckdb", memory_limit="1GB", threads=1))
    yield World(sources=sources, found=scan(sources))
    sources.lake.close()  # type: ignore[attr-defined]


def test_the_first_three_differ_in_kind_and_tell_a_range(world: World) -> None:
    """Three families come first; every amount has two ends, people that can be counted, and says what it rests on."""
    found = world.found
    assert found.status == "ready"
    assert len({FAMILY[each.kind] for each in found.opportunities[:3]}) == 3
    for each in found.opportunities:
        assert each.low_fen < each.point_fen < each.high_fen
        assert each.people >= 50
        assert each.own <= each.people
        assert each.basis in ("learned", "learned_all"), "the sample shop has drawn offers at random"
    assert found.people == sum(each.own for each in found.opportunities)
    assert found.point_fen <= sum(each.point_fen for each in found.opportunities)


@pytest.mark.long
def test_a_group_now_is_who_the_lake_counts(world: World) -> None:
    """The conditions answered for past moments give, at this moment, exactly the people that an audience has."""
    lake = world.sources.lake
    past = read_past(lake, UNTIL_MS, SHANGHAI_OFFSET_MINUTES * MINUTE_MS)
    look = Look(lake, Asking(statement="windows", parameters=([UNTIL_MS], 1, 0, UNTIL_MS + 1)))
    members = PastMembership(look, models_of(past, UNTIL_MS))
    for each in world.found.opportunities:
        asked = selection(each.where, Meanings(traits={}, audiences={}), UNTIL_MS)
        there = set(lake.select(asked.text, asked.parameters)["profile"].tolist())
        assert len(there) == each.people
        if each.kind != "birthday":  # Its past is that of everybody: birthdays of now are not those of then.
            assert set(look.profile[members.holds(each.where)].tolist()) == there, each.kind


class Altered:
    """A lake that answers the queries which hold some words otherwise."""

    def __init__(self, lake: Any, words: str, alter: Callable[[Any], Any]) -> None:
        self._lake, self._words, self._alter = lake, words, alter
        self.position = lake.position

    def select(self, query: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        rows = self._lake.select(query, parameters)
        return {name: self._alter(column) for name, column in rows.items()} if self._words in query else rows


@pytest.mark.long
def test_without_random_contacts_the_range_is_called_assumed(world: World) -> None:
    """A log without chances teaches nothing: every opportunity then rests on the assumed range and says so."""
    lake: Any = Altered(world.sources.lake, "AS nobody", lambda column: column[:0])
    found = scan(replace(world.sources, lake=lake))
    assert found.opportunities
    assert {each.basis for each in found.opportunities} == {"assumed"}
    assert all("假定" in each.worth.zh and "assumed" in each.worth.en for each in found.opportunities)


def test_an_old_file_and_a_short_one_have_no_opportunities_now(world: World) -> None:
    """Two months after the last order, or with a month of orders in all, no amount is told, but what to bring."""
    old = scan(replace(world.sources, now_ms=UNTIL_MS + 60 * DAY_MS))
    assert (old.status, old.opportunities) == ("stale", ())
    lake: Any = Altered(world.sources.lake, "AS first_ms", lambda column: np.maximum(column, UNTIL_MS - 40 * DAY_MS))
    short = scan(replace(world.sources, lake=lake))
    assert (short.status, short.opportunities) == ("short", ())


def test_a_goal_about_people_of_studied_traits_has_a_past(world: World) -> None:
    """Saved as an audience, an opportunity's people can be planned for, though nobody had studied them in the past."""
    chosen = world.found.opportunities[0]
    definitions = replace(
        world.sources.definitions,
        audiences={"next": {"name": chosen.name.zh, "where": chosen.where}},
        offered=groups_of(world.found),
    )
    record = plan_goal(chosen.goal.zh, {}, "zh-CN", replace(world.sources, definitions=definitions))
    assert record.understood.questions == ()
    assert record.group == {"audience": "next"}, "what somebody published goes before what is offered"
    assert record.baseline is not None
    assert record.baseline.people == chosen.people
    assert record.forecast is not None, "a plan, a trial, or a refusal that says what can be had"


def test_a_scan_says_how_far_it_is_and_where_a_range_holds_zero(world: World) -> None:
    """Groups are counted up to the last while they are weighed, and no card hides that a plan may advise against it."""
    heard: list[tuple[int, int]] = []
    found = scan(world.sources, lambda done, of: heard.append((done, of)))
    assert found == world.found
    assert [done for done, _ in heard] == list(range(heard[0][1]))
    for each in found.opportunities:
        assert ("范围里有零" in each.worth.zh) == (each.low_fen <= 0)
