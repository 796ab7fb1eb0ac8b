"""The question that DuckDB answers is answered alike by ClickHouse, from the same rows."""

import json
from typing import Any

import pytest

from liftloop.app.audience_question import Meanings, question_of
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.question_sql import clickhouse_query, duckdb_query

chdb = pytest.importorskip("chdb", reason="chDB, ClickHouse in a process, is not installed here")

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
SCHEMA = """offset Int64, profile Nullable(Int64), at_ms Int64, kind String, name String, properties String"""
PROPERTIES = [
    {"price": 12.5, "kind": "a"},
    {"price": "3", "kind": "b"},
    {"price": 3, "kind": 1},
    {"price": None, "kind": True},
    {"kind": None, "products": [{"name": "鸡翅 X", "price": 2}, 5]},
    {"kind": "A/翅", "products": "none"},
    {},
]
CITIES = ["上海", "Bath", 1, 1.0, True, None, "O'Fallon"]
BORN = ["1990-09-25", "2026-09-30T17:30:00Z", 19_900_922, 1_790_000_000_000, "9月23日", "2026-02-30", None, "2001/10/1"]
ORDER, VIEW = "Order Completed", "Product Viewed"
TREES: list[dict[str, Any]] = [
    {"event": ORDER},
    {"event": ORDER, "within_days": 20, "count": {"gte": 2, "lt": 6}},
    {"not": {"event": VIEW, "within_days": 3}},
    {"event": ORDER, "within_days": 30, "property": "price", "sum": {"gte": 3}, "avg": {"lt": 10}},
    {"event": ORDER, "within_days": 30, "property": "price", "first": {"eq": 3}},
    {"event": ORDER, "within_days": 30, "property": "price", "last": {"eq": 0}},
    {"event": ORDER, "within_days": 30, "property": "kind", "distinct": {"gte": 3}},
    {"event": ORDER, "days_since_last": {"gte": 2}},
    *({"event": ORDER, "where": {"property": "kind", "is": value}} for value in ("a", 1, True, None)),
    {"event": ORDER, "where": {"property": "kind", "contains": ["翅", "B"]}},
    {"event": ORDER, "where": {"property": "price", "gte": 3, "lte": 12.5}},
    {"event": ORDER, "where": {"property": "products.name", "contains": ["x"]}},
    {"event": ORDER, "where": {"property": "products.price", "is": 2}},
    *({"trait": "city", "is": value} for value in ("上海", "O'Fallon", 1, True)),
    {"trait": "city", "exists": False},
    {"trait": "city", "gte": 1},
    {"trait": "born", "days_since": {"gte": -10, "lt": 30}},
    {"trait": "born", "days_to_anniversary": {"lte": 10}},
    {"percent": [12.5, 60], "salt": "x"},
    {"sequence": [{"event": VIEW}, {"event": ORDER}], "within_days": 30, "gap_days": 9},
    {
        "sequence": [{"event": VIEW}, {"event": ORDER}],
        "within_days": 30,
        "gap_days": 5,
        "without": {"event": ORDER, "where": {"property": "kind", "is": "a"}},
    },
    {"all": [{"event": ORDER}, {"any": [{"trait": "city", "is": "Bath"}, {"not": {"event": VIEW}}]}]},
]


def rows() -> list[tuple[int, int, int, str, str, str]]:
    """Return events of forty people: each does something every few days, and says of themselves where they live."""
    made: list[tuple[int, int, int, str, str, str]] = []
    for number in range(600):
        profile, days = (number * 7) % 40, (number * 13) % 45
        what = PROPERTIES[(number * 5) % len(PROPERTIES)]
        at_ms = NOW_MS - days * DAY_MS - number
        made.append((number, profile, at_ms, "track", ORDER if number % 3 else VIEW, json.dumps(what)))
    for number in range(60):
        said: dict[str, Any] = {"city": CITIES[number % len(CITIES)]} if number % 9 else {"other": 1}
        said |= {"born": BORN[number % len(BORN)]} if number % 3 else {}
        made.append((600 + number, number % 45, NOW_MS - number * DAY_MS, "identify", "", json.dumps(said)))
    return made


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Any:
    session = chdb.session.Session(str(tmp_path_factory.mktemp("chdb")))
    session.query("CREATE DATABASE lake ENGINE = Atomic")
    session.query("USE lake")
    session.query(f"CREATE TABLE event_now ({SCHEMA}) ENGINE = MergeTree ORDER BY offset")
    session.query(
        "CREATE TABLE exposure_now (profile Nullable(Int64), decided_at_ms Nullable(Int64)) ENGINE = MergeTree"
        " ORDER BY tuple()"
    )
    values = ", ".join(f"({o}, {p}, {at}, '{k}', '{n}', '{_quoted(text)}')" for o, p, at, k, n, text in rows())
    session.query(f"INSERT INTO event_now VALUES {values}")
    return session


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Any:
    lake = DuckLake(tmp_path_factory.mktemp("lake") / "lake.duckdb", memory_limit="512MB", threads=1)
    columns = '"offset", profile, at_ms, kind, name, properties'
    constant = "0 AS received_ms, '' AS message_id, FALSE AS imported"
    with lake._connection.cursor() as cursor:
        for row in rows():
            cursor.execute(
                f"INSERT INTO event BY NAME SELECT {constant}, * FROM (VALUES (?, ?, ?, ?, ?, ?)) AS given ({columns})",
                list(row),
            )
    yield lake
    lake.close()


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: json.dumps(tree, ensure_ascii=False)[:60])
def test_clickhouse_finds_the_same_people(tree: dict[str, Any], lake: DuckLake, clickhouse: Any) -> None:
    """Every kind of condition, over numbers, texts, truths and nulls: the same profiles from both engines."""
    question = question_of(tree, Meanings(traits={}, audiences={}), NOW_MS)
    asked = duckdb_query(question, NOW_MS)
    expected = lake.select(asked.text, asked.parameters)["profile"].astype(int).tolist()
    found = clickhouse.query(f"{clickhouse_query(question, NOW_MS)} SETTINGS join_use_nulls = 1", "JSONCompact")
    assert [int(row[0]) for row in json.loads(found.bytes())["data"]] == expected
    assert 0 < len(expected) < 45 or "percent" in tree


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
