import pytest
from shop_engine import END, ShopEngine, send, wait

from liftloop.kernel.clock import DAY_MS

COUNTED = {"event": "Product Viewed", "within_days": 3, "count": {"gte": 2}}


def test_a_retired_campaign_ends_those_on_their_way() -> None:
    """People who come to the act node of a campaign that was retired leave, and the ledger says why."""
    shop = ShopEngine()
    shop.identify("a")
    shop.campaign("autumn")
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn", wait("w", "act"))
    shop.retire("campaign", "autumn")
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.enrolments() == [("left", "campaign_retired")]
    assert shop.table("ledger") == []


@pytest.mark.parametrize("trigger", ["retired", "other"])
def test_no_act_node_stops_the_tick(trigger: str) -> None:
    """A journey that acts for another campaign than it was entered by, or for one without assignments, only ends."""
    shop = ShopEngine()
    shop.identify("a")
    shop.campaign("autumn")
    shop.campaign("other")
    shop.assign("autumn", {"a": 1})
    act = {"kind": "act", "id": "act", "next": "end"}
    on = {"on": "campaign", "campaign": "autumn", "at_ms": shop.now_ms}
    shop.journey("odd", wait("w", "act"), act, END, trigger=on, campaign=trigger)
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.enrolments() == [("left", "campaign_retired") if trigger == "retired" else ("done", "")]


def test_an_assignment_that_the_campaign_no_more_knows_is_none() -> None:
    """Actions and chances that an edit took away are carried out for nobody, and stop nothing."""
    shop = ShopEngine()
    shop.identify("a")
    body = shop.campaign("autumn")
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn", wait("w", "act"))
    shop.publish("campaign", "autumn", {**body, "actions": body["actions"][:1], "cells": []})
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.enrolments() == [("done", "")]


def publish_waiting(shop: ShopEngine, identity: str, **more: object) -> None:
    """Publish a journey and leave it waiting for its history."""
    fill, shop.fill = shop.fill, lambda: None
    nodes = ({"kind": "condition", "id": "c", "when": COUNTED, "yes": "s", "no": "end"}, send("s", "end"), END)
    shop.journey(identity, *nodes, **more)
    shop.fill = fill


def test_who_qualifies_while_a_journey_waits_enters_at_the_switch_on() -> None:
    """People who come while the journey waits for its history are decided once it has it, by the whole history."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.happen("Product Viewed", "a")
    publish_waiting(shop, "new")
    shop.happen("Signed Up", "a", "b")
    shop.happen("Product Viewed", "a")
    assert shop.enrolments() == [("inside", "")] * 2
    assert shop.ledger() == []
    shop.fill()
    shop.settle()
    assert shop.enrolments() == [("done", "")] * 2
    assert [each.profile for each in shop.envelopes()] == [shop.number("a")]
    shop.happen("Signed Up", "a")
    assert len(shop.enrolments()) == 2


def test_while_a_new_version_waits_the_old_one_lets_people_in() -> None:
    """An edit takes nobody in before it has its history; until then the version before does."""
    shop = ShopEngine()
    shop.identify("a")
    shop.journey("new", wait("w", "end"), END)
    publish_waiting(shop, "new")
    shop.happen("Signed Up", "a")
    assert [row["version"] for row in shop.table("enrolment")] == [1]
    shop.fill()
    shop.settle()
    assert shop.enrolments() == [("inside", "")]


def test_a_journey_retired_while_it_waits_lets_everybody_go() -> None:
    """People who stood at the entry of a journey that never opened leave, and the ledger says why."""
    shop = ShopEngine()
    shop.identify("a")
    publish_waiting(shop, "new")
    shop.happen("Signed Up", "a")
    shop.retire("journey", "new")
    assert shop.enrolments() == [("left", "journey_retired")]


def test_whoever_waits_walks_the_version_that_opens() -> None:
    """People who stood at the entry of a version that a later one replaced walk the later one."""
    shop = ShopEngine()
    shop.identify("a")
    publish_waiting(shop, "new")
    shop.happen("Signed Up", "a")
    shop.journey("new", wait("w", "end"), END)
    assert [(row["version"], row["state"]) for row in shop.table("enrolment")] == [(2, "inside")]
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.enrolments() == [("done", "")]


def test_the_goal_is_reached_while_waiting_for_history() -> None:
    """Who does what the journey is for before it opens leaves with the goal and is sent nothing."""
    shop = ShopEngine()
    shop.identify("a")
    publish_waiting(shop, "new", goal_event="Order Completed")
    shop.happen("Signed Up", "a")
    shop.happen("Order Completed", "a")
    shop.fill()
    shop.settle()
    assert shop.enrolments() == [("left", "goal")]
