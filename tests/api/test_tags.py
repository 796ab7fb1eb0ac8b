"""Tags: put on by hand, by API, by file and by rule; they run out at an instant, and the directory tells their use."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from served import DAY_MS, NOW_MS, Served, play

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings


async def define(world: Served, identity: str, **body: Any) -> None:
    answer = await world.admin.post("/api/tags", {"id": identity, "name": identity.upper(), **body})
    assert answer.status == 200, answer.json()
    for _ in range(100):
        if world.installation.fold.catalog.live("tag").get(identity) is not None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{identity} is not live")


async def people(world: Served, count: int) -> None:
    world.installation.receive(
        *(
            {"type": "identify", "userId": f"u{number}", "traits": {"city": "上海" if number % 2 else "Bath"}}
            for number in range(count)
        )
    )
    await world.settle()


async def having(world: Served, tag: str) -> set[str]:
    """Return who has a tag by the directory, which must be whom lake and preview find."""
    await world.settle()
    page = (await world.admin.get(f"/api/tags/{tag}/people", limit=200)).json()
    preview = (await world.admin.post("/api/audiences/preview", {"definition": {"tag": tag}})).json()
    assert preview["count"] == page["total"]
    trees = {each: body["where"] for each, body in world.desk.definitions.conditioned().items()}
    asked = selection({"tag": tag}, Meanings(traits={}, audiences=trees), world.installation.now_ms())
    assert len((await world.desk.follower.select(asked.text, asked.parameters))["profile"]) == page["total"]
    return {each["identifier"] for each in page["people"]}


async def row(world: Served, tag: str, **asked: Any) -> dict[str, Any]:
    tags = (await world.admin.get("/api/tags", **asked)).json()["tags"]
    return next(each for each in tags if each["tag_id"] == tag)


def test_a_tag_that_is_put_on_people_runs_out_at_its_instant(tmp_path: Path) -> None:
    """Put on two people for a day, taken off one: the other loses it one day later, at the very millisecond."""

    async def story(world: Served) -> None:
        await people(world, 4)
        await define(world, "new", expires_days=1)
        await world.admin.post(
            "/api/audiences", {"audience_id": "a", "name": "a", "definition": {"all": [{"tag": "new"}]}}
        )
        answer = (await world.admin.post("/api/tags/new/people", {"people": ["u1", "u2", "u99"]})).json()
        assert (answer["people"], answer["unknown"]) == (2, ["u99"])
        assert await having(world, "new") == {"u1", "u2"}
        await world.admin.post("/api/tags/new/people", {"people": ["u1"], "take_off": True})
        assert await having(world, "new") == {"u2"}
        world.installation.advance(86_400 - 0.001)
        assert (await world.admin.get("/api/audiences/a")).json()["count"] == 1
        world.installation.advance(0.001)
        assert (await world.admin.get("/api/audiences/a")).json()["count"] == 0
        assert await having(world, "new") == set()

    play(tmp_path, story)


def test_identify_puts_tags_on_by_name_or_id_and_takes_them_off(tmp_path: Path) -> None:
    """A list `tags` puts on what is defined, `tag:x` also says until when or off; strangers stay a plain trait."""

    async def story(world: Served) -> None:
        await people(world, 3)
        await define(world, "vip")
        await tracked(world, "u0", {"tags": ["VIP", "whatever"]})
        await tracked(world, "u1", {"tag:vip": NOW_MS + DAY_MS, "tag:unknown": True})
        await tracked(world, "u2", {"tag:vip": True})
        assert await having(world, "vip") == {"u0", "u1", "u2"}
        await tracked(world, "u2", {"tag:vip": False})
        assert await having(world, "vip") == {"u0", "u1"}
        person = (await world.admin.get("/api/profiles/u1")).json()
        (held,) = person["tags"]
        assert (held["tag_id"], held["by"], held["until"] is None) == ("vip", "key:write", False)
        assert not [each for each in person["traits"] if each["id"].startswith("tag:")]
        assert [each["label"]["en"] for each in person["timeline"] if each["kind"] == "tag"] == ["Tagged “VIP”"]

    play(tmp_path, story)


async def tracked(world: Served, who: str, traits: dict[str, Any]) -> None:
    """Send an identify as an SDK does."""
    world.installation.receive({"type": "identify", "userId": who, "traits": traits})
    await world.settle()


def test_a_tag_by_rule_follows_the_rule_and_nobody_can_put_it_on(tmp_path: Path) -> None:
    """Membership is that of the tree; to put it on is refused in words; the person's page says since when."""

    async def story(world: Served) -> None:
        await people(world, 6)
        await define(world, "local", where={"trait": "city", "is": "上海"})
        assert await having(world, "local") == {"u1", "u3", "u5"}
        refused = await world.admin.post("/api/tags/local/people", {"people": ["u0"]})
        assert (refused.status, refused.json()["code"]) == (409, "tag_follows_rule")
        await tracked(world, "u1", {"city": "Bath"})
        assert await having(world, "local") == {"u3", "u5"}
        person = (await world.admin.get("/api/profiles/u3")).json()
        assert [(each["tag_id"], each["by"]) for each in person["tags"]] == [("local", "rule")]
        assert person["audiences"] == []
        line = await row(world, "local")
        assert (line["people"], line["rule"]["en"]) == (2, "City is 上海")

    play(tmp_path, story)


