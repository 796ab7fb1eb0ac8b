"""What history says over the public API: numbers add up, lead to their people, and bad questions are told apart."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from served import DAY_MS, NOW_MS, Served, play, served

from liftloop.api.present.results import funnel_view
from liftloop.app.results.asking import BadQuestion, Period
from liftloop.app.results.funnel import FunnelAsked, FunnelFound, FunnelGroup
from liftloop.app.results.groups import GROUPS_MAX, GROUPS_SHOWN, UNSAID, Group, Grouping, groups_of
from liftloop.app.results.steps import Step
from liftloop.kernel.codec import canonical_json
from liftloop.measure.funnel_groups import Reached, lagging
from liftloop.storage.contract import Record
from liftloop.testing.installation import Installation

Story = Callable[[Served], Awaitable[Any]]


def happened(person: str, event: str, days_ago: float, **properties: Any) -> Record:
    return Record(
        kind="page" if event == "page" else "track",
        at_ms=NOW_MS - round(days_ago * DAY_MS),
        received_ms=NOW_MS,
        message_id=f"{person}/{event}/{days_ago}",
        actor="key:write",
        user_id=person,
        name="" if event == "page" else event,
        body=canonical_json(properties),
    )


def identified(person: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": person, "traits": traits}


PAST = [
    *(happened(f"u{number}", "Product Viewed", 20) for number in range(8)),
    *(happened(f"u{number}", "Product Added", 19.5) for number in range(4)),
    happened("u0", "Order Completed", 19, order_id="o0", revenue=100.0),
    happened("u1", "Order Completed", 10, order_id="o1", revenue=50.0),
    happened("u7", "page", 21, url="https://shop.example/?utm_source=Baidu&utm_campaign=brand&utm_term=milk+powder"),
    happened("u0", "page", 0),
]


VISIT = {
    "type": "page",
    "userId": "u6",
    "messageId": "visit",
    "timestamp": datetime.fromtimestamp((NOW_MS - 21 * DAY_MS) / 1000, UTC).isoformat(),
    "context": {"campaign": {"source": "Bing", "name": "spring", "term": "milk"}},
}
"""As Segment's library says where a visit came from."""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[Story], Any]]:
    """Play stories that change nothing on one small shop."""
    loop = asyncio.new_event_loop()
    installation = Installation(tmp_path_factory.mktemp("results") / "data", NOW_MS)
    opened = served(installation)
    world = loop.run_until_complete(opened.__aenter__())
    installation.receive(*(identified(f"u{number}", level="gold" if number < 2 else "plain") for number in range(8)))
    installation.receive(identified("u0", shirt="red"), identified("u1", shirt="red"), identified("u1", shirt=None))
    installation.receive(VISIT)
    installation.append(PAST)
    loop.run_until_complete(world.settle())

    def played(story: Story) -> Any:
        async def whole() -> Any:
            return await story(world)

        return loop.run_until_complete(whole())

    yield played
    loop.run_until_complete(opened.__aexit__(None, None, None))
    installation.close()
    loop.close()


FUNNEL: dict[str, Any] = {
    "steps": [{"event": each} for each in ("Product Viewed", "Product Added", "Order Completed")],
    "window_days": 7,
}


