"""Work by the API: opened, given, called about, closed once; words are sealed, and the customer's story has it."""

from pathlib import Path
from typing import Any

from served import Served, play


async def post(world: Served, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == status, answer.body
    return answer.json()


async def get(world: Served, path: str, **query: Any) -> dict[str, Any]:
    answer = await world.admin.get(path, **query)
    assert answer.status == 200, answer.body
    return answer.json()


async def define(world: Served, kind: str, identity: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return await post(world, "/api/definitions", {"kind": kind, "id": identity, "body": body}, status)


async def filled(world: Served) -> None:
    """Give what was just defined its past."""
    await world.settle()
    while await world.desk.follower.fill():
        await world.desk.follower.catch_up()


async def staffed(world: Served) -> None:
    traits = {"name": "王小明", "phone": "+8613800138046", "city": "上海"}
    world.installation.receive({"type": "identify", "userId": "u1", "traits": traits})
    await world.settle()
    await define(world, "team", "care", {"name": "客服组"})
    await define(world, "staff", "li", {"name": "李敏", "team": "care", "phone": "13911112222"})


def test_a_task_is_opened_called_about_and_closed_once(tmp_path: Path) -> None:
    """Who, why, what to say; the number only when asked for, and that it was; one outcome, told to the log."""

    async def story(world: Served) -> None:
        await staffed(world)
        body = {
            "kind": "task",
            "person": "u1",
            "id": "call-1",
            "title": "回访",
            "text": "问问用得好不好",
            "team": "care",
        }
        task = await post(world, "/api/work", body)
        assert (task["owner"]["name"], task["team"]["name"], task["sort"]) == ("李敏", "客服组", "call")
        assert len(task["outcomes"]) >= 3
        assert (await post(world, "/api/work", body))["id"] == task["id"]
        assert "13800138046" not in str(task)
        assert "王小明" not in str(task)
        path = f"/api/work/{task['id']}"
        assert (await post(world, f"{path}/phone", {}))["phone"].endswith("13800138046")
        refused = await post(world, f"{path}/orders", {"outcome": "vanished"}, 422)
        assert "reached" in refused["message_en"]
        done = await post(world, f"{path}/orders", {"outcome": "reached", "note": "很满意，家里有两个孩子"})
        assert (done["state"], done["outcome"]["name"]["zh"]) == ("closed", "已沟通")
        again = await post(world, f"{path}/orders", {"outcome": "declined"}, 409)
        assert again["code"] == "work_closed"
        card = await get(world, path)
        assert [each["what"]["zh"] for each in card["history"]] == [
            "关闭：已沟通",
            "查看号码并拨打",
            "交给 李敏",
            "建立",
        ]
        assert card["history"][0]["note"] == "很满意，家里有两个孩子"
        await world.settle()
        names = [each["name"] for each in (await get(world, "/api/profiles/u1"))["timeline"]]
        assert [each for each in names if each.startswith("Task")] == ["Task Completed", "Task Opened"]
        assert (await get(world, "/api/work", kind="task", state="open"))["total"] == 0

    play(tmp_path, story)


def test_personal_words_are_sealed_and_the_staffs_numbers_hidden(tmp_path: Path) -> None:
    """Neither log nor state hold in the clear what a person wrote about a customer; a staff phone reads as set."""

    async def story(world: Served) -> None:
        await staffed(world)
        ticket = {"kind": "ticket", "person": "u1", "title": "快递破损独角兽", "text": "外箱压坏独角兽"}
        made = await post(world, "/api/work", ticket)
        await post(world, "/api/profiles/u1/notes", {"text": "喜欢独角兽", "work": made["id"]})
        found = await get(world, "/api/profiles/u1/work")
        assert [each["title"] for each in found["works"]] == ["快递破损独角兽"]
        assert [each["text"] for each in found["notes"]] == ["喜欢独角兽"]
        folder = world.installation.folder.path
        for file in ("log.db", "state.db", "log.db-wal", "state.db-wal"):
            if (folder / file).exists():
                assert "独角兽".encode() not in (folder / file).read_bytes(), file
        staff = await get(world, "/api/definitions/staff/li")
        assert staff["body"]["phone"] == "(set)"
        assert (await post(world, "/api/work", {**ticket, "owner": "nobody"}, 404))["code"] == "not_found"
        assert (await post(world, "/api/work", {**ticket, "fields": {"size": 1}}, 422))["code"] == "bad_work"
        assert (await post(world, "/api/work", {**ticket, "sort": "terrible"}, 422))["code"] == "bad_work"

    play(tmp_path, story)


def test_open_tickets_are_a_trait_that_audiences_may_ask_for(tmp_path: Path) -> None:
    """Whoever has an open ticket can be left out of marketing; closing it lets her in again, opening it out."""

    async def story(world: Served) -> None:
        await staffed(world)
        calm = {"name": "没有未关工单", "where": {"not": {"trait": "open_tickets", "gte": 1}}}
        await define(world, "audience", "calm", calm)
        await filled(world)

        async def inside() -> int:
            preview = await post(world, "/api/audiences/preview", {"definition": {"audience": "calm"}})
            return int(preview["count"])

        assert await inside() == 1
        made = await post(world, "/api/work", {"kind": "ticket", "person": "u1", "title": "没收到货", "sort": "high"})
        assert await inside() == 0
        await post(world, f"/api/work/{made['id']}/orders", {"outcome": "solved"})
        assert await inside() == 1
        await post(world, f"/api/work/{made['id']}/orders", {"reopen": True})
        assert await inside() == 0

    play(tmp_path, story)


def test_rules_are_checked_before_they_hold(tmp_path: Path) -> None:
    """A rule of a team that is not there, too few outcomes, or an unknown signal is refused in words."""

    async def story(world: Served) -> None:
        for body in (
            {"queue": "nowhere"},
            {"outcomes": {"call": [{"id": "yes", "name": "是"}, {"id": "no", "name": "否"}]}},
            {"tickets": [{"id": "t", "title": "投诉", "event": "A", "audience": "b"}]},
            {"lead": {"threshold": 0}},
            {"fields": [{"id": "size", "name": "尺码", "type": "choice", "kinds": ["lead"]}]},
        ):
            assert (await define(world, "setting", "relate", body, 422))["code"] == "bad_definition"
        unknown = {"tickets": [{"id": "t", "title": "投诉", "audience": "signal:none"}]}
        assert (await define(world, "setting", "relate", unknown, 404))["code"] == "not_found"
        assert (await define(world, "staff", "li", {"name": "李", "team": "none"}, 422))["code"] == "bad_definition"
        field = {
            "id": "size",
            "name": "尺码",
            "type": "choice",
            "kinds": ["lead"],
            "choices": [{"id": "s", "name": "小"}],
        }
        await define(world, "setting", "relate", {"fields": [field]})
        overview = await get(world, "/api/relate")
        assert [each["id"] for each in overview["fields"]] == ["size"]

    play(tmp_path, story)


def test_a_journeys_task_steers_it_by_its_outcome(tmp_path: Path) -> None:
    """S14's call: the journey asks for it in the words of a content, waits, and goes on by what came of it."""

    async def story(world: Served) -> None:
        await staffed(world)
        await define(world, "content", "renew", {"id": "renew", "body": "{{ customer.city }}的会员还有三天到期"})
        nodes: list[dict[str, Any]] = [
            {"kind": "task", "id": "ring", "title": "到期回访", "text": "renew", "team": "care", "next": "warm"},
            {"kind": "score", "id": "warm", "points": 120, "reason": "快到期", "next": "wait"},
            {
                "kind": "until_event",
                "id": "wait",
                "name": "Task Completed",
                "where": [{"property": "outcome", "is": "reached"}],
                "timeout_s": 86_400,
                "happened": "tell",
                "timed_out": "end",
            },
            {"kind": "trait", "id": "tell", "trait": "talked_to", "set": "yes", "next": "end"},
            {"kind": "exit", "id": "end"},
        ]
        journey = {"name": "续费阶梯", "trigger": {"on": "event", "name": "Expiring"}, "nodes": nodes}
        await define(world, "journey", "renewal", journey)
        await filled(world)
        for who in ("u1", "u2"):
            world.installation.receive(
                {"type": "identify", "userId": who, "traits": {"city": "上海"}},
                {"type": "track", "userId": who, "event": "Expiring", "messageId": f"e{who}"},
            )
        world.installation.advance(5)
        await world.settle()
        tasks = {each["person"]["identifier"]: each for each in (await get(world, "/api/work", kind="task"))["works"]}
        assert {each["text"] for each in tasks.values()} == {"上海的会员还有三天到期"}
        leads = (await get(world, "/api/work", kind="lead"))["works"]
        assert {each["reasons"][0]["name"] for each in leads} == {"快到期"}
        for place, outcome in enumerate(("reached", "declined")):
            task = list(tasks.values())[place]
            assert task["why"]["zh"] == "旅程「续费阶梯」走到了这一步"
            await post(world, f"/api/work/{task['id']}/orders", {"outcome": outcome})
        world.installation.advance(5)
        await world.settle()
        rows = world.desk.state.rows("SELECT count(*) FROM attribute WHERE name = 'talked_to'")
        assert rows == [(1,)]

    play(tmp_path, story)
