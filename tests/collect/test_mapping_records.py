"""Rows become records: one an order, the same ids each time, nothing lost without a reason."""

import math
from collections import defaultdict
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_batch import CONTEXT, HandBatch, batch_of

from liftloop.collect.mapping import mapping_from_json
from liftloop.collect.mapping_records import Converted, to_records

ORDERS = mapping_from_json(
    {
        "kind": "orders",
        "fields": {
            "order_id": "no",
            "customer_id": "who",
            "ordered_at": "at",
            "product_id": "item",
            "quantity": "qty",
            "price": "price",
            "email": "{who}@example.test",
            "refund": {"column": "no", "starts_with": "C"},
        },
    }
)


def convert(columns: dict[str, list[Any]], body: dict[str, Any]) -> Converted:
    return to_records(batch_of(columns), mapping_from_json(body), CONTEXT)


def tracks(converted: Converted) -> list[dict[str, Any]]:
    return [record for record in converted.records if record["type"] == "track"]


def sliced(batch: HandBatch, rows: list[int]) -> HandBatch:
    index = np.array(rows, dtype=np.intp)
    return HandBatch(
        columns={name: column[index] for name, column in batch.columns.items()},
        lines=batch.lines[index],
        hashes=batch.hashes[index],
    )


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "no": st.sampled_from(["1", "2", "3", "C4", "C5", None]),
            "who": st.sampled_from(["a", "b", "a ", None, "n/a"]),
            "at": st.sampled_from(["2025-01-01 10:00:00", "2025-01-02 11:30:00", "2025/1/3 8:26", "soon", None]),
            "item": st.sampled_from(["茶", "饼", None]),
            "qty": st.sampled_from(["1", "2", "-1", "0", None, "2.5", "two"]),
            "price": st.sampled_from(["9.90", "0.1", "1,234.5", "x", None]),
        }
    ),
    max_size=25,
)


def plain_fold(lines: list[dict[str, str | None]]) -> dict[tuple[str, bool], tuple[float, int]]:
    """The same orders, computed a line at a time by other means: (order, refunded) to (revenue, products)."""
    people: dict[str, str] = {}
    revenue: defaultdict[tuple[str, bool], list[float]] = defaultdict(list)
    products: defaultdict[tuple[str, bool], int] = defaultdict(int)
    for line in lines:
        no, who = line["no"], line["who"]
        if no is None or who in (None, "n/a") or line["at"] in ("soon", None) or line["price"] in ("x", None):
            continue
        if line["qty"] == "two":
            continue
        quantity = float(line["qty"] or 1)
        amount = quantity * float((line["price"] or "").replace(",", ""))
        key = (no, no.startswith("C") or amount < 0)
        people.setdefault(no, str(who))
        revenue[key].append(abs(round(amount, 4)))
        products[key] += 1
    return {key: (round(math.fsum(amounts), 4), products[key]) for key, amounts in revenue.items()}


@settings(deadline=None)
@given(lines=LINES)
def test_orders_agree_with_a_plain_fold(lines: list[dict[str, str | None]]) -> None:
    """Whatever the lines hold, each order has the revenue and the products that adding them up by hand gives."""
    columns = {name: [line[name] for line in lines] for name in ("no", "who", "at", "item", "qty", "price")}
    converted = to_records(batch_of(columns), ORDERS, CONTEXT)
    found = {
        (track["properties"]["order_id"], track["event"] == "Order Refunded"): (
            track["properties"]["revenue"],
            len(track["properties"]["products"]),
        )
        for track in tracks(converted)
    }
    assert found == plain_fold(lines)
    assert len(converted.rejected) + converted.counts.kept_rows == len(lines)
    assert all(
        record["messageId"] and (record.get("userId") or record.get("anonymousId")) for record in converted.records
    )


