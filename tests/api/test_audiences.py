"""Audiences over the API: counted, previewed, published, listed, read aloud."""

from pathlib import Path
from typing import Any

from served import DAY_MS, NOW_MS, Served, play

from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

ORDERED = {"event": "Order Completed", "within_days": 30, "count": {"gte": 2}}
SLEEPING = {"all": [{"trait": "city", "is": "上海"}, {"not": {"event": "Order Completed", "within_days": 30}}]}


def order(person: str, days_ago: float, number: int = 0, **properties: Any) -> Record:
    at_ms = NOW_MS - int(days_ago * DAY_MS)
    return Record(
        kind="track",
        at_ms=at_ms,
        received_ms=NOW_MS,
        message_id=f"{person}/{days_ago}/{number}",
        actor="key:write",
        user_id=person,
        name="Order Completed",
        body=canonical_json(properties),
    )


def lives_in(person: str, city: str) -> dict[str, Any]:
    consents = [{"channel": "email"}] if person != "u3" else []
    return {"type": "identify", "userId": person, "traits": {"city": city}, "context": {"consents": consents}}


async def a_small_shop(world: Served) -> None:
    """Four people: u1 ordered twice this month, u2 once, u3 and u4 never; all but u4 live in Shanghai."""
    world.installation.receive(
        *(lives_in(f"u{number}", "上海" if number < 4 else "北京") for number in range(1, 5)),
    )
    world.installation.append([order("u1", 1), order("u1", 2), order("u2", 3), order("u2", 40, revenue=12.5)])
    await world.settle()


def test_a_preview_counts_what_memory_does_not_hold_yet(tmp_path: Path) -> None:
    """A tree over events and traits that no definition has asked for is counted over the lake, sampled and read."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        answer = await world.admin.post("/api/audiences/preview", {"definition": SLEEPING})
        assert answer.status == 200, answer.body
        found = answer.json()
        assert (found["count"], found["of"]) == (1, 4)
        assert found["sentence"]["zh"] == "城市是上海，并且最近 30 天没有下单"
        assert [each["identifier"] for each in found["sample"]] == ["u3"]
        assert found["reachable"] == [{"channel": "email", "people": 0}]

    play(tmp_path, story)


def test_a_published_audience_is_live_counted_and_listed(tmp_path: Path) -> None:
    """Publishing answers when the past is in: with the count, the people, the reachable and the sentence."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        answer = await world.admin.post("/api/audiences", {"name": "买过两次", "definition": ORDERED})
        assert answer.status == 200, answer.body
        made = answer.json()
        assert (made["count"], made["version"], made["definition"]) == (1, 1, ORDERED)
        assert made["reachable"] == [{"channel": "email", "people": 1}]
        listed = (await world.admin.get("/api/audiences")).json()["audiences"]
        assert [(row["audience_id"], row["count"]) for row in listed] == [(made["audience_id"], 1)]
        people = (await world.admin.get(f"/api/audiences/{made['audience_id']}/people")).json()
        assert (people["total"], [each["identifier"] for each in people["people"]]) == (1, ["u1"])
        again = await world.admin.post("/api/audiences", {"name": "买过两次", "definition": ORDERED})
        assert again.json()["audience_id"] == made["audience_id"], "asked twice, made once"

    play(tmp_path, story)


def test_everything_the_engine_reads_can_be_posted_and_comes_back_as_it_was(tmp_path: Path) -> None:
    """Sums, filters, whole lives, negations and references survive the round trip unchanged."""
    tree = {
        "any": [
            {
                "event": "Order Completed",
                "property": "revenue",
                "where": [{"property": "coupon", "in": ["A", "B"]}],
                "sum": {"gt": 10.5},
            },
            {"all": [{"trait": "city", "is_not": "北京"}, {"trait": "age", "exists": False}, {"audience": "core"}]},
            {"percent": [0, 10], "salt": "s"},
        ]
    }

    async def story(world: Served) -> None:
        await a_small_shop(world)
        core = {"audience_id": "core", "name": "核心", "definition": ORDERED}
        assert (await world.admin.post("/api/audiences", core)).status == 200
        answer = await world.admin.post("/api/audiences", {"audience_id": "x", "name": "混合", "definition": tree})
        assert answer.status == 200, answer.body
        assert answer.json()["definition"] == tree
        assert "「核心」" in answer.json()["sentence"]["zh"]

    play(tmp_path, story)


