"""Pulling from MySQL or MariaDB: runs where LIFTLOOP_TEST_MYSQL names a server that may be written to."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from pulled_rows import rows_by, source
from sqlalchemy import create_engine, text

from liftloop.plugins.sources.database import BadPull, DatabaseAway, pull

URL = os.environ.get("LIFTLOOP_TEST_MYSQL", "")
ROWS = 300
PLACES = 7
"""Ten million rows that a server makes out of nothing; to read them all takes 25 s of CPU."""
CPU_S_MAX = 3.0

pytestmark = pytest.mark.skipif(not URL, reason="LIFTLOOP_TEST_MYSQL names no server")


@pytest.fixture(name="orders", scope="module")
def a_table() -> Any:
    engine = create_engine(URL)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS liftloop_orders"))
        connection.execute(
            text(
                "CREATE TABLE liftloop_orders (no varchar(20), paid datetime(3), total decimal(10,2), doc json,"
                " n bigint, who varchar(40)) CHARACTER SET utf8mb4"
            )
        )
        rows = [
            {
                "no": f"O{i:03d}",
                "paid": f"2026-09-01 10:{i // 3 // 60:02d}:{i // 3 % 60:02d}.250",
                "total": f"{i}.25",
                "doc": '{"a": [1]}',
                "n": i // 2,
                "who": f"王{i}🍊",
            }
            for i in range(ROWS)
        ]
        connection.execute(text("INSERT INTO liftloop_orders VALUES (:no, :paid, :total, :doc, :n, :who)"), rows)
    yield "liftloop_orders"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE liftloop_orders"))
    engine.dispose()


@pytest.mark.parametrize(("watermark", "start"), [("n", -1), ("paid", "2026-01-01"), ("no", "")])
def test_every_row_comes_once(orders: str, tmp_path: Path, watermark: str, start: str | int) -> None:
    """Whole numbers, instants to the millisecond and texts serve as watermarks; every row comes once, emoji and all."""
    rows = rows_by(URL, orders, watermark, start, tmp_path)
    assert len(rows) == len(set(rows)) == ROWS
    assert any(row.startswith("O000,2026-09-01 10:00:00.250000,0.25,") and row.endswith(",0,王0🍊") for row in rows)


def test_a_query_changes_nothing(orders: str, tmp_path: Path) -> None:
    """A query that writes, openly or inside a function, is refused by the server."""
    engine = create_engine(URL)
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION IF EXISTS liftloop_wipe"))
        connection.execute(
            text(
                "CREATE FUNCTION liftloop_wipe() RETURNS bigint MODIFIES SQL DATA"
                f" BEGIN DELETE FROM {orders}; RETURN 1; END"
            )
        )
    for query in (
        f"WITH gone AS (SELECT 1) DELETE FROM {orders} WHERE n > :watermark RETURNING n",
        "SELECT liftloop_wipe() AS n FROM dual WHERE 1 > :watermark",
        f"SELECT n FROM {orders} WHERE n > :watermark; DELETE FROM {orders}",
    ):
        with pytest.raises(DatabaseAway):
            pull(source(URL, query, "n", 0), 0, tmp_path / "out.csv", 10)
    with engine.begin() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {orders}")).scalar() == ROWS
        connection.execute(text("DROP FUNCTION liftloop_wipe"))
    engine.dispose()


def test_a_pull_that_is_full_reads_no_further(tmp_path: Path) -> None:
    """Of many million rows hardly more are read than are pulled, whatever the driver would do with the rest."""
    digits = " UNION ALL ".join(f"SELECT {digit} AS d" for digit in range(10))
    places = ", ".join(f"({digits}) AS p{place}" for place in range(PLACES))
    query = f"SELECT UUID_SHORT() + :watermark AS n FROM {places}"
    began_s = time.process_time()
    done = pull(source(URL, query, "n", 0), 0, tmp_path / "out.csv", 10)
    assert (done.rows, done.whole) == (10, False)
    assert time.process_time() - began_s < CPU_S_MAX


def test_more_rows_of_one_watermark_than_may_be_are_refused(tmp_path: Path) -> None:
    """A watermark that does not tell rows apart is told as such, in place of a pull without end."""
    digits = " UNION ALL ".join(f"SELECT {digit} AS d" for digit in range(10))
    places = ", ".join(f"({digits}) AS p{place}" for place in range(PLACES))
    with pytest.raises(BadPull, match=r"200,000|20 万"):
        pull(source(URL, f"SELECT 7 + :watermark AS n FROM {places}", "n", 0), 0, tmp_path / "out.csv", 10)
