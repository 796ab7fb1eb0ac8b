"""A real shop's orders, through the whole engine, say what plain SQL over the raw file says."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from test_imports_load import mapping_for, run

from liftloop.testing.installation import Installation

NOW_MS = int(datetime(2011, 12, 10, tzinfo=UTC).timestamp() * 1_000)
DAY_MS = 86_400_000
REGULAR_AND_SILENT = {
    "all": [
        {"event": "Order Completed", "within_days": 180, "count": {"gte": 3}},
        {"not": {"event": "Order Completed", "within_days": 30}},
    ]
}
RAW = """
WITH invoice AS (
    SELECT CustomerID AS customer, InvoiceNo, min(epoch_ms(InvoiceDate) - 8 * 3600000) AS at_ms,
        sum(Quantity * UnitPrice) AS revenue
    FROM read_parquet($1) WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity > 0
    GROUP BY ALL
)
SELECT CAST(CAST(customer AS BIGINT) AS VARCHAR) AS customer, count(*) AS orders, sum(revenue) AS revenue,
    count(*) FILTER (at_ms > $2 - 180 * 86400000::BIGINT) AS of_180, max(at_ms) AS last_ms
FROM invoice GROUP BY customer ORDER BY customer
"""


@pytest.fixture
def online_retail() -> Path:
    promised = os.environ.get("LIFTLOOP_TEST_DATA")
    file = Path(promised or Path(__file__).parents[3] / "shared" / "data") / "online_retail" / "online_retail.parquet"
    if not file.is_file():
        if promised:
            pytest.fail(f"LIFTLOOP_TEST_DATA is {promised}, which holds no online_retail")
        pytest.skip(f"no real data at {file}; set LIFTLOOP_TEST_DATA to run this test")
    return file


def test_a_year_of_real_orders_makes_the_audiences_that_sql_makes(
    tmp_path: Path, online_retail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """541,909 lines on the guessed mapping: orders, revenue and an audience of time agree, person by person."""
    monkeypatch.setitem(sys.modules, "pandas", None)  # As in the import process.
    file = tmp_path / "online_retail.parquet"
    file.symlink_to(online_retail)
    installation = Installation(tmp_path / "data", NOW_MS)
    loaded = run(installation, file, mapping_for(file))
    assert (loaded.summary.rows, loaded.summary.customers) == (541_909, 4_372)
    installation.publish("audience", "regular", {"name": "regular", "where": REGULAR_AND_SILENT})
    raw = duckdb.execute(RAW, [str(online_retail), NOW_MS]).fetchnumpy()
    people = dict(installation.state.rows("SELECT text, profile FROM identifier WHERE kind = 'user_id'"))
    numbers = np.array([people[customer] for customer in raw["customer"]])
    wanted = (raw["of_180"] >= 3) & (raw["last_ms"] <= NOW_MS - 30 * DAY_MS)
    answer = asyncio.run(installation.tick.ask("members", id="regular"))
    members = np.frombuffer(answer["profiles"], dtype=np.int64)
    assert 100 < len(members) < 1_000
    assert sorted(members.tolist()) == sorted(numbers[wanted].tolist())
    lake = installation.lake.select(
        "SELECT profile, count(*) AS orders, sum(revenue) AS revenue FROM order_now WHERE NOT refunded"
        " GROUP BY profile ORDER BY profile"
    )
    order = np.argsort(numbers)
    assert lake["profile"].tolist() == numbers[order].tolist()
    assert lake["orders"].tolist() == raw["orders"][order].tolist()
    np.testing.assert_allclose(lake["revenue"], raw["revenue"][order], rtol=0, atol=0.02)
    installation.close()
