"""Who is who over the API: what identifiers are worth, why people were merged, and undoing it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from served import NOW_MS, Served, play

from liftloop.app.tick.questions import answer
from liftloop.deliver.contract import ENVELOPE
from liftloop.identify.contract import UNDO_ATTEMPTS_MAX, UNDONE
from liftloop.storage.contract import Record

PHONE = "13800138046"
DELIVERY = {"caps": [{"count": 1, "days": 7}], "quiet_hours": None}
END = {"kind": "exit", "id": "end"}


def message(number: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"messageId": f"m{number}", "type": kind, **more}


def consent(status: str = "granted") -> dict[str, Any]:
    return {"consents": [{"channel": "sms", "purpose": "marketing", "status": status}]}


async def say(world: Served, *messages: dict[str, Any]) -> None:
    """Let messages come in one after the other, a second apart."""
    for each in messages:
        world.installation.receive(each)
        world.installation.fold_all()
        world.installation.clock.set_ms(world.installation.now_ms() + 1_000)
    await world.desk.follower.catch_up()


async def a_couple(world: Served) -> str:
    """A visitor and a member who then use one tablet; returns the number of their merge."""
    await say(
        world,
        message(1, "identify", anonymousId="tablet", context=consent()),
        message(2, "identify", userId="wang", traits={"phone": PHONE, "city": "上海"}, context=consent()),
        message(3, "track", userId="wang", event="Order Completed", properties={"revenue": 10}),
        message(4, "page", userId="wang", anonymousId="tablet"),
    )
    merges = (await world.admin.get("/api/profiles/wang/identity")).json()["merges"]
    assert [each["standing"] for each in merges] == ["merged"]
    return merges[0]["merge_id"]


def test_identity_says_what_each_identifier_is_worth_and_why_profiles_were_merged(tmp_path: Path) -> None:
    """Identifiers come with kind, source and how sure they are; a merge with its reason and what undoing means."""

    async def story(world: Served) -> None:
        await a_couple(world)
        identity = (await world.admin.get("/api/profiles/wang/identity")).json()
        shown = [(each["kind"], each["value"], each["sureness"], each["source"]) for each in identity["identifiers"]]
        assert shown == [
            ("user_id", "wang", "sure", "write"),
            ("phone", "138****8046", "likely", "write"),
            ("anonymous_id", "tablet", "weak", "write"),
        ]
        merge = identity["merges"][0]
        assert (merge["by"], merge["source"]) == ("anonymous_id", "write")
        assert (merge["told_by"]["zh"], identity["identifiers"][0]["told_by"]["zh"]) == ("自带的写入密钥",) * 2
        assert set(merge["goes"]) == {"wang", "138****8046"}
        assert "2 条行为" in merge["consequence"]["zh"]

    play(tmp_path, story)


def test_a_merge_is_undone_over_http_and_does_not_come_back(tmp_path: Path) -> None:
    """Two people again, each with their own; the next message that names both joins nobody; asked twice it is told."""

    async def story(world: Served) -> None:
        merge = await a_couple(world)
        done = (await world.admin.post(f"/api/merges/{merge}/undo", {"reason": "夫妻"})).json()
        assert done["standing"] == "undone"
        wang = (await world.admin.get("/api/profiles/wang")).json()
        tablet = (await world.admin.get("/api/profiles/tablet")).json()
        assert {wang["profile_id"], tablet["profile_id"]} == {done["kept_profile_id"], done["forwarded_profile_id"]}
        assert [each["value"] for each in tablet["identifiers"]] == ["tablet"]
        assert "city" in {each["id"] for each in wang["traits"]}
        assert "city" not in {each["id"] for each in tablet["traits"]}
        assert {each["name"] for each in wang["timeline"]} >= {"profile.separated", "Order Completed"}
        await say(world, message(9, "page", userId="wang", anonymousId="tablet"))
        assert (await world.admin.get("/api/profiles/tablet")).json()["profile_id"] == tablet["profile_id"]
        again = await world.admin.post(f"/api/merges/{merge}/undo", {})
        assert (again.status, again.json()["code"]) == (409, "already_undone")
        identity = (await world.admin.get("/api/profiles/wang/identity")).json()
        assert [each["standing"] for each in identity["merges"]] == ["undone"]

    play(tmp_path, story)


def test_what_is_no_merge_is_refused(tmp_path: Path) -> None:
    """Numbers of no merge and what is no number are told apart, and a stranger is told nothing."""

    async def story(world: Served) -> None:
        assert (await world.admin.post("/api/merges/7-7/undo", {})).status == 404
        assert (await world.admin.post("/api/merges/p7/undo", {})).json()["code"] == "bad_merge"
        assert (await world.stranger.post("/api/merges/7-7/undo", {})).status == 401

    play(tmp_path, story)


def a_shop(world: Served, *nodes: dict[str, Any]) -> None:
    shop = world.installation
    shop.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms"})
    shop.publish("content", "hello", {"id": "hello", "body": "hi", "language": "zh-CN"})
    shop.publish("setting", "delivery", DELIVERY)
    send = {"kind": "send", "id": "send", "channel": "sms", "content": "hello", "next": "end"}
    trigger = {"on": "event", "name": "Signed Up"}
    for identity in ("welcome", "again"):
        body = {"name": identity, "trigger": trigger | {"name": f"Signed Up {identity}"}, "nodes": [*nodes, send, END]}
        shop.publish("journey", identity, body)


def ledger(world: Served) -> list[tuple[int, str]]:
    return world.installation.state.rows("SELECT profile, state FROM ledger ORDER BY decided_ms, message_key")


def stopped(world: Served) -> list[str]:
    """Return what the second look says of all that is about to leave."""
    rows = world.installation.state.rows("SELECT body FROM outbox ORDER BY message_key")
    envelopes = [ENVELOPE.decode(body) for (body,) in rows]
    given = {
        "channel": "sms",
        "now_ms": world.installation.now_ms(),
        "keys": [each.key for each in envelopes],
        "profiles": [each.profile for each in envelopes],
        "campaigns": [each.campaign for each in envelopes],
        "purposes": [each.purpose for each in envelopes],
    }
    return [stopped["reason"] for stopped in answer(world.installation.fold, "second_look", given)["stopped"]]


async def undo(world: Served, merge: str) -> tuple[int, int]:
    """Undo a merge, and return the numbers of the visitor of the tablet and of the member."""
    assert (await world.admin.post(f"/api/merges/{merge}/undo", {})).json()["standing"] == "undone"
    names = ({"identifier": each, "now_ms": NOW_MS} for each in ("tablet", "wang"))
    tablet, wang = (answer(world.installation.fold, "person", name)["profile"] for name in names)
    return tablet, wang


def test_enrolments_return_to_who_entered(tmp_path: Path) -> None:
    """Whoever entered under a profile that was merged goes on as that person, and the other may enter anew."""

    async def story(world: Served) -> None:
        a_shop(world, {"kind": "wait", "id": "wait", "duration_s": 86_400, "next": "send"})
        await say(
            world,
            message(1, "identify", anonymousId="tablet", context=consent()),
            message(2, "identify", userId="wang", context=consent()),
            message(3, "track", userId="wang", event="Signed Up welcome"),
            message(4, "page", userId="wang", anonymousId="tablet"),
        )
        merge = (await world.admin.get("/api/profiles/wang/identity")).json()["merges"][0]["merge_id"]
        tablet, wang = await undo(world, merge)
        await say(world, message(5, "track", anonymousId="tablet", event="Signed Up welcome"))
        world.installation.advance(2 * 86_400)
        assert sorted(ledger(world)) == sorted([(tablet, "queued"), (wang, "queued")])

    play(tmp_path, story)


def test_a_message_on_its_way_to_the_wrong_one_of_the_two_is_stopped(tmp_path: Path) -> None:
    """Decided for the merged person by the enrolment of who is another one now, it does not leave."""

    async def story(world: Served) -> None:
        a_shop(world, {"kind": "wait", "id": "wait", "duration_s": 60, "next": "send"})
        await say(
            world,
            message(1, "identify", anonymousId="tablet", context=consent()),
            message(2, "identify", userId="wang", context=consent()),
            message(3, "track", userId="wang", event="Signed Up welcome"),
            message(4, "page", userId="wang", anonymousId="tablet"),
        )
        world.installation.advance(120)
        merge = (await world.admin.get("/api/profiles/wang/identity")).json()["merges"][0]["merge_id"]
        assert stopped(world) == [""]
        await undo(world, merge)
        assert stopped(world) == ["separated"]

    play(tmp_path, story)


def test_what_was_sent_to_one_counts_for_that_one_and_what_was_sent_to_both_for_both(tmp_path: Path) -> None:
    """Before the merge it is known whose it was; while both were one person it is not, and nobody gets another."""

    async def story(world: Served) -> None:
        a_shop(world)
        await say(
            world,
            message(1, "identify", anonymousId="tablet", context=consent()),
            message(2, "identify", userId="wang", context=consent()),
            message(3, "track", userId="wang", event="Signed Up welcome"),
            message(4, "page", userId="wang", anonymousId="tablet"),
        )
        merge = (await world.admin.get("/api/profiles/wang/identity")).json()["merges"][0]["merge_id"]
        tablet, wang = await undo(world, merge)
        await say(
            world,
            message(5, "track", anonymousId="tablet", event="Signed Up again"),
            message(6, "track", userId="wang", event="Signed Up again"),
        )
        assert ledger(world)[-2:] == [(tablet, "queued"), (wang, "capped")]

    async def while_one(world: Served) -> None:
        a_shop(world)
        merge = await a_couple(world)
        await say(world, message(5, "track", userId="wang", event="Signed Up welcome"))
        tablet, wang = await undo(world, merge)
        await say(
            world,
            message(6, "track", anonymousId="tablet", event="Signed Up again"),
            message(7, "track", userId="wang", event="Signed Up again"),
        )
        assert ledger(world)[-2:] == [(tablet, "capped"), (wang, "capped")]

    play(tmp_path / "before", story)
    play(tmp_path / "while", while_one)


def test_somebody_who_is_never_silent_stays_one_person_and_that_is_said(tmp_path: Path) -> None:
    """After so many attempts an undoing ends with a reason and a next step; asked again in silence it succeeds."""

    async def story(world: Served) -> None:
        merge = await a_couple(world)
        tell, said = world.desk.tick.facts, 0

        async def talking(records: Sequence[Record], *, folded: bool = True) -> Any:
            nonlocal said
            if records[0].kind == UNDONE:
                said += 1
                world.installation.receive(message(100 + said, "page", anonymousId="tablet"))
            return await tell(records, folded=folded)

        world.desk.tick.facts = talking  # pyright: ignore[reportAttributeAccessIssue] - the tick beside a noisy tablet.
        asking = asyncio.create_task(world.admin.post(f"/api/merges/{merge}/undo", {}))
        while not asking.done():
            await world.desk.follower.fill()
        refused = await asking
        assert (refused.status, refused.json()["code"], said) == (409, "never_silent", UNDO_ATTEMPTS_MAX)
        shown = (await world.admin.get("/api/profiles/wang/identity")).json()["merges"][0]
        assert shown["standing"] == "given_up"
        assert "屏蔽" in shown["problem"]["zh"]
        world.desk.tick.facts = tell
        world.installation.clock.set_ms(world.installation.now_ms() + 1_000)
        assert (await world.admin.post(f"/api/merges/{merge}/undo", {})).json()["standing"] == "undone"

    play(tmp_path, story)
