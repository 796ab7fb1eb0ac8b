"""Contents by the API and the terminal: judged while written, and kept from starting where they break a rule."""

from pathlib import Path
from typing import Any

from served import Served, play

SMS: dict[str, Any] = {
    "id": "sms",
    "kind": "aliyun_sms",
    "settings": {
        "access_key_id": "k",
        "access_key_secret": "s",
        "sign_name": "小店",
        "template": "T",
        "templates": {"T": "亲爱的${name}，周末有礼，拒收请回复R", "BARE": "亲爱的${name}，周末有礼"},
    },
}
NODES = [
    {"kind": "send", "id": "s", "channel": "sms", "content": "hello", "next": "end"},
    {"kind": "exit", "id": "end"},
]
JOURNEY = {"id": "j", "name": "j", "trigger": {"on": "event", "name": "Signed Up"}, "nodes": NODES}


def test_words_are_judged_while_they_are_written(tmp_path: Path) -> None:
    """The answer says which rule, at which phrase, from which source, what to do, and how long the SMS is."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        written = {"body": "name: {{ customer.name | default: '朋友' }}", "channel": "sms"}
        fine = (await world.admin.post("/api/contents/check", {"content": written})).json()
        assert (fine["verdict"], fine["hits"]) == ("fine", [])
        assert fine["sms"][0]["text"] == "【小店】亲爱的…，周末有礼，拒收请回复R"
        assert fine["sms"][0]["segments"] == 1
        bad = {**written, "body": "@template: BARE\nname: {{ person.nothing }} 第一品牌"}
        told = (await world.admin.post("/api/contents/check", {"content": bad})).json()
        assert told["verdict"] == "blocked"
        assert [hit["rule"]["id"] for hit in told["hits"]] == ["CN-OPTOUT", "CN-SUPERLATIVE"]
        assert told["hits"][1]["quote"] == "第一品牌"
        assert told["hits"][0]["rule"]["source"]
        assert [each["code"] for each in told["problems"]] == ["unknown_variable"]
        nothing = await world.admin.post("/api/contents/check", {})
        assert (nothing.status, nothing.json()["code"]) == (422, "bad_definition")
        rules = (await world.admin.get("/api/contents/rules")).json()["rules"]
        assert {"CN-CONSENT", "CN-HOURS", "CN-OPTOUT"} <= {each["id"] for each in rules}

    play(tmp_path, story)


def test_a_journey_does_not_start_with_words_that_break_a_rule(tmp_path: Path) -> None:
    """It is refused with the content, the rule and what to do; mended words start."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        await world.admin.post("/api/contents", {"id": "hello", "body": "周末见"})
        refused = await world.admin.post("/api/journeys", JOURNEY)
        assert (refused.status, refused.json()["code"]) == (409, "content_not_allowed")
        assert "SMS-FIELDS" in refused.json()["message_zh"]
        await world.admin.post("/api/contents", {"id": "hello", "body": "name: 甲"})
        assert (await world.admin.post("/api/journeys", JOURNEY)).status == 200

    play(tmp_path, story)


def test_the_setting_names_rules_that_are_there(tmp_path: Path) -> None:
    """An unknown rule and an address that mails could not bear are refused."""

    async def story(world: Served) -> None:
        for wrong in ({"stricter": ["NOPE"]}, {"public_url": "http://plain"}, {"approval": "sometimes"}):
            answer = await world.admin.post("/api/settings", {"id": "contents", **wrong})
            assert (answer.status, answer.json()["code"]) == (422, "bad_definition"), wrong

    play(tmp_path, story)
