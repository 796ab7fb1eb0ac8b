import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from liftloop.plan.options import action_id, recommended_id
from liftloop.simulate.arrays import DAY_MS
from liftloop.simulate.columns import Table, decoded, write_csv
from liftloop.simulate.history import History, row_counts, tables, write_files
from liftloop.simulate.market import Market
from liftloop.simulate.world import NOBODY, World, parse_action, sample_shop, variant

UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.
DrawPast = Callable[[World, int], History]


def plain(table: Table) -> dict[str, np.ndarray]:
    return decoded(table)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_one_in_five_recent_buyers_buys_again_within_a_month(past_of: DrawPast, seed: int):
    """Left alone, 17 to 23% of people with an order in the past year order again within 30 days."""
    market = Market(past_of(sample_shop(20_000), seed))
    people = market.eligible(UNTIL_MS)
    assert 0.5 < people.size / 20_000 < 0.85
    rate = market.potential_outcomes(people, None, UNTIL_MS, 30).mean()
    assert 0.17 < rate < 0.23


def test_the_full_shop_has_the_counts_it_promises(full_past: History):
    """150,000 members come with at least 1.2 million orders and events and ten campaigns of 15,000 to 45,000."""
    counts = row_counts(full_past)
    orders = np.unique(full_past.orders["order_id"].values).size
    assert counts["customers"] == 150_000
    assert orders + counts["events"] >= 1_200_000
    assert counts["orders"] > 1.2 * orders
    sizes = [log.member.size for log in full_past.campaigns]
    assert len(sizes) == 10
    assert min(sizes) >= 15_000
    assert max(sizes) <= 45_000


def test_propensities_are_the_chances_that_were_drawn(past: History):
    """In every campaign the logged chances sum to 1 and the actions follow them by a chi-square test."""
    for log in past.campaigns:
        assert np.abs(log.chance.sum(axis=1) - 1.0).max() < 1e-9
        assert (log.chance[~log.eligible] == 0.0).all()
        assert log.eligible[np.arange(log.arm.size), log.arm].all()
        assert (log.arm[log.holdout] == log.chance.shape[1] - 1).all()
        for group in np.unique(log.group):
            rows = log.group == group
            chance = log.chance[np.flatnonzero(rows)[0]]
            assert (log.chance[rows] == chance).all()
            used = chance * rows.sum() >= 5
            if used.sum() > 1:
                met = np.bincount(log.arm[rows], minlength=chance.size)[used]
                assert stats.chisquare(met, chance[used] / chance[used].sum() * met.sum()).pvalue > 1e-5
        holdout = past.world.campaigns[log.campaign].holdout
        assert stats.binomtest(int(log.holdout.sum()), log.holdout.size, holdout).pvalue > 1e-5


def test_a_campaign_may_treat_the_lapsed_otherwise(past: History):
    """The winning-back campaign drew lapsed people by other weights, and logged them."""
    row = next(k for k, campaign in enumerate(past.world.campaigns) if campaign.lapsed_weights)
    log = next(log for log in past.campaigns if log.campaign == row)
    whole = log.eligible.all(axis=1)
    assert np.unique(log.chance[whole], axis=0).shape[0] == 2


def test_same_seed_same_bytes(shop: World, past: History, past_of: DrawPast, tmp_path: Path):
    """The same world, seed and instant give the same files to the byte; another seed gives others."""
    folders = [tmp_path / name for name in ("first", "second", "other")]
    for folder in folders:
        folder.mkdir()
    first = write_files(past, folders[0])
    second = write_files(past_of(shop, 11), folders[1])
    other = write_files(past_of(shop, 12), folders[2])
    for kind, path in first.items():
        assert path.read_bytes() == second[kind].read_bytes()
    assert first["orders"].read_bytes() != other["orders"].read_bytes()


