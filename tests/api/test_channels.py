"""A channel is opened when it is published: what could never carry a message is refused with the reason."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields
from served import Served, play

from liftloop.app.dispatch.status import DispatchStatus, LaneStatus
from liftloop.app.relate import watching
from liftloop.kernel.codec import parse_object
from liftloop.plugins.channels import BUILT_IN
from liftloop.plugins.channels.setup import SETUPS
from liftloop.relate.notices import RAISED
from liftloop.testing.gatehouse.push import service_account

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # The example of the Standard Webhooks specification.


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("webhook", {"url": "https://example.test/in", "secret": "short"}, "channel_settings", "secret"),
    ("webhook", {"url": "ftp://example.test", "secret": SECRET}, "channel_settings", "url"),
    ("webhook", {"secret": SECRET}, "channel_settings", "url"),
    ("webhook", {"url": "http://10.0.0.7/in", "secret": SECRET}, "address_refused", "10.0.0.7"),
    ("smtp", {"host": "mail.example.test", "sender": "nobody"}, "channel_settings", "sender"),
    ("smtp", {"host": "mail.example.test", "sender": "a@example.test", "tlss": "none"}, "channel_settings", "tlss"),
    ("fcm", {"service_account": "{}"}, "channel_settings", "service_account"),
    ("pigeon", {}, "bad_definition", "pigeon"),
]


def test_bad_settings_are_refused_when_they_are_published(tmp_path: Path) -> None:
    """The refusal names what is wrong, and nothing is published."""

    async def story(world: Served) -> None:
        for kind, settings, code, named in BAD:
            body = {"id": "news", "kind": kind, "settings": settings}
            refused = await world.english.post("/api/channels", body)
            assert (refused.status, refused.json()["code"]) == (422, code), refused.body
            assert named in refused.json()["message"]
            assert refused.json()["next"]
        assert not world.desk.definitions.live("channel")

    play(tmp_path, story)


def test_good_settings_are_published(tmp_path: Path) -> None:
    """A channel whose receiver does not answer yet can be set up all the same."""

    async def story(world: Served) -> None:
        settings = {"host": "mail.example.test", "sender": "Shop <news@example.test>"}
        assert (
            await world.admin.post("/api/channels", {"id": "news", "kind": "smtp", "settings": settings})
        ).status == 200
        settings = {"url": "https://example.test/in", "secret": SECRET}
        for capacity, named in (
            ({"per_hour": -1}, "per_hour"),
            ({"per_hour": 50, "from_hour": 18, "until_hour": 9}, "from_hour"),
            ({"per_hour": 50, "until_hour": 25}, "until_hour"),
            ({"confirmed": 0}, "confirmed"),
            ({"lead_days": -2}, "lead_days"),
        ):
            body = {"id": "staff", "kind": "webhook", "settings": settings, "capacity": capacity}
            refused = await world.english.post("/api/channels", body)
            assert (refused.status, refused.json()["code"]) == (422, "bad_definition"), refused.body
            assert named in refused.json()["message"]
        assert (
            await world.admin.post("/api/channels", {"id": "hook", "kind": "webhook", "settings": settings})
        ).status == 200
        assert set(world.desk.definitions.live("channel")) == {"news", "hook"}

    play(tmp_path, story)


def test_every_kind_says_what_it_takes() -> None:
    """Each built-in kind has a checklist in both languages, and what a step gives is one of its settings."""
    assert set(SETUPS) == set(BUILT_IN)
    for kind, setup in SETUPS.items():
        settings = setup.settings.__struct_fields__
        for step in setup.steps:
            assert all(words.zh and words.en for words in (step.what, step.where, step.takes)), kind
            assert set(step.fields) <= set(settings), kind
        given = {name for step in setup.steps for name in step.fields}
        required = {field.name for field in fields(setup.settings) if field.required}
        assert required <= given, kind


def test_a_channel_says_what_it_lacks(tmp_path: Path) -> None:
    """What is set is done, what is not is missing, what nobody can see is for a person; secrets are not shown."""

    async def story(world: Served) -> None:
        settings = {"access_key_id": "k", "access_key_secret": "hush", "sign_name": "小店"}
        await world.admin.post("/api/channels", {"id": "sms", "kind": "aliyun_sms", "settings": settings})
        found = (await world.admin.get("/api/channels/sms/setup")).json()
        assert found["missing"] == ["template", "callback_token"]
        assert found["callback_path"] == "/callbacks/sms/{callback_token}"
        assert {step["standing"] for step in found["steps"]} == {"done", "missing", "by_hand"}
        assert "hush" not in (await world.admin.get("/api/channels/sms/setup")).body.decode()
        kept = settings | {"access_key_secret": "(set)", "template": "SMS_1"}
        again = await world.admin.post("/api/channels", {"id": "sms", "kind": "aliyun_sms", "settings": kept})
        assert again.status == 200, again.body
        assert (await world.admin.get("/api/channels/sms/setup")).json()["missing"] == ["callback_token"]
        assert (await world.admin.get("/api/channels/kinds/pigeon/setup")).status == 404
        assert len((await world.admin.get("/api/channels/kinds")).json()["kinds"]) == len(BUILT_IN)

    play(tmp_path, story)


def test_one_part_of_a_channel_changes_and_the_rest_stays(tmp_path: Path) -> None:
    """New credentials and quotas keep everything else; what is no credential, or cannot be kept to, is refused."""

    async def story(world: Served) -> None:
        settings = {"access_key_id": "k", "access_key_secret": "old", "sign_name": "小店", "template": "SMS_1"}
        await world.admin.post("/api/channels", {"id": "sms", "kind": "aliyun_sms", "settings": settings})
        quotas = [{"count": 20_000, "per": "day", "kept": 500}, {"count": 1, "per": "day", "each_person": True}]
        assert (await world.admin.put("/api/channels/sms/quotas", {"quotas": quotas})).status == 200
        kept = world.desk.definitions.readable("channel", "sms")
        assert kept["settings"] == settings
        assert [(each["count"], each["each_person"]) for each in kept["quotas"]] == [(20_000, False), (1, True)]
        refused = await world.english.put("/api/channels/sms/quotas", {"quotas": [{"count": 5, "kept": 9}]})
        assert refused.status == 422
        foreign = await world.english.post("/api/channels/sms/credentials", {"settings": {"sign_name": "别家"}})
        assert (foreign.status, foreign.json()["code"]) == (422, "bad_definition")
        assert "access_key_secret" in foreign.json()["message"]
        empty = await world.admin.post("/api/channels/sms/credentials", {"settings": {"access_key_secret": ""}})
        assert empty.status == 422
        assert world.desk.definitions.readable("channel", "sms")["settings"] == settings
        assert (await world.admin.post("/api/channels/none/credentials", {"settings": {"a": "b"}})).status == 404
        assert (await world.admin.put("/api/channels/sms/quotas", {"quotas": []})).status == 200
        assert not world.desk.definitions.readable("channel", "sms").get("quotas")

    play(tmp_path, story)


def test_expired_credentials_are_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice names the channel and what to do; it comes once, and again only after all was well between."""
    reason = "credential_expired:SignatureDoesNotMatch"

    async def story(world: Served) -> None:
        settings = {"access_key_id": "k", "access_key_secret": "old", "sign_name": "小店", "template": "SMS_1"}
        await world.admin.post("/api/channels", {"id": "sms", "kind": "aliyun_sms", "settings": settings})
        lanes: list[LaneStatus] = []

        async def status(_: Path) -> DispatchStatus:
            return DispatchStatus(lanes=lanes, untold=0, outcomes={}, by_channel={})

        monkeypatch.setattr(watching, "dispatch_status", status)
        watch = watching.Watch(world.desk)
        paused = LaneStatus(channel="sms", in_flight=0, under_way=3, paused_until_ms=1, pause_reason=reason)
        for now in ([], [paused], [paused], [], [paused]):
            lanes[:] = now
            await watch.look()
        told = await world.desk.follower.select("SELECT body FROM system_record WHERE kind = ?", [RAISED])
        bodies = [parse_object(str(body)) for body in told["body"]]
        assert [each["name"] for each in bodies] == ["sms", "sms"]
        assert "AccessKey" in bodies[0]["why"]["zh"] or "RAM" in bodies[0]["why"]["zh"]

    play(tmp_path, story)


