"""Signals to begin with over the API: looked at before they are published, with who would give them and why."""

from pathlib import Path
from typing import Any

from served import Served, play

PLACE = "/api/signals/templates"


def view(user: str, number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "userId": user,
        "messageId": f"{user}-{number}",
        "properties": {"product_id": "sku_1"},
    }


async def templates(world: Served) -> dict[str, Any]:
    return {each["id"]: each for each in (await world.admin.get(PLACE)).json()["templates"]}


def test_a_template_is_previewed_with_its_events_published_and_found_as_it_was_chosen(tmp_path: Path) -> None:
    """With three views enough there are two people more than with five; published, the list says so and by what."""

    async def story(world: Served) -> None:
        views = {"u1": 6, "u2": 4, "u3": 3, "u4": 1}
        world.installation.receive(*(view(user, n) for user, count in views.items() for n in range(count)))
        bought = {"order_id": "o", "products": [{"product_id": "sku_1", "name": "鸡翅"}]}
        world.installation.receive(
            {"type": "track", "event": "Order Completed", "userId": "u4", "messageId": "o", "properties": bought}
        )
        await world.settle()
        usual = (await world.admin.post(f"{PLACE}/hesitating/preview", {})).json()
        assert (usual["count"], usual["of"]) == (1, 4)
        (one,) = usual["people"]
        assert (one["person"]["identifier"], len(one["evidence"])) == ("u1", 5)
        assert one["evidence"][0]["label"]["zh"] == "浏览商品「鸡翅」"
        wanted = {"values": {"views": 3, "days": 2}}
        draft = (await world.admin.post(f"{PLACE}/hesitating/preview", wanted)).json()
        assert {each["person"]["identifier"] for each in draft["people"]} == {"u1", "u2", "u3"}
        assert "最近 2 天" in draft["sentence"]["zh"]
        assert (await templates(world))["hesitating"]["in_use"] is None, "a look publishes nothing"
        assert (await world.admin.post(f"{PLACE}/hesitating", wanted)).status == 200
        await world.settle()
        in_use = (await templates(world))["hesitating"]["in_use"]
        assert (in_use["people"], in_use["values"], in_use["changed_by_hand"]) == (3, wanted["values"], False)
        assert in_use["sentence"] == draft["sentence"]
        body = {"id": "hesitating", "name": "x", "where": {"event": "Product Viewed", "within_days": 1}}
        assert (await world.admin.post("/api/signals", body)).status == 200
        await world.settle()
        changed = (await templates(world))["hesitating"]["in_use"]
        assert changed["changed_by_hand"]
        assert changed["by_hand"]["id"] == "hesitating"
        assert changed["by_hand"]["definition"]
        refused = await world.english.post(f"{PLACE}/hesitating/preview", {"values": {"views": 0}})
        assert (refused.status, "views: 1 to 256" in refused.json()["message"]) == (422, True)
        assert (await world.admin.post(f"{PLACE}/moon/preview", {})).status == 404

    play(tmp_path, story)


def test_a_signal_is_retired_once_nothing_asks_for_it(tmp_path: Path) -> None:
    """The list says who uses a signal; until they let go it cannot end, and one of the shop's own is listed too."""

    async def story(world: Served) -> None:
        assert (await world.admin.post(f"{PLACE}/hesitating", {})).status == 200
        own = {"id": "mine", "name": "自己的", "where": {"event": "Product Viewed", "within_days": 1}}
        assert (await world.admin.post("/api/signals", own)).status == 200
        body = {"audience_id": "wavering", "name": "犹豫的人", "definition": {"audience": "signal:hesitating"}}
        assert (await world.admin.post("/api/audiences", body)).status == 200
        used = [{"kind": "audience", "id": "wavering", "name": "犹豫的人"}]
        assert (await templates(world))["hesitating"]["in_use"]["used_in"] == used
        listed = (await world.admin.get(PLACE)).json()["own"]
        assert [(each["id"], each["used_in"], each["half_life_days"]) for each in listed] == [("mine", [], 3.0)]
        refused = await world.admin.call("DELETE", "/api/definitions/signal/hesitating")
        assert (refused.status, "人群「犹豫的人」" in refused.json()["message"]) == (409, True)
        assert (await world.admin.call("DELETE", "/api/definitions/signal/mine")).status == 200
        assert (await world.admin.call("DELETE", "/api/definitions/audience/wavering")).status == 200
        assert (await world.admin.call("DELETE", "/api/definitions/signal/hesitating")).status == 200
        assert (await templates(world))["hesitating"]["in_use"] is None
        assert (await world.admin.get(PLACE)).json()["own"] == []

    play(tmp_path, story)


def test_a_signal_is_written_by_its_tree_seen_before_it_is_published_and_changed_later(tmp_path: Path) -> None:
    """A look at a tree tells who would give it and why; saved it has an id, saved again by that id a version more."""

    async def story(world: Served) -> None:
        world.installation.receive(view("u1", 1), view("u1", 2), view("u2", 1))
        await world.settle()
        tree = {"event": "Product Viewed", "within_days": 3, "count": {"gte": 2}}
        seen = (await world.admin.post("/api/signals/preview", {"definition": tree})).json()
        assert [each["person"]["identifier"] for each in seen["people"]] == ["u1"]
        assert (seen["of"], len(seen["people"][0]["evidence"])) == (2, 2)
        written = {"name": "Looks at formula", "definition": tree, "half_life_days": 2}
        first = (await world.admin.post("/api/signals/own", written)).json()
        assert (await world.admin.post("/api/signals/own", written)).json() == first, "twice is once"
        changed = {**written, "definition": {**tree, "count": {"gte": 1}}, "signal_id": first["id"]}
        assert (await world.admin.post("/api/signals/own", changed)).json() == {**first, "version": 2}
        await world.settle()
        (own,) = (await world.admin.get(PLACE)).json()["own"]
        assert (own["id"], own["people"], own["half_life_days"]) == (first["id"], 2, 2.0)
        assert own["definition"] == changed["definition"]
        nobody = {**written, "signal_id": "sig_moon"}
        assert (await world.admin.post("/api/signals/own", nobody)).status == 404
        assert (await world.admin.post("/api/signals/own", {**written, "half_life_days": 0})).status == 422
        circle = {**changed, "definition": {"audience": f"signal:{first['id']}"}}
        assert (await world.admin.post("/api/signals/own", circle)).status == 422

    play(tmp_path, story)