async def posted(world: Served, path: str, body: dict[str, Any]) -> Any:
    answer = await world.admin.post(f"/api/results/{path}", body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_a_funnel_counts_people_and_leads_to_them(ask: Callable[[Story], Any]) -> None:
    """Each number of a funnel is as many people as the page behind it shows, lost ones and groups too."""

    async def story(world: Served) -> None:
        found = await posted(world, "funnel", FUNNEL)
        assert [each["people"] for each in found["steps"]] == [8, 4, 1]
        assert [each["lost"] for each in found["steps"]] == [4, 3, 0]
        assert found["steps"][1]["seconds"][1] == 0.5 * 86_400
        assert found["worst"] == 1, "three of four are lost there"
        lost = await posted(world, "funnel/people", {**FUNNEL, "step": 1, "lost": True})
        assert lost["total"] == 3
        assert sorted(each["identifier"] for each in lost["people"]) == ["u1", "u2", "u3"]
        by = {**FUNNEL, "group": {"kind": "trait", "name": "level"}}
        groups = {each["group"]["value"]: each for each in (await posted(world, "funnel", by))["groups"]}
        assert {name: each["people"] for name, each in groups.items()} == {"gold": [2, 2, 1], "plain": [6, 2, 0]}
        gold = await posted(world, "funnel/people", {**by, "step": 0, "of_group": groups["gold"]["place"]})
        assert sorted(each["identifier"] for each in gold["people"]) == ["u0", "u1"]
        shirts = await posted(world, "funnel", {**FUNNEL, "group": {"kind": "trait", "name": "shirt"}})
        by_shirt = {each["group"]["value"]: each["people"][0] for each in shirts["groups"]}
        assert by_shirt == {"red": 1, "": 7}, "who emptied it is among those who said nothing"
        channel = await posted(world, "funnel", {**FUNNEL, "group": {"kind": "channel"}})
        by_channel = [(each["group"]["value"], each["people"][0]) for each in channel["groups"]]
        assert sorted(by_channel) == [("", 6), ("baidu", 1), ("bing", 1)]

    ask(story)


def test_a_funnel_can_be_asked_of_properties_and_in_any_order(ask: Callable[[Story], Any]) -> None:
    """A step may name values of a property; without an order the k-th number is who did k of the steps."""

    async def story(world: Served) -> None:
        dear = {"event": "Order Completed", "where": [{"property": "revenue", "gte": 80}]}
        steps = [{"event": "Product Viewed"}, dear]
        found = await posted(world, "funnel", {"steps": steps, "window_days": 30})
        assert [each["people"] for each in found["steps"]] == [8, 1]
        turned = {**FUNNEL, "steps": FUNNEL["steps"][::-1], "window_days": 30}
        assert [each["people"] for each in (await posted(world, "funnel", turned))["steps"]] == [2, 0, 0]
        anyhow = await posted(world, "funnel", {**turned, "ordered": False})
        assert [each["people"] for each in anyhow["steps"]] == [8, 4, 2]
        by = {**FUNNEL, "steps": FUNNEL["steps"][2:] * 2, "group": {"kind": "property", "name": "order_id"}}
        groups = (await posted(world, "funnel", by))["groups"]
        assert sorted(each["group"]["value"] for each in groups) == ["o0", "o1"]

    ask(story)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("funnel", FUNNEL | {"steps": FUNNEL["steps"][:1]}, "bad_question"),
        ("funnel", FUNNEL | {"from": "2026-09-02", "to": "2026-09-01"}, "bad_question"),
        ("funnel", FUNNEL | {"window_days": 0}, "bad_question"),
        ("funnel", FUNNEL | {"steps": [{"event": "Product Veiwed"}, {"event": "any"}]}, "unknown_event"),
        ("funnel", FUNNEL | {"group": {"kind": "audience", "name": "nobody-made-it"}}, "not_found"),
        ("funnel", FUNNEL | {"group": {"kind": "trait"}}, "invalid_request"),
        ("retention", {"grain": "day", "from": "2025-01-01", "to": "2026-01-01"}, "bad_question"),
        ("retention", {"first": {"event": "Product Viewd"}}, "unknown_event"),
        ("attribution", {"markov_order": 4}, "bad_question"),
        ("attribution", {"lookback_days": 0}, "bad_question"),
        ("attribution", {"campaign": "no-such"}, "not_found"),
        ("lifetime-value", {"horizon_days": 30}, "invalid_request"),
        ("lifetime-value", {"group": {"kind": "last_touch"}}, "bad_question"),
        ("return-on-spend", {"lookback_days": 4000}, "bad_question"),
        ("return-on-spend", {"model": "shapley"}, "invalid_request"),
    ],
)
def test_what_cannot_be_answered_is_said(
    ask: Callable[[Story], Any], path: str, body: dict[str, Any], code: str
) -> None:
    """A question with a fault is refused with its code, in both languages and with what to do."""

    async def story(world: Served) -> None:
        refused = await world.admin.post(f"/api/results/{path}", body)
        said = refused.json()
        assert said["code"] == code, said
        assert said["message_zh"]
        assert said["message_en"]
        assert said["next"]
        if code == "unknown_event":
            assert "Product Viewed" in said["next"]

    ask(story)


def test_a_group_that_loses_more_is_told_with_what_it_costs() -> None:
    """The view names the group, its step, both shares and how many people more it would be, in both languages."""
    groups = tuple(
        FunnelGroup(place=place, group=Group(value=name), reached=reached, open=(0, 0))
        for place, (name, reached) in enumerate((("baidu", (1_000, 100)), ("wecom", (1_000, 300))))
    )
    lag = lagging([Reached(place=each.place, reached=each.reached, open=each.open) for each in groups])
    whole = FunnelGroup(place=0, group=Group(value=""), reached=(2_000, 400), open=(0, 0))
    days = Period(first=date(2026, 9, 1), last=date(2026, 9, 30))
    steps = (Step(event="Product Viewed"), Step(event="Order Completed"))
    asked = FunnelAsked(steps=steps, period=days, window_ms=7 * DAY_MS, grouping=Grouping(kind="last_touch"))
    found = funnel_view(asked, FunnelFound(whole=whole, between=(None, None), groups=groups, lag=lag, events=2_400))
    (behind,) = found.behind
    assert (behind.place, behind.step, behind.share, behind.rest) == (0, 0, 0.1, 0.3)
    assert behind.low < -0.2 < behind.high < 0
    assert "100 人里只有 10 人继续，其他人是 30 人；跟其他人一样的话，会多 200 人" in behind.sentence.zh
    assert "200 more people" in behind.sentence.en
    assert found.told is not None
    assert "1 group loses" in found.told.en


def test_more_values_than_make_groups_are_refused_and_many_are_put_together() -> None:
    """The twelve largest groups stand alone and the others together; more than ten thousand are no groups."""
    nobody = np.zeros(0, dtype=np.int64)
    found = groups_of(nobody, nobody, [(place, f"v{place}") for place in range(1, 101)], UNSAID)
    assert len(found.groups) == GROUPS_SHOWN + 2
    assert found.groups[GROUPS_SHOWN].said is not None
    assert "88" in found.groups[GROUPS_SHOWN].said.en
    with pytest.raises(BadQuestion):
        groups_of(nobody, nobody, [(place, f"v{place}") for place in range(1, GROUPS_MAX + 2)], UNSAID)


def test_an_empty_lake_answers_nobody(tmp_path: Path) -> None:
    """Before the first event every question has an answer, and it is that there is nobody."""

    async def story(world: Served) -> None:
        vocabulary = (await world.admin.get("/api/results/vocabulary")).json()
        assert (vocabulary["from"], vocabulary["to"]) == (None, None)
        steps = [{"event": "any"}, {"event": "message.clicked"}]
        assert [each["people"] for each in (await posted(world, "funnel", {"steps": steps}))["steps"]] == [0, 0]
        assert (await posted(world, "attribution", {}))["conversions"] == 0
        assert (await posted(world, "return-on-spend", {}))["total"]["value"] == 0
        assert (await posted(world, "lifetime-value", {}))["whole"]["people"] == 0
        refused = await world.admin.post("/api/results/retention", {})
        assert refused.json()["code"] == "unknown_event"

    play(tmp_path, story)
