"""Variants of an action: drawn from the shares in force, logged with every chance, the same when done again."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from shop_engine import NOBODY, SEND, ShopEngine

from liftloop.kernel.clock import HOUR_MS
from liftloop.kernel.codec import canonical_json, unpack_columns
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.contract import STEERED, UNIFORM_SHARE

PEOPLE = 600
USERS = [f"u{number}" for number in range(PEOPLE)]
COPIES = [{"id": "A", "content": "hello"}, {"id": "B", "content": "ahoy"}]
WAVES, WAVE_MS = 4, HOUR_MS
STAGGER = {"kind": "stagger", "id": "turn", "over_s": 4 * 3_600, "waves": WAVES, "salt": "autumn", "next": "act"}


def a_shop(*, holdout: float = 0.2) -> ShopEngine:
    """Return a shop with a campaign of two copies, whose people start in four waves."""
    shop = ShopEngine()
    shop.publish("content", "ahoy", {"id": "ahoy", "body": "ahoy", "language": "zh-CN"})
    shop.identify(*USERS)
    actions = [NOBODY, {**SEND, "variants": COPIES}]
    shop.campaign("autumn", actions=actions, holdout={"share": holdout, "salt": "autumn"})
    shop.assign("autumn", dict.fromkeys(USERS, 1))
    shop.launch("autumn", STAGGER)
    return shop


def steer(shop: ShopEngine, batch: int, *shares: float) -> None:
    shop.say(STEERED, "autumn", canonical_json({"action": "a", "batch": batch, "shares": shares}))


def decisions(shop: ShopEngine) -> list[dict[str, Any]]:
    """Return every decision so far, as the log has them."""
    rows: list[dict[str, Any]] = []
    for commit in shop.store.commits:
        for block in commit.facts:
            if block.kind == "decision.made":
                columns = unpack_columns(block.columns)
                rows += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return rows


@pytest.fixture(scope="module")
def shop() -> ShopEngine:
    """A shop in which B gets nine in ten of the steered people from the third wave on."""
    shop = a_shop()
    shop.advance(shop.now_ms + WAVE_MS)
    steer(shop, 1, 0.1, 0.9)
    shop.advance(shop.now_ms + 2 * WAVE_MS)
    return shop


def test_people_start_in_their_waves(shop: ShopEngine) -> None:
    """Each wave has about its part of the people, at its own instant, and everybody ends in the ledger once."""
    by_instant = Counter(int(row["decided_ms"]) for row in decisions(shop))
    first = min(by_instant)
    assert set(by_instant) == {first + wave * WAVE_MS for wave in range(WAVES)}
    assert all(0.7 * PEOPLE / WAVES < count < 1.3 * PEOPLE / WAVES for count in by_instant.values())
    assert len(shop.ledger()) == PEOPLE


def test_shares_move_for_those_who_come_later(shop: ShopEngine) -> None:
    """Before the fact copies are even, after it they follow the shares; the tenth that is never steered stays even."""
    rows = decisions(shop)
    of_batch = {batch: [row for row in rows if row["batch"] == batch] for batch in (0, 1)}
    share_b = {batch: np.mean([row["variant"] == "B" for row in those]) for batch, those in of_batch.items()}
    assert 0.4 < share_b[0] < 0.6
    assert 0.8 < share_b[1] < 0.95
    numbers = np.array([row["profile"] for row in of_batch[1]], dtype=np.uint64)
    even = uniform(numbers, hash_text("uniform", "autumn")) < UNIFORM_SHARE
    of_even = np.array([row["variant"] == "B" for row in of_batch[1]])[even]
    assert 0.2 < of_even.mean() < 0.8


def test_the_log_has_the_chance_of_everything(shop: ShopEngine) -> None:
    """Each decision names its variant and batch, and the chances of all arms as of that instant, which sum to one."""
    for row in decisions(shop):
        arms = json.loads(row["arms"])
        share = 0.5 if row["batch"] == 0 else 0.9
        assert arms["a/B"] == pytest.approx(UNIFORM_SHARE / 2 + (1 - UNIFORM_SHARE) * share)
        assert sum(arms.values()) == pytest.approx(1)
        assert json.loads(row["propensities"]) == {"a": 1.0, "nobody": 0.0}


def test_the_holdout_is_untouched(shop: ShopEngine) -> None:
    """Who is held out is what it is without variants, and as large after a move as before."""
    rows = decisions(shop)
    numbers = np.array([row["profile"] for row in rows], dtype=np.uint64)
    assert [bool(row["holdout"]) for row in rows] == (uniform(numbers, hash_text("holdout", "autumn")) < 0.2).tolist()


def test_the_envelope_carries_the_copy_that_was_drawn(shop: ShopEngine) -> None:
    """What goes out is the content of the variant, and the ledger says which."""
    copies = {"A": "hello", "B": "ahoy"}
    drawn = {int(row["profile"]): copies[row["variant"]] for row in decisions(shop)}
    assert {each.profile: each.content for each in shop.envelopes()} == {
        each.profile: drawn[each.profile] for each in shop.envelopes()
    }
    assert {row["profile"]: row["content"] for row in shop.table("ledger")} == drawn


def test_the_same_story_draws_the_same(shop: ShopEngine) -> None:
    """A second worker that lives through the same, restored in between from what is on disk, draws the same copies."""
    again = a_shop()
    again.advance(again.now_ms + WAVE_MS)
    again.restart()
    steer(again, 1, 0.1, 0.9)
    again.restart()
    again.advance(again.now_ms + 2 * WAVE_MS)
    drawn = [(row["profile"], row["variant"], row["batch"]) for row in decisions(again)]
    assert drawn == [(row["profile"], row["variant"], row["batch"]) for row in decisions(shop)]


@pytest.mark.parametrize(
    ("batch", "shares"),
    [(2, (0.1, 0.9)), (0, (0.1, 0.9)), (1, (0.3, 0.3)), (1, (1.5, -0.5)), (1, (1.0,)), (1, ())],
)
def test_shares_that_make_no_sense_change_nothing(batch: int, shares: tuple[float, ...]) -> None:
    """A fact that skips a batch, comes late, or is no distribution over the variants is passed over."""
    shop = a_shop()
    steer(shop, batch, *shares)
    shop.advance(shop.now_ms + WAVE_MS)
    assert {int(row["batch"]) for row in decisions(shop)} == {0}


def test_a_merged_person_keeps_the_first_copy() -> None:
    """Two profiles that become one have the copy of the assignment that stays, and are given no second one."""
    shop = a_shop(holdout=0.0)
    shop.advance(shop.now_ms + 3 * WAVE_MS)
    first = {int(row["profile"]): row["variant"] for row in decisions(shop)}
    other = next(user for user in USERS[1:] if first[shop.number(user)] != first[shop.number("u0")])
    shop.alias("u0", other)
    assert shop.number(other) == shop.number("u0")
    place = int(shop.fold.state["campaign.autumn.variant"][shop.slot("u0")])
    assert COPIES[place]["id"] == first[shop.number("u0")]