def test_the_trend_follows_who_came_and_went(tmp_path: Path) -> None:
    """Members by day: one came a day after the audience was made and is still there three days later."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        body = {"audience_id": "a", "name": "a", "definition": ORDERED}
        assert (await world.admin.post("/api/audiences", body)).status == 200
        world.installation.advance(1.5 * 86_400)
        world.installation.append([order("u2", 0, 1), order("u2", 0, 2)])
        world.installation.advance(2 * 86_400)
        await world.settle()
        page = (await world.admin.get("/api/audiences/a")).json()
        assert [point["count"] for point in page["trend"]] == [1, 2, 2, 2]
        assert page["count"] == 2

    play(tmp_path, story)


def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Unknown ids are 404, trees that cannot be read 422, in the reader's language, with a next step."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        missing = await world.english.get("/api/audiences/nobody")
        assert (missing.status, missing.json()["code"]) == (404, "not_found")
        assert missing.json()["next"].startswith("check the id")
        for tree in ({"event": "x", "within_days": 0}, {"all": []}, {"sometimes": 1}, {"percent": [50, 10]}):
            answer = await world.admin.post("/api/audiences/preview", {"definition": tree})
            assert answer.status == 422, tree
            assert answer.json()["next"]
        circle = {"audience_id": "me", "name": "me", "definition": {"not": {"audience": "me"}}}
        assert (await world.admin.post("/api/audiences", circle)).status in (404, 422)
        for one, other in (("a", "上海"), ("b", "北京")):
            body = {"kind": "audience", "id": one, "body": {"name": one, "where": {"trait": "city", "is": other}}}
            assert (await world.admin.post("/api/definitions", body)).status == 200
        onward = {"audience_id": "a", "name": "a", "definition": {"audience": "b"}}
        assert (await world.admin.post("/api/audiences", onward)).status == 200
        back = {
            "audience_id": "b",
            "name": "b",
            "definition": {"any": [{"not": {"audience": "a"}}, {"percent": [0, 9]}]},
        }
        refused = await world.english.post("/api/audiences", back)
        assert (refused.status, refused.json()["code"]) == (422, "bad_audience")
        assert "refers to itself" in refused.json()["message"]
        assert (await world.stranger.get("/api/audiences")).status == 401

    play(tmp_path, story)


def test_the_vocabulary_says_what_there_is(tmp_path: Path) -> None:
    """Events by how common they are, traits with their few values, computed traits with their unit."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        body = {"event": "Order Completed", "aggregate": "count", "name": "下单次数"}
        await world.desk.definitions.publish("trait", "orders", body, "person:test")
        words = (await world.admin.get("/api/audiences/vocabulary")).json()
        assert words["events"] == [{"id": "Order Completed", "name": {"zh": "下单", "en": "Order"}}]
        city = next(each for each in words["traits"] if each["id"] == "city")
        assert (city["type"], city["values"]) == ("text", ["上海", "北京"])
        assert next(each for each in words["traits"] if each["id"] == "orders")["unit"] == "times"

    play(tmp_path, story)