def test_template_messages_take_no_marketing_node(tmp_path: Path) -> None:
    """A journey that would send marketing by them is refused when it is published; one of service is not."""

    async def story(world: Served) -> None:
        settings = {"app_id": "wx", "app_secret": "s", "template": "t"}
        await world.admin.post("/api/channels", {"id": "oa", "kind": "wechat_template", "settings": settings})
        await world.admin.post("/api/contents", {"id": "hello", "body": "thing1: hi"})
        send = {"kind": "send", "id": "s", "channel": "oa", "content": "hello", "next": "end"}
        for purpose, status in (("marketing", 422), ("service", 200)):
            nodes = [send | {"purpose": purpose}, {"kind": "exit", "id": "end"}]
            body = {"name": "news", "trigger": {"on": "event", "name": "Paid"}, "nodes": nodes}
            answer = await world.english.post("/api/definitions", {"kind": "journey", "id": "news", "body": body})
            assert answer.status == status, answer.body

    play(tmp_path, story)


def test_a_pasted_key_is_kept_when_the_rest_is_edited(tmp_path: Path) -> None:
    """A service account that is sealed already is not asked for again, and still counts as one."""

    async def story(world: Served) -> None:
        settings = {"service_account": service_account("https://oauth2.googleapis.com/token")}
        body = {"id": "push", "kind": "fcm", "settings": settings}
        assert (await world.admin.post("/api/channels", body)).status == 200
        kept = {"id": "push", "kind": "fcm", "settings": {"service_account": "(set)"}, "cost_fen": 1}
        assert (await world.admin.post("/api/channels", kept)).status == 200
        stored = world.desk.definitions.live("channel")["push"]["settings"]["service_account"]
        assert stored.startswith("sealed:")

    play(tmp_path, story)
