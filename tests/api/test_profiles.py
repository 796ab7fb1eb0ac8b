"""People over the API: found by what identifies them, masked, with their story newest first."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace
from served import DAY_MS, NOW_MS, Served, play

from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

PHONE, EMAIL = "13800138046", "Anna@Example.test"


def tracked(person: str, days_ago: float, event: str, **properties: Any) -> Record:
    return Record(
        kind="track",
        at_ms=NOW_MS - int(days_ago * DAY_MS),
        received_ms=NOW_MS,
        message_id=f"{person}/{event}/{days_ago}",
        actor="key:write",
        user_id=person,
        name=event,
        body=canonical_json(properties),
    )


async def two_people(world: Served) -> None:
    """Anna, who was seen on a phone before she said who she is, and Bo."""
    anna = {"name": "王小明", "phone": PHONE, "email": EMAIL, "city": "上海", "level": "金卡"}
    consents = [
        {"channel": "email", "source": "小程序", "at": NOW_MS - 3 * DAY_MS},
        {"channel": "email", "status": "withdrawn", "source": "退订页", "at": NOW_MS - DAY_MS},
    ]
    world.installation.receive(
        {"type": "page", "anonymousId": "device-1", "name": "首页"},
        {"type": "identify", "userId": "u1", "traits": anna, "context": {"consents": consents}},
        {"type": "identify", "userId": "u2", "traits": {"city": "北京"}},
    )
    world.installation.fold_all()
    world.installation.receive({"type": "identify", "userId": "u1", "anonymousId": "device-1"})
    products = [{"name": "鸡翅", "quantity": 2}, {"name": "可乐"}]
    world.installation.append(
        [
            tracked("u1", 12, "Order Completed", revenue=86, products=products),
            tracked("u1", 11, "Product Viewed", product_id="milk_1"),
            tracked("u2", 10, "Order Completed", revenue=1, products=[{"product_id": "milk_1", "name": "奶粉"}]),
        ]
    )
    await world.settle()


def test_people_are_found_by_each_of_their_identifiers(tmp_path: Path) -> None:
    """By user id, device, profile id, by phone and mail however written, by a trait; never by part of a phone."""

    async def story(world: Served) -> None:
        await two_people(world)
        anna = (await world.admin.get("/api/profiles", q="u1")).json()["profiles"][0]["profile_id"]
        for asked in ("u1", "device-1", anna, PHONE, "138 0013 8046", "+86 13800138046", "anna@example.TEST", "上海"):
            found = (await world.admin.get("/api/profiles", q=asked)).json()
            assert [each["profile_id"] for each in found["profiles"]] == [anna], asked
        for asked in ("8046", "王小明", "u9", "'", "%"):
            assert (await world.admin.get("/api/profiles", q=asked)).json()["total"] == 0, asked
        assert (await world.admin.get("/api/profiles", q="u")).json()["total"] == 2

    play(tmp_path, story)


def test_without_a_question_those_seen_last_come_first(tmp_path: Path) -> None:
    """The list pages through everybody, merged people once."""

    async def story(world: Served) -> None:
        await two_people(world)
        first = (await world.admin.get("/api/profiles", limit=1)).json()
        second = (await world.admin.get("/api/profiles", limit=1, after=1)).json()
        assert first["total"] == 2
        seen = [*first["profiles"], *second["profiles"]]
        assert sorted(each["identifier"] for each in seen) == ["138****8046", "u2"]
        assert all(each["last_seen_at"] for each in seen)

    play(tmp_path, story)


def test_a_person_is_shown_whole_and_masked(tmp_path: Path) -> None:
    """Identifiers and names masked, traits, the latest consent with its evidence, and who this is in one sentence."""

    async def story(world: Served) -> None:
        await two_people(world)
        body = {"event": "Order Completed", "aggregate": "sum", "property": "revenue", "name": "累计消费"}
        await world.desk.definitions.publish("trait", "spent", body, "person:test")
        where = {"event": "Order Completed"}
        await world.admin.post("/api/audiences", {"audience_id": "buyers", "name": "买过", "definition": where})
        anna = (await world.admin.get("/api/profiles/u1")).json()
        shown = str(anna)
        assert PHONE not in shown
        assert "王小明" not in shown
        assert "Anna@" not in shown
        assert anna["name"] == "王**"
        values = {each["kind"]: each["value"] for each in anna["identifiers"]}
        assert values["user_id"] == "u1"
        assert values["anonymous_id"] == "device-1"
        assert (values["phone"], values["email"]) == ("138****8046", "A***@Example.test")
        traits = {each["id"]: each["value"] for each in anna["traits"]}
        assert (traits["city"], traits["spent"]) == ("上海", 86)
        assert [(each["status"], each["source"]) for each in anna["consents"]] == [("withdrawn", "退订页")]
        assert anna["consents"][0]["words"] == {"zh": "邮件 · 营销：已撤回", "en": "e-mail · marketing: withdrawn"}
        assert [each["name"] for each in anna["audiences"]] == ["买过"]
        assert anna["sentence"] == {
            "zh": "上海的金卡会员，买过 1 次，一共 ¥86，上次是 12 天前。",
            "en": "金卡 member in 上海, 1 order for ¥86, the last one 12 days ago.",
        }

    play(tmp_path, story)


def test_the_timeline_tells_everything_once_in_order_page_by_page(tmp_path: Path) -> None:
    """Events, consents and merges newest first; however the pages fall, nothing is lost or told twice."""

    async def story(world: Served) -> None:
        await two_people(world)
        many = [tracked("u1", number // 3, "Store Visited", n=number) for number in range(120)]
        world.installation.append([_numbered(record, number) for number, record in enumerate(many)])
        await world.settle()
        told: list[dict[str, Any]] = []
        page = (await world.admin.get("/api/profiles/u1")).json()
        while True:
            told += page["timeline"]
            if not page["timeline_next"]:
                break
            page = (await world.admin.get("/api/profiles/u1", after=page["timeline_next"])).json()
        assert [each["at"] for each in told] == sorted((each["at"] for each in told), reverse=True)
        assert sum(each["name"] == "Store Visited" for each in told) == 120
        (viewed,) = [each for each in told if each["name"] == "Product Viewed"]
        assert (viewed["detail"]["zh"], viewed["codes"]) == ("奶粉", "milk_1"), "an item is called as others call it"
        others = [each for each in told if each["name"] != "Store Visited"]
        assert sorted((each["kind"], each["name"]) for each in others) == [
            ("consent", "consent.granted"),
            ("consent", "consent.withdrawn"),
            ("event", "Order Completed"),
            ("event", "Product Viewed"),
            ("event", "首页"),
            ("identity", "profile.merged"),
        ]
        order = next(each for each in others if each["name"] == "Order Completed")
        assert order["detail"]["zh"] == "鸡翅 × 2 · 可乐 · ¥86"

    play(tmp_path, story)


def _numbered(record: Record, number: int) -> Record:
    return replace(record, message_id=f"visit{number}")


def test_nobody_and_bad_cursors_are_told_apart(tmp_path: Path) -> None:
    """An unknown person is 404, a cursor that is none 422."""

    async def story(world: Served) -> None:
        await two_people(world)
        assert (await world.admin.get("/api/profiles/nobody")).status == 404
        for cursor in ("x", "1", "-1", "1-2-3", "9" * 30 + "-0"):
            answer = await world.admin.get("/api/profiles/u1", after=cursor)
            assert (answer.status, answer.json()["code"]) == (422, "bad_cursor"), cursor

    play(tmp_path, story)