@settings(deadline=None)
@given(lines=LINES, data=st.data())
def test_cutting_the_file_between_orders_changes_nothing(
    lines: list[dict[str, str | None]], data: st.DataObject
) -> None:
    """In whatever order batches come, and however orders are divided among them, the messages are the same."""
    columns = {name: [line[name] for line in lines] for name in ("no", "who", "at", "item", "qty", "price")}
    whole = batch_of(columns)
    numbers = sorted({line["no"] or "" for line in lines})
    first = set(data.draw(st.lists(st.sampled_from(numbers or [""]), unique=True)))
    parts = [[i for i, line in enumerate(lines) if ((line["no"] or "") in first) is side] for side in (True, False)]
    together = {record["messageId"]: record for record in to_records(whole, ORDERS, CONTEXT).records}
    apart = {
        record["messageId"]: record
        for rows in parts
        for record in to_records(sliced(whole, rows), ORDERS, CONTEXT).records
    }
    assert {id_: record for id_, record in together.items() if record["type"] == "track"} == {
        id_: record for id_, record in apart.items() if record["type"] == "track"
    }
    assert set(together) == set(apart)


def test_one_order_in_full() -> None:
    """An order has its id, revenue in units of its currency, products with price and quantity, and a zoned time."""
    converted = convert(
        {
            "no": ["7", "7"],
            "who": ["17850.0", "17850.0"],
            "at": ["2011/12/9 8:30", "2011/12/9 8:26"],
            "item": ["茶", "饼"],
            "qty": ["2", "1"],
            "price": ["9.90", "5"],
            "coupon": [None, "X"],
            "shop": ["S1", "S1"],
        },
        {
            "kind": "orders",
            "fields": {
                "order_id": "no",
                "customer_id": "who",
                "ordered_at": "at",
                "product_id": "item",
                "quantity": "qty",
                "price": "price",
                "coupon": "coupon",
                "store_id": "shop",
            },
            "currency": "GBP",
        },
    )
    (order,) = tracks(converted)
    assert order["userId"] == "17850"
    assert order["timestamp"] == "2011-12-09T08:26:00+08:00"
    assert order["properties"] == {
        "order_id": "7",
        "revenue": 24.8,
        "currency": "GBP",
        "store_id": "S1",
        "products": [
            {"product_id": "茶", "price": 9.9, "quantity": 2},
            {"product_id": "饼", "price": 5.0, "quantity": 1},
        ],
    }


def test_ids_depend_on_content_and_key_alone() -> None:
    """The same rows give the same ids whatever lines they stand in; another key gives others."""
    columns: dict[str, list[Any]] = {"who": ["1", "2"], "phone": ["13912345678", None], "name": ["张三", "李四"]}
    body = {"kind": "customers", "fields": {"customer_id": "who", "phone": "phone", "name": "name"}}
    first = {record["messageId"] for record in convert(columns, body).records}
    turned = {name: values[::-1] for name, values in columns.items()}
    assert {record["messageId"] for record in convert(turned, body).records} == first
    changed = {**columns, "name": ["张三", "李五"]}
    assert len({record["messageId"] for record in convert(changed, body).records} & first) == 1
    other = CONTEXT.__class__(now_ms=CONTEXT.now_ms, identity_key=b"another")
    assert not first & {r["messageId"] for r in to_records(batch_of(columns), mapping_from_json(body), other).records}


def test_people_without_an_id_are_known_by_their_phone_without_showing_it() -> None:
    """Two orders of one phone number are one person; the id does not contain the number."""
    converted = convert(
        {
            "no": ["1", "2"],
            "tel": ["139 1234 5678", "+8613912345678"],
            "at": ["2025-01-01", "2025-01-02"],
            "sum": ["5", "6"],
        },
        {"kind": "orders", "fields": {"order_id": "no", "phone": "tel", "ordered_at": "at", "order_amount": "sum"}},
    )
    first, second = tracks(converted)
    assert first["anonymousId"] == second["anonymousId"]
    assert "13912345678" not in str(first["anonymousId"])
    identifies = [record for record in converted.records if record["type"] == "identify"]
    assert [record["traits"] for record in identifies] == [{"phone": "+8613912345678"}]
    assert converted.counts.customers.size == 1


