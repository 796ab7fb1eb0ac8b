"""The same tree means the same people in memory, in the lake and in plain Python."""

import asyncio
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from audience_world import (
    NOW_MS,
    PEOPLE,
    RULED,
    TAGS,
    TRAITS,
    Happening,
    histories,
    people_of,
    record,
    satisfies,
    trees,
)
from hypothesis import HealthCheck, example, given, settings

from liftloop.app.audience_lake import selection, selection_at
from liftloop.app.audience_question import NOBODY, Meanings, question_of
from liftloop.audience.contract import BadAudience
from liftloop.collect.contract import TRAITS_CHANGED
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.contract import UnknownCondition
from liftloop.profile.tags import tag_condition
from liftloop.storage import question_sql
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.question import AnyOf
from liftloop.testing.installation import Installation

OTHERS = {"any": [{"event": "Product Viewed", "count": {"gte": 2}}, {"trait": "city", "is": "Bath"}]}

AUDIENCES = {"others": OTHERS, "tag:ruled": RULED, "tag:put": tag_condition("put")}


def numbers_of(installation: Installation) -> dict[str, int]:
    async def ask() -> dict[str, int]:
        found = {who: await installation.tick.ask("person", identifier=who, now_ms=NOW_MS) for who in PEOPLE}
        return {who: answer["profile"] for who, answer in found.items() if answer["profile"] is not None}

    return asyncio.run(ask())


def in_memory(installation: Installation, audience: str) -> list[int]:
    answer = asyncio.run(installation.tick.ask("members", id=audience))
    return sorted(np.frombuffer(answer["profiles"], dtype=np.int64).tolist())


def in_lake(installation: Installation, tree: dict[str, Any]) -> list[int]:
    asked = selection(tree, Meanings(traits=TRAITS, audiences=AUDIENCES), NOW_MS)
    return installation.lake.select(asked.text, asked.parameters)["profile"].tolist()


EVERYBODY_AT_NOW = """SELECT 0 AS source, profile AS id, profile, $1::BIGINT AS at_ms FROM (
    SELECT profile FROM event_now UNION SELECT profile FROM exposure_now WHERE profile IS NOT NULL
)"""


def as_of_now(installation: Installation, tree: dict[str, Any]) -> list[int]:
    """Ask at one moment of each person what otherwise is asked of people now."""
    meanings = Meanings(traits=TRAITS, audiences=AUDIENCES)
    people = installation.lake.select(f"SELECT id FROM ({EVERYBODY_AT_NOW}) ORDER BY id", [NOW_MS])["id"]
    asked = selection_at(tree, meanings, EVERYBODY_AT_NOW, [NOW_MS])
    return people[installation.lake.select(asked.text, asked.parameters)["profile"]].tolist()


def _compare(tree: dict[str, Any], history: list[Happening], cut: int) -> None:
    """Publish after `cut` happenings: what came before is filled from the lake, the rest is folded as it comes."""
    with TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "data", NOW_MS)
        records = [record(number, happening) for number, happening in enumerate(history)]
        if records[:cut]:
            installation.append(records[:cut])
        for identity, body in TRAITS.items():
            installation.publish("trait", identity, body)
        for identity, body in TAGS.items():
            installation.publish("tag", identity, body)
        installation.publish("audience", "others", {"name": "others", "where": OTHERS})
        installation.publish("audience", "tested", {"name": "tested", "where": tree})
        if records[cut:]:
            installation.append(records[cut:])
        installation.fold_all()
        installation.follow()
        people = people_of([history[:cut], history[cut:]], numbers_of(installation))
        expected = sorted(each.number for each in people if satisfies(each, tree, {"others": OTHERS}))
        assert in_lake(installation, tree) == expected, "lake"
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(question_sql, "APART_MAX", 0)
            assert in_lake(installation, tree) == expected, "lake, all streams read in one go"
        if all(happening[2] < NOW_MS for happening in history):
            try:
                assert as_of_now(installation, tree) == expected, "as of a moment"
            except UnknownCondition:
                assert any(word in str(tree) for word in ("_ms", "audience", "trait"))
        assert in_memory(installation, "tested") == expected, "memory"
        preview = asyncio.run(installation.tick.ask("preview", where=tree, now_ms=NOW_MS))
        assert (preview["count"], preview["unknown"]) == (len(expected), []), "preview"
        installation.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=trees, history=histories)
