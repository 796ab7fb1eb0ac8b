"""Real files are guessed, read and converted right, as SQL over the raw files says.

The oracle knows nothing of mappings: it is plain DuckDB over Parquet and CSV as they came.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from liftloop.collect.mapping import (
    Column,
    Constant,
    Join,
    Mapping,
    Prefix,
    ReadPlan,
    check_mapping,
    mapping_from_json,
    mapping_to_json,
    read_plan,
)
from liftloop.collect.mapping_guess import Guess, guess_mapping
from liftloop.collect.mapping_joins import suggest_join
from liftloop.collect.mapping_records import to_records
from liftloop.collect.mapping_rows import ImportContext, RejectedRow
from liftloop.collect.quality import QualitySummary, QualityTally
from liftloop.plugins.sources.file import ReadOptions, Table, open_table

CONTEXT = ImportContext(now_ms=1_800_000_000_000, identity_key=b"a key that stays")


class Imported(NamedTuple):
    records: list[dict[str, Any]]
    rejected: list[RejectedRow]
    summary: QualitySummary


def guess_file(path: Path, *, joins: tuple[Join, ...] = (), kind: str | None = None, files: Any = None) -> Guess:
    plan = ReadPlan(columns=(), group_by=(), joins=joins)
    with open_table(path, ReadOptions(files=files or {}), plan) as table:
        return guess_mapping(table.columns, samples_of(table), kind)


def samples_of(table: Table) -> dict[str, Any]:
    return dict(table.sample(1_000).columns)


def run(path: Path, mapping: Mapping, files: Any = None) -> Imported:
    """Import a file as the product does: read by the plan, convert batch by batch, count."""
    plan, tally = read_plan(mapping), QualityTally(mapping)
    records: list[dict[str, Any]] = []
    rejected: list[RejectedRow] = []
    with open_table(path, ReadOptions(files=files or {}), plan) as table:
        check_mapping(mapping, table.columns)
        for batch in table.batches(plan.columns):
            converted = to_records(batch, mapping, CONTEXT)
            tally.add(converted)
            records += converted.records
            rejected += converted.rejected
        for bad in table.bad_lines:
            tally.add_bad_line(bad.line, bad.reason, bad.text)
    return Imported(records, rejected, tally.summary())


def columns_of(guess: Guess) -> dict[str, str]:
    return {name: rule.column for name, rule in guess.mapping.fields.items() if isinstance(rule, Column)}


def ask(sql: str, **paths: Path) -> tuple[Any, ...]:
    row = duckdb.sql(sql.format(**{name: f"'{path}'" for name, path in paths.items()})).fetchone()
    assert row is not None
    return row


def tracks(records: Sequence[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [record for record in records if record["type"] == "track" and record["event"] == event]


@pytest.fixture(scope="module")
def retail_path(data_folder: Path) -> Path:
    return data_folder / "online_retail" / "online_retail.parquet"


@pytest.fixture(scope="module")
def retail_guess(retail_path: Path) -> Guess:
    return guess_file(retail_path)


@pytest.fixture(scope="module")
def retail(retail_path: Path, retail_guess: Guess) -> Iterator[Imported]:
    imported = run(retail_path, retail_guess.mapping)
    gc.freeze()  # A year of records stays alive: the collector need not walk it again for every test.
    yield imported
    gc.unfreeze()


def test_retail_every_column_is_right_and_nothing_is_asked(retail_guess: Guess) -> None:
    """Eight columns, eight fields, cancellations known by their letter."""
    assert retail_guess.mapping.kind == "orders"
    assert columns_of(retail_guess) == {
        "order_id": "InvoiceNo",
        "product_id": "StockCode",
        "product_name": "Description",
        "quantity": "Quantity",
        "ordered_at": "InvoiceDate",
        "price": "UnitPrice",
        "customer_id": "CustomerID",
        "country": "Country",
    }
    assert retail_guess.mapping.fields["refund"] == Prefix(column="InvoiceNo", starts_with="C")
    assert not retail_guess.questions
    assert mapping_from_json(mapping_to_json(retail_guess.mapping)) == retail_guess.mapping


@pytest.mark.long
def test_retail_counts_agree_with_sql(retail: Imported, retail_path: Path) -> None:
    """Rows, customers, invoices, cancellations, rejected and repeated rows are those of the raw file."""
    rows, customers, bought, back, nobody = ask(
        """select count(*), count(distinct CustomerID),
                  count(distinct InvoiceNo) filter (CustomerID is not null and not starts_with(InvoiceNo, 'C')),
                  count(distinct InvoiceNo) filter (CustomerID is not null and starts_with(InvoiceNo, 'C')),
                  count(*) filter (CustomerID is null)
           from {retail}""",
        retail=retail_path,
    )
    (distinct,) = ask("select count(*) from (select distinct * from {retail})", retail=retail_path)
    found = retail.summary
    assert (rows, customers) == (541_909, 4_372)  # What the data sheet says of the set.
    assert (found.rows, found.customers, found.duplicates) == (rows, customers, rows - distinct)
    assert found.events_by_name == {"Order Completed": bought, "Order Refunded": back}
    assert {reason.reason: reason.rows for reason in found.rejected_by_reason} == {"no_customer": nobody}
    assert found.recognition_rate == pytest.approx(1 - nobody / rows)


def test_retail_money_agrees_with_sql(retail: Imported, retail_path: Path) -> None:
    """Revenue adds up in all, for each customer, and for each single invoice."""
    rows = duckdb.sql(
        f"""select InvoiceNo, any_value(CustomerID)::BIGINT::VARCHAR, abs(sum(Quantity * UnitPrice)), count(*),
                   min(InvoiceDate)::VARCHAR
            from '{retail_path}' where CustomerID is not null group by 1"""
    ).fetchall()
    orders = {
        track["properties"]["order_id"]: track for name in ("Order Completed", "Order Refunded")
        for track in tracks(retail.records, name)
    }  # fmt: skip
    assert len(orders) == len(rows)
    for number, customer, revenue, lines, first in rows:
        order = orders[number]
        assert order["userId"] == customer
        assert order["properties"]["revenue"] == pytest.approx(revenue, abs=1e-3)
        assert len(order["properties"]["products"]) == lines
        assert order["timestamp"] == first.replace(" ", "T") + "+08:00"
    (net,) = ask("select sum(Quantity * UnitPrice) from {retail} where CustomerID is not null", retail=retail_path)
    assert retail.summary.revenue == pytest.approx(net, abs=0.05)


def test_retail_customers_who_buy_again_agree_with_sql(retail: Imported, retail_path: Path) -> None:
    """Bought at least three times in 180 days and silent for the last 30: the same people."""
    orders: defaultdict[str, list[str]] = defaultdict(list)
    for track in tracks(retail.records, "Order Completed"):
        orders[track["userId"]].append(track["timestamp"])
    found = {
        customer
        for customer, moments in orders.items()
        if sum("2011-06-12T00:00:00" <= moment < "2011-12-09T00:00:00" for moment in moments) >= 3
        and not any("2011-11-09T00:00:00" <= moment < "2011-12-09T00:00:00" for moment in moments)
    }
    rows = duckdb.sql(
        f"""with bought as (select CustomerID::BIGINT::VARCHAR c, InvoiceNo, min(InvoiceDate) t from '{retail_path}'
                            where CustomerID is not null and not starts_with(InvoiceNo, 'C') group by 1, 2)
            select c from bought group by c
            having count(*) filter (t >= '2011-06-12' and t < '2011-12-09') >= 3
               and count(*) filter (t >= '2011-11-09' and t < '2011-12-09') = 0"""
    ).fetchall()
    assert found == {customer for (customer,) in rows}
    assert found


def test_retail_a_part_imported_again_adds_nothing(retail: Imported, retail_path: Path, tmp_path: Path) -> None:
    """An export of one month, imported after that of the year, holds no message that is not there already."""
    path = tmp_path / "december.parquet"
    duckdb.sql(f"copy (select * from '{retail_path}' where InvoiceDate < '2011-01-01') to '{path}'")
    known = {record["messageId"]: record for record in retail.records}
    assert len(known) == len({(record["type"], record["messageId"]) for record in retail.records})
    again = run(path, guess_file(path).mapping).records
    assert len(again) > 1_000
    assert all(known[record["messageId"]] == record for record in again if record["type"] == "track")
    assert all(record["messageId"] in known for record in again)


def test_retail_as_csv_gives_the_same_orders(retail: Imported, retail_path: Path, tmp_path: Path) -> None:
    """A quarter of the same data as a CSV in GB18030 with Excel's dates, guessed anew, are the same facts."""
    path = tmp_path / "retail.csv"
    duckdb.sql(
        f"""copy (select InvoiceNo, StockCode, replace(Description, '£', '') Description, Quantity,
                         strftime(InvoiceDate, '%-m/%-d/%Y %-H:%M') InvoiceDate, UnitPrice, CustomerID, '英国' Country
                  from '{retail_path}' where InvoiceDate < '2011-03-01') to '{path}' (header)"""
    )
    path.write_bytes(path.read_text().encode("gb18030"))
    guess = guess_file(path)
    assert not guess.questions
    assert guess.mapping.fields["ordered_at"] == Column(column="InvoiceDate", date_format="mdy")
    found = run(path, guess.mapping)
    for event in ("Order Completed", "Order Refunded"):
        first = {
            track["messageId"]: (track["timestamp"], track["userId"], track["properties"]["revenue"])
            for track in tracks(retail.records, event)
            if track["timestamp"] < "2011-03-01"
        }
        second = {
            track["messageId"]: (track["timestamp"], track["userId"], track["properties"]["revenue"])
            for track in tracks(found.records, event)
        }
        assert first == second