def test_every_rejected_row_says_why_and_where() -> None:
    """Line, reason, field and what stood there: enough to put it right."""
    converted = convert(
        {
            "no": ["1", "2", "3", "4", "5", None],
            "who": [None, "a", "a", "a", "a", "a"],
            "at": ["2025-01-01", "soon", "1970-01-02", "2999-01-01", None, "2025-01-01"],
            "sum": ["5", "5", "5", "5", "5", "5"],
        },
        {"kind": "orders", "fields": {"order_id": "no", "customer_id": "who", "ordered_at": "at", "amount": "sum"}},
    )
    told = [(row.line, row.reason, row.field, row.value) for row in converted.rejected]
    assert told == [
        (2, "no_customer", "customer_id", ""),
        (3, "unreadable_value", "ordered_at", "soon"),
        (4, "date_out_of_range", "ordered_at", "1970-01-02T00:00:00+08:00"),
        (5, "date_out_of_range", "ordered_at", "2999-01-01T00:00:00+08:00"),
        (6, "missing_value", "ordered_at", ""),
        (7, "missing_value", "order_id", ""),
    ]
    assert not tracks(converted)


def test_equal_lines_are_kept_unless_told_otherwise() -> None:
    """The same article twice in one order is two articles; `duplicates: drop` makes it one."""
    columns: dict[str, list[Any]] = {
        "no": ["1", "1", "2"],
        "who": ["a", "a", "a"],
        "at": ["2025-01-01"] * 3,
        "sum": ["5", "5", "5"],
    }
    body: dict[str, Any] = {
        "kind": "orders",
        "fields": {"order_id": "no", "customer_id": "who", "ordered_at": "at", "amount": "sum"},
    }
    assert [track["properties"]["revenue"] for track in tracks(convert(columns, body))] == [10.0, 5.0]
    dropped = convert(columns, {**body, "duplicates": "drop"})
    assert [track["properties"]["revenue"] for track in tracks(dropped)] == [5.0, 5.0]


def test_statuses_without_a_purchase_bring_nothing() -> None:
    """Unpaid, cancelled and fully refunded orders are left out with their reason; partly refunded ones count."""
    statuses = [
        "交易完成",
        "待付款",
        "已取消",
        "交易关闭",
        "已退款",
        "部分退款",
        "paid",
        "Cancelled",
        "partially_refunded",
    ]
    count = len(statuses)
    converted = convert(
        {
            "no": [str(i) for i in range(count)],
            "who": ["a"] * count,
            "at": ["2025-01-01"] * count,
            "sum": ["5"] * count,
            "state": statuses,
        },
        {
            "kind": "orders",
            "fields": {"order_id": "no", "customer_id": "who", "ordered_at": "at", "amount": "sum", "status": "state"},
        },
    )
    assert [track["properties"]["order_id"] for track in tracks(converted)] == ["0", "5", "6", "8"]
    assert {row.reason for row in converted.rejected} == {"not_a_purchase"}


def test_the_amount_of_the_order_counts_once() -> None:
    """An order amount that stands on each of three lines is not three times the revenue."""
    converted = convert(
        {
            "no": ["1"] * 3,
            "who": ["a"] * 3,
            "at": ["2025-01-01"] * 3,
            "sum": ["40"] * 3,
            "qty": ["1"] * 3,
            "p": ["15"] * 3,
        },
        {
            "kind": "orders",
            "fields": {
                "order_id": "no",
                "customer_id": "who",
                "ordered_at": "at",
                "order_amount": "sum",
                "quantity": "qty",
                "price": "p",
            },
        },
    )
    (order,) = tracks(converted)
    assert order["properties"]["revenue"] == 40.0
    assert len(order["properties"]["products"]) == 3