def test_the_directory_says_who_uses_a_tag_and_what_is_unused_or_in_conflict(tmp_path: Path) -> None:
    """Uses by audience, coverage, tags that exclude each other on one person, near twins, and what nobody touched."""

    async def story(world: Served) -> None:
        await people(world, 40)
        everybody = [f"u{number}" for number in range(40)]
        await define(world, "gold", excludes=["silver"], category="level", owner="CRM")
        await define(world, "silver")
        await define(world, "shiny")
        await world.admin.post("/api/audiences", {"audience_id": "a", "name": "A", "definition": {"tag": "gold"}})
        await world.admin.post("/api/tags/gold/people", {"people": everybody[:30]})
        await world.admin.post("/api/tags/silver/people", {"people": everybody[28:]})
        await world.admin.post("/api/tags/shiny/people", {"people": everybody[1:30]})
        await world.settle()
        gold = await row(world, "gold")
        assert (gold["people"], gold["share"], gold["unused"], gold["owner"]) == (30, 0.75, False, "CRM")
        assert [(each["kind"], each["id"]) for each in gold["used_in"]] == [("audience", "a")]
        assert {(each["kind"], each["tag_id"], each["people"]) for each in gold["conflicts"]} == {
            ("exclusive", "silver", 2),
            ("alike", "shiny", 29),
        }
        assert [each["tag_id"] for each in (await row(world, "silver"))["conflicts"]] == ["gold"]
        assert not (await row(world, "shiny", unused_days=1))["unused"]
        world.installation.advance(2 * 86_400)
        assert (await row(world, "shiny", unused_days=1))["unused"]
        assert not (await row(world, "gold", unused_days=1))["unused"]

    play(tmp_path, story)


def test_a_goal_for_people_with_a_tag_is_a_use_of_it_until_its_plan_is_old(tmp_path: Path) -> None:
    """A goal names a tag as it names an audience; its plan counts these people and stands among the tag's uses."""

    async def story(world: Served) -> None:
        await people(world, 40)
        await define(world, "regular")
        await world.admin.post("/api/tags/regular/people", {"people": [f"u{number}" for number in range(30)]})
        world.installation.receive(*(order(number) for number in range(40)))
        await world.settle()
        text = "REGULAR 客户 30 天内复购率 +5%，预算 5000 元"
        plan = (await world.admin.post("/api/goals", {"text": text})).json()
        (said,) = [each for each in plan["understood"]["assumed"] if each["id"] == "group"]
        assert "标签“REGULAR”" in said["text"]["zh"]
        await world.settle()
        regular = await row(world, "regular", unused_days=1)
        assert [(each["kind"], each["id"], each["name"]) for each in regular["used_in"]] == [
            ("plan", plan["plan_id"], text)
        ]
        world.installation.advance(31 * 86_400)
        regular = await row(world, "regular", unused_days=1)
        assert (regular["used_in"], regular["unused"]) == ([], True)

    play(tmp_path, story)


def order(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Order Completed",
        "userId": f"u{number}",
        "messageId": f"order{number}",
        "properties": {"order_id": f"o{number}", "revenue": 30},
    }


def test_bad_tags_are_refused_in_words(tmp_path: Path) -> None:
    """No name, a rule with an end, a tag that excludes itself or refers to itself, a condition on none."""

    async def story(world: Served) -> None:
        for body in (
            {"id": "x", "name": " "},
            {"id": "x y", "name": "x"},
            {"id": "x", "name": "x", "expires_days": 0},
            {"id": "x", "name": "x", "excludes": ["x"]},
            {"id": "x", "name": "x", "where": {"tag": "x"}},
            {"id": "x", "name": "x", "where": {"trait": "city", "is": "a"}, "expires_days": 3},
        ):
            answer = await world.admin.post("/api/tags", body)
            assert answer.status in (404, 422), body
        answer = await world.admin.post(
            "/api/audiences", {"audience_id": "a", "name": "a", "definition": {"tag": "nowhere"}}
        )
        assert answer.status == 404

    play(tmp_path, story)


def test_all_members_of_an_audience_get_a_tag(tmp_path: Path) -> None:
    """Who is known by a phone number alone gets it too, and a merged person has it once."""

    async def story(world: Served) -> None:
        await people(world, 3)
        world.installation.receive({"type": "identify", "anonymousId": "d1", "traits": {"phone": "13800138046"}})
        await world.settle()
        await define(world, "here")
        definition = {"not": {"trait": "city", "is": "Bath"}}
        await world.admin.post("/api/audiences", {"audience_id": "a", "name": "a", "definition": definition})
        answer = (await world.admin.post("/api/tags/here/people", {"audience_id": "a"})).json()
        assert answer["people"] == 2
        assert (await row(world, "here"))["people"] == 2
        world.installation.receive({"type": "identify", "userId": "u1", "anonymousId": "d1"})
        await world.settle()
        assert (await row(world, "here"))["people"] == 1
        assert np.isclose((await row(world, "here"))["share"], 1 / 3)

    play(tmp_path, story)