def test_clocks_only_run_forward(past: History):
    """Files are in order of time; nobody acts before joining, and nothing is told from the future."""
    truth = past.truth
    joined_ms = truth.people.registered_ms
    for table, name in ((past.orders, "ordered_at"), (past.events, "at"), (past.exposures, "decided_at")):
        moments = plain(table)[name]
        assert (np.diff(moments) >= 0).all()
        assert truth.since_ms <= moments.min()
        assert moments.max() < UNTIL_MS
        assert (moments >= joined_ms[table["customer_id"].codes]).all()
    consents = plain(past.consents)["at"]
    assert (np.diff(consents) >= 0).all()
    assert consents.max() < UNTIL_MS


def test_campaigns_reach_only_the_consenting_and_recent(past: History):
    """Everyone in a campaign had ordered within a year and had not withdrawn from the channel used."""
    orders, exposures, consents = plain(past.orders), plain(past.exposures), plain(past.consents)
    times: dict[str, list[int]] = {}
    for who, at_ms in zip(orders["customer_id"], orders["ordered_at"], strict=True):
        times.setdefault(who, []).append(at_ms)
    granted = dict[tuple[str, str], int]()
    ended = dict[tuple[str, str], int]()
    for who, channel, status, at_ms in zip(
        *(consents[name] for name in ("customer_id", "channel", "status", "at")), strict=True
    ):
        book = granted if status == "granted" else ended
        book.setdefault((who, channel), at_ms)
    columns = ("customer_id", "decided_at", "action", "campaign")
    for who, at_ms, action, campaign in zip(*(exposures[name] for name in columns), strict=True):
        recent = [moment for moment in times.get(who, []) if moment < at_ms]
        # Eligibility was judged at the campaign's first instant, decisions spread over its first hour.
        assert recent, campaign
        assert recent[-1] >= at_ms - 365 * DAY_MS - 3_600_000
        if action != NOBODY:
            key = (who, action.split(".")[1])
            assert granted[key] <= at_ms
            assert ended.get(key, UNTIL_MS) > at_ms - 3_600_000


