"""Questions about an audience or a draft: overlap with others and with campaigns, sample, trend, reachable."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from served import DAY_MS, NOW_MS, Served, play
from test_audiences import a_small_shop, order

from liftloop.app import last_seen

TWICE = {"event": "Order Completed", "within_days": 30, "count": {"gte": 2}}
SHANGHAI = {"trait": "city", "is": "上海"}


async def published(world: Served, identity: str, tree: dict[str, Any]) -> None:
    body = {"audience_id": identity, "name": identity, "definition": tree}
    answer = await world.admin.post("/api/audiences", body)
    assert answer.status == 200, answer.body


def test_a_draft_lies_over_audiences_and_a_running_campaign(tmp_path: Path) -> None:
    """Counts of both, of only this and of only the other add up, for audiences and for a campaign's people."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "twice", TWICE)
        await published(world, "shanghai", SHANGHAI)
        await published(world, "nobody", {"trait": "city", "is": "Atlantis"})
        answer = await world.admin.post("/api/audiences/overlap", {"definition": {"event": "Order Completed"}})
        assert answer.status == 200, answer.body
        found = answer.json()
        rows = {
            row["id"]: [row[each] for each in ("count", "both", "only_this", "only_other")] for row in found["rows"]
        }
        assert found["count"] == 2
        assert rows == {"shanghai": [3, 2, 0, 1], "twice": [1, 1, 1, 0], "nobody": [0, 0, 2, 0]}
        assert next(row["id"] for row in found["rows"]) == "shanghai", "the largest overlap first"
        asked = {"audiences": ["shanghai", "twice", "nobody"]}
        matrix = (await world.admin.post("/api/audiences/overlap/matrix", asked)).json()
        assert matrix["both"] == [[3, 1, 0], [1, 1, 0], [0, 0, 0]]

    play(tmp_path, story)


def test_asking_for_too_many_or_for_nothing_is_refused(tmp_path: Path) -> None:
    """A question that names nobody, both, an unknown audience or too many is answered in words, not with a fault."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        refused = await world.admin.post("/api/audiences/overlap", {"definition": SHANGHAI, "others": ["no-such"]})
        assert (refused.status, refused.json()["code"]) == (404, "not_found")
        for body in ({}, {"audience_id": "x", "definition": SHANGHAI}):
            assert (await world.admin.post("/api/audiences/sample", body)).status == 422
        await published(world, "shanghai", SHANGHAI)
        for number in range(21):
            await published(world, f"a{number}", {"percent": [0, number + 1]})
        others = [f"a{number}" for number in range(21)]
        refused = await world.admin.post("/api/audiences/overlap", {"audience_id": "shanghai", "others": others})
        assert (refused.status, refused.json()["code"]) == (422, "too_many_groups")
        answer = (await world.admin.post("/api/audiences/overlap", {"audience_id": "shanghai"})).json()
        assert (len(answer["rows"]), answer["left_out"]) == (20, 1)

    play(tmp_path, story)


def test_a_sample_is_masked_and_stays_the_same_and_reach_counts_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten people at most, the same at each asking; the reachable are those who agreed."""
    monkeypatch.setattr(last_seen, "PATIENCE_S", 60.0)

    async def story(world: Served) -> None:
        await a_small_shop(world)
        world.installation.append([order(f"many{number}", 1) for number in range(40)])
        await world.settle()
        body = {"definition": {"event": "Order Completed"}}
        first = (await world.admin.post("/api/audiences/sample", body)).json()
        again = (await world.admin.post("/api/audiences/sample", body)).json()
        assert first == again
        assert (first["count"], len(first["people"]), len({each["profile_id"] for each in first["people"]})) == (
            42,
            10,
            10,
        )
        seen = {each["identifier"]: each["last_seen_at"] for each in first["people"]}
        newest = min(each for each in seen if each.startswith("many"))
        later = order(newest, 0.5)
        told_of = max(each for each in seen if each.startswith("many"))
        world.installation.append([later])
        world.installation.receive({"type": "identify", "userId": told_of, "traits": {"city": "Bath"}})
        await world.settle()
        told = (await world.admin.post("/api/audiences/sample", body)).json()["people"]
        changed = {each["identifier"] for each in told if each["last_seen_at"] != seen[each["identifier"]]}
        assert changed == {newest}
        assert all(seen.values()), "everybody in it was seen"
        reach = (await world.admin.post("/api/audiences/reachable", {"definition": SHANGHAI})).json()
        assert (reach["count"], reach["reachable"]) == (3, [{"channel": "email", "people": 2}])

    play(tmp_path, story)