@example(tree={"trait": "city", "is_not": "Bath"}, history=[("track", "u1", NOW_MS, "Order Completed", {})])
@example(tree={"trait": "city", "exists": False}, history=[("identify", "u1", NOW_MS - 1, "", {})])
@example(
    tree={"event": "Product Viewed", "days_since_first": {"lt": 3}},
    history=[("track", "u1", NOW_MS - 9 * DAY_MS, "Product Viewed", {})],
)
@example(tree={"tag": "ruled"}, history=[("track", "u1", NOW_MS - DAY_MS, "Product Viewed", {})])
@example(tree={"not": {"tag": "put"}}, history=[("identify", "u1", NOW_MS - 1, "", {"tag:put": NOW_MS + 1})])
@example(
    tree={"trait": "city", "days_since": {"lt": 30}},
    history=[("identify", "u1", NOW_MS - 3_600_000, "", {"city": NOW_MS - 86_400_000})],
)
@example(
    tree={"trait": "born", "days_to_anniversary": {"lte": 1}},
    history=[("identify", "u1", NOW_MS - 3_600_000, "", {"born": "2026-09-21T17:30:00Z"})],
)
@example(
    tree={"trait": "city", "gte": 3},
    history=[
        ("identify", "u1", NOW_MS - DAY_MS, "", {"city": 1}),
        (TRAITS_CHANGED, "u1", NOW_MS - 2 * DAY_MS, "add", {"city": 2}),
    ],
)
@example(tree={"trait": "city", "exists": False}, history=[(TRAITS_CHANGED, "u1", NOW_MS - DAY_MS, "delete", {})])
def test_a_tree_means_the_same_in_memory_in_the_lake_and_in_plain_python(
    tree: dict[str, Any], history: list[Happening]
) -> None:
    """Whatever the tree and the history, published in the middle of it: all three name the same people."""
    _compare(tree, history, len(history) // 2)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(10))  # Draws of its own each, so that none takes long and a failure names few.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=trees, history=histories)
def test_many_trees_mean_the_same_everywhere(part: int, tree: dict[str, Any], history: list[Happening]) -> None:
    """The same promise over many more trees."""
    _compare(tree, history, len(history) // 2)


def test_nothing_that_a_person_writes_stands_in_the_query() -> None:
    """Names and values travel as parameters, so that no name can become SQL."""
    evil = "x'); DROP TABLE event; --"
    tree = {
        "all": [
            {"event": evil, "property": evil, "where": [{"property": evil, "is": evil}]},
            {"trait": evil, "in": [evil]},
        ]
    }
    asked = selection(tree, Meanings(traits={}, audiences={}), NOW_MS)
    assert "DROP" not in asked.text
    assert {str(value) for value in asked.parameters if evil in str(value)} == {evil, f"/{evil}"}


def test_what_the_engine_does_not_know_the_lake_refuses_too() -> None:
    """A comparison that memory would refuse is refused in the same words."""
    nothing = Meanings(traits={}, audiences={})
    for leaf in (
        {"event": "x", "count": {"about": 3}},
        {"event": "x", "min": {"gte": 1}},
        {"event": "x", "within_days": -1},
        {"event": ""},
        {"trait": "age", "gte": "old"},
    ):
        with pytest.raises(UnknownCondition):
            selection(leaf, nothing, NOW_MS)


EMPTY = Meanings(traits={}, audiences={})


@pytest.mark.long
@pytest.mark.parametrize("kind", ["events", "attributes"])
def test_an_audience_of_five_hundred_conditions_is_asked_in_bounded_time(tmp_path: Path, kind: str) -> None:
    """The largest tree that may be published compiles and runs within seconds, whatever it is made of."""
    leaf = {"events": {"event": "E#", "within_days": 30}, "attributes": {"trait": "a#", "is": "x"}}[kind]
    parts = [json.loads(json.dumps(leaf).replace("#", str(n))) for n in range(499)]
    lake = DuckLake(tmp_path / "lake.duckdb", memory_limit="1GB", threads=1)
    before = time.process_time()
    asked = selection({"any": parts}, EMPTY, NOW_MS)
    assert lake.select(asked.text, asked.parameters)["profile"].tolist() == []
    assert time.process_time() - before < 60
    lake.close()


def test_audiences_that_multiply_when_they_are_put_together_are_refused() -> None:
    """Thirty audiences that each name the next twice would be a billion conditions; so are too many sequences."""
    doubled = {f"a{n}": {"any": [{"audience": f"a{n + 1}"}, {"audience": f"a{n + 1}"}]} for n in range(30)}
    many = [{"sequence": [{"event": "x"}, {"event": "y"}], "within_days": n + 1, "gap_days": 1} for n in range(51)]
    for tree, audiences in (({"audience": "a0"}, doubled), ({"any": many}, {})):
        with pytest.raises(BadAudience):
            selection(tree, Meanings(traits={}, audiences=audiences), NOW_MS)


def test_a_circle_has_no_members_and_no_end() -> None:
    """Audiences that name each other, published at one instant, hold nobody, and neither does one that was deleted."""
    audiences = {"a": {"not": {"audience": "b"}}, "b": {"audience": "a"}}
    asked = question_of({"any": [{"audience": "a"}, {"audience": "gone"}]}, Meanings(traits={}, audiences=audiences), 0)
    assert asked == AnyOf((NOBODY, NOBODY))