def test_files_say_what_the_columns_hold(past: History, tmp_path: Path):
    """Every file parses with a plain CSV reader and gives back the arrays it was written from."""
    for kind, path in write_files(past, tmp_path).items():
        table = tables(past)[kind]
        known = plain(table)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == row_counts(past)[kind]
        for name, values in known.items():
            shown = [row[name] for row in rows]
            match type(table[name]).__name__:
                case "Coded" | "Marks":
                    assert shown == values.tolist()
                case "Money":
                    assert [round(float(text) * 100) for text in shown] == values.tolist()
                case "Numbers":
                    assert [int(text) for text in shown] == values.tolist()
                case "Truths":
                    assert shown == ["true" if value else "false" for value in values]
                case "Moments":
                    sample = range(0, len(shown), 97)
                    read = [round(datetime.fromisoformat(shown[row]).timestamp() * 1000) for row in sample]
                    assert read == [int(values[row]) // 1000 * 1000 for row in sample]
                case "Dates":
                    days = [int(np.datetime64(text).astype(int)) if text else None for text in shown]
                    assert days == [value if value > -50_000 else None for value in values.tolist()]
                case other:
                    pytest.fail(f"a column of kind {other} is not checked")


def test_exposures_are_complete_decisions(past: History, tmp_path: Path):
    """A decision lists its eligible actions incl. nobody, chances that sum to 1, and an action among them."""
    write_csv(past.exposures, tmp_path / "exposures.csv")
    with (tmp_path / "exposures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["decision_id"] for row in rows}) == len(rows)
    for row in rows:
        eligible, propensities = json.loads(row["eligible"]), json.loads(row["propensities"])
        assert set(eligible) == set(propensities)
        assert NOBODY in eligible
        assert row["action"] in eligible
        assert sum(propensities.values()) == pytest.approx(1.0, abs=1e-9)
        assert row["holdout"] == "false" or row["action"] == NOBODY


def test_orders_add_up(past: History):
    """Lines of an order stand together, share its head, and cost quantity times price less the discount."""
    orders = plain(past.orders)
    ids, first = np.unique(orders["order_id"], return_index=True)
    changes = np.count_nonzero(orders["order_id"][1:] != orders["order_id"][:-1]) + 1
    assert changes == ids.size == first.size
    assert (orders["amount"] == orders["quantity"] * orders["price"] - orders["discount"]).all()
    assert (orders["amount"] >= 0).all()
    for name in ("customer_id", "ordered_at", "store_id", "coupon"):
        same = orders["order_id"][1:] == orders["order_id"][:-1]
        assert (orders[name][1:][same] == orders[name][:-1][same]).all()
    assert np.unique(plain(past.events)["event_id"]).size == row_counts(past)["events"]


def test_babies_grow_through_the_stages(past: History):
    """Formula of stage 1 is bought for children under six months and stage 3 for those over one year."""
    orders, babies = plain(past.orders), past.truth.people.baby_day
    member = past.orders["customer_id"].codes
    months = (orders["ordered_at"] // DAY_MS - babies[member]) / 30.4375
    for stage, low, high in (("_1", 0.0, 6.1), ("_2", 5.9, 12.1), ("_3", 11.9, 36.1)):
        rows = np.array([one.startswith("milk_") and one.endswith(stage) for one in orders["product_id"]])
        # A promoted item may be bought at any age, so the bounds are for all but a few.
        assert rows.sum() > 50
        assert np.mean((months[rows] >= low) & (months[rows] <= high)) > 0.97


def test_nothing_happens_in_a_world_without_effects(past_of: DrawPast):
    """With no effect, everyone does the same whatever was sent, and past campaigns show no difference."""
    null = past_of(variant(sample_shop(20_000), "null"), 21)
    market = Market(null)
    people = market.eligible(UNTIL_MS)
    alone = market.potential_outcomes(people, None, UNTIL_MS, 30)
    assert np.array_equal(alone, market.potential_outcomes(people, parse_action("coupon_20.sms"), UNTIL_MS, 30))
    told = market.expected(people, parse_action("coupon_20.sms"), UNTIL_MS, 30)
    assert np.array_equal(told.alone, told.contacted)
    assert told.cost_fen.mean() > 50.0  # Always-buyers redeem all the same.
    assert abs(treated_against_nobody(null)) < 4.0


def test_past_campaigns_carry_the_true_effect(full_past: History):
    """Weighted by the logged chances, contacted people of the past ordered more than those left alone."""
    assert treated_against_nobody(full_past) > 3.0


def treated_against_nobody(drawn: History) -> float:
    """Return the z-score of orders within 30 days, contacted by anything but a reminder against nobody.

    Inverse propensity weights, self-normalised, from what the files say.
    """
    orders, member = decoded(drawn.orders), drawn.orders["customer_id"].codes
    total, variance = 0.0, 0.0
    for log in drawn.campaigns:
        start = int(log.decided_ms.min())
        inside = (orders["ordered_at"] >= start) & (orders["ordered_at"] < start + 30 * DAY_MS)
        outcome = np.isin(log.member, member[inside]).astype(np.float64)
        names = drawn.world.campaigns[log.campaign].actions
        arms = np.array([*(not name.startswith("reminder") for name in names), False])
        offered, nobody = log.chance @ arms, log.arm == log.chance.shape[1] - 1
        could = offered > 0.0
        got = np.where(arms[log.arm] & could, 1.0 / np.maximum(offered, 1e-9), 0.0)
        none = np.where(nobody & could, 1.0 / log.chance[:, -1], 0.0)
        means = [float(weight @ outcome / weight.sum()) for weight in (got, none)]
        total += means[0] - means[1]
        for weight, mean in zip((got, none), means, strict=True):
            variance += float((weight**2) @ (outcome - mean) ** 2 / weight.sum() ** 2)
    return total / variance**0.5


def test_a_recommended_item_is_an_item_to_who_reads_of_it() -> None:
    """Actions of a plan's recommendations are known to the market as the same offer, channel and item."""
    named = parse_action(recommended_id("coupon_5", "sms", "milk"))
    assert named == parse_action(action_id("coupon_5", "sms", "milk"))
    with pytest.raises(ValueError, match="twice"):
        parse_action("coupon_5.sms.milk.twice")