def test_retail_addresses_are_built_and_consent_declared(
    retail_path: Path, retail_guess: Guess, tmp_path: Path
) -> None:
    """`{CustomerID}@example.test` and a declared consent give every customer both, with the evidence."""
    path = tmp_path / "december.parquet"
    duckdb.sql(f"copy (select * from '{retail_path}' where InvoiceDate < '2011-01-01') to '{path}'")
    body = mapping_to_json(retail_guess.mapping)
    body["fields"]["email"] = "{CustomerID}@example.test"
    body["declares"] = [{"channel": "email", "purpose": "marketing", "evidence": "terms of 2010"}]
    found = run(path, mapping_from_json(body))
    people = {record["userId"]: record for record in found.records if record["type"] == "identify"}
    assert len(people) == ask("select count(distinct CustomerID) from {path}", path=path)[0]
    for customer, record in people.items():
        assert record["traits"]["email"] == f"{customer}@example.test"
        (consent,) = record["context"]["consents"]
        assert (consent["channel"], consent["status"], consent["source"]) == ("email", "granted", "terms of 2010")


@pytest.fixture(scope="module")
def dunnhumby(data_folder: Path) -> Path:
    return data_folder / "dunnhumby"


def samples_of_file(path: Path) -> dict[str, Any]:
    with open_table(path, ReadOptions()) as table:
        return samples_of(table)