def test_the_trend_counts_who_came_and_went_each_day(tmp_path: Path) -> None:
    """Members by day, from the facts of who came and went; the last point is the count now."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "bought", {"event": "Order Completed", "within_days": 2})
        for day in range(1, 4):
            moved = await world.admin.post("/api/clock", {"advance_s": DAY_MS // 1000})
            assert moved.status == 200, moved.body
            bought = order(f"late{day}", -day)
            world.installation.append([replace(bought, received_ms=bought.at_ms)])
        await world.settle()
        answer = await world.admin.get("/api/audiences/bought/trend", days=7)
        assert answer.status == 200, answer.body
        trend = answer.json()
        count = (await world.admin.get("/api/audiences/bought")).json()["count"]
        points = trend["points"]
        assert points[-1]["count"] == count
        for before, after in pairwise(points):
            assert after["count"] == before["count"] + after["entered"] - after["left"]
        assert sum(point["entered"] for point in points) == 3
        assert sum(point["left"] for point in points) >= 1
        assert world.installation.now_ms() > NOW_MS

    play(tmp_path, story)


def test_why_somebody_is_out_is_told_condition_by_condition(tmp_path: Path) -> None:
    """Each condition says what it asks, whether it holds for the person and when time alone would end that."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        tree = {"all": [SHANGHAI, {"not": {"event": "Order Completed", "within_days": 30}}]}
        for live in (False, True):
            if live:
                await published(world, "sleeping", tree)
            asked = {"audience_id": "sleeping"} if live else {"definition": tree}
            answer = await world.admin.post("/api/audiences/explain", {**asked, "profile_id": "u2"})
            assert answer.status == 200, answer.body
            found = answer.json()
            assert found["inside"] is False
            told = [(each["path"], each["origin"], each["holds"], each["in_memory"]) for each in found["conditions"]]
            assert told == [("all.0", "attribute", True, live), ("all.1.not", "events", True, live)]
            assert found["conditions"][1]["events"] == 4
            assert found["conditions"][1]["flips_at"] == ("2026-10-18T14:13:20Z" if live else None)
        answer = await world.admin.post("/api/audiences/explain", {"audience_id": "sleeping"})
        assert [each["holds"] for each in answer.json()["conditions"]] == [None, None]

    play(tmp_path, story)


def test_changes_are_exported_exactly_and_survive_an_interruption(tmp_path: Path) -> None:
    """Until a destination confirms, the same changes are handed out again; afterwards only what is new since."""

    async def rows_of(world: Served, export: str) -> list[str]:
        answer = await world.admin.get(f"/api/exports/{export}/rows")
        assert answer.status == 200
        return answer.body.decode("utf-8-sig").splitlines()

    async def made(world: Served) -> dict[str, Any]:
        body = {"destination": "crm", "changes": True, "columns": ["city"]}
        answer = await world.admin.post("/api/audiences/here/exports", body)
        assert answer.status == 200, answer.body
        return answer.json()

    def moves(person: str, city: str) -> dict[str, Any]:
        return {"type": "identify", "userId": person, "traits": {"city": city}}

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "here", {"trait": "city", "in": ["上海", "=cmd|calc"]})
        first = await made(world)
        assert (first["entered"], first["left"], first["base"]) == (3, 0, "")
        assert (await made(world))["export_id"] == first["export_id"], "asked again, nothing new"
        assert (await world.admin.post(f"/api/exports/{first['export_id']}/confirm", {})).status == 200
        world.installation.receive(moves("u1", "北京"), moves("u4", "=cmd|calc"))
        await world.settle()
        second = await made(world)
        lines = await rows_of(world, second["export_id"])
        assert [line.split(",")[1:] for line in lines[1:]] == [["u4", "entered", "'=cmd|calc"], ["u1", "left", "北京"]]
        world.installation.receive(moves("u2", "北京"))
        await world.settle()
        third = await made(world)
        assert len(await rows_of(world, third["export_id"])) == 4, "what was not confirmed is told again"
        assert len(await rows_of(world, second["export_id"])) == 3, "an export stays what it was"
        for _ in range(2):
            assert (await world.admin.post(f"/api/exports/{third['export_id']}/confirm", {})).status == 200
        refused = await world.admin.post(f"/api/exports/{second['export_id']}/confirm", {})
        assert (refused.status, refused.json()["code"]) == (409, "conflict")
        assert len(await rows_of(world, (await made(world))["export_id"])) == 1, "nothing has changed since"
        told = await world.desk.follower.select("SELECT actor FROM system_record WHERE kind = 'audience.exported'")
        assert set(told["actor"]) == {"person:admin"}
        assert (await world.admin.get("/api/exports/exp_nothing/rows")).status == 404

    play(tmp_path, story)


def test_only_who_agreed_is_exported_for_a_channel(tmp_path: Path) -> None:
    """A consent-aware export leaves out who may not be sent marketing on the medium."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "here", SHANGHAI)
        answer = await world.admin.post("/api/audiences/here/exports", {"channel": "email"})
        assert (answer.status, answer.json()["count"]) == (200, 2)

    play(tmp_path, story)