def test_a_line_amount_gives_the_unit_price() -> None:
    """Where only the sum of a line is known, the price of a piece follows; nothing is divided by nought."""
    converted = convert(
        {
            "no": ["1", "1"],
            "who": ["a", "a"],
            "at": ["2025-01-01"] * 2,
            "sum": ["9", "3"],
            "qty": ["2", "0"],
            "i": ["x", "y"],
        },
        {
            "kind": "orders",
            "fields": {
                "order_id": "no",
                "customer_id": "who",
                "ordered_at": "at",
                "amount": "sum",
                "quantity": "qty",
                "product_id": "i",
            },
        },
    )
    (order,) = tracks(converted)
    assert order["properties"]["products"] == [
        {"product_id": "x", "price": 4.5, "quantity": 2},
        {"product_id": "y", "quantity": 0},
    ]


def test_consents_are_said_yes_or_no_and_nothing_else() -> None:
    """Words of both languages are understood; an unclear one is rejected, never taken for a yes."""
    words = ["同意", "granted", "YES", "退订", "denied", "0", "也许"]
    converted = convert(
        {
            "who": [str(i) for i in range(len(words))],
            "via": ["短信"] * len(words),
            "said": words,
            "at": ["2025-01-01T00:00:00Z"] * len(words),
        },
        {"kind": "consents", "fields": {"customer_id": "who", "channel": "via", "status": "said", "at": "at"}},
    )
    consents = [record["context"]["consents"][0] for record in converted.records]
    assert [consent["status"] for consent in consents] == ["granted"] * 3 + ["withdrawn"] * 3
    assert {(consent["channel"], consent["purpose"], consent["at"]) for consent in consents} == {
        ("sms", "marketing", "2025-01-01T00:00:00+00:00")
    }
    assert [row.reason for row in converted.rejected] == ["unknown_status"]


def test_declared_consent_is_one_a_person_with_its_evidence() -> None:
    """`--declare-consent` writes a consent for everybody in the file, once, saying who vouches for it."""
    converted = convert(
        {"no": ["1", "2", "3"], "who": ["a", "a", "b"], "at": ["2025-01-01"] * 3, "sum": ["5"] * 3},
        {
            "kind": "orders",
            "fields": {"order_id": "no", "customer_id": "who", "ordered_at": "at", "amount": "sum"},
            "declares": [{"channel": "email", "purpose": "marketing", "evidence": "会员章程 2024"}],
        },
    )
    told = [(r["userId"], r["context"]["consents"][0]["source"]) for r in converted.records if r["type"] == "identify"]
    assert told == [("a", "会员章程 2024"), ("b", "会员章程 2024")]


EXPOSURES: dict[str, Any] = {
    "kind": "exposures",
    "fields": {
        name: name
        for name in (
            "decision_id",
            "campaign",
            "customer_id",
            "decided_at",
            "eligible",
            "action",
            "propensities",
            "holdout",
        )
    },
}


def exposure(**changes: Any) -> dict[str, list[Any]]:
    row: dict[str, Any] = {
        "decision_id": "d1",
        "campaign": "c",
        "customer_id": "1",
        "decided_at": "2025-01-01T00:00:00Z",
        "eligible": '["a","nobody"]',
        "action": "a",
        "propensities": '{"a":0.75,"nobody":0.25}',
        "holdout": "false",
    }
    return {name: [value] for name, value in (row | changes).items()}


def test_past_exposures_keep_their_propensities() -> None:
    """A whole decision is kept; without propensities it says that it serves the baseline only."""
    (record,) = convert(exposure(), EXPOSURES).records
    assert record["type"] == "exposure.imported"
    assert record["propensities"] == {"a": 0.75, "nobody": 0.25}
    assert (record["action"], record["holdout"], record["baseline_only"]) == ("a", False, False)
    (bare,) = convert(exposure(propensities=None, eligible=None, action=None), EXPOSURES).records
    assert (bare["propensities"], bare["baseline_only"], bare["action"]) == (None, True, "c")


