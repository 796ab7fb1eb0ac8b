"""Pulling from a PostgreSQL server: runs where LIFTLOOP_TEST_POSTGRES names one that may be written to."""

import os
from pathlib import Path
from typing import Any

import pytest
from pulled_rows import rows_by, source
from sqlalchemy import create_engine, text

from liftloop.plugins.sources.database import DatabaseAway, pull

URL = os.environ.get("LIFTLOOP_TEST_POSTGRES", "")
ROWS = 300

pytestmark = pytest.mark.skipif(not URL, reason="LIFTLOOP_TEST_POSTGRES names no server")


@pytest.fixture(name="orders", scope="module")
def a_table() -> Any:
    engine = create_engine(URL)
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
def test_every_row_comes_once(orders: str, tmp_path: Path, watermark: str, start: str | int) -> None:
    """Whole numbers, instants and texts serve as watermarks; pulls one after another give every row once."""
    rows = rows_by(URL, orders, watermark, start, tmp_path)
    assert len(rows) == len(set(rows)) == ROWS
    assert any(row.startswith('O0,2026-09-01 02:00:00+00:00,0.25,"{""a"": [1]}",0') for row in rows)


def test_a_query_changes_nothing(orders: str, tmp_path: Path) -> None:
    """A query that writes, openly or inside a function, is refused by the server."""
    engine = create_engine(URL)
    with engine.begin() as connection:
        body = f"'DELETE FROM {orders} RETURNING n'"
        connection.execute(text(f"CREATE OR REPLACE FUNCTION liftloop_wipe() RETURNS bigint LANGUAGE sql AS {body}"))
    for query in (
        f"WITH gone AS (DELETE FROM {orders} WHERE n > :watermark RETURNING n) SELECT n FROM gone",
        "SELECT liftloop_wipe() AS n WHERE 1 > :watermark",
    ):
        with pytest.raises(DatabaseAway):
            pull(source(URL, query, "n", 0), 0, tmp_path / "out.csv", 10)
    with engine.begin() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {orders}")).scalar() == ROWS
        connection.execute(text("DROP FUNCTION liftloop_wipe"))
    engine.dispose()
