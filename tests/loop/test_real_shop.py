"""A real shop's year through the whole product: imported, looked at, planned, mailed and measured, and SQL agrees."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from serving import Running, serving

from liftloop.testing.smtp_double import SmtpDouble

NOW = "2011-10-10T09:00:00+08:00"
"""Inside the data's year, so that real orders follow what is launched."""
CUT = "2011-10-10"
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
REGULAR_AND_SILENT = {
    "all": [
        {"event": "Order Completed", "within_days": 180, "count": {"gte": 3}},
        {"not": {"event": "Order Completed", "within_days": 30}},
    ]
}
GOAL = "30天内复购率 +5%，预算 5000 元，每人每周最多触达 2 次"
INVOICES = """
WITH invoice AS (
    SELECT CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS customer, InvoiceNo, InvoiceNo LIKE 'C%' AS refunded,
        min(epoch_ms(InvoiceDate) - 8 * 3600000) AS at_ms, sum(abs(Quantity) * UnitPrice) AS amount
    FROM read_parquet($file) WHERE CustomerID IS NOT NULL AND InvoiceDate < CAST($cut AS TIMESTAMP)
    GROUP BY ALL
)
"""
REGULAR = (
    INVOICES
    + """
SELECT customer FROM invoice WHERE NOT refunded GROUP BY customer
HAVING count(*) FILTER (at_ms > $now - 180 * 86400000::BIGINT) >= 3 AND max(at_ms) <= $now - 30 * 86400000::BIGINT
ORDER BY customer
"""
)
BOUGHT = (
    INVOICES
    + """
SELECT count(*) FILTER (NOT refunded) AS orders, max(at_ms) FILTER (NOT refunded) AS last_ms,
    sum(CASE WHEN refunded THEN -amount ELSE amount END) AS spent
FROM invoice WHERE customer = $customer
"""
)


@pytest.fixture(scope="module")
def online_retail() -> Path:
    promised = os.environ.get("LIFTLOOP_TEST_DATA")
    file = Path(promised or Path(__file__).parents[3] / "shared" / "data") / "online_retail" / "online_retail.parquet"
    if not file.is_file():
        if promised:
            pytest.fail(f"LIFTLOOP_TEST_DATA is {promised}, which holds no online_retail")
        pytest.skip(f"no real data at {file}; set LIFTLOOP_TEST_DATA to run this test")
    return file


@pytest.fixture(scope="module")
def mailbox() -> Generator[SmtpDouble]:
    double = SmtpDouble().start()
    yield double
    double.stop()