def test_goods_beyond_the_commonest_are_found_by_name_and_named_by_id(tmp_path: Path) -> None:
    """Three hundred goods were sold: the vocabulary has two hundred of them, and typing finds the rest."""

    async def story(world: Served) -> None:
        lines = [{"product_id": f"sku_{n:03d}", "name": f"商品{n:03d}" if n else "Oat Milk"} for n in range(300)]
        world.installation.append([order("u1", 1, products=lines), order("u2", 2, products=lines[:250])])
        await world.settle()
        words = (await world.admin.get("/api/audiences/vocabulary")).json()["properties"]
        bought = next(each for each in words if each["id"] == "products.product_id")
        assert (bought["of_items"], len(bought["values"]), "sku_290" in bought["values"]) == (True, 200, False)

        async def found(**asked: str) -> list[dict[str, str]]:
            return (await world.admin.get("/api/audiences/items", **asked)).json()["items"]

        assert await found(search="商品290") == [{"id": "sku_290", "name": "商品290"}]
        assert await found(search="oat m") == [{"id": "sku_000", "name": "Oat Milk"}]
        many = await found(search="SKU_")
        assert (len(many), many[0]["id"]) == (50, "sku_000")
        assert await found(ids="sku_299", search="nothing of the kind") == [{"id": "sku_299", "name": "商品299"}]
        assert await found(ids="unknown") == [{"id": "unknown", "name": "unknown"}]
        assert await found(search="50%_") == []

    play(tmp_path, story)


def test_five_hundred_conditions_are_one_audience_and_one_more_is_refused(tmp_path: Path) -> None:
    """The largest audience there may be previews, is published and follows; beyond it, or too deep, words say so."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        cities = [{"trait": "city", "is": f"城{n}"} for n in range(300)]
        orders = [{"event": "Order Completed", "within_days": 1 + n % 90, "count": {"gte": 3 + n}} for n in range(198)]
        largest = {"any": [*cities, *orders, {"trait": "city", "is": "北京"}]}
        preview = await world.admin.post("/api/audiences/preview", {"definition": largest})
        assert (preview.status, preview.json()["count"]) == (200, 1), preview.body
        made = await world.admin.post("/api/audiences", {"name": "五百", "definition": largest})
        assert (made.status, made.json()["count"]) == (200, 1)
        world.installation.receive(lives_in("u1", "城7"))
        await world.settle()
        assert (await world.admin.get(f"/api/audiences/{made.json()['audience_id']}")).json()["count"] == 2
        more = {"any": [*largest["any"], {"trait": "city", "is": "more"}]}
        refused = await world.english.post("/api/audiences", {"name": "one more", "definition": more})
        assert (refused.status, "more than 500 conditions" in refused.json()["message"]) == (422, True)
        deep: dict[str, Any] = {"trait": "city", "is": "上海"}
        for _ in range(17):
            deep = {"not": deep}
        refused = await world.english.post("/api/audiences/preview", {"definition": deep})
        assert (refused.status, "nested deeper than 16" in refused.json()["message"]) == (422, True)

    play(tmp_path, story)


def test_events_of_1970_count_in_whole_lives_and_in_no_window(tmp_path: Path) -> None:
    """An order of the first day of 1970 is one order of a life, ends no window, and makes nobody a buyer of today."""

    async def story(world: Served) -> None:
        days = NOW_MS / DAY_MS
        world.installation.append([order("old", days - 0.5, revenue=10.0), order("new", 1, revenue=20.0)])
        await world.settle()

        async def count(definition: dict[str, Any]) -> int:
            return (await world.admin.post("/api/audiences/preview", {"definition": definition})).json()["count"]

        assert await count({"event": "Order Completed", "count": {"gte": 1}}) == 2
        assert await count({"event": "Order Completed", "within_days": 365}) == 1
        body = {"name": "很久没来", "definition": {"not": {"event": "Order Completed", "within_days": 3650}}}
        made = (await world.admin.post("/api/audiences", body)).json()
        assert made["count"] == 1
        assert (await world.admin.post("/api/studies/traits", {})).status == 200
        stage = {"trait": "lifecycle_stage", "in": ["lost"]}
        assert await count(stage) == 1

    play(tmp_path, story)
