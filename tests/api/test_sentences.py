"""Audiences in plain words over the API: against the words that this installation has really seen."""

from pathlib import Path

from served import NOW_MS, Served, play
from test_audiences import a_small_shop, order

from liftloop.app.facts import fact
from liftloop.kernel.codec import canonical_json


def test_a_sentence_is_understood_by_what_was_seen_here(tmp_path: Path) -> None:
    """Cities, goods and audiences of the installation can be said; the tree that comes back finds its people."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        world.installation.append([order("u3", 2, products=[{"product_id": "w1", "name": "香辣鸡翅"}])])
        await world.settle()
        said = {"text": "上海买过鸡翅的人"}
        answer = await world.admin.post("/api/audiences/understand", said)
        assert answer.status == 200, answer.body
        heard = answer.json()
        assert heard["unread"] == []
        assert heard["sentence"]["zh"] == "城市是上海，并且有下单（商品名含有鸡翅）"
        found = await world.admin.post("/api/audiences/preview", {"definition": heard["definition"]})
        assert [each["identifier"] for each in found.json()["sample"]] == ["u3"]
        named = {"name": "沪上老客", "definition": {"trait": "city", "is": "上海"}}
        made = (await world.admin.post("/api/audiences", named)).json()
        again = await world.admin.post("/api/audiences/understand", {"text": "在「沪上老客」里且买过两次"})
        parts = [part["definition"] for part in again.json()["parts"]]
        assert parts == [{"audience": made["audience_id"]}, {"event": "Order Completed", "count": {"gte": 2}}]

    play(tmp_path, story)


def test_a_category_that_is_a_code_is_said_and_heard_by_its_name(tmp_path: Path) -> None:
    """Items that name their category give its code words: in the menu, in sentences, and read aloud."""

    async def story(world: Served) -> None:
        said = {"category_name": "奶粉", "category_name_en": "Infant formula"}
        item = {"item_id": "m1", "name": "一段", "category": "milk_powder", "attributes": said}
        bought = order("u1", 1, products=[{"product_id": "m1", "category": "milk_powder"}])
        world.installation.append([bought, fact("item.imported", "m1", canonical_json(item), "person:test", NOW_MS)])
        await world.settle()
        words = (await world.admin.get("/api/audiences/vocabulary")).json()
        name = {"zh": "奶粉", "en": "Infant formula"}
        named = [*words["properties"], *words["traits"]]
        for asked in ("products.category", "interest_category"):
            (word,) = (each for each in named if each["id"] == asked)
            assert (word["values"], word["value_names"]) == (["milk_powder"], {"milk_powder": name})
        for sentence in ("买过奶粉的人", "people who bought infant formula"):
            heard = (await world.admin.post("/api/audiences/understand", {"text": sentence})).json()
            assert heard["definition"]["where"] == [{"property": "products.category", "is": "milk_powder"}]
            assert heard["sentence"]["zh"] == "有下单（商品品类是奶粉）"
            assert "Infant formula" in heard["sentence"]["en"]

    play(tmp_path, story)


def test_what_is_not_understood_comes_back_with_its_place(tmp_path: Path) -> None:
    """The answer names the words and offers other readings; an empty sentence is refused with what to write."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        said = {"text": "ordered twice and plays the violin"}
        heard = (await world.admin.post("/api/audiences/understand", said)).json()
        assert heard["definition"] == {"event": "Order Completed", "count": {"gte": 2}}
        assert [each["text"] for each in heard["unread"]] == ["plays", "violin"]
        other = heard["choices"][0]
        chosen = {other["id"]: 1}
        exactly = (await world.admin.post("/api/audiences/understand", {**said, "chosen": chosen})).json()
        assert exactly["definition"] == other["options"][1]["definition"]
        refused = await world.admin.post("/api/audiences/understand", {"text": " "})
        assert (refused.status, refused.json()["code"]) == (422, "empty_sentence")

    play(tmp_path, story)
