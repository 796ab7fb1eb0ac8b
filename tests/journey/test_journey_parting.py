"""What a merge that is undone leaves in journeys: several times inside go back to their own, and days are told anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liftloop.app.facts import fact
from liftloop.identify.contract import UNDO_ASKED, UndoAsked
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json
from liftloop.testing.installation import Installation

NOW_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
END = {"kind": "exit", "id": "end"}
LONG = {"kind": "wait", "id": "w", "duration_s": 10 * 86_400, "next": "end"}


class Shop(Installation):
    said = 0

    def say(self, **message: Any) -> None:
        self.said += 1
        self.receive({"messageId": f"m{self.said}", **message})
        self.fold_all()
        self.clock.set_ms(self.now_ms() + 1_000)

    def happen(self, user: str, event: str) -> None:
        self.say(type="track", userId=user, event=event)

    def undo(self) -> None:
        rows = self.state.rows("SELECT tick, position, kept, forwarded, reason, at_ms FROM merge", ())
        names = ("tick", "position", "kept", "forwarded", "by", "merged_ms")
        body = canonical_json(UndoAsked(**dict(zip(names, rows[0], strict=True))))
        self.append([fact(UNDO_ASKED, "1", body, "person:test", self.now_ms())])
        self.fold_all()
        self.fill()
        assert self.state.rows("SELECT 1 FROM ruling WHERE kind = 'undone'", ())

    def inside(self, journey: str) -> list[tuple[str, str]]:
        query = "SELECT state, reason FROM enrolment WHERE journey = ? ORDER BY id"
        return [(state, reason) for state, reason in self.state.rows(query, (journey,))]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "data", NOW_MS)
    yield shop
    shop.close()


def test_each_has_their_own_times_inside_again(shop: Shop) -> None:
    """After the parting what one does ends the enrolments of that one, and of nobody else."""
    trigger = {"on": "event", "name": "Signed Up"}
    rules = {"reentry": "always", "concurrent_max": 4, "goal_event": "Bought"}
    shop.publish("journey", "j", {"name": "j", "trigger": trigger, "nodes": [LONG, END], **rules})
    for user in ("a", "b", "a", "b"):
        shop.happen(user, "Signed Up")
    shop.say(type="alias", userId="a", previousId="b")
    assert shop.inside("j") == [("inside", "")] * 4
    shop.undo()
    shop.happen("b", "Bought")
    assert shop.inside("j") == [("inside", ""), ("left", "goal")] * 2
    shop.happen("a", "Bought")
    assert shop.inside("j") == [("left", "goal")] * 4


def test_each_has_their_own_day_again(shop: Shop) -> None:
    """A day that one told while both were one person is that one's afterwards; who told none has none."""
    trigger = {"on": "date", "trait": "birthday", "yearly": True}
    shop.publish("journey", "j", {"name": "j", "trigger": trigger, "nodes": [END]})
    for user in ("a", "b"):
        shop.say(type="identify", userId=user, traits={"city": "上海"})
    shop.say(type="identify", userId="b", traits={"birthday": "1990-11-25"})
    shop.say(type="alias", userId="a", previousId="b")
    shop.undo()
    shop.advance(5 * DAY_MS / 1_000)
    assert shop.inside("j") == [("done", "")]
    ((at_ms,),) = shop.state.rows("SELECT entered_ms FROM enrolment", ())
    assert (at_ms + 8 * HOUR_MS) % DAY_MS == 9 * HOUR_MS
