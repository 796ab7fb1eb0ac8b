from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from liftloop.app.planning.reading import Look, Moments, condition_holds, features_at, outcomes, read_shop
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.outcome import outcome_of
from liftloop.storage.embedded.connections import named_queries
from liftloop.storage.embedded.lake import DuckLake

NOW_MS = 1_790_000_000_000
Order = tuple[int, int, str, float | None, bool, float]
"""(profile, day from the moment, order id, revenue, refunded, quantity of item `i`)."""

ORDERS: Sequence[Order] = [
    (64, 1, "kept", 100.0, False, 2),
    (128, 1, "whole", 100.0, False, 2),
    (128, 9, "whole", 100.0, True, 2),
    (192, 1, "part", 100.0, False, 3),
    (192, 40, "part", 30.0, True, 1),
    (256, 1, "unsaid", 80.0, False, 1),
    (256, 2, "unsaid", None, True, 0),
    (320, 1, "two", 60.0, False, 1),
    (320, 2, "two", 25.0, True, 0),
    (320, 3, "two", 35.0, True, 1),
    (384, 1, "mine", 50.0, False, 1),
    (384, 3, "before we began", 20.0, True, 1),
    (448, -10, "early", 100.0, False, 1),
    (448, 5, "early", 100.0, True, 1),
    (512, -10, "gone", 100.0, False, 1),
    (512, -5, "gone", 100.0, True, 1),
]

EVENT = '"offset", profile, at_ms, received_ms, name, kind, message_id, properties, imported'


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> DuckLake:
    path: Path = tmp_path_factory.mktemp("refunds") / "lake.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(named_queries("lake.sql")["create_tables"])
        for offset, (profile, day, identity, revenue, refunded, quantity) in enumerate(ORDERS):
            at_ms, name = NOW_MS + day * DAY_MS, "Order Refunded" if refunded else "Order Completed"
            event = (offset, profile, at_ms, at_ms, name, "track", f"m{offset}", "{}", False)
            connection.execute(f"INSERT INTO event ({EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", event)
            head = (offset, profile, at_ms, identity, revenue, "CNY", "", refunded)
            connection.execute("INSERT INTO order_head VALUES (?, ?, ?, ?, ?, ?, ?, ?)", head)
            if quantity:
                line = (offset, profile, at_ms, identity, "i", "i", "c", 1.0, quantity, refunded)
                connection.execute("INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", line)
    return DuckLake(path, memory_limit="200MB", threads=1)


MOMENTS = Moments(statement="now_and_log", parameters=(NOW_MS, NOW_MS, [], 1))


def _outcomes(lake: DuckLake, metric: str) -> dict[int, float]:
    """Return what each person counts in the 30 days after the moment."""
    ids = lake.select("SELECT DISTINCT profile FROM event_now ORDER BY profile")["profile"]
    outcome = outcome_of(BUILT_IN_CATALOGUE.by_id[metric])
    assert outcome is not None
    found: Any = outcomes(Look(lake, MOMENTS), outcome, 30 * DAY_MS)
    return dict(zip(ids.tolist(), np.asarray(found).tolist(), strict=True))


def test_revenue_is_what_was_kept(lake: DuckLake) -> None:
    """A refund is deducted from its order, whenever it comes; one of an order that nobody knows, where it stands."""
    expected = {64: 100, 128: 0, 192: 70, 256: 0, 320: 0, 384: 30, 448: 0, 512: 0}
    assert {profile: fen / 100 for profile, fen in _outcomes(lake, "spend_per_person").items()} == expected


def test_a_wholly_refunded_order_is_no_purchase(lake: DuckLake) -> None:
    """Orders are counted without those that went back whole, at once or in parts; part of one is still a purchase."""
    expected = {64: 1, 128: 0, 192: 1, 256: 0, 320: 0, 384: 1, 448: 0, 512: 0}
    assert _outcomes(lake, "purchase_rate") == expected
    assert _outcomes(lake, "order_count") == expected


def test_items_that_went_back_were_not_bought(lake: DuckLake) -> None:
    """Quantities are those that were kept."""
    expected = {64: 2, 128: 0, 192: 2, 256: 0, 320: 0, 384: 0, 448: 0, 512: 0}
    assert _outcomes(lake, "units_per_order") == expected


def test_the_past_is_judged_by_what_was_known_then(lake: DuckLake) -> None:
    """An order that was refunded later was a purchase at the moment; one that was refunded before was none."""
    features = features_at(Look(lake, MOMENTS))
    assert features["orders_ever"].tolist() == [0, 0, 0, 0, 0, 0, 1, 0]
    assert (features["revenue_365"] / 100).tolist() == [0, 0, 0, 0, 0, 0, 100, 0]
    bought = outcome_of(BUILT_IN_CATALOGUE.by_id["repurchase_rate"])
    assert bought is not None
    assert condition_holds(Look(lake, MOMENTS), bought.before[0], 0).tolist() == [False] * 6 + [True, False]


def test_the_shop_as_a_whole_counts_what_was_kept(lake: DuckLake) -> None:
    """Orders and their mean value leave out what went back."""
    shop = read_shop(lake)
    assert shop.orders == 3
    assert shop.order_fen == pytest.approx(100 * (100 + 70 + 50) / 3)


def test_the_page_of_one_person_deducts_as_everybody_is_deducted(tmp_path: Path) -> None:
    """Read by their own numbers, merged people have the orders, lines and refunds that the views give them."""
    path = tmp_path / "lake.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(named_queries("lake.sql")["create_tables"])
        for offset, (profile, day, identity, revenue, refunded, quantity) in enumerate(ORDERS):
            at_ms = NOW_MS + day * DAY_MS
            # Every other row is told of a profile that became this one.
            teller = profile + (offset % 2) * 6_400
            head = (offset, teller, at_ms, identity, revenue, "CNY", "", refunded)
            connection.execute("INSERT INTO order_head VALUES (?, ?, ?, ?, ?, ?, ?, ?)", head)
            line = (offset, teller, at_ms, identity, "i", "i", "c", 1.0, quantity, refunded)
            connection.execute("INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", line)
        for profile in sorted({row[0] for row in ORDERS}):
            connection.execute("INSERT INTO profile_merge VALUES (1, ?, ?, 0)", (profile, profile + 6_400))
    lake = DuckLake(path, memory_limit="200MB", threads=1)
    whole = 'SELECT at_ms, order_id, revenue, back, back_ms, void_ms FROM {} {} ORDER BY "offset"'
    lines = 'SELECT at_ms, order_id, quantity, void_ms FROM {} {} ORDER BY "offset"'
    for profile in {row[0] for row in ORDERS}:
        numbers = [profile, profile + 6_400]
        for query, view in ((whole, "order_sold"), (lines, "order_line_sold")):
            told = lake.select(query.format(view, "WHERE profile = $1"), [profile])
            own = lake.select(query.format(f"{view}_of($1::BIGINT[])", ""), [numbers])
            assert len(own["at_ms"])
            for name, column in told.items():
                assert [*map(str, own[name])] == [*map(str, column)], (view, profile, name)
    lake.close()