@pytest.mark.parametrize(
    "changes",
    [
        {"propensities": '{"a":0.75,"nobody":0.2}'},
        {"propensities": '{"a":1.5,"nobody":-0.5}'},
        {"propensities": '{"a":1.0}', "eligible": '["a"]'},
        {"action": "b"},
        {"propensities": '{"a":0,"nobody":1}'},
        {"eligible": '["a","b","nobody"]'},
        {"propensities": "0.5"},
        {"propensities": '{"a":"much","nobody":0.25}'},
    ],
)
def test_propensities_that_do_not_hold_together_are_rejected(changes: dict[str, str]) -> None:
    """A chance that was none, or does not sum to one, would make false effects: the row stays out."""
    converted = convert(exposure(**changes), EXPOSURES)
    assert not converted.records
    assert [row.reason for row in converted.rejected] == ["bad_propensities"]


def test_items_and_spend_are_facts_of_their_own() -> None:
    """Margin follows from price and cost; other columns are kept as attributes of their type."""
    (item,) = convert(
        {"id": ["P1"], "name": ["月饼"], "price": ["¥128.00"], "cost": ["60"], "pieces": ["8"], "sku": ["007"]},
        {
            "kind": "items",
            "fields": {"item_id": "id", "name": "name", "price": "price", "cost": "cost"},
            "extras": {"pieces": {"column": "pieces", "type": "number"}, "sku": "sku"},
        },
    ).records
    assert (item["type"], item["price"], item["cost"], item["margin"]) == ("item.imported", 128.0, 60.0, 68.0)
    assert item["attributes"] == {"pieces": 8, "sku": "007"}
    (spend,) = convert(
        {"day": ["2025/9/1"], "paid": ["1,234.50"], "shown": ["10,000"]},
        {"kind": "spend", "fields": {"date": "day", "cost": "paid", "impressions": "shown"}},
    ).records
    assert (spend["type"], spend["date"], spend["cost"], spend["impressions"]) == (
        "spend.imported",
        "2025-09-01",
        1234.5,
        10000,
    )


def test_events_keep_their_own_id_or_are_told_by_content() -> None:
    """A file with event ids uses them; without, equal rows are one event."""
    columns: dict[str, list[Any]] = {
        "e": ["Product Viewed"] * 2,
        "who": ["1", "1"],
        "at": ["2025-01-01 10:00"] * 2,
        "n": ["x1", "x2"],
    }
    named: dict[str, Any] = {
        "kind": "events",
        "fields": {"event": "e", "customer_id": "who", "at": "at", "event_id": "n"},
    }
    assert len({record["messageId"] for record in convert(columns, named).records}) == 2
    bare: dict[str, Any] = {"kind": "events", "fields": {"event": "e", "customer_id": "who", "at": "at"}}
    assert len({record["messageId"] for record in convert(columns, bare).records}) == 1


def test_traits_carry_the_protocols_own_names() -> None:
    """Registration is `createdAt`, dates are ISO, tags a list, unknown columns traits of their own name."""
    (record,) = convert(
        {"id": ["1"], "joined": ["2023/5/6"], "born": ["1990-1-2"], "tags": ["茶客，老客"], "色": ["蓝"]},
        {
            "kind": "customers",
            "fields": {"customer_id": "id", "registered_at": "joined", "birthday": "born", "tags": "tags"},
            "extras": {"色": "色"},
        },
    ).records
    assert record["traits"] == {
        "birthday": "1990-01-02",
        "createdAt": "2023-05-06T00:00:00+08:00",
        "tags": ["茶客", "老客"],
        "色": "蓝",
    }


def test_timestamps_carry_the_zone_of_the_mapping() -> None:
    """The same wall clock in two zones is two moments."""
    body: dict[str, Any] = {"kind": "events", "fields": {"event": "e", "customer_id": "w", "at": "at"}}
    columns: dict[str, list[Any]] = {"e": ["x"], "w": ["1"], "at": ["2025-07-01 10:00:00"]}
    moments = {
        zone: datetime.fromisoformat(convert(columns, {**body, "zone": zone}).records[0]["timestamp"])
        for zone in ("Asia/Shanghai", "Europe/Paris", "UTC")
    }
    assert moments["UTC"] > moments["Europe/Paris"] > moments["Asia/Shanghai"]
