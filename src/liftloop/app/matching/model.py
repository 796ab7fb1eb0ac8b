"""Who may be the same person: pairs that have much in common, found by Splink, for somebody to judge.

The model is that of Fellegi and Sunter: each thing in common weighs by how much more often it is shared within a
person than between two. How often two people share it by chance is counted in the data; how often one person's two
profiles agree is assumed, for no shop has labelled pairs. See Linacre et al. (2022), "Splink".
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import duckdb
from msgspec import Struct

from liftloop.app.matching.features import Features, columns
from liftloop.app.words import Said
from liftloop.kernel.errors import LiftloopError

SHOWN_FROM = 0.8
"""Pairs below it are wrong more often than one in five, and cost a person time."""
PAIRS_MAX = 500
"""Pairs kept: more than anybody looks through."""
MEMORY = "1GB"
SAMPLED_PAIRS = 1_000_000
"""Random pairs by which chance agreement is counted: one in 100,000 is seen ten times."""
SECOND_PROFILE_SHARE = 0.02
"""People who have a second profile, assumed; the chance that two drawn at random are one follows from it."""
AGREES = 0.9
"""Chance, assumed, that two profiles of one person agree in something that both tell; the rest moved or mistyped."""
NEARLY = 0.07
"""Chance, assumed, that they agree but for a digit, or for how the address is written."""
COMMON_MAX = 50
"""What more people than this share, such as 张伟, is no reason to compare them all with each other."""

_EVIDENCE: Mapping[str, Mapping[int, Said]] = {
    "name": {1: Said("姓名相同", "the same name")},
    "phone": {
        2: Said("手机号相同", "the same phone number"),
        1: Said("手机号只差一位", "phone numbers one digit apart"),
    },
    "mailbox": {1: Said("邮箱名相同", "the same mailbox name")},
    "birthday": {1: Said("生日相同", "the same birthday")},
    "address": {2: Said("地址相同", "the same address"), 1: Said("地址相近", "addresses much alike")},
    "city": {1: Said("同一座城市", "the same city")},
}
_AGAINST: Mapping[str, Said] = {
    "name": Said("姓名不同", "different names"),
    "birthday": Said("生日不同", "different birthdays"),
    "phone": Said("手机号不同", "different phone numbers"),
    "address": Said("地址不同", "different addresses"),
}


class MatchingMissing(LiftloopError):
    """The extra that finds who may be the same is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "matching_missing",
            zh="没有安装「查找同一个人」所需的组件",
            en="what finds who may be the same person is not installed",
            next_zh='运行 pip install "liftloop[matching]"，再重启服务',
            next_en='run pip install "liftloop[matching]" and start the server again',
            status=501,
        )


class Alike(Struct, frozen=True, kw_only=True):
    """Two profiles that may be one person."""

    first: int
    second: int
    probability: float
    levels: Mapping[str, int]
    """By feature how much it agrees: 0 not at all, -1 where one of the two has none."""


def evidence(levels: Mapping[str, int]) -> Said:
    """Return what speaks for a pair and what against it, in words.

    >>> evidence({"name": 1, "birthday": 1, "phone": 0}).en
    'the same name, the same birthday; but different phone numbers'
    """
    told = [_EVIDENCE[name][level] for name, level in levels.items() if level > 0]
    against = [_AGAINST[name] for name, level in levels.items() if level == 0 and name in _AGAINST]
    zh, en = "、".join(each.zh for each in told), ", ".join(each.en for each in told)
    if against:
        zh += f"；但{'、'.join(each.zh for each in against)}"
        en += f"; but {', '.join(each.en for each in against)}"
    return Said(zh, en)


_PEOPLE = """
CREATE TABLE people AS
SELECT *, CASE WHEN count(*) OVER (PARTITION BY name) <= ? THEN name END AS rare_name,
    CASE WHEN count(*) OVER (PARTITION BY birthday) <= ? THEN birthday END AS rare_birthday
FROM cells
"""
_PAIRS = """
SELECT unique_id_l, unique_id_r, match_probability,
    gamma_name, gamma_phone, gamma_mailbox, gamma_birthday, gamma_address, gamma_city
FROM {table} ORDER BY match_probability DESC, unique_id_l, unique_id_r LIMIT ?
"""


def find_alike(people: Sequence[Features], seed: int) -> list[Alike]:
    """Return pairs that are likely one person, the likeliest first; raises `MatchingMissing`."""
    splink, arrow = _libraries()
    if len(people) < 2:
        return []
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": 1}) as connection:
        connection.execute("SET enable_progress_bar = false")
        types = {"phone_parts": arrow.list_(arrow.int64()), "address_parts": arrow.list_(arrow.int64())}
        cells = columns(people)
        table = arrow.table({name: arrow.array(of, types.get(name, arrow.int64())) for name, of in cells.items()})
        connection.register("cells", table)
        connection.execute(_PEOPLE, [COMMON_MAX, COMMON_MAX])
        api = splink.DuckDBAPI(connection=connection)
        linker = splink.Linker(api.register("people"), _settings(splink, len(people)), log_level="ERROR")
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=seed)
        found = linker.inference.predict(threshold_match_probability=SHOWN_FROM, warning_mode="never")
        rows = connection.execute(_PAIRS.format(table=found.physical_name), [PAIRS_MAX]).fetchall()
    return [_alike(row) for row in rows]


def _libraries() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import splink
    except ImportError as error:
        raise MatchingMissing from error
    return splink, pyarrow


def _settings(splink: Any, people: int) -> Any:
    levels = import_module("splink.comparison_level_library")
    comparisons = import_module("splink.comparison_library")

    def agreement(name: str, near: str = "") -> Any:
        exact = levels.ExactMatchLevel(name).configure(m_probability=AGREES, fix_m_probability=True)
        almost = [levels.CustomLevel(near).configure(m_probability=NEARLY, fix_m_probability=True)] if near else []
        rest = 1 - AGREES - (NEARLY if near else 0)
        other = levels.ElseLevel().configure(m_probability=rest, fix_m_probability=True)
        return comparisons.CustomComparison([levels.NullLevel(name), exact, *almost, other], output_column_name=name)

    return splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            agreement("name"),
            agreement("phone", "len(list_intersect(phone_parts_l, phone_parts_r)) > 0"),
            agreement("mailbox"),
            agreement("birthday"),
            agreement("address", _ADDRESSES_ALIKE),
            agreement("city"),
        ],
        blocking_rules_to_generate_predictions=[
            splink.block_on("rare_name"),
            splink.block_on("name", "birthday"),
            splink.block_on("name", "city"),
            splink.block_on("rare_birthday", "city"),
            splink.block_on("mailbox"),
            splink.block_on("address"),
            splink.block_on("phone_parts", arrays_to_explode=["phone_parts"]),
        ],
        probability_two_random_records_match=2 * SECOND_PROFILE_SHARE / people,
    )


_ADDRESSES_ALIKE = """
len(list_intersect(address_parts_l, address_parts_r)) >= 0.7 * least(len(address_parts_l), len(address_parts_r))
"""


def _alike(row: Sequence[Any]) -> Alike:
    first, second, probability, *levels = row
    names = ("name", "phone", "mailbox", "birthday", "address", "city")
    return Alike(
        first=min(first, second),
        second=max(first, second),
        probability=float(probability),
        levels=dict(zip(names, map(int, levels), strict=True)),
    )
