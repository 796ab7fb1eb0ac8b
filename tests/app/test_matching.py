"""Who may be the same person: found among planted second profiles, judged by a person, and never found twice."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

pytest.importorskip("splink", reason="the extra `matching` is not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
from served import Served, play

from liftloop.app.matching.features import features_of
from liftloop.app.matching.model import MatchingMissing, evidence, find_alike
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
PEOPLE, SECOND_PROFILES = 1_500, 60
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玲辉玉红建文利",
)
CITIES, ROADS = (
    ("上海", "北京", "杭州", "成都", "广州"),
    ("中山", "人民", "解放", "建设", "淮海", "南京", "长江", "黄河"),
)
KNOWN_SHARE = 0.75
"""Chance that a profile knows a thing of its person: shops do not know all of everybody."""

Person = Mapping[str, str]


def person(dice: np.random.Generator) -> dict[str, str]:
    digits = "".join(map(str, dice.integers(0, 10, 9)))
    house = dice.integers(1, 900)
    return {
        "name": dice.choice(list(SURNAMES)) + "".join(dice.choice(list(GIVEN), 2)),
        "phone": f"13{digits}",
        "email": f"u{dice.integers(10**8)}@qq.com",
        "birthday": f"{dice.integers(1955, 2005)}-{dice.integers(1, 13):02d}-{dice.integers(1, 29):02d}",
        "address": f"{dice.choice(ROADS)}路{house}号{dice.integers(1, 30)}栋{dice.integers(101, 3300)}室",
        "city": str(dice.choice(CITIES)),
    }


def again(first: Person, dice: np.random.Generator) -> dict[str, str]:
    """Return the same person as another till wrote it down: a digit is wrong or the number is new, the mailbox too."""
    second = dict(first)
    place, number = int(dice.integers(3, 11)), list(first["phone"])
    number[place] = str((int(number[place]) + int(dice.integers(1, 10))) % 10)
    second["phone"] = "".join(number) if dice.random() < 0.5 else person(dice)["phone"]
    local = first["email"].partition("@")[0]
    second["email"] = f"{local}@163.com" if dice.random() < 0.3 else person(dice)["email"]
    if dice.random() < 0.3:
        second["address"] = first["address"].replace("栋", "幢")
    return second


def known(of: Person, dice: np.random.Generator) -> dict[str, str]:
    return {name: value for name, value in of.items() if dice.random() < KNOWN_SHARE}


def profiles(seed: int) -> tuple[list[dict[str, str]], set[tuple[int, int]]]:
    """Return what is known of each profile, and which two are one person."""
    dice = np.random.default_rng(seed)
    people = [person(dice) for _ in range(PEOPLE)]
    chosen = dice.choice(PEOPLE, SECOND_PROFILES, replace=False).tolist()
    truth = {(first, PEOPLE + place) for place, first in enumerate(chosen)}
    return [known(each, dice) for each in people] + [known(again(people[first], dice), dice) for first in chosen], truth


def identify(number: int, traits: Person) -> dict[str, Any]:
    return {"messageId": f"i{number}", "type": "identify", "userId": f"u{number}", "traits": dict(traits)}


@pytest.mark.long
def test_planted_second_profiles_are_found_and_strangers_are_left_alone(tmp_path: Path) -> None:
    """Of 60 second profiles, of which each thing is known by three in four, most are found, and few others."""
    shop = Installation(tmp_path / "data", NOW_MS)
    told, truth = profiles(1)
    shop.receive(*[identify(number, traits) for number, traits in enumerate(told)])
    shop.fold_all()
    number_of = dict(shop.state.rows("SELECT text, profile FROM identifier"))
    people, comparable = features_of(shop.state, shop.vault, b"key")
    assert len(people) == comparable > 0.9 * len(told)
    found = {(each.first, each.second) for each in find_alike(people, 1)}
    pairs = {tuple(sorted((number_of[f"u{one}"], number_of[f"u{other}"]))) for one, other in truth}
    assert len(found & pairs) >= 0.95 * len(found), "precision"
    assert len(found & pairs) >= 0.65 * len(pairs), "recall"
    for pair in truth - {pair for pair in truth if tuple(sorted(number_of[f"u{each}"] for each in pair)) in found}:
        shared = set(told[pair[0]]) & set(told[pair[1]])
        assert len(shared) <= 5, "what is missed is what one of the two profiles hardly knows"
    shop.close()


def test_features_hold_nothing_that_anybody_could_read(tmp_path: Path) -> None:
    """What is compared are keyed hashes: another key gives others, and no letter of a value is among them."""
    shop = Installation(tmp_path / "data", NOW_MS)
    shop.receive(identify(1, {"name": "王小明", "phone": "13812345678", "birthday": "1990-01-01"}))
    shop.fold_all()
    one, other = (features_of(shop.state, shop.vault, key)[0][0] for key in (b"one", b"other"))
    assert one.name != other.name
    assert {type(value) for value in (one.name, one.phone, one.birthday)} == {int}
    shop.close()


def test_evidence_is_said_in_both_languages() -> None:
    """What speaks for a pair comes first, then what speaks against it."""
    levels = {"name": 1, "phone": 1, "mailbox": -1, "birthday": 0, "address": -1, "city": 1}
    assert evidence(levels).zh == "姓名相同、手机号只差一位、同一座城市；但生日不同"
    assert evidence(levels).en == (
        "the same name, phone numbers one digit apart, the same city; but different birthdays"
    )


def test_without_the_extra_the_answer_says_what_to_install() -> None:
    """Whoever has not installed Splink is told how to."""
    with mock.patch.dict(sys.modules, {"splink": None}), pytest.raises(MatchingMissing):
        find_alike([], 1)


def test_a_pair_that_was_judged_is_not_suggested_again(tmp_path: Path) -> None:
    """Accepted, two become one with the reason on record; rejected, they stay two, whatever comes in."""
    wang = {"name": "王小明", "birthday": "1990-01-01", "city": "上海", "address": "淮海路200号3栋502室"}
    chen = {"name": "陈大文", "birthday": "1985-03-04", "city": "杭州", "address": "中山路18号2栋301室"}

    async def story(world: Served) -> None:
        dice = np.random.default_rng(2)
        world.installation.receive(
            *[identify(number, person(dice)) for number in range(200)],
            *[identify(1_000 + number, traits) for number, traits in enumerate((wang, wang, chen, chen))],
        )
        await world.settle()
        assert (await world.admin.get("/api/suggestions")).json()["found_at"] is None
        found = (await world.admin.post("/api/suggestions/find", {})).json()
        assert {frozenset((each["first"]["identifier"], each["second"]["identifier"])) for each in found["pairs"]} == {
            frozenset(("u1000", "u1001")),
            frozenset(("u1002", "u1003")),
        }
        for first, second, same in (("u1000", "u1001", True), ("u1002", "u1003", False)):
            judgement = {"first_profile_id": first, "second_profile_id": second, "same": same}
            left = (await world.admin.post("/api/suggestions/judge", judgement)).json()["pairs"]
        assert left == []
        assert (await world.admin.post("/api/suggestions/find", {})).json()["pairs"] == []
        merge = (await world.admin.get("/api/profiles/u1000/identity")).json()["merges"][0]
        assert (merge["by"], merge["source"], merge["standing"]) == ("suggestion", "admin", "merged")
        tablet = {"type": "page", "anonymousId": "tablet"}
        world.installation.receive(
            {"messageId": "t1", "userId": "u1002", **tablet},
            {"messageId": "t2", "type": "alias", "userId": "u1003", "previousId": "u1002"},
        )
        await world.settle()
        two = [(await world.admin.get(f"/api/profiles/{each}")).json()["profile_id"] for each in ("u1002", "u1003")]
        assert two[0] != two[1]

    play(tmp_path, story)
