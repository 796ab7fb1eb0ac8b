"""Custom fields: taken in every spelling, refused or warned of, asked for in trees and sentences, shown, erased."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import DAY_MS, NOW_MS, Served, play

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.collect.fields import Choice, Field, FieldKind, Misfit, derived, fitting
from liftloop.identify.contract import USER
from liftloop.identify.reading import identifier_hash

HOBBIES = [{"id": "tea", "zh": "茶", "en": "tea"}, {"id": "run", "zh": "跑步", "en": "running"}]
FIELDS: dict[str, dict[str, Any]] = {
    "weight": {"zh": "体重", "en": "Weight", "type": "number", "unit": "kg"},
    "origin": {"zh": "会员来源", "en": "Joined by", "type": "choice", "choices": [{"id": "s", "zh": "门店"}]},
    "hobby": {"zh": "爱好", "en": "Hobby", "type": "choices", "choices": HOBBIES},
    "joined": {"zh": "入会日", "en": "Joining day", "type": "date"},
    "staff": {"zh": "员工", "en": "Staff", "type": "boolean"},
    "badge": {"zh": "工牌", "en": "Badge", "type": "text", "personal": True},
    "shoe": {"zh": "鞋码", "en": "Shoe size", "type": "number", "misfits": "block"},
}
TREES: dict[str, tuple[dict[str, Any], set[str], str, str]] = {
    "体重大于60": ({"trait": "weight", "gt": 60}, {"u1"}, "体重超过 60 kg", "Weight more than 60 kg"),
    "会员来源是门店": ({"trait": "origin", "is": "s"}, {"u1"}, "会员来源是门店", "Joined by is 门店"),
    "爱好包含茶": ({"trait": "hobby:tea", "is": True}, {"u1", "u2"}, "爱好包含茶", "Hobby includes tea"),
    "爱好有跑步": ({"trait": "hobby:run", "is": True}, {"u2"}, "爱好包含跑步", "Hobby includes running"),
    "员工": ({"trait": "staff", "is": True}, {"u2"}, "员工是“是”", "Staff is yes"),
}


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        ("number", {"61.5": 61.5, "1,200": 1200, 7: 7}, ["many", True, [1], float("nan"), float("inf")]),
        ("text", {"a": "a", 7: "7", True: "true"}, [{"a": 1}, ["a"], "x" * 2_001]),
        ("date", {"2026/3/1": "2026-03-01", "2026年3月1日": "2026-03-01"}, ["2026-02-30", "tomorrow", 5, "2026"]),
        ("boolean", {"是": True, "No": False, True: True}, ["maybe", 2, [True]]),
        ("choice", {"tea": "tea", "茶": "tea", "RUNNING": "run"}, ["coffee", 1, ["tea"]]),
        ("choices", {"茶、跑步": ["tea", "run"], "tea,tea": ["tea"]}, ["tea,coffee", [1], {"tea": 1}]),
    ],
)
def test_each_type_takes_its_spellings_and_nothing_else(
    kind: FieldKind, taken: dict[Any, Any], refused: list[Any]
) -> None:
    """What means the same is one value; what is none of the type is a misfit, and nothing is no value."""
    choices = tuple(Choice(**each) for each in HOBBIES) if kind.startswith("choice") else ()
    field = Field(zh="x", type=kind, choices=choices)
    assert {said: fitting(field, said) for said in taken} == taken
    for said in refused:
        with pytest.raises(Misfit):
            fitting(field, said)
    assert [fitting(field, nothing) for nothing in (None, "", "  ")] == [None, None, None]


@settings(max_examples=60)
@given(said=st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), st.lists), data=st.data())
def test_any_value_fits_or_is_a_misfit_and_fits_again_as_it_is_kept(said: Any, data: st.DataObject) -> None:
    """Nothing else is raised, and a value that is kept means itself."""
    kind: FieldKind = data.draw(st.sampled_from(["text", "number", "date", "choice", "choices", "boolean"]))
    field = Field(zh="x", type=kind, choices=tuple(Choice(**each) for each in HOBBIES))
    try:
        kept = fitting(field, said)
    except Misfit:
        return
    assert fitting(field, kept) == kept
    derived("x", field, kept)


async def shop(world: Served) -> None:
    """Define the fields, and let two people say of themselves in different spellings."""
    for identity, body in FIELDS.items():
        assert (await world.admin.post("/api/fields", {"id": identity, **body})).status == 200
    one = {"weight": "61.5", "origin": "门店", "hobby": "茶", "joined": "2026/9/1", "staff": "否", "badge": "B-77190-x"}
    two = {"weight": 60, "hobby": ["tea", "running"], "staff": "yes", "joined": "2026-09-20"}
    for user, traits in (("u1", one), ("u2", two)):
        world.installation.receive({"type": "identify", "messageId": user, "userId": user, "traits": traits})
    await world.settle()


def test_what_is_read_aloud_is_understood_again(tmp_path: Path) -> None:
    """Names of goods, units and choices in a sentence that was read aloud lead back to the same tree."""
    line = {"product_id": "sku_1", "name": "蜜汁牛肉干", "price": 9}
    twins = [{"product_id": each, "name": "龙井", "price": 9} for each in ("sku_2", "sku_3")]

    async def story(world: Served) -> None:
        await shop(world)
        order = {"type": "track", "userId": "u1", "messageId": "o", "event": "Order Completed"}
        world.installation.receive({**order, "properties": {"order_id": "o", "products": [line, *twins]}})
        await world.settle()
        where: list[tuple[str, dict[str, Any]]] = [
            ("最近 30 天有下单（所购商品是「蜜汁牛肉干」）", {"property": "products.product_id", "is": "sku_1"}),
            ("最近 30 天有下单（所购商品是「龙井 (sku_2)」）", {"property": "products.product_id", "is": "sku_2"}),
            ("最近 30 天有下单（商品编号是sku_9）", {"property": "products.product_id", "is": "sku_9"}),
        ]
        trees = [(zh, {"event": "Order Completed", "within_days": 30, "where": [test]}) for zh, test in where]
        trees += [
            ("体重至少 55.5 kg", {"trait": "weight", "gte": 55.5}),
            ("下一件该补的商品是「蜜汁牛肉干」", {"trait": "replenish_item", "is": "sku_1"}),
        ]
        for zh, tree in trees:
            first = (await world.admin.post("/api/audiences/preview", {"definition": tree})).json()["sentence"]
            assert first["zh"] == zh
            for text in (first["zh"], first["en"]):
                heard = (await world.admin.post("/api/audiences/understand", {"text": text})).json()
                same = heard["definition"]
                same.pop("count", None)
                assert (same, heard["unread"]) == (tree, []), text

    play(tmp_path, story)


async def members(world: Served, tree: dict[str, Any]) -> set[str]:
    """Return who is in a live audience of a tree, which must be whom the lake finds."""
    made = await world.admin.post("/api/audiences", {"name": str(tree), "definition": {"all": [tree]}})
    assert made.status == 200, made.json()
    page = (await world.admin.get(f"/api/audiences/{made.json()['audience_id']}/people")).json()
    asked = selection(tree, Meanings(traits={}, audiences={}), world.installation.now_ms())
    assert len((await world.desk.follower.select(asked.text, asked.parameters))["profile"]) == page["total"]
    return {each["identifier"] for each in page["people"]}


def test_fields_are_words_of_trees_and_sentences(tmp_path: Path) -> None:
    """Each field is offered by its names; a sentence finds it, is read aloud, and live and lake agree."""

    async def story(world: Served) -> None:
        await shop(world)
        traits = {each["id"]: each for each in (await world.admin.get("/api/vocabulary")).json()["traits"]}
        assert traits["weight"]["name"] == {"zh": "体重（kg）", "en": "Weight (kg)"}
        assert traits["origin"]["value_names"]["s"] == {"zh": "门店", "en": "门店"}
        assert (traits["hobby:tea"]["type"], traits["joined:at"]["type"]) == ("yes_no", "date")
        assert not {"hobby", "joined", "badge"} & traits.keys(), (
            "neither a list nor a day nor a sealed text is compared"
        )
        for text, (tree, people, zh, en) in TREES.items():
            heard = (await world.admin.post("/api/audiences/understand", {"text": text})).json()
            said = heard["definition"]
            assert said in (tree, {"all": [tree]}, {**tree, "in": [tree.get("is")]}), (text, said)
            assert heard["sentence"] == {"zh": zh, "en": en}
            assert await members(world, tree) == people, text
        heard = (await world.admin.post("/api/audiences/understand", {"text": "入会日 10 天以上"})).json()
        assert heard["definition"] == {"trait": "joined:at", "days_since": {"gte": 10}}
        assert heard["sentence"]["zh"] == "距入会日至少 10 天"
        assert await members(world, heard["definition"]) == {"u1"}

    play(tmp_path, story)


def test_what_does_not_fit_is_kept_with_a_warning_or_waits_in_quarantine(tmp_path: Path) -> None:
    """A misfit of a field that warns is kept and takes back what was derived; of one that blocks nothing is kept."""

    async def story(world: Served) -> None:
        await shop(world)
        said = [("u1", {"hobby": "chess"}), ("u2", {"shoe": "large", "weight": 99})]
        for user, traits in said:
            world.installation.receive({"type": "identify", "messageId": f"{user}2", "userId": user, "traits": traits})
        await world.settle()
        assert await members(world, {"trait": "hobby:tea", "is": True}) == {"u2"}
        shown = {each["id"]: each for each in (await world.admin.get("/api/profiles/u1")).json()["traits"]}
        assert shown["hobby"]["value"] == "chess"
        second = {each["id"]: each for each in (await world.admin.get("/api/profiles/u2")).json()["traits"]}
        assert second["weight"]["value"] == 60, "a message that is refused is refused whole"
        (group,) = (await world.admin.get("/api/quarantine/groups")).json()["groups"]
        assert "自定义字段" in str(group)

    play(tmp_path, story)


def test_a_person_shows_their_fields_and_loses_them_with_their_keys(tmp_path: Path) -> None:
    """Names, units and choices are said in both languages, a personal one masked; erased, it is gone."""

    async def story(world: Served) -> None:
        await shop(world)

        async def shown() -> dict[str, Any]:
            traits = (await world.admin.get("/api/profiles/u1")).json()["traits"]
            return {each["id"]: each for each in traits}

        of = await shown()
        assert (of["weight"]["name"]["en"], of["weight"]["words"]["en"]) == ("Weight", "61.5 kg")
        assert (of["hobby"]["name"]["zh"], of["hobby"]["words"]["zh"]) == ("爱好", "茶")
        assert of["origin"]["words"]["zh"] == "门店"
        assert not [each for each in of if ":" in each], "what is derived is said once"
        assert "77190" not in str(of["badge"])
        files = [each for each in world.installation.folder.path.rglob("*") if each.is_file()]
        assert not [each.name for each in files if b"77190" in each.read_bytes()], "it lies nowhere in the clear"
        await asyncio.to_thread(world.installation.vault.destroy, [identifier_hash(USER, "u1")])
        assert "badge" not in await shown()

    play(tmp_path, story, NOW_MS + DAY_MS)
