import ast
import hashlib
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

import liftloop.simulate
from liftloop.kernel.errors import LiftloopError
from liftloop.simulate.world import (
    Variant,
    World,
    encode_world,
    frozen_world,
    parse_action,
    past_actions,
    read_world,
    resized,
    sample_shop,
    variant,
    write_world,
)


def test_a_world_survives_its_file(shop: World, tmp_path: Path):
    """A world written to a file and read again is the same world."""
    write_world(shop, tmp_path / "world.json")
    assert read_world(tmp_path / "world.json") == shop


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"region": "shanghai"', b'"region": "atlantis"'),
        (b'"members": 8000', b'"members": 12'),
        (b'"coupon_20.sms"', b'"coupon_99.sms"'),
        (b'"reach": 0.3', b'"reach": 1.3'),
        (b'"id": "sample_shop"', b'"identity": "sample_shop"'),
        (b"{", b"["),
    ],
)
def test_a_broken_world_is_refused_in_both_languages(shop: World, tmp_path: Path, before: bytes, after: bytes):
    """A file with a name that leads nowhere, a number out of range or an unknown field is refused with the reason."""
    text = encode_world(shop)
    assert before in text
    (tmp_path / "world.json").write_bytes(text.replace(before, after, 1))
    with pytest.raises(LiftloopError) as refusal:
        read_world(tmp_path / "world.json")
    assert refusal.value.code == "world_invalid"
    assert refusal.value.zh
    assert refusal.value.en
    assert refusal.value.next_en


def test_the_sample_shop_is_whole(shop: World):
    """Formula stages follow each other, names are told in both languages, and every price earns something."""
    items = {item.id: item for item in shop.items}
    assert items["milk_beichu_1"].successor == "milk_beichu_2"
    assert items["milk_beichu_1"].months_to == items["milk_beichu_2"].months_from
    assert all(item.name_zh and item.name_en for item in shop.items)
    assert all(0 < item.margin_fen < item.price_fen for item in shop.items)
    assert len({store.region for store in shop.stores}) == len(shop.regions)


def test_action_ids_name_their_parts(shop: World):
    """An action's id can be read back, and what is no id is refused."""
    for action in past_actions(shop):
        assert parse_action(action.id) == action
    with pytest.raises(ValueError, match=r"offer\.channel"):
        parse_action("coupon_5")


def test_variants_differ_only_where_they_say(shop: World):
    """The named variants keep people, goods and campaigns, and change effects, costs or time."""
    for name in ("null", "weak", "costly", "drift"):
        other = variant(shop, name)
        assert other.response != shop.response
        restored = replace(other, id=shop.id, response=shop.response, offers=shop.offers)
        assert restored == shop
    assert variant(shop, "null").response.scale == 0.0
    assert variant(shop, "costly").offers[1].cost_fen == 3 * shop.offers[1].cost_fen


FROZEN = {
    "null": "bf5e18339b260aee4e02c344daf628740fddce26c8058a14098a136fa7bbe8dd",
    "weak": "ec1d4ad68f9b1e3049f866ee0186f77f049d2a1ef44a3678c5acece827580a29",
    "costly": "f310768a099700a85307d7615de4487851efa5db782b087178f9a492b0bcc456",
    "drift": "a889b953d2ca48623d6c480414e401345688aefeea2f78a81b79755429649cfe",
}


@pytest.mark.parametrize("name", get_args(Variant))
def test_the_worlds_that_judge_planning_do_not_move(name: Variant):
    """The four worlds were fixed before the planning that they judge, and no later change fits them to it."""
    path = Path(liftloop.simulate.__file__).parent / "worlds" / f"{name}.json"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FROZEN[name]
    assert frozen_world(name, 2_000) == resized(read_world(path), 2_000)


def test_size_is_asked_for_and_limited():
    """A shop comes in the size asked for; a size that could not be simulated is refused."""
    assert sample_shop(2_000).members == 2_000
    assert sample_shop().members == 150_000
    with pytest.raises(LiftloopError):
        resized(sample_shop(2_000), 5_000_000)


def test_the_market_does_not_know_the_planner():
    """The simulator imports numpy, msgspec, the standard library, the kernel and itself; never who it judges."""
    folder = Path(liftloop.simulate.__file__).parent
    allowed = ("liftloop.simulate", "liftloop.kernel")
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                assert not name.startswith("liftloop") or name.startswith(allowed), f"{path.name} imports {name}"
                assert name.split(".")[0] not in {"random", "time", "scipy", "lightgbm"}, path.name


def test_the_shipped_file_is_in_the_shape_the_writer_gives():
    """The world file is exactly what `write_world` would write, so a change to it shows as a small diff."""
    path = Path(liftloop.simulate.__file__).parent / "worlds" / "sample_shop.json"
    assert path.read_bytes() == encode_world(sample_shop(msgspec.json.decode(path.read_bytes())["members"]))
