"""An undone merge leaves two people who are what each would be alone, whatever came before, meanwhile and after."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine import assert_same_arrays
from plain_identity import Name, PlainIdentity

from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.tick.definition_faults import find_fault
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.questions import answer
from liftloop.identify.contract import UNDO_ASKED, UNDONE, UndoAsked
from liftloop.identify.reading import undoings
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json
from liftloop.runtime import people
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Record
from liftloop.testing.installation import Installation

NOW_MS = 1_800_000_000_000
SPENT = {"event": "Order Completed", "property": "revenue", "aggregate": "sum", "within_days": 7}
ORDERS = {"event": "Order Completed", "aggregate": "count"}
SINCE = {"event": "Order Completed", "aggregate": "last_ms"}
AUDIENCES = {
    "rich": {"trait": "spent", "gte": 60},
    "shanghai": {"trait": "city", "is": "上海"},
    "frequent": {"event": "Order Completed", "within_days": 31, "count": {"gte": 2}},
}
RULINGS = "SELECT first, second FROM ruling WHERE kind = 'undone' ORDER BY tick"
ROUNDS = 12


class Life:
    """One installation and, beside it, what a plain reading of the same messages says."""

    def __init__(self, path: Path, dice: np.random.Generator) -> None:
        self.shop = Installation(path, NOW_MS)
        self.dice = dice
        self.plain = PlainIdentity({"user_id": 1, "phone": 5, "anonymous_id": 100})
        self.orders: list[tuple[int, int, int]] = []
        """(profile, instant, amount), each with the identity that ordered."""
        self.cities: list[tuple[int, int, str]] = []
        self.consents: list[tuple[int, int, str, int]] = []
        """(profile, instant, status, how many merges there had been)."""
        self.said = 0
        self.merged_after: dict[tuple[int, int], int] = {}
        self.arriving: list[dict[str, Any]] = []
        """What arrives while a merge is being undone."""
        for identity, body in (("spent", SPENT), ("orders", ORDERS), ("last", SINCE)):
            self.shop.publish("trait", identity, body)
        for identity, tree in AUDIENCES.items():
            self.shop.publish("audience", identity, {"name": identity, "where": tree})

    def message(self) -> dict[str, Any]:
        """Return something that somebody says, and take it into the plain reading."""
        dice, now_ms = self.dice, self.shop.now_ms()
        self.said += 1
        user = str(dice.choice(["", "u0", "u1", "u2", "u3"]))
        device = str(dice.choice(["", "a0", "a1", "a2", "a3", "a4"]))
        if not user and not device:
            device = "a0"
        names: list[Name] = [("user_id", user)] if user else []
        names += [("anonymous_id", device)] if device else []
        kind = str(dice.choice(["order", "order", "city", "consent", "alias"]))
        told: dict[str, Any] = {"messageId": f"m{self.said}", "userId": user, "anonymousId": device}
        if kind == "alias" and user:
            previous = str(dice.choice(["u0", "u1", "u2", "u3", "a0", "a1"]))
            names = [("user_id", user), ("user_id", previous), ("anonymous_id", previous)]
            self._take(names, joins_users=True)
            return {"messageId": told["messageId"], "type": "alias", "userId": user, "previousId": previous}
        home = self._take(names, joins_users=False)
        match kind:
            case "city":
                city = str(dice.choice(["上海", "北京"]))
                self.cities.append((home, now_ms, city))
                return told | {"type": "identify", "traits": {"city": city}}
            case "consent":
                status = str(dice.choice(["granted", "withdrawn"]))
                self.consents.append((home, now_ms, status, len(self.plain.merges)))
                consents = [{"channel": "email", "purpose": "marketing", "status": status}]
                return told | {"type": "identify", "context": {"consents": consents}}
            case _:
                amount = int(dice.integers(1, 50))
                self.orders.append((home, now_ms, amount))
                return told | {"type": "track", "event": "Order Completed", "properties": {"revenue": amount}}

    def _take(self, names: list[Name], *, joins_users: bool) -> int:
        home = self.plain.take(names, joins_users=joins_users)
        for number, merge in enumerate(self.plain.merges):
            self.merged_after.setdefault(merge, number)
        return home

    def speak(self) -> None:
        for _ in range(int(self.dice.integers(1, 5))):
            self.shop.receive(self.message())
            self.tick(1)

    def tick(self, milliseconds: int) -> None:
        """Let time pass, so that no two words are equally old."""
        self.shop.fold_all()
        self.shop.clock.set_ms(self.shop.now_ms() + milliseconds)

    def undo(self) -> None:
        """Ask to undo one merge or two, let something arrive meanwhile, and wait until they are undone."""
        merges = self.shop.state.rows("SELECT tick, position, kept, forwarded, reason, at_ms FROM merge")
        if not merges:
            return
        chosen = [merges[int(each)] for each in self.dice.choice(len(merges), min(2, len(merges)), replace=False)]
        for row in chosen[: int(self.dice.integers(1, 3))]:
            names = ("tick", "position", "kept", "forwarded", "by", "merged_ms")
            body = canonical_json(UndoAsked(**dict(zip(names, row, strict=True))))
            self.shop.append([fact(UNDO_ASKED, f"{row[0]}-{row[1]}", body, "person:test", self.shop.now_ms())])
        self.shop.fold_all()
        meanwhile = int(self.dice.integers(0, 3))
        if self.dice.random() < 0.3:
            self.shop.restart()
        asyncio.run(self._carry_out(meanwhile))
        self.tick(1)

    async def _carry_out(self, meanwhile: int) -> None:
        shop = self.shop
        follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
        tell = shop.tick.facts
        left = meanwhile

        async def slowly(records: Sequence[Record], *, folded: bool = True) -> Any:
            nonlocal left
            if records[0].kind == UNDONE and left:
                left -= 1
                shop.receive(self.message())
                if self.dice.random() < 0.5:
                    shop.fold_all()
                shop.clock.set_ms(shop.now_ms() + 1)
            rulings = len(shop.state.rows("SELECT 1 FROM ruling WHERE kind = 'undone'"))
            answered = await tell(records, folded=folded)
            for row in shop.state.rows("SELECT first, second FROM ruling WHERE kind = 'undone' ORDER BY tick")[
                rulings:
            ]:
                self._undone(*row)
            return answered

        shop.tick.facts = slowly
        for _ in range(10):
            await follower.catch_up()
            await follower.fill()
            if not undoings(shop.fold.state):
                break
        shop.tick.facts = tell
        assert not undoings(shop.fold.state), "a merge is undone once nobody speaks any more"

    def _undone(self, kept_number: int, forwarded_number: int) -> None:
        profile_of = {number: profile for profile, number in self.numbers().items()}
        kept, forwarded = profile_of[kept_number], profile_of[forwarded_number]
        merged_after = self.merged_after[kept, forwarded]
        self.plain.undo(kept, forwarded)
        self.plain.merges[merged_after] = (-1, -1)
        heads = (self.plain.head(kept), forwarded)
        since = [each for each in self.consents if each[2] == "withdrawn" and each[3] > merged_after]
        for one, other in (heads, heads[::-1]):
            theirs = [each for each in since if self.plain.head(each[0]) == one]
            self.consents += [(other, at_ms, status, len(self.plain.merges)) for _, at_ms, status, _ in theirs]

    def numbers(self) -> dict[int, int]:
        """Return the profile number of each plain profile: both count in order of creation."""
        state = self.shop.fold.state
        slots = people.everyone(state)
        created = state["identify.created"][slots].tolist()
        return dict(zip(created, people.numbers(state, slots).tolist(), strict=True))

    def compare(self) -> None:
        """Hold everybody against the plain reading."""
        self.shop.fold_all()
        numbers, now_ms = self.numbers(), self.shop.now_ms()
        assert len(numbers) == len(self.plain.parent)
        for profile, number in numbers.items():
            head = self.plain.head(profile)
            told = answer(self.shop.fold, "person", {"profile": number, "now_ms": now_ms})
            assert told["profile"] == numbers[head]
            if head != profile:
                continue
            mine = [(at, amount) for who, at, amount in self.orders if self.plain.head(who) == head]
            week = sum(amount for at, amount in mine if at > now_ms - 7 * DAY_MS)
            month = sum(1 for at, _ in mine if at > now_ms - 31 * DAY_MS)
            cities = sorted((at, city) for who, at, city in self.cities if self.plain.head(who) == head)
            city = cities[-1][1] if cities else ""
            inside = {"rich": week >= 60, "shanghai": city == "上海", "frequent": month >= 2}
            assert told["traits"].get("spent", 0) == week
            assert told["traits"].get("orders", 0) == len(mine)
            assert told["traits"].get("last", 0) == max((at for at, _ in mine), default=0)
            assert set(told["audiences"]) == {name for name, member in inside.items() if member}
            assert self._may_send(number) == self._plainly_may_send(head)

    def _may_send(self, number: int) -> int:
        state = self.shop.fold.state
        if not state.has("consent.email.marketing.status"):
            return 0
        return int(state["consent.email.marketing.status"][people.slots(state, np.array([number]))[0]])

    def _plainly_may_send(self, head: int) -> int:
        words = [(at, status == "withdrawn") for who, at, status, _ in self.consents if self.plain.head(who) == head]
        return 0 if not words else 2 if max(words)[1] else 1


@pytest.fixture(params=range(8))
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    made = Life(tmp_path / "data", np.random.default_rng(request.param))
    yield made
    made.shop.close()


def test_merges_are_undone_as_if_they_had_never_been(life: Life) -> None:
    """Merges undone in any order, of merged people too, with words arriving and restarts between, leave no trace."""
    for _ in range(ROUNDS):
        life.speak()
        if life.dice.random() < 0.4:
            life.shop.advance(float(life.dice.choice([HOUR_MS, DAY_MS, 10 * DAY_MS])) / 1000)
        if life.dice.random() < 0.6:
            life.undo()
        if life.dice.random() < 0.2:
            life.shop.checkpoint()
            life.shop.restart()
        life.compare()
    assert life.shop.state.rows("SELECT count(*) FROM ruling WHERE kind = 'undone'")[0][0] > 0
    again = Fold(life.shop.state, stages(), find_fault)
    again.restore()
    assert_same_arrays(life.shop.fold, again)
    assert again.next_due_ms() <= FAR_FUTURE_MS