@pytest.mark.long
def test_dunnhumby_baskets_with_their_products(dunnhumby: Path) -> None:
    """Baskets joined with products: every column right, every line and sum as SQL joins them."""
    baskets, products = dunnhumby / "transactions_sample.csv.gz", dunnhumby / "products.csv.gz"
    join = suggest_join("products.csv.gz", samples_of_file(baskets), samples_of_file(products))
    assert join == Join(file="products.csv.gz", key="product_id", other_key="product_id")
    files = {"products.csv.gz": products}
    guess = guess_file(baskets, joins=(join,), files=files)
    assert columns_of(guess) == {
        "customer_id": "household_id",
        "store_id": "store_id",
        "order_id": "basket_id",
        "product_id": "product_id",
        "quantity": "quantity",
        "amount": "sales_value",
        "discount": "retail_disc",
        "coupon_discount": "coupon_disc",
        "ordered_at": "transaction_timestamp",
        "product_name": "product_type",
        "category": "product_category",
        "brand": "brand",
    }
    assert not guess.questions
    left_out = {guessed.column for guessed in guess.columns if guessed.field is None}
    assert left_out == {"coupon_match_disc", "week", "manufacturer_id", "department", "package_size"}
    mapping = Mapping(kind="orders", fields=guess.mapping.fields, joins=(join,), currency="USD")
    found = run(baskets, mapping, files)
    orders, households, revenue, lines = ask(
        """select count(distinct basket_id), count(distinct household_id), sum(sales_value), count(*)
           from read_csv({baskets})""",
        baskets=baskets,
    )
    summary = found.summary
    assert (summary.events, summary.customers, summary.rejected) == (orders, households, 0)
    assert summary.revenue == pytest.approx(revenue, abs=0.01)
    bought = [
        product for track in tracks(found.records, "Order Completed") for product in track["properties"]["products"]
    ]
    assert len(bought) == lines
    by_category = dict(
        duckdb.sql(
            f"""select product_category, count(*) from read_csv('{baskets}')
                join read_csv('{products}') using (product_id) where product_category is not null group by 1"""
        ).fetchall()
    )
    assert Counter(product["category"] for product in bought if "category" in product) == by_category


