"""A split whose shares move by results: from facts, with chances kept, and the same again when replayed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.steering.bandits import BanditSeen, BanditStudy
from liftloop.app.tick.questions import answer
from liftloop.journey.bandits import MOVED, draw, shares_now
from liftloop.journey.contract import BadJourney
from liftloop.journey.graph import check, read
from liftloop.journey.splits import Bandit, Way
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
PEOPLE = 400
NODE = {
    "kind": "bandit",
    "id": "which",
    "arms": [{"id": "short", "next": "end"}, {"id": "long", "next": "end"}],
    "event": "Order Completed",
    "within_s": 2 * 3_600,
}
AS_READ = Bandit(
    id="which",
    arms=[Way(id="short", next="end"), Way(id="long", next="end")],
    event="Order Completed",
    within_s=2 * 3_600,
)
JOURNEY = {
    "name": "二选一",
    "trigger": {"on": "event", "name": "Signed Up"},
    "nodes": [NODE, {"kind": "exit", "id": "end"}],
}


class Shop:
    """A journey with a bandit, people who come, and the study that looks."""

    def __init__(self, path: Path) -> None:
        self.shop = Installation(path / "data", NOON_MS)
        self.shop.publish("journey", "j", JOURNEY)
        self.follower = Follower(self.shop.lake, self.shop.log, self.shop.state, self.shop.tick, self.shop.clock)
        published = Definitions(self.shop.tick, self.shop.state, self.shop.clock, (), self.shop.vault)
        self.study = BanditStudy(self.follower, published, self.shop.tick, self.shop.state, self.shop.clock)

    def do(self, event: str, people: list[str]) -> None:
        said = f"{event}{self.shop.now_ms()}"
        self.shop.receive(*({"type": "track", "event": event, "userId": u, "messageId": f"{said}{u}"} for u in people))
        self.shop.fold_all()

    def look(self, hours: float = 0) -> BanditSeen:
        self.shop.advance(hours * 3_600)
        self.shop.fold_all()
        asyncio.run(self.study.run_if_due())
        self.shop.fold_all()
        asyncio.run(self.follower.catch_up())
        (seen,) = asyncio.run(self.study.seen("j", JOURNEY["nodes"]))  # type: ignore[arg-type]
        return seen

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        asyncio.run(self.follower.catch_up())
        found = self.shop.lake.select(query, [])
        return list(zip(*found.values(), strict=True))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    one = Shop(tmp_path)
    yield one
    one.shop.close()


def test_shares_move_to_what_works_once_the_window_is_over(shop: Shop) -> None:
    """Nothing moves before everybody has had their time; then the better way gets more, with the evidence logged."""
    shop.do("Signed Up", [f"u{n}" for n in range(PEOPLE)])
    rows = shop.rows("SELECT profile, arm, batch, chances, uniform FROM parted")
    assert len(rows) == PEOPLE
    assert {(batch, chances) for _, _, batch, chances, _ in rows} == {(0, "[0.5,0.5]")}
    way = {int(profile): str(arm) for profile, arm, *_ in rows}
    users = dict(_users(shop))
    shop.shop.advance(60)
    shop.do("Order Completed", [user for user, profile in users.items() if way[profile] == "long"])
    assert shop.look(1).moves == (), "the window is two hours"
    shop.do("Signed Up", ["late"])
    seen = shop.look(3)
    assert [move.batch for move in seen.moves] == [1]
    assert seen.shares == pytest.approx((0.25, 0.75)), "at most by half in one move"
    assert seen.won[0] == 0
    assert seen.won[1] > 150
    assert "long" in seen.moves[0].why.en
    assert "long" in seen.moves[0].why.zh
    settled = shop.look(1)
    assert shop.look(1).moves == settled.moves, "nobody new has matured"


def _drawn(shop: Shop, profiles: np.ndarray) -> np.ndarray:
    return draw(shop.shop.fold.state, read("j", 1, JOURNEY), AS_READ, profiles).arm


def _users(shop: Shop) -> list[tuple[str, int]]:
    asked = ({"identifier": f"u{n}", "now_ms": NOON_MS} for n in range(PEOPLE))
    return [(str(each["identifier"]), answer(shop.shop.fold, "person", each)["profile"]) for each in asked]


def test_who_comes_after_a_move_keeps_its_chances(shop: Shop) -> None:
    """New shares draw new people, a tenth of them uniformly; the floor and the chances hold."""
    _move(shop, batch=1, shares=[0.1, 0.9])
    shop.do("Signed Up", [f"v{n}" for n in range(2_000)])
    rows = shop.rows("SELECT arm, uniform, batch, chances, count(*) FROM parted GROUP BY ALL")
    count = {(str(arm), bool(uniform)): int(people) for arm, uniform, _, _, people in rows}
    assert {batch for _, _, batch, _, _ in rows} == {1}
    (chances,) = {tuple(msgspec.json.decode(str(each), type=list[float])) for _, _, _, each, _ in rows}
    assert chances == pytest.approx((0.14, 0.86))
    assert sum(people for (_, uniform), people in count.items() if uniform) == pytest.approx(200, abs=45)
    assert count["short", True] == pytest.approx(count["long", True], abs=45)
    assert count["short", False] == pytest.approx(180, abs=45)


def test_only_sound_shares_that_follow_are_taken(shop: Shop) -> None:
    """Shares of other ways, out of turn, or that are no whole change nothing."""
    _move(shop, batch=2, shares=[0.2, 0.8])
    _move(shop, batch=1, shares=[0.2, 0.9])
    _move(shop, batch=1, shares=[0.2, 0.8], ways=["short", "other"])
    _move(shop, batch=1, shares=[0.0, 1.0])
    assert shares_now(shop.shop.fold.state, "j", AS_READ).batch == 0
    _move(shop, batch=1, shares=[0.2, 0.8])
    assert shares_now(shop.shop.fold.state, "j", AS_READ).shares == (0.2, 0.8)


def test_a_restart_draws_the_same(shop: Shop) -> None:
    """After a restart the shares are in force, and the same person goes the same way."""
    _move(shop, batch=1, shares=[0.3, 0.7])
    shop.do("Signed Up", [f"u{n}" for n in range(50)])
    drawn = _drawn(shop, np.arange(1_000))
    shop.shop.restart()
    assert shares_now(shop.shop.fold.state, "j", AS_READ).shares == (0.3, 0.7)
    assert np.array_equal(drawn, _drawn(shop, np.arange(1_000)))


def test_nothing_is_due_without_a_bandit(shop: Shop) -> None:
    """Where no live journey has one nothing is looked at; where one is, each hour."""
    shop.look()
    assert shop.study.next_ms() == (NOON_MS // HOUR_MS + 1) * HOUR_MS
    shop.shop.publish("journey", "j", {**JOURNEY, "nodes": [{"kind": "exit", "id": "end"}]})
    assert shop.study.next_ms() == FAR_FUTURE_MS


@pytest.mark.parametrize(
    "change",
    [
        {"arms": [{"id": "a", "next": "end"}]},
        {"arms": [{"id": "a", "next": "end"}, {"id": "a", "next": "end"}]},
        {"event": " "},
        {"within_s": 0},
        {"within_s": 61 * 86_400},
        {"floor": 0},
        {"floor": 0.6},
    ],
)
def test_what_cannot_be_learned_is_refused(change: dict[str, Any]) -> None:
    """One way, names twice, no outcome, a window that nobody lives to see, a floor beyond an equal share."""
    with pytest.raises(BadJourney):
        check("j", {**JOURNEY, "nodes": [{**NODE, **change}, {"kind": "exit", "id": "end"}]})


def _move(shop: Shop, batch: int, shares: list[float], ways: list[str] | None = None) -> None:
    body = {"node": "which", "ways": ways or ["short", "long"], "batch": batch, "shares": shares}
    more = {"why": {"zh": "", "en": ""}, "matured_ms": 0}
    shop.shop.append([fact(MOVED, "j", canonical_json({**body, **more}), "system:test", shop.shop.now_ms() + batch)])
    shop.shop.fold_all()