class Shop:
    """Whoever uses the product: terminal and HTTP on one running server."""

    def __init__(self, server: Running) -> None:
        self.server = server

    def run(self, *arguments: str) -> Any:
        """Run a command with `--json` and return what it said."""
        command = [sys.executable, "-m", "liftloop.cli", *arguments, "--data", str(self.server.data), "--json"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def drop(self, file: Path) -> Any:
        """Post a file as the app does when it is dropped; return what it proposes."""
        boundary = "a-boundary-that-no-parquet-holds"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        return self._call("POST", "/imports", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def finished(self, identity: str) -> Any:
        while (state := self.get(f"/imports/{identity}"))["status"] == "running":
            time.sleep(0.2)
        return state

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        told = {"Authorization": f"Bearer {self.server.token}", **headers}
        request = urllib.request.Request(f"{self.server.app_url}/api{path}", body, told, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, online_retail: Path) -> Generator[Shop]:
    """A server at an instant inside the data, with everything before it imported in the terminal."""
    folder = tmp_path_factory.mktemp("real")
    for name, side in (("past", "<"), ("later", ">=")):
        duckdb.execute(
            f"COPY (SELECT * FROM read_parquet('{online_retail}') WHERE InvoiceDate {side} TIMESTAMP '{CUT}')"
            f" TO '{folder / name}.parquet'"
        )
    with serving(folder / "shop", LIFTLOOP_CLOCK_START=NOW) as server:
        shop = Shop(server)
        consent = ("--declare-consent", "email:marketing", "--evidence", "the shop's own list")
        address = ("--map", "email={CustomerID}@example.test")
        loaded = shop.run("import", str(folder / "past.parquet"), *consent, *address)
        raw = duckdb.execute(
            "SELECT count(*), count(DISTINCT CustomerID), count(*) FILTER (CustomerID IS NULL) FROM read_parquet(?)",
            [str(folder / "past.parquet")],
        ).fetchone()
        assert (loaded["rows"], loaded["customers"], loaded["rejected"]) == raw
        yield shop


def known_by_sql(query: str, file: Path, **more: Any) -> list[tuple[Any, ...]]:
    now_ms = round(datetime.fromisoformat(NOW).timestamp() * 1_000)
    given = {"file": str(file), "cut": CUT, "now": now_ms, **more}
    return duckdb.execute(query, {name: value for name, value in given.items() if f"${name}" in query}).fetchall()


def test_an_audience_of_time_is_the_one_that_sql_finds(shop: Shop, online_retail: Path) -> None:
    """Bought at least three times in 180 days and silent for 30: the same customers, one by one."""
    shop.post("/audiences", {"audience_id": "silent", "name": "常客沉默", "definition": REGULAR_AND_SILENT})
    found: list[str] = []
    page: dict[str, Any] = {"next": "0"}
    while page["next"] is not None:
        page = shop.get(f"/audiences/silent/people?limit=100&after={page['next']}")
        found += [each["name"] for each in page["people"]]
    wanted = [customer for (customer,) in known_by_sql(REGULAR, online_retail)]
    assert 100 < len(wanted) < 1_000
    assert sorted(found) == wanted


@pytest.mark.parametrize("customer", ["17850", "14646", "12346"])
def test_a_person_is_told_by_recency_frequency_and_money(shop: Shop, online_retail: Path, customer: str) -> None:
    """One who lapsed, the largest and one who sent everything back: orders, days and net spending are the file's."""
    told = {trait["id"]: trait["value"] for trait in shop.run("profile", customer)["traits"]}
    ((orders, last_ms, spent),) = known_by_sql(BOUGHT, online_retail, customer=customer)
    silent_s = datetime.fromisoformat(NOW).timestamp() - last_ms / 1_000
    assert told["rfm_frequency"] == orders
    assert told["rfm_recency"] == int(silent_s // DAY_S)
    assert told["rfm_monetary"] == pytest.approx(spent * 100, abs=orders)
    assert len(told["rfm"].split("-")) == 3


@pytest.mark.long
def test_a_cold_start_is_tried_mailed_and_measured(shop: Shop, mailbox: SmtpDouble) -> None:
    """No experiment yet: an exploration with an assumed range; mails arrive, the ledger adds up, the lift is told."""
    settings = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "sender": "Shop <news@example.test>"}
    shop.post("/channels", {"id": "mail", "kind": "smtp", "cost_fen": 5, "settings": settings})
    shop.post("/offers", {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500})
    plan = shop.run("plan", GOAL)
    again = shop.run("plan", GOAL)
    assert (plan["status"], plan["forecast"]["assumed"]) == ("exploration", True)
    assert again["plan_id"] != plan["plan_id"], "a plan that was made is never changed"
    assert 0 < plan["cost"] <= 500_000
    assert plan["provable"]["detectable"] > 0
    assert 0.15 < plan["baseline"]["value"] < 0.4
    campaign = shop.run("launch", plan["plan_id"])["campaign_id"]
    moved = shop.post("/clock", {"advance_s": 12 * HOUR_S})
    ledger = shop.get(f"/campaigns/{campaign}/ledger")
    rows = Counter[str]()
    for row in ledger["rows"]:
        rows[row["state"]] += row["people"]
    assert ledger["qualified"] == sum(rows.values()) == plan["eligible"]
    assert moved["messages"] <= rows["sent"] == len(mailbox.recipients) > 500  # Some leave before the clock is moved.
    assert max(Counter(mailbox.recipients).values()) == 1, "nobody is mailed twice"
    assert {row["state"] for row in ledger["rows"]} == {"sent", "not_contacted", "held_out"}
    assert shop.run("why", mailbox.recipients[0].partition("@")[0], campaign)["sent"]
    shop.post("/clock", {"advance_s": 30 * DAY_S})
    later = shop.drop(shop.server.data.parent / "later.parquet")
    assert len(later["questions"]) <= 2
    shop.post(f"/imports/{later['import_id']}/start", {"kind": later["kind"]})
    assert shop.finished(later["import_id"])["status"] == "done"
    report = shop.run("report", campaign)["report"]
    assert report["status"] == "final"
    assert report["forecast"]["hash"] == plan["forecast"]["hash"]
    assert sum(report["assigned"].values()) == plan["eligible"]
    lift = report["lift"]
    assert lift["low"] < lift["value"] < lift["high"]
    # The mails reached nobody, so the truth is zero: four standard errors are 2.5 times half a 90% interval.
    assert abs(lift["value"]) < 2.5 * (lift["high"] - lift["value"])
    assert len(mailbox.recipients) == rows["sent"]