def test_dunnhumby_redemptions_are_events(dunnhumby: Path) -> None:
    """Each redemption is a `Coupon Redeemed` with its coupon and campaign."""
    path = dunnhumby / "coupon_redemptions.csv.gz"
    guess = guess_file(path)
    assert guess.mapping.kind == "events"
    assert guess.mapping.fields["event"] == Constant(constant="Coupon Redeemed")
    assert columns_of(guess) == {
        "customer_id": "household_id", "coupon": "coupon_upc", "campaign": "campaign_id", "at": "redemption_date"
    }  # fmt: skip
    assert not guess.questions
    found = run(path, guess.mapping)
    (rows, distinct) = ask("select count(*), count(distinct r) from read_csv({path}) r", path=path)
    events = tracks(found.records, "Coupon Redeemed")
    assert len(events) == rows
    assert len({event["messageId"] for event in events}) == distinct
    assert found.summary.duplicates == rows - distinct
    assert events[0]["properties"] == {"coupon": "51380041013", "campaign": "26"}
    assert events[0]["timestamp"] == "2017-01-01T00:00:00+08:00"


def test_dunnhumby_campaigns_are_exposures_for_the_baseline(dunnhumby: Path) -> None:
    """Campaigns joined with their descriptions have a date; without propensities they serve the baseline only."""
    path, described = dunnhumby / "campaigns.csv.gz", dunnhumby / "campaign_descriptions.csv.gz"
    join = suggest_join("campaign_descriptions.csv.gz", samples_of_file(path), samples_of_file(described))
    assert join is not None
    files = {"campaign_descriptions.csv.gz": described}
    guess = guess_file(path, joins=(join,), files=files)
    assert guess.mapping.kind == "exposures"
    assert columns_of(guess) == {"customer_id": "household_id", "campaign": "campaign_id", "decided_at": "start_date"}
    assert not guess.questions
    mapping = Mapping(kind="exposures", fields=guess.mapping.fields, joins=(join,))
    found = run(path, mapping, files)
    rows, households = ask("select count(*), count(distinct household_id) from read_csv({path})", path=path)
    assert len(found.records) == rows == len({record["decision_id"] for record in found.records})
    assert found.summary.customers == households
    assert all(record["baseline_only"] and record["propensities"] is None for record in found.records)


def test_dunnhumby_households_are_customers(dunnhumby: Path) -> None:
    """Demographics become traits, each under its own name."""
    path = dunnhumby / "demographics.csv.gz"
    guess = guess_file(path)
    assert guess.mapping.kind == "customers"
    assert columns_of(guess) == {"customer_id": "household_id"}
    assert not guess.questions
    found = run(path, guess.mapping)
    (rows, couples) = ask(
        "select count(*), count(*) filter (marital_status = 'Married') from read_csv({path})", path=path
    )
    assert len(found.records) == rows == found.summary.customers
    assert sum(record["traits"].get("marital_status") == "Married" for record in found.records) == couples
    assert found.records[0]["traits"]["age"] == "65+"


def test_dunnhumby_products_are_items_and_coupons_are_asked_about(dunnhumby: Path) -> None:
    """Products are items in full; a table of which coupon fits which product is no kind, and a person is asked."""
    path = dunnhumby / "products.csv.gz"
    guess = guess_file(path)
    assert guess.mapping.kind == "items"
    assert columns_of(guess) == {
        "item_id": "product_id", "name": "product_type", "category": "product_category", "brand": "brand"
    }  # fmt: skip
    assert not guess.questions
    found = run(path, guess.mapping)
    assert len(found.records) == ask("select count(*) from read_csv({path})", path=path)[0]
    assert [question.id for question in guess_file(dunnhumby / "coupons.csv.gz").questions] == ["kind"]
