"""A grocer's real files through the whole product: baskets, goods, households, campaigns, and a goal for a group."""

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import duckdb
import pytest
from market import SECRET, Inbox
from serving import serving
from test_real_shop import DAY_S, HOUR_S, Shop

pytestmark = pytest.mark.long  # Half a minute, most of it for files of which other tests hold parts.
NOW = "2017-10-01T09:00:00+08:00"
"""Inside the data's year, so that real baskets follow what is launched."""
CUT = "2017-10-01"
GOAL = "30天内复购率 +5%，预算 5000 元，每人每周最多触达 2 次"
OWNERS = f"针对 Homeowner，{GOAL}"
BOUGHT_BEFORE = """
SELECT count(DISTINCT household_id) FROM read_csv($past) {join}
WHERE CAST(transaction_timestamp AS TIMESTAMP) < CAST($cut AS TIMESTAMP)
"""
STARTS = """
SELECT count(*) FROM read_csv('{folder}/campaigns.csv.gz') JOIN read_csv('{folder}/campaign_descriptions.csv.gz')
USING (campaign_id) WHERE start_date > DATE '{cut}'
"""
REDEEMED = "SELECT count(*) FROM read_csv('{folder}/coupon_redemptions.csv.gz') WHERE redemption_date > DATE '{cut}'"
OWNING = "JOIN (SELECT household_id FROM read_csv($people) WHERE home_ownership = 'Homeowner') USING (household_id)"


@pytest.fixture(scope="module")
def files() -> Path:
    promised = os.environ.get("LIFTLOOP_TEST_DATA")
    folder = Path(promised or Path(__file__).parents[3] / "shared" / "data") / "dunnhumby"
    if not (folder / "transactions_sample.csv.gz").is_file():
        if promised:
            pytest.fail(f"LIFTLOOP_TEST_DATA is {promised}, which holds no dunnhumby")
        pytest.skip(f"no real data at {folder}; set LIFTLOOP_TEST_DATA to run this test")
    return folder


@pytest.fixture(scope="module")
def inbox() -> Generator[Inbox]:
    double = Inbox()
    yield double
    double.shutdown()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Generator[Shop]:
    """A server at an instant inside the data, with every file of before imported in the terminal."""
    folder = tmp_path_factory.mktemp("grocer")
    for name, side in (("past", "<"), ("later", ">=")):
        duckdb.execute(
            f"COPY (SELECT * FROM read_csv('{files / 'transactions_sample.csv.gz'}')"
            f" WHERE transaction_timestamp {side} TIMESTAMP '{CUT}') TO '{folder / name}.csv.gz'"
        )
    with serving(folder / "shop", LIFTLOOP_CLOCK_START=NOW) as server:
        shop = Shop(server)
        consent = ("--declare-consent", "sms:marketing", "--evidence", "the loyalty card's form")
        baskets = shop.run("import", str(folder / "past.csv.gz"), "--with", str(files / "products.csv.gz"), *consent)
        (rows,) = duckdb.execute("SELECT count(*) FROM read_csv(?)", [str(folder / "past.csv.gz")]).fetchone() or (0,)
        assert (baskets["rows"], baskets["rejected"]) == (rows, 0)
        people = shop.run("import", str(files / "demographics.csv.gz"), "--kind", "customers")
        assert (people["rows"], people["rejected"]) == (801, 0)
        past = ("--with", str(files / "campaign_descriptions.csv.gz"))
        assert shop.run("import", str(files / "campaigns.csv.gz"), *past)["rejected"] == ahead(files, STARTS)
        assert shop.run("import", str(files / "coupon_redemptions.csv.gz"))["rejected"] == ahead(files, REDEEMED)
        yield shop


def ahead(files: Path, query: str) -> int:
    """Return how many rows lie beyond the server's clock, and are refused as from the future."""
    ((rows,),) = duckdb.execute(query.format(folder=files, cut=CUT)).fetchall()
    assert rows > 0
    return int(rows)


def counted(files: Path, join: str) -> int:
    given = {
        "past": str(files / "transactions_sample.csv.gz"),
        "cut": CUT,
        "people": str(files / "demographics.csv.gz"),
    }
    query = BOUGHT_BEFORE.format(join=join)
    ((households,),) = duckdb.execute(
        query, {name: value for name, value in given.items() if f"${name}" in query}
    ).fetchall()
    return int(households)


