"""Drafts of contents by the API and the terminal: what was understood, in which tones, what stands against them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from served import Served, play

from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.cli.content import command
from liftloop.compose.drafting.occasions import OCCASIONS

SMS: dict[str, Any] = {
    "id": "sms",
    "kind": "aliyun_sms",
    "settings": {
        "access_key_id": "k",
        "access_key_secret": "s",
        "sign_name": "小店",
        "template": "T",
        "templates": {"T": "亲爱的${name}，${content}，拒收请回复R"},
    },
}
MAIL = {"id": "mail", "kind": "smtp", "settings": {"host": "mail.example", "sender": "小店 <a@shop.cn>"}}


async def drafts(world: Served, **wish: Any) -> Any:
    answer = await world.admin.post("/api/contents/drafts", wish)
    return answer.json() if answer.status == 200 else (answer.status, answer.json()["code"])


def test_a_goal_becomes_drafts_in_several_tones(tmp_path: Path) -> None:
    """Each tone says it otherwise, beside the words of playbooks; none is kept, and each can be published as it is."""

    async def story(world: Served) -> None:
        for channel in (SMS, MAIL):
            await world.admin.post("/api/channels", channel)
        await world.admin.post("/api/offers", {"id": "ten", "name": "满100减10券", "cost_fen": 1000})
        asked = {"goal": "召回 60 天没来的会员，复购率 +5%", "offer": "ten"}
        mail = await drafts(world, **asked, channel="mail", url="https://shop.cn/autumn")
        assert (mail["occasion"]["id"], mail["read_from"]) == ("win_back", "goal")
        tones = [each["tone"] for each in mail["drafts"]]
        assert tones[:4] == ["plain", "warm", "brief", "playbook"]
        assert {each["check"]["verdict"] for each in mail["drafts"]} == {"fine"}
        for each in mail["drafts"]:
            assert "满100减10券" in each["content"]["body"]
            assert each["content"]["subject"].startswith("【广告】")
        assert (await world.admin.get("/api/contents/library")).json()["contents"] == []
        first = {**mail["drafts"][0]["content"], "id": "recall"}
        assert (await world.admin.post("/api/contents", first)).status == 200
        sms = await drafts(world, **asked, channel="sms")
        assert {each["check"]["verdict"] for each in sms["drafts"]} == {"fine"}
        assert (
            sms["drafts"][0]["content"]["body"].splitlines()[1]
            == "content: 有一阵子没见了，欢迎再来看看，为你准备了满100减10券"
        )

    play(tmp_path, story)


def test_what_stands_against_a_draft_is_listed(tmp_path: Path) -> None:
    """An offer that boasts, a channel that carries no marketing, a variable that nobody has: the check says so."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", MAIL)
        await world.admin.post("/api/offers", {"id": "best", "name": "全国第一好券", "cost_fen": 1000})
        boasts = (await drafts(world, offer="best", channel="mail", mention="{{ person.nothing }}"))["drafts"][0][
            "check"
        ]
        assert boasts["verdict"] == "blocked"
        assert "CN-SUPERLATIVE" in [hit["rule"]["id"] for hit in boasts["hits"]]
        assert [each["code"] for each in boasts["problems"]] == ["unknown_variable"]
        bare = {**SMS, "id": "bare", "settings": {**SMS["settings"], "template": "", "templates": {}}}
        await world.admin.post("/api/channels", bare)
        without = (await drafts(world, occasion="birthday", channel="bare"))["drafts"][0]
        assert without["proposed"].endswith("拒收请回复R")
        assert [hit["rule"]["id"] for hit in without["check"]["hits"]] == ["SMS-TEMPLATE"]

    play(tmp_path, story)


def test_a_signal_chooses_the_words_and_is_not_told(tmp_path: Path) -> None:
    """Why people are written to picks the occasion; its name stands in no draft, and without a hint it is said so."""

    async def story(world: Served) -> None:
        tree = {"event": "Product Viewed", "within_days": 7, "count": {"gte": 5}}
        await world.admin.post("/api/signals", {"id": "s1", "name": "反复看高价奶粉", "where": tree})
        found = await drafts(world, signal="s1")
        assert (found["occasion"]["id"], found["read_from"]) == ("hesitating", "signal")
        assert "高价奶粉" not in json.dumps(found["drafts"], ensure_ascii=False)
        assert (await drafts(world, goal="x"))["read_from"] == "nothing"
        assert (await drafts(world, goal="x", occasion="cart"))["read_from"] == "asked"

    play(tmp_path, story)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """Unknown channels, offers, items, signals and occasions have their error, and links are of the web."""

    async def story(world: Served) -> None:
        for name in ("channel", "offer", "item", "signal"):
            assert await drafts(world, **{name: "nope"}) == (404, "not_found"), name
        for wrong in ({"occasion": "nope"}, {"url": "javascript:alert(1)"}, {"language": "fr"}, {"fields": ["a b"]}):
            assert (await world.admin.post("/api/contents/drafts", wrong)).status == 422, wrong
        assert (await world.stranger.post("/api/contents/drafts", {})).status == 401
        known = (await world.english.get("/api/contents/occasions")).json()["occasions"]
        assert [each["id"] for each in known] == [each.id for each in OCCASIONS]

    play(tmp_path, story)


def test_every_playbook_that_is_named_has_words(tmp_path: Path) -> None:
    """The words of playbooks are found in both languages, and break no rule in a mail."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", MAIL)
        for occasion in OCCASIONS:
            assert set(occasion.playbooks) <= set(PLAYBOOKS)
            for language in ("zh-CN", "en"):
                found = (await drafts(world, occasion=occasion.id, channel="mail", language=language))["drafts"]
                assert len(found) >= 3
                assert ("playbook" in [each["tone"] for each in found]) == bool(occasion.playbooks), occasion.id
                assert {each["check"]["verdict"] for each in found} == {"fine"}, (occasion.id, language, found)

    play(tmp_path, story)


def test_the_terminal_drafts_and_keeps_one(tmp_path: Path) -> None:
    """`liftloop content draft` shows every tone, and `--save` publishes the one that is named."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        async with world.on_socket() as folder:

            def run() -> Result:
                wish = ("生日", "--channel", "sms", "--save", "wish", "--number", "2")
                return CliRunner().invoke(command, ["draft", *wish, "--data", str(folder)])

            result = await asyncio.to_thread(run)
        assert result.exit_code == 0, result.output
        assert "平实 / plain" in result.output
        assert "✓ wish v1" in result.output
        assert "content: " in world.desk.definitions.live("content")["wish"]["body"]

    play(tmp_path, story)
