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


def test_words_are_approved_and_lose_it_when_they_change(tmp_path: Path) -> None:
    """Draft, submitted, rejected with a reason, approved; another folder keeps it, another word does not; and back."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        await world.admin.post("/api/settings", {"id": "contents", "approval": "marketing"})
        body = {"id": "hello", "body": "name: 甲", "channel": "sms"}

        async def publish(**more: Any) -> None:
            assert (await world.admin.post("/api/contents", {**body, **more})).status == 200

        async def state() -> str:
            rows = (await world.admin.get("/api/contents/library")).json()["contents"]
            return rows[0]["state"]

        async def say(what: str, remark: str = "") -> int:
            return (await world.admin.post(f"/api/contents/library/hello/{what}", {"remark": remark})).status

        await publish()
        assert await state() == "draft"
        refused = await world.admin.post("/api/journeys", JOURNEY)
        assert (refused.status, refused.json()["code"]) == (409, "content_not_allowed")
        assert (await say("submit"), await state()) == (200, "submitted")
        assert await say("reject") == 422
        assert (await say("reject", "太生硬"), await state()) == (200, "rejected")
        assert (await say("approve"), await state()) == (200, "approved")
        await publish(folder="会员")
        assert await state() == "approved"
        await publish(folder="会员", purpose="service")
        assert await state() == "draft"
        refused = await world.admin.post("/api/journeys", JOURNEY)
        assert (refused.status, refused.json()["code"]) == (409, "content_not_allowed")
        await publish(folder="会员")
        assert await state() == "approved"
        assert (await world.admin.post("/api/journeys", JOURNEY)).status == 200
        await publish(body="name: 乙")
        assert await state() == "draft"
        shown = (await world.admin.get("/api/contents/library/hello")).json()
        assert [each["status"] for each in shown["reviews"]] == ["approved", "rejected", "submitted"]
        assert shown["reviews"][1]["remark"] == "太生硬"
        assert shown["row"]["used_in"][0]["id"] == "j"
        changes = (await world.admin.get("/api/contents/library/hello/changes", before=1, after=5)).json()["changes"]
        assert [(each["kind"], each["text"]) for each in changes] == [("removed", "name: 甲"), ("added", "name: 乙")]
        assert (await world.admin.post("/api/contents/library/hello/revert", {"version": 2})).json() == {"version": 6}
        assert await state() == "approved"
        await publish(body="周末见")
        blocked = await world.admin.post("/api/contents/library/hello/approve", {})
        assert (blocked.status, blocked.json()["code"]) == (409, "content_not_allowed")
        forged = {"kind": "content_review", "id": "hello", "body": {"status": "approved"}}
        assert (await world.admin.post("/api/definitions", forged)).status == 422

    play(tmp_path, story)


def test_an_exception_is_recorded_with_evidence_and_who(tmp_path: Path) -> None:
    """It lifts one phrase, stays when the words around it change, and only rules that know one take it."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        await world.admin.post("/api/settings", {"id": "contents", "stricter": ["CN-SUPERLATIVE"]})
        await world.admin.post("/api/contents", {"id": "hello", "body": "name: 销量第一", "channel": "sms"})
        proof = {"rule": "CN-SUPERLATIVE", "quote": "销量第一", "evidence": "协会 2026 年报第 12 页"}
        assert (await world.admin.post("/api/journeys", JOURNEY)).status == 409
        made = await world.admin.post("/api/contents/library/hello/exceptions", proof)
        assert (made.status, made.json()["by"]) == (200, "person:admin")
        assert (await world.admin.post("/api/journeys", JOURNEY)).status == 200
        await world.admin.post("/api/contents", {"id": "hello", "body": "name: 真的销量第一", "channel": "sms"})
        checked = (await world.admin.post("/api/contents/check", {"content_id": "hello"})).json()
        assert (checked["verdict"], checked["hits"][0]["exemption"]["evidence"]) == ("fine", proof["evidence"])
        wrong = await world.admin.post("/api/contents/library/hello/exceptions", {**proof, "rule": "SMS-LINK"})
        assert (wrong.status, wrong.json()["code"]) == (422, "bad_review")

    play(tmp_path, story)


def test_a_preview_is_what_a_person_would_get(tmp_path: Path) -> None:
    """Words of a draft with a real person's values, in the channel's look; who cannot be told gets the reason."""

    async def story(world: Served) -> None:
        await world.admin.post("/api/channels", SMS)
        mail = {"host": "mail.example", "sender": "小店 <a@shop.cn>", "unsubscribe_url": "https://shop.cn/no"}
        await world.admin.post("/api/channels", {"id": "mail", "kind": "smtp", "settings": mail})
        told = {"type": "identify", "messageId": "1", "userId": "u1", "traits": {"name": "李雷", "language": "en"}}
        world.installation.receive(told)
        await world.settle()

        async def see(person: str, **content: Any) -> Any:
            answer = await world.admin.post("/api/contents/preview", {"content": content, "person": person})
            return answer.json() if answer.status == 200 else answer.status

        sms = await see("u1", body="name: {{ customer.name }}", channel="sms")
        assert (sms["look"], sms["text"]) == ("sms", "【小店】亲爱的李雷，周末有礼，拒收请回复R")
        assert sms["sms"]["segments"] == 1
        english = {"en": {"subject": "Hello {{ customer.name }}", "preheader": "inside", "body": "<p>Hi</p>"}}
        seen = await see("u1", subject="你好", body="<p>你好</p>", channel="mail", translations=english)
        assert (seen["look"], seen["language"], seen["subject"]) == ("mail", "en", "Hello 李雷")
        assert (seen["preheader"], seen["sender"]) == ("inside", "小店 <a@shop.cn>")
        assert "<p>Hi</p>" in seen["body"]
        unsaid = await see("u1", body="name: {{ customer.city }}", channel="sms")
        assert "customer.city" in unsaid["problem"]["zh"]
        assert await see("nobody", body="x") == 404

    play(tmp_path, story)
