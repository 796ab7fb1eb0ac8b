"""Playbooks: few questions, and everything that they make can be published."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from served import NOW_MS, Served, served

from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.app.playbooks.contract import FIELDS_MAX, Asked, Field, Playbook
from liftloop.app.playbooks.fields import BadAnswer, read_answers
from liftloop.testing.installation import Installation

CHOICES = {"channel": ("mail",), "content": (), "offer": ("coupon_5",), "audience": ("vip",)}
NEEDED = {"sale_at": {"at": "2027-06-18T09:00:00", "audience": "vip"}, "key_accounts": {"audience": "vip"}}


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=PLAYBOOKS.keys())
def test_a_playbook_asks_little_and_speaks_both_languages(playbook: Playbook) -> None:
    assert len(playbook.fields) <= FIELDS_MAX
    assert all(each.zh and each.en for each in (playbook.name, playbook.story, *(one.name for one in playbook.fields)))
    said = NEEDED.get(playbook.id, {}) | ({"offer": "coupon_5"} if _has_offer(playbook) else {})
    values = read_answers(playbook.id, playbook.fields, said, CHOICES)
    told = {
        language: playbook.build(Asked(base="x", language=language, values=values, offers={"coupon_5": "¥5"}))
        for language in ("zh-CN", "en")
    }
    assert bool(told["en"].goal) != bool(told["en"].definitions)
    assert [each.id for each in told["en"].definitions] == [each.id for each in told["zh-CN"].definitions]
    for each in told["en"].definitions:
        assert each.id.startswith("x")
        assert not _has_chinese(str(each.body.get("name", "")) + str(each.body.get("body", "")))


def _has_offer(playbook: Playbook) -> bool:
    return any(each.kind == "offer" for each in playbook.fields)


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= each <= "\u9fff" for each in text)


def _mail() -> dict[str, Any]:
    return {
        "id": "mail",
        "kind": "smtp",
        "settings": {
            "host": "127.0.0.1",
            "port": 2525,
            "sender": "shop@example.test",
            "unsubscribe_url": "https://shop.example.test/no?c={customer_id}",
        },
    }


def _world(path: Path) -> Installation:
    installation = Installation(path, NOW_MS)
    installation.publish("channel", "mail", _mail())
    installation.publish(
        "offer", "coupon_5", {"id": "coupon_5", "name_zh": "5 元券", "name_en": "¥5 off", "face_fen": 500}
    )
    installation.publish("setting", "points", {})
    installation.publish("audience", "vip", {"name": "VIP", "where": {"trait": "vip", "is": True}})
    return installation


def test_whatever_a_playbook_makes_is_published(tmp_path: Path) -> None:
    """Each is started with nothing but a channel; a second start does not touch what the first made."""

    async def scenario(world: Served) -> None:
        listed = (await world.admin.get("/api/playbooks")).json()["playbooks"]
        assert [each["id"] for each in listed] == list(PLAYBOOKS)
        for each in PLAYBOOKS.values():
            if each.family == "goal":
                continue
            answers = {"answers": NEEDED.get(each.id, {}), "language": "zh-CN"}
            seen = await world.admin.post(f"/api/playbooks/{each.id}/preview", answers)
            done = await world.admin.post(f"/api/playbooks/{each.id}/start", answers)
            assert done.status == 200, done.json()
            made = [(one["kind"], one["id"]) for one in done.json()["definitions"]]
            assert made == [(one["kind"], one["id"]) for one in seen.json()["definitions"]]
            for kind, identity in made:
                assert (await world.admin.get(f"/api/definitions/{kind}/{identity}")).status == 200
        again = (await world.admin.post("/api/playbooks/recall/start", {"answers": {"days": 45}})).json()
        assert {one["id"].partition(".")[0] for one in again["definitions"]} == {"recall_2"}

    asyncio.run(_with(tmp_path, scenario))


def test_a_goal_of_a_playbook_is_understood(tmp_path: Path) -> None:
    """The sentence that a goal's playbook writes is read without a question, in both languages."""

    async def scenario(world: Served) -> None:
        for each in (one for one in PLAYBOOKS.values() if one.family == "goal"):
            for language in ("zh-CN", "en"):
                answers = {"language": language, "answers": {"budget": 80_000}}
                goal = (await world.admin.post(f"/api/playbooks/{each.id}/preview", answers)).json()["goal"]
                read = (await world.admin.post("/api/goals/reading", {"text": goal})).json()
                assert read["questions"] == [], (goal, read["questions"])

    asyncio.run(_with(tmp_path, scenario))


def test_bad_answers_say_what_would_do(tmp_path: Path) -> None:
    async def scenario(world: Served) -> None:
        for answers, code, said in (
            ({"channel": "pigeon"}, "bad_answer", "mail"),
            ({"days": "many"}, "bad_answer", "a number"),
            ({"days": 100_000}, "bad_answer", "180"),
            ({"colour": "red"}, "unknown_answer", "channel"),
        ):
            answer = await world.english.post("/api/playbooks/recall/start", {"answers": answers})
            assert answer.status == 422
            assert answer.json()["code"] == code
            assert said in answer.json()["message"] + answer.json()["next"]
        assert (await world.admin.post("/api/playbooks/none/start", {})).status == 404
        assert world.desk.definitions.live("journey") == {}

    asyncio.run(_with(tmp_path, scenario))


def test_without_a_channel_it_says_so() -> None:
    with pytest.raises(BadAnswer, match="set one up first"):
        read_answers("recall", PLAYBOOKS["recall"].fields, {}, {"channel": ()})


def test_a_refused_definition_takes_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(world: Served) -> None:
        real = world.desk.definitions.publish

        async def refusing(kind: str, identity: str, body: Any, actor: str) -> int:
            if kind == "journey":
                raise BadAnswer(Field(id="x", name=PLAYBOOKS["recall"].name, kind="text"), "不行", "no")
            return await real(kind, identity, body, actor)

        monkeypatch.setattr(world.desk.definitions, "publish", refusing)
        assert (await world.admin.post("/api/playbooks/recall/start", {})).status == 422
        assert list(world.desk.definitions.live("audience")) == ["vip"]
        assert world.desk.definitions.live("content") == {}
        assert world.desk.definitions.live("journey") == {}

    asyncio.run(_with(tmp_path, scenario))


async def _with(path: Path, scenario: Any) -> None:
    async with served(_world(path)) as world:
        await scenario(world)