def test_baskets_are_told_with_goods_and_coupons(shop: Shop, files: Path) -> None:
    """A household's orders hold the joined categories; a redeemed coupon stands in her timeline."""
    household, category, orders = duckdb.execute(
        "SELECT household_id, any_value(product_category), count(DISTINCT basket_id) FROM read_csv(?)"
        " JOIN read_csv(?) USING (product_id) JOIN (SELECT DISTINCT household_id FROM read_csv(?)"
        " WHERE redemption_date < DATE '2017-10-01') USING (household_id)"
        " WHERE transaction_timestamp < TIMESTAMP '2017-10-01'"
        " GROUP BY household_id ORDER BY 3 DESC, 1 LIMIT 1",
        [str(files / name) for name in ("transactions_sample.csv.gz", "products.csv.gz", "coupon_redemptions.csv.gz")],
    ).fetchone() or (0, "", 0)
    assert category
    person = shop.run("profile", str(household))
    told = {trait["id"]: trait["value"] for trait in person["traits"]}
    assert told["rfm_frequency"] == orders


def added_up(shop: Shop, campaign: str) -> Counter[str]:
    """Return people by state; they are everybody who qualified."""
    ledger = shop.get(f"/campaigns/{campaign}/ledger")
    rows = Counter[str]()
    for row in ledger["rows"]:
        rows[row["state"]] += row["people"]
    assert ledger["qualified"] == sum(rows.values())
    return rows


def test_goals_for_all_and_for_homeowners_are_planned_sent_and_measured(shop: Shop, inbox: Inbox, files: Path) -> None:
    """Past campaigns without chances serve no effect: two trials by webhook, one of homeowners alone, and reports."""
    settings = {"url": inbox.url, "secret": SECRET}
    shop.post("/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    shop.post("/offers", {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500})
    plans = {name: shop.run("plan", text) for name, text in (("all", GOAL), ("owners", OWNERS))}
    for plan in plans.values():
        assert (plan["status"], plan["forecast"]["assumed"]) == ("exploration", True)
        assert 0 < plan["cost"] <= 500_000
    assert 100 < plans["all"]["eligible"] <= counted(files, "")
    assert 100 < plans["owners"]["eligible"] <= counted(files, OWNING)
    (said,) = [each for each in plans["owners"]["understood"]["assumed"] if each["id"] == "group"]
    assert "home_ownership" in said["text"]["zh"]
    campaigns = {name: shop.run("launch", plan["plan_id"])["campaign_id"] for name, plan in plans.items()}
    shop.post("/clock", {"advance_s": 12 * HOUR_S})
    sent: dict[str, list[str]] = {}
    for name, campaign in campaigns.items():
        sent[name] = [each["customer_id"] for each in inbox.messages if each["campaign_id"] == campaign]
        rows = added_up(shop, campaign)
        assert rows.total() == plans[name]["eligible"]
        assert rows["sent"] == len(sent[name]) == len(set(sent[name])) > 20, "each once"
        assert rows["held_out"] > 0
    assert inbox.forged == 0
    owners = duckdb.execute(
        "SELECT household_id FROM read_csv(?) WHERE home_ownership = 'Homeowner'",
        [str(files / "demographics.csv.gz")],
    ).fetchall()
    assert set(sent["owners"]) <= {str(household) for (household,) in owners}
    assert not set(sent["all"]) <= {str(household) for (household,) in owners}
    shop.post("/clock", {"advance_s": 30 * DAY_S})
    later = shop.drop(shop.server.data.parent / "later.csv.gz")
    shop.post(f"/imports/{later['import_id']}/start", {"kind": later["kind"]})
    assert shop.finished(later["import_id"])["status"] == "done"
    for name, campaign in campaigns.items():
        report = shop.run("report", campaign)["report"]
        assert report["status"] == "final"
        assert report["forecast"]["hash"] == plans[name]["forecast"]["hash"]
        assert sum(report["assigned"].values()) == plans[name]["eligible"]
        lift = report["lift"]
        assert (lift is None) is (min(report["assigned"].values()) < 30), "fewer on a side prove nothing"
        # The messages reached nobody, so the truth is zero: four standard errors are 2.5 times half a 90% interval.
        assert lift is None or abs(lift["value"]) < 2.5 * (lift["high"] - lift["value"])
    assert shop.run("report", campaigns["all"])["report"]["lift"] is not None
