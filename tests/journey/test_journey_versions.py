"""What a new version does to people inside the one before: they finish it, move over, or leave."""

from typing import Any

import pytest
from shop_engine import END, ShopEngine, send, wait

from liftloop.journey.contract import BadJourney
from liftloop.journey.graph import check
from liftloop.kernel.clock import DAY_MS

OLD = (wait("w", "s", 2), send("s", "v"), wait("v", "end", 2), END)


def inside(*users: str) -> ShopEngine:
    """Return a shop in which people wait at the first node of version 1."""
    shop = ShopEngine()
    shop.identify(*users)
    shop.journey("j", *OLD)
    shop.happen("Signed Up", *users)
    return shop


def rows(shop: ShopEngine) -> list[tuple[int, str, str]]:
    return [(row["version"], row["state"], row["reason"]) for row in shop.table("enrolment")]


def test_people_finish_the_version_that_they_entered() -> None:
    """Where a version says nothing, who is inside walks on as if there were no other."""
    shop = inside("a")
    shop.journey("j", END)
    shop.settle()
    assert rows(shop) == [(1, "inside", "")]
    shop.advance(shop.now_ms + 5 * DAY_MS)
    assert rows(shop) == [(1, "done", "")]
    assert len(shop.envelopes()) == 1


def test_people_leave_when_a_version_says_so() -> None:
    """They leave in the tick that makes it live, with the reason, and may not enter again where it is once for all."""
    shop = inside("a", "b")
    shop.journey("j", *OLD, inside="leave")
    shop.settle()
    assert rows(shop) == [(1, "left", "journey_changed")] * 2
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + 5 * DAY_MS)
    assert len(rows(shop)) == 2
    assert shop.envelopes() == []


def test_people_move_to_the_node_of_the_same_name() -> None:
    """A wait counts from when it began with its new length; what is behind it is that of the new version."""
    shop = inside("a")
    began_ms = shop.now_ms
    shop.advance(began_ms + DAY_MS)
    shop.journey("j", wait("w", "two", 3), send("two", "end"), END, inside="migrate")
    shop.settle()
    assert rows(shop) == [(2, "inside", "")]
    shop.advance(began_ms + 3 * DAY_MS - 1)
    assert shop.envelopes() == []
    shop.advance(began_ms + 3 * DAY_MS)
    assert [each.key.split("/")[1] for each in shop.envelopes()] == ["two"]
    assert rows(shop) == [(2, "done", "")]


def test_a_shorter_wait_that_is_over_lets_people_go_on_at_once() -> None:
    """Who has waited longer than the new version asks for goes on in the tick after the move."""
    shop = inside("a")
    shop.advance(shop.now_ms + DAY_MS)
    shop.journey("j", wait("w", "two", 0.5), send("two", "end"), END, inside="migrate")
    shop.settle()
    assert rows(shop) == [(2, "done", "")]
    assert len(shop.envelopes()) == 1


def test_people_move_where_the_version_sends_them_else_leave() -> None:
    """A node that is no more is where `moves` says; who waits at one without a place leaves."""
    shop = inside("a")
    shop.identify("b")
    shop.advance(shop.now_ms + 2 * DAY_MS)
    shop.happen("Signed Up", "b")
    later = (wait("x", "later", 1), send("later", "end"), END)
    shop.journey("j", *later, inside="migrate", moves={"w": "x"})
    shop.settle()
    assert rows(shop) == [(1, "left", "journey_changed"), (2, "inside", "")]
    shop.advance(shop.now_ms + 3 * DAY_MS)
    assert rows(shop)[1] == (2, "done", "")


def test_another_kind_of_node_begins_anew() -> None:
    """Whoever waited at a node that is a message now is sent it; those whose wait has just ended move a tick later."""
    shop = inside("a")
    shop.journey("j", send("w", "end"), END, inside="migrate")
    shop.settle()
    assert len(shop.envelopes()) == 1
    assert rows(shop) == [(2, "done", "")]


def test_a_move_survives_a_restart_and_happens_once() -> None:
    """Who was moved stays moved; a version without a say after it moves nobody."""
    shop = inside("a")
    shop.journey("j", *OLD, inside="migrate")
    shop.settle()
    shop.restart()
    shop.journey("j", wait("w", "end"), END)
    shop.settle()
    assert rows(shop) == [(2, "inside", "")]
    shop.advance(shop.now_ms + 5 * DAY_MS)
    assert len(shop.envelopes()) == 1


@pytest.mark.parametrize("more", [{"moves": {"w": "end"}}, {"inside": "migrate", "moves": {"w": "gone"}}])
def test_moves_to_nowhere_are_refused(more: dict[str, Any]) -> None:
    """Moves go with migrating, and lead to nodes that are there."""
    with pytest.raises(BadJourney):
        check("j", {"name": "j", "trigger": {"on": "event", "name": "E"}, "nodes": [END], **more})


def test_content_retired_under_a_live_journey_is_said_in_the_ledger() -> None:
    """Who comes to a message whose words are gone is not sent anything, goes on, and the ledger says why."""
    shop = inside("a")
    shop.retire("content", "hello")
    shop.advance(shop.now_ms + 5 * DAY_MS)
    assert shop.ledger() == [("blocked", "no_content")]
    assert rows(shop) == [(1, "done", "")]
