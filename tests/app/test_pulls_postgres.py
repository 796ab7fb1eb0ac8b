"""Pulling from a PostgreSQL server."""

from pathlib import Path
from typing import Any

import pytest
from pulled_rows import rows_by, source
from sqlalchemy import create_engine, text

from liftloop.plugins.sources.database import DatabaseAway, address, pull
from liftloop.plugins.sources.database_look import look

ROWS = 300


pytestmark = pytest.mark.long  # A server of its own takes seconds to start in each worker.


@pytest.fixture(name="orders", scope="module")
def a_table(postgres: str) -> Any:
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS liftloop_orders"))
        connection.execute(
            text("CREATE TABLE liftloop_orders (no text, paid timestamptz, total numeric(10,2), doc jsonb, n bigint)")
        )
        connection.execute(
            text(
                "INSERT INTO liftloop_orders SELECT 'O' || i, timestamptz '2026-09-01 10:00+08' + (i / 3) * interval"
                " '1 minute', i + 0.25, '{\"a\": [1]}', i / 2 FROM generate_series(0, :last) AS i"
            ),
            {"last": ROWS - 1},
        )
    yield "liftloop_orders"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE liftloop_orders"))
    engine.dispose()


@pytest.mark.parametrize(("watermark", "start"), [("n", -1), ("paid", "2026-01-01"), ("no", "")])
def test_every_row_comes_once(postgres: str, orders: str, tmp_path: Path, watermark: str, start: str | int) -> None:
    """Whole numbers, instants and texts serve as watermarks; pulls one after another give every row once."""
    rows = rows_by(postgres, orders, watermark, start, tmp_path)
    assert len(rows) == len(set(rows)) == ROWS
    assert any(row.startswith('O0,2026-09-01 02:00:00+00:00,0.25,"{""a"": [1]}",0') for row in rows)


def test_a_query_changes_nothing(postgres: str, orders: str, tmp_path: Path) -> None:
    """A query that writes, openly or inside a function, is refused by the server."""
    engine = create_engine(postgres)
    with engine.begin() as connection:
        body = f"'DELETE FROM {orders} RETURNING n'"
        connection.execute(text(f"CREATE OR REPLACE FUNCTION liftloop_wipe() RETURNS bigint LANGUAGE sql AS {body}"))
    for query in (
        f"WITH gone AS (DELETE FROM {orders} WHERE n > :watermark RETURNING n) SELECT n FROM gone",
        "SELECT liftloop_wipe() AS n WHERE 1 > :watermark",
    ):
        with pytest.raises(DatabaseAway):
            pull(source(postgres, query, "n", 0), 0, tmp_path / "out.csv", 10)
    with engine.begin() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {orders}")).scalar() == ROWS
        connection.execute(text("DROP FUNCTION liftloop_wipe"))
    engine.dispose()


def test_a_database_is_looked_into(postgres: str, orders: str) -> None:
    """Tables are listed, columns that could be a watermark are told, and the query made for one pulls."""
    seen = look(address(postgres), orders, "")
    assert (seen.server.split()[0], orders in seen.tables) == ("postgresql", True)
    assert {each.name for each in seen.columns if each.grows} == {"paid", "total", "n"}
    assert (seen.watermark, seen.start) == ("paid", "1970-01-01 00:00:00")
    assert seen.query == f"SELECT * FROM {orders} WHERE paid >= :watermark ORDER BY paid"


WRONG = [
    ("SELECT * FROM nowhere WHERE n > :watermark", "table"),
    ("SELECT gone FROM {orders} WHERE n > :watermark", "column"),
    ("SELECT n FROM {orders} WHER n > :watermark", "syntax"),
]


@pytest.mark.parametrize(("query", "reason"), WRONG)
def test_what_the_server_refuses_is_understood(
    postgres: str, orders: str, tmp_path: Path, query: str, reason: str
) -> None:
    """A table, a column or a word that is not there comes down to what a person can mend."""
    with pytest.raises(DatabaseAway) as told:
        pull(source(postgres, query.format(orders=orders), "n", 0), 0, tmp_path / "out.csv", 10)
    assert told.value.reason == reason


def test_a_server_that_is_away_tells_no_password(tmp_path: Path) -> None:
    """An address at which nobody listens is told as such, without what it says."""
    pytest.importorskip("psycopg")
    url = "postgresql+psycopg://u:swordfish@127.0.0.1:1/shop"
    with pytest.raises(DatabaseAway) as told:
        pull(source(url, "SELECT 1 AS n WHERE 1 > :watermark", "n", 0), 0, tmp_path / "out.csv", 10)
    assert told.value.reason == "host"
    assert "swordfish" not in str(told.value)
