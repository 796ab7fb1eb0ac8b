"""Points: every entry as a plain list would have it, never below zero, once a message, gone at their instant."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.points import Account, Entry, changed, joined, run_out
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000

entries = st.lists(
    st.builds(
        Entry,
        kind=st.sampled_from(["earn", "spend", "expire", "adjust", "balance"]),
        points=st.integers(0, 50),
        until_ms=st.integers(1, 6),
    ),
    max_size=30,
)


@given(entries=entries, other=entries)
def test_an_account_is_what_single_points_in_a_list_would_be(entries: list[Entry], other: list[Entry]) -> None:
    """One point, one element with its end: those that end first are spent first, and nothing is spent that is not."""
    account, points = play(entries)
    assert sorted(points) == [until for until, count in account.lots for _ in range(count)]
    assert account.balance == len(points) >= 0
    second, more = play(other)
    assert joined([account, second]).balance == len(points) + len(more)
    later, gone = run_out(account, 3)
    assert gone == sum(until <= 3 for until in points)
    assert later.balance == len(points) - gone


def play(entries: list[Entry]) -> tuple[Account, list[int]]:
    account, points = Account(), list[int]()
    for entry in entries:
        after = changed(account, entry, may_go_negative=False)
        points.sort()
        match entry.kind:
            case "balance":
                points = [entry.until_ms] * entry.points
            case "earn" | "adjust":
                points += [entry.until_ms] * entry.points
            case "expire":
                points = points[entry.points :]
            case _:
                assert (after is None) == (entry.points > len(points))
                points = points[entry.points :] if after is not None else points
        account = after or account
    return account, points


def test_a_debt_is_paid_before_anything_is_earned() -> None:
    """Where accounts may go below zero, what is earned pays the debt first."""
    owing = changed(Account(), Entry(kind="spend", points=30), may_go_negative=True)
    assert owing is not None
    assert owing.balance == -30
    after = changed(owing, Entry(kind="earn", points=50, until_ms=9), may_go_negative=True)
    assert after == Account(lots=((9, 20),))


class Shop:
    def __init__(self, path: Path, **rules: Any) -> None:
        self.installation = Installation(path, NOW_MS)
        self.installation.publish("setting", "points", rules)
        self._messages = 0

    def happens(self, event: str, who: str = "u", **properties: Any) -> None:
        message_id = properties.pop("message_id", None)
        self._messages += 1
        self.installation.receive(
            {
                "type": "track",
                "messageId": message_id or f"m{self._messages}",
                "userId": who,
                "event": event,
                "properties": properties,
            }
        )
        self.installation.fold_all()

    def having(self, tree: dict[str, Any]) -> int:
        """Return how many satisfy a tree, the same in memory and in the lake."""
        self.installation.follow()
        now_ms = self.installation.now_ms()
        asked = selection(tree, Meanings(traits={}, audiences={}), now_ms)
        in_lake = self.installation.lake.select(asked.text, asked.parameters)["profile"].tolist()
        live = asyncio.run(self.installation.tick.ask("preview", where=tree, now_ms=now_ms))
        assert live["count"] == len(in_lake)
        return len(in_lake)

    def balance(self, points: float) -> bool:
        return self.having({"trait": "points_balance", "eq": points}) == 1

    def changes(self) -> list[tuple[str, int, bool, float]]:
        self.installation.follow()
        query = "SELECT kind, points, refused, points_balance FROM points_change ORDER BY tick, position"
        rows = self.installation.lake.select(query)
        return list(
            zip(*(rows[name].tolist() for name in ("kind", "points", "refused", "points_balance")), strict=True)
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data", events={"积分发放": "earn"}, expires_days=30)
    yield made
    made.installation.close()


def test_points_are_earned_once_a_message_and_spent_no_further_than_there_are(shop: Shop) -> None:
    """Own names of events count, a repeated message does not, and what is too much is refused and told."""
    shop.happens("Points Earned", points=100)
    shop.happens("积分发放", points=20, message_id="once")
    shop.happens("积分发放", points=20, message_id="once")
    shop.happens("Points Spent", points=500)
    shop.happens("Points Spent", points=50)
    shop.happens("Points Earned", points="many")
    shop.happens("Points Earned", points=-3)
    assert shop.balance(70)
    assert shop.changes() == [
        ("earn", 100, False, 100),
        ("earn", 20, False, 120),
        ("spend", 500, True, 120),
        ("spend", 50, False, 70),
    ]


def test_points_run_out_at_their_instant_and_audiences_follow(shop: Shop) -> None:
    """Ten points end in a day, the rest in thirty: an audience of the rich empties by time alone."""
    until = str(np.datetime64(NOW_MS + DAY_MS, "ms")) + "Z"
    shop.happens("Points Earned", points=10, expires_at=until)
    shop.happens("Points Earned", points=90)
    shop.installation.publish("audience", "a", {"name": "a", "where": {"trait": "points_balance", "gte": 100}})
    soon = {"trait": "points_expire_next_ms", "days_since": {"gte": -3}}
    assert (shop.having({"trait": "points_balance", "gte": 100}), shop.having(soon)) == (1, 1)
    shop.installation.advance(86_400 - 0.001)
    assert shop.balance(100)
    shop.installation.advance(0.001)
    assert shop.balance(90)
    members = asyncio.run(shop.installation.tick.ask("audience", id="a"))
    assert (members["count"], shop.having(soon)) == (0, 0)
    shop.installation.restart()
    shop.installation.advance(29 * 86_400)
    assert shop.balance(0)
    assert [each[0] for each in shop.changes()] == ["earn", "earn", "expire", "expire"]


def test_a_member_system_says_the_balance_and_people_who_are_one_add_up(shop: Shop) -> None:
    """`points` of an identify sets the balance, said again it changes nothing; merged people have what both had."""
    for who, points in (("u", 300), ("u", 300), ("v", 40)):
        shop.installation.receive({"type": "identify", "userId": who, "traits": {"points": points}})
    shop.installation.fold_all()
    assert len(shop.changes()) == 2
    shop.happens("Points Spent", who="v", points=15)
    shop.installation.receive({"type": "alias", "userId": "u", "previousId": "v"})
    shop.installation.fold_all()
    assert shop.balance(325)
    assert shop.having({"trait": "points_balance", "gte": 0}) == 1
    shop.happens("Points Spent", who="v", points=325)
    assert shop.balance(0)


def test_a_sender_cannot_write_an_account(shop: Shop) -> None:
    """The attribute that holds accounts is the fold's own."""
    account = {"lots": [[NOW_MS * 2, 1_000_000]], "debt": 0}
    shop.installation.receive({"type": "identify", "userId": "u", "traits": {"points_account": account}})
    shop.happens("Points Earned", points=1)
    assert shop.balance(1)
