"""Points by the API, and levels by rules: on the person's page, dated, in audiences."""

from pathlib import Path
from typing import Any

from served import Served, play


async def say(world: Served, kind: str, points: int, entry: str, **more: Any) -> tuple[int, Any]:
    body = {"id": entry, "kind": kind, "points": points, **more}
    answer = await world.admin.post("/api/profiles/u1/points", body)
    return answer.status, answer.json()


async def member(world: Served) -> None:
    world.installation.receive({"type": "identify", "userId": "u1", "traits": {"city": "上海"}})
    await world.settle()
    await world.admin.post("/api/settings", {"id": "points", "expires_days": 30})


def test_points_are_entered_once_refused_when_lacking_and_shown_with_their_ledger(tmp_path: Path) -> None:
    """The same id counts once; too much is refused in words and stands in the ledger as refused."""

    async def story(world: Served) -> None:
        world.installation.receive({"type": "identify", "userId": "u1", "traits": {"city": "上海"}})
        await world.settle()
        assert (await say(world, "earn", 5, "a"))[0] == 404
        await member(world)
        assert (await world.admin.get("/api/profiles/u1/points")).status == 404
        assert await say(world, "earn", 120, "a", reason="gift") == (200, {"balance": 120})
        assert await say(world, "earn", 120, "a") == (200, {"balance": 120})
        status, refused = await say(world, "spend", 500, "b")
        assert (status, refused["code"]) == (409, "not_enough_points")
        assert await say(world, "spend", 20, "c") == (200, {"balance": 100})
        person = (await world.admin.get("/api/profiles/u1")).json()
        account = person["points"]
        assert (account["balance"], account["expire_next"]) == (100, 100)
        ledger = [(each["kind"]["en"], each["points"], each["refused"]) for each in account["changes"]]
        assert ledger == [("spent", 20, False), ("spent", 500, True), ("earned", 120, False)]
        assert [each["reason"] for each in account["changes"]] == ["", "", "gift"]
        (expiring,) = account["expiring"]
        assert (expiring["points"], expiring["at"]) == (100, account["expire_next_at"])
        assert not [each for each in person["traits"] if each["id"] == "points_account"]
        definition = {"trait": "points_balance", "gte": 100}
        preview = (await world.admin.post("/api/audiences/preview", {"definition": definition})).json()
        assert (preview["count"], preview["sentence"]["zh"]) == (1, "积分余额至少 100")

    play(tmp_path, story)


def test_a_member_has_the_highest_level_that_holds_and_loses_it_with_the_window(tmp_path: Path) -> None:
    """Up with what was earned within ten days, down when the window lets it go; both dated on the timeline."""

    async def story(world: Served) -> None:
        await member(world)
        for rank, (identity, least) in enumerate({"silver": 100, "gold": 300}.items()):
            rule = {"event": "Points Earned", "within_days": 10, "property": "points", "sum": {"gte": least}}
            answer = await world.admin.post(
                "/api/levels", {"id": identity, "name": identity.upper(), "rank": rank, "where": rule}
            )
            assert answer.status == 200, answer.json()
        await world.desk.follower.catch_up()
        while await world.desk.follower.fill():
            await world.desk.follower.catch_up()
        await say(world, "earn", 150, "a")
        assert await level(world) == "SILVER"
        person = (await world.admin.get("/api/profiles/u1")).json()
        assert person["level"]["rule"]["zh"].startswith("最近 10 天获得积分")
        assert [each["name"] for each in person["level"]["evidence"]] == ["Points Earned"]
        (lack,) = person["next_level"]["lacks"]
        assert (person["next_level"]["name"], lack["has"], lack["needs"]) == ("GOLD", 150, 300)
        world.installation.advance(5 * 86_400)
        await say(world, "earn", 200, "b")
        assert await level(world) == "GOLD"
        assert (await world.admin.get("/api/profiles/u1")).json()["next_level"] is None
        definition = {"audience": "level:silver"}
        assert (await world.admin.post("/api/audiences/preview", {"definition": definition})).json()["count"] == 0
        world.installation.advance(6 * 86_400)
        assert await level(world) == "SILVER"
        world.installation.advance(6 * 86_400)
        assert await level(world) is None
        person = (await world.admin.get("/api/profiles/u1")).json()
        dated = [each["label"]["en"] for each in person["timeline"] if each["kind"] == "level"]
        assert dated.count("Became “SILVER”") == 2
        assert dated.count("Became “GOLD”") == dated.count("No longer “GOLD”") == 1
        assert person["audiences"] == []

    play(tmp_path, story)


async def level(world: Served) -> str | None:
    await world.settle()
    held = (await world.admin.get("/api/profiles/u1")).json()["level"]
    return None if held is None else held["name"]


def test_a_text_that_speaks_of_a_person_is_checked_against_what_can_be_known(tmp_path: Path) -> None:
    """The vocabulary lists names with words for both readers; a name outside it is refused when it is published."""

    async def story(world: Served) -> None:
        trait = {"id": "views", "name": "近期浏览", "event": "Product Viewed", "within_days": 30}
        assert (await world.admin.post("/api/traits", trait)).status == 200
        await world.settle()
        listed = (await world.admin.get("/api/contents/variables")).json()["variables"]
        names = {each["path"]: each["name"]["zh"] for each in listed}
        assert (names["person.points"], names["person.views"]) == ("积分余额", "近期浏览")
        for each in listed:
            answer = await world.admin.post("/api/contents", {"id": "text", "body": each["example"]})
            assert answer.status == 200, answer.json()
        refused = await world.english.post("/api/contents", {"id": "text", "body": "{{ person.vews | default: 3 }}"})
        assert refused.status == 422
        assert "person.views" in refused.json()["message"]

    play(tmp_path, story)
