"""New definitions get their past once, however often the filling is interrupted, repeated or run beside itself."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from liftloop.app import following
from liftloop.app.facts import fact, published
from liftloop.app.following import Follower
from liftloop.app.tick.questions import answer
from liftloop.app.tick_client import TickAway
from liftloop.kernel.codec import canonical_json
from liftloop.profile.stage import SOURCE_FILLED
from liftloop.runtime.catalog import RETIRED
from liftloop.storage.contract import Record
from liftloop.testing.installation import Installation

NOW_MS = 1_800_000_000_000
ORDERS = 11
TRAIT = {"event": "Order Completed", "property": "revenue", "aggregate": "sum", "within_days": 365}


class Interrupted(Follower):
    """Loses the tick before or after a part was taken, once its turn has come."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation.lake, installation.log, installation.state, installation.tick, installation.clock)
        self.parts_left = 10**9
        self.after_it_was_taken = False
        facts = self.tick.facts

        async def lossy(records: Sequence[Record], *, folded: bool = True) -> Any:
            ends = records[0].kind == SOURCE_FILLED and not self.parts_left
            self.parts_left -= records[0].kind == SOURCE_FILLED
            if ends and not self.after_it_was_taken:
                raise TickAway("gone")
            told = await facts(records, folded=folded)
            if ends:
                raise TickAway("gone after it had taken it")
            return told

        self.tick.facts = lossy


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setattr(following, "FILL_CHUNK", 3)
    installation = Installation(tmp_path / "data", NOW_MS)
    installation.receive(*[order(number) for number in range(ORDERS)])
    installation.fold_all()
    yield installation
    installation.close()


def order(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": f"o{number}",
        "userId": f"u{number % 2}",
        "event": "Order Completed",
        "timestamp": "2026-12-01T00:00:00.000Z",
        "properties": {"revenue": 10},
    }


def ask_for_the_past(shop: Installation, identity: str) -> None:
    """Publish, and leave the definition waiting."""
    shop.append([published("trait", identity, 1, TRAIT, "person:test", shop.now_ms())])
    shop.fold_all()
    shop.follow()


def spent(shop: Installation, user: str) -> float:
    person = answer(shop.fold, "person", {"identifier": user, "now_ms": shop.now_ms()})
    return person["traits"].get("spent", 0.0)


@pytest.mark.parametrize("after_it_was_taken", [False, True])
@pytest.mark.parametrize("parts", [0, 1, 3])
def test_an_interrupted_filling_counts_nothing_twice(shop: Installation, parts: int, after_it_was_taken: bool) -> None:
    """Whether the tick took the last part or not, the next filling goes on behind it, at any later time."""
    ask_for_the_past(shop, "spent")
    follower = Interrupted(shop)
    follower.parts_left, follower.after_it_was_taken = parts, after_it_was_taken
    with pytest.raises(TickAway):
        asyncio.run(follower.fill())
    shop.clock.set_ms(shop.now_ms() + 1_234)
    shop.restart()
    shop.receive({"type": "alias", "messageId": "a", "userId": "u0", "previousId": "u1"}, order(ORDERS))
    shop.fill()
    assert spent(shop, "u0") == 10 * (ORDERS + 1)


def test_a_filling_that_runs_twice_at_once_counts_once(shop: Installation) -> None:
    """Two fillings started together, and the same parts told again by a second desk, change nothing."""
    ask_for_the_past(shop, "spent")
    one, other = Interrupted(shop), Interrupted(shop)

    async def together() -> None:
        await asyncio.gather(one.fill(), one.fill(), other.fill())

    asyncio.run(together())
    assert spent(shop, "u0") == 60
    assert spent(shop, "u1") == 50
    assert answer(shop.fold, "unfilled", {}) == {"waiting": [], "undoing": False}


def test_a_part_of_an_earlier_asking_is_passed_over(shop: Installation) -> None:
    """What was sent for a definition that has ended meanwhile does not count for the next that asks the same."""
    ask_for_the_past(shop, "spent")
    late: list[Record] = []
    follower = Interrupted(shop)
    taken = follower.tick.facts

    async def held_back(records: Sequence[Record], *, folded: bool = True) -> Any:
        late.extend(records)
        raise TickAway("gone")

    follower.tick.facts = held_back
    with pytest.raises(TickAway):
        asyncio.run(follower.fill())
    follower.tick.facts = taken
    retire(shop, "trait", "spent")
    ask_again(shop)
    shop.append(late)
    shop.fold_all()
    shop.fill()
    assert spent(shop, "u0") == 10 * (ORDERS // 2 + 1)


def retire(shop: Installation, kind: str, identity: str) -> None:
    body = canonical_json({"kind": kind, "id": identity, "version": 1})
    shop.append([fact(RETIRED, f"{kind}/{identity}", body, "person:test", shop.now_ms())])
    shop.fold_all()


def ask_again(shop: Installation) -> None:
    shop.append([published("trait", "spent", 2, TRAIT, "person:test", shop.now_ms())])
    shop.fold_all()
    shop.follow()


def test_an_attribute_asked_for_again_at_the_same_instant_is_filled_again(shop: Installation) -> None:
    """On a clock that stands still, an audience ended and published anew finds who qualified before."""
    shop.receive({"type": "identify", "messageId": "i", "userId": "u0", "traits": {"city": "上海"}})
    where = {"name": "sh", "where": {"trait": "city", "is": "上海"}}
    shop.publish("audience", "sh", where)
    retire(shop, "audience", "sh")
    shop.publish("audience", "sh", where)
    assert answer(shop.fold, "audience", {"id": "sh"})["count"] == 1


def test_who_qualified_before_an_audience_was_made_enters_it_silently(shop: Installation) -> None:
    """Members from the past begin no journey, orders that come while they are read are counted once, later ones do."""
    journey = {
        "name": "thanks",
        "trigger": {"on": "audience", "audience": "loyal"},
        "nodes": [{"kind": "exit", "id": "end"}],
    }
    loyal = {"name": "loyal", "where": {"event": "Order Completed", "within_days": 365, "count": {"gte": 6}}}
    shop.publish("journey", "thanks", journey)
    shop.append([published("audience", "loyal", 1, loyal, "person:test", shop.now_ms())])
    shop.fold_all()
    shop.receive(order(ORDERS))
    shop.fold_all()
    shop.fill()
    assert answer(shop.fold, "audience", {"id": "loyal"})["count"] == 2
    assert shop.state.rows("SELECT count(*) FROM enrolment") == [(0,)]
    lately = {"userId": "new", "timestamp": "2027-01-15T07:59:00.000Z"}
    shop.receive(*(order(number) | lately for number in range(100, 106)))
    shop.fold_all()
    assert shop.state.rows("SELECT count(*) FROM enrolment") == [(1,)]
