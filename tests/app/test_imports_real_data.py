"""A real shop's orders, through the whole engine, say what plain SQL over the raw file says."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from test_imports_load import mapping_for, run

from liftloop.app.imports.proposal import Changes, propose
from liftloop.collect.mapping import mapping_to_json
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


def real_data(name: str) -> Path:
    promised = os.environ.get("LIFTLOOP_TEST_DATA")
    path = Path(promised or Path(__file__).parents[3] / "shared" / "data") / name
    if not path.exists():
        if promised:
            pytest.fail(f"LIFTLOOP_TEST_DATA is {promised}, which holds no {name}")
        pytest.skip(f"no real data at {path}; set LIFTLOOP_TEST_DATA to run this test")
    return path


@pytest.fixture
def online_retail() -> Path:
    return real_data("online_retail") / "online_retail.parquet"


@pytest.mark.long  # `tests/loop/test_real_shop.py` holds the same on the real server in every run.
def test_a_year_of_real_orders_makes_the_audiences_that_sql_makes(tmp_path: Path, online_retail: Path) -> None:
    """541,909 lines on the guessed mapping: orders, revenue and an audience of time agree, person by person."""
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


BASKETS = {
    "customer_id": "household_id",
    "order_id": "basket_id",
    "ordered_at": "transaction_timestamp",
    "product_id": "product_id",
    "product_name": "product_type",
    "category": "product_category",
    "brand": "brand",
    "quantity": "quantity",
    "amount": "sales_value",
    "discount": "retail_disc",
    "coupon_discount": "coupon_disc",
    "store_id": "store_id",
}


@pytest.mark.parametrize(
    ("file", "others", "kind", "fields", "missing"),
    [
        ("transactions_sample.csv.gz", ("products.csv.gz", "demographics.csv.gz"), "orders", BASKETS, False),
        (
            "campaigns.csv.gz",
            ("campaign_descriptions.csv.gz",),
            "exposures",
            {"customer_id": "household_id", "campaign": "campaign_id", "decided_at": "start_date"},
            False,
        ),
        (
            "coupon_redemptions.csv.gz",
            (),
            "events",
            {
                "customer_id": "household_id",
                "coupon": "coupon_upc",
                "campaign": "campaign_id",
                "at": "redemption_date",
                "event": {"constant": "Coupon Redeemed"},
            },
            False,
        ),
        ("demographics.csv.gz", (), "customers", {"customer_id": "household_id"}, False),
        ("coupons.csv.gz", (), "items", {"item_id": "product_id"}, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_grocers_files_are_understood_alone_and_joined(
    tmp_path: Path, file: str, others: tuple[str, ...], kind: str, fields: dict[str, object], missing: bool
) -> None:
    """Every column that is a field is found, with at most two questions; pairs of ids are no items."""
    folder = real_data("dunnhumby")
    proposal = propose(folder / file, {each: folder / each for each in others}, Changes(), tmp_path)
    mapping = mapping_to_json(proposal.as_mapping())
    assert (mapping["kind"], mapping["fields"]) == (kind, fields)
    assert len(mapping["joins"]) == len(others)
    assert len(proposal.questions) <= 2
    assert bool(proposal.missing) is missing
