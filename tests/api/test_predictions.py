"""Predicted audiences and learned segments over the API: planted ones are found, and become conditions that count."""

from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from served import DAY_MS, NOW_MS, Served, play

from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

PEOPLE = 600
"""Of them every second browses often and never orders, the others order often and hardly browse."""


def happened(person: int, name: str, days_ago: float, **properties: Any) -> Record:
    at_ms = NOW_MS - int(days_ago * DAY_MS)
    return Record(
        kind="track",
        at_ms=at_ms,
        received_ms=NOW_MS,
        message_id=f"{person}/{name}/{days_ago}",
        actor="key:write",
        user_id=f"u{person}",
        name=name,
        body=canonical_json(properties),
    )


def history() -> list[Record]:
    dice = np.random.default_rng(4)
    records: list[Record] = []
    for person in range(PEOPLE):
        name, times = ("Order Completed", 6) if person % 2 else ("Product Viewed", 14)
        records += [
            happened(person, name, days_ago, revenue=round(float(dice.lognormal(4, 0.5)), 2))
            for days_ago in dice.uniform(1, 80, size=int(dice.poisson(times)) + 1).round(3).tolist()
        ]
    return records


def test_planted_segments_are_named_counted_and_kept(tmp_path: Path) -> None:
    """Two kinds of behaviour become two segments with a name each; as a condition each finds its people, the next
    study leaves everybody where they were."""

    async def story(world: Served) -> None:
        world.installation.append(history())
        await world.settle()
        assert (await world.admin.get("/api/segments")).json() == {"study": None}
        answer = await world.admin.post("/api/segments", {})
        assert answer.status == 200, answer.body
        cards = answer.json()["segments"]
        assert [card["people"] for card in cards] == [PEOPLE // 2, PEOPLE // 2]
        assert len({card["name"]["zh"] for card in cards}) == 2
        await world.settle()
        for card in cards:
            asked = {"definition": {"trait": "segment", "is": card["id"]}}
            assert (await world.admin.post("/api/audiences/preview", asked)).json()["count"] == card["people"]
        kept = (await world.admin.get("/api/segments")).json()["study"]
        assert kept["segments"] == cards
        await _are_said_by_name(world, cards)
        again = await _are_found_anew_every_day(world, kept["at"])
        assert [(card["id"], card["name"]) for card in again] == [(card["id"], card["name"]) for card in cards]

    play(tmp_path, story)


async def _are_said_by_name(world: Served, cards: list[dict[str, Any]]) -> None:
    """A segment's name stands in sentences, read or written, and beside its code in the vocabulary."""
    for card in cards:
        asked = {"definition": {"trait": "segment", "in": [card["id"]]}}
        said = (await world.admin.post("/api/audiences/preview", asked)).json()["sentence"]
        assert said == {"zh": f"行为分群是{card['name']['zh']}", "en": f"Segment is {card['name']['en']}"}
        for text in said.values():
            heard = (await world.admin.post("/api/audiences/understand", {"text": text})).json()
            assert (heard["definition"], heard["unread"]) == ({"trait": "segment", "is": card["id"]}, []), text
    words = (await world.admin.get("/api/audiences/vocabulary")).json()["traits"]
    (segment,) = [each for each in words if each["id"] == "segment"]
    assert segment["value_names"] == {card["id"]: card["name"] for card in cards}


async def _are_found_anew_every_day(world: Served, before: str) -> list[dict[str, Any]]:
    """When the clock has gone a day the study is done again, and newcomers get their segment."""
    like = Record(kind="identify", at_ms=NOW_MS, received_ms=NOW_MS, message_id="n", actor="key:write", user_id="new")
    world.installation.append([like, *(replace(each, user_id="new") for each in history() if each.user_id == "u1")])
    asked = {"definition": {"trait": "segment", "exists": True}}
    assert (await world.admin.post("/api/audiences/preview", asked)).json()["count"] == PEOPLE
    assert (await world.admin.post("/api/clock", {"advance_s": 3_600})).status == 200
    assert (await world.admin.get("/api/segments")).json()["study"]["at"] == before
    assert (await world.admin.post("/api/clock", {"advance_s": 82_800})).status == 200
    study = (await world.admin.get("/api/segments")).json()["study"]
    assert study["at"] > before
    assert study["people"] == PEOPLE + 1
    await world.settle()
    assert (await world.admin.post("/api/audiences/preview", asked)).json()["count"] == PEOPLE + 1
    return study["segments"]


def test_people_like_members_get_a_score_that_conditions_can_ask(tmp_path: Path) -> None:
    """Members named by an attribute are told apart by behaviour; the most alike of the others are those like them."""

    async def story(world: Served) -> None:
        world.installation.append(history())
        named = [number for number in range(PEOPLE) if number % 2 and number % 3]
        world.installation.receive(
            *({"type": "identify", "userId": f"u{number}", "traits": {"club": "yes"}} for number in named)
        )
        await world.settle()
        seed = {"name": "俱乐部", "definition": {"trait": "club", "is": "yes"}}
        made = (await world.admin.post("/api/audiences", seed)).json()
        assert made["count"] == len(named)
        answer = await world.admin.post(f"/api/predictions/{made['audience_id']}", {})
        assert answer.status == 200, answer.body
        found = answer.json()
        assert (found["learned_from"], found["positives"]) == ("members", len(named))
        assert found["candidates"] == PEOPLE - len(named)
        listed = (await world.admin.get("/api/predictions")).json()["predictions"]
        assert [each["audience_id"] for each in listed] == [made["audience_id"]]
        assert found["area"] > 0.75
        asked = {"definition": {"trait": found["trait"], "gte": 0.8}}
        count = (await world.admin.post("/api/audiences/preview", asked)).json()["count"]
        if found["verdict"] == "usable":
            assert 0 < count <= 0.25 * found["candidates"]
        else:
            assert found["verdict"] == "simple_is_enough"
            assert count == 0, "what is refused gives nobody a score"

    play(tmp_path, story)


def test_likeness_is_found_anew_every_day_for_audiences_that_live(tmp_path: Path) -> None:
    """A score found useful follows who behaves alike now: once a day, and not for an audience that was retired."""

    async def story(world: Served) -> None:
        world.installation.append(history())
        watched = list(range(0, PEOPLE, 4))  # Half of those who browse: what they buy tells nothing.
        world.installation.append([each for number in watched for each in _visits(number)])
        clubs = [number for number in watched if number % 12]
        world.installation.receive(
            *({"type": "identify", "userId": f"u{number}", "traits": {"club": "yes"}} for number in clubs)
        )
        await world.settle()
        for name in ("kept", "ended"):
            body = {"audience_id": name, "name": name, "definition": {"trait": "club", "is": "yes"}}
            assert (await world.admin.post("/api/audiences", body)).status == 200
            found = (await world.admin.post(f"/api/predictions/{name}", {})).json()
            assert (found["verdict"], found["candidates"]) == ("usable", PEOPLE - len(clubs)), found
        alike = {"definition": {"trait": "likeness:kept", "gte": 0.85}}
        before = await _who(world, alike)
        wanted = {f"u{number}" for number in watched if number not in clubs}
        assert len(before & wanted) > 0.8 * len(wanted)
        assert (await world.admin.call("DELETE", "/api/definitions/audience/ended")).status == 200
        like = [replace(each, user_id="late") for each in (*history(), *_visits(0)) if each.user_id == "u0"]
        world.installation.append([replace(each, message_id=f"late/{each.message_id}") for each in like])
        assert (await world.admin.post("/api/clock", {"advance_s": 3_600})).status == 200
        assert await _who(world, alike) == before
        assert (await world.admin.post("/api/clock", {"advance_s": 82_800})).status == 200
        await world.settle()
        assert "late" in await _who(world, alike)
        studied = {each["audience_id"]: each["at"] for each in await _predictions(world)}
        assert studied["kept"] > studied["ended"]

    play(tmp_path, story)


def _visits(number: int) -> list[Record]:
    return [happened(number, "Store Visited", days_ago) for days_ago in (3.0, 9.0, 20.0)]


async def _predictions(world: Served) -> list[dict[str, Any]]:
    return (await world.admin.get("/api/predictions")).json()["predictions"]


async def _who(world: Served, asked: dict[str, Any]) -> set[str]:
    """Return who an audience finds, by their own ids."""
    body = {"name": f"who {NOW_MS}", **asked}
    made = (await world.admin.post("/api/audiences", body)).json()
    listed = (await world.admin.get(f"/api/audiences/{made['audience_id']}/people", limit=200)).json()
    return {each["identifier"] for each in listed["people"]}


def test_an_unknown_audience_is_refused(tmp_path: Path) -> None:
    """Nobody can be like an audience that does not exist."""

    async def story(world: Served) -> None:
        assert (await world.admin.post("/api/predictions/nowhere", {})).status == 404

    play(tmp_path, story)
