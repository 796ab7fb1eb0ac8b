"""At the gate: what a journey asks of colleagues passes consent, holdout, tickets and caps, and the ledger has why."""

from typing import Any

import pytest
from shop_engine import END, ShopEngine, send, wait

CALL = {"kind": "task", "id": "call", "title": "Call her", "next": "end"}


def task(**more: Any) -> dict[str, Any]:
    return {**CALL, **more}


def shop_with(*nodes: dict[str, Any], settings: dict[str, Any] | None = None, **more: Any) -> ShopEngine:
    shop = ShopEngine(**(settings or {}))
    shop.publish("setting", "relate", {"assignment": [{"by": "team", "team": "east"}]})
    shop.journey("care", *nodes, END, **more)
    shop.identify("a", "b")
    return shop


def given(shop: ShopEngine) -> int:
    shop.settle()
    return sum(row["kind"] == "task" for row in shop.table("work"))


def by_phone(shop: ShopEngine, user: str, status: str) -> None:
    consents = [{"channel": "call", "purpose": purpose, "status": status} for purpose in ("service", "marketing")]
    shop.step([shop.message("identify", user, context={"consents": consents})])


def test_nobody_is_asked_to_call_who_wants_no_calls() -> None:
    shop = shop_with(task())
    by_phone(shop, "a", "withdrawn")
    shop.happen("Signed Up", "a", "b")
    assert (given(shop), shop.ledger()) == (1, [("suppressed", "consent_withdrawn:call:service")])


def test_a_marketing_call_needs_a_consent() -> None:
    shop = shop_with(task(purpose="marketing"))
    by_phone(shop, "a", "granted")
    shop.happen("Signed Up", "a", "b")
    assert (given(shop), shop.ledger()) == (1, [("suppressed", "no_consent:call:marketing")])


def test_what_colleagues_do_among_themselves_asks_for_no_consent() -> None:
    shop = shop_with(task(sort="pack a gift"))
    by_phone(shop, "a", "withdrawn")
    shop.happen("Signed Up", "a", "b")
    assert (given(shop), shop.ledger()) == (2, [])


def test_a_task_may_name_its_own_medium() -> None:
    shop = shop_with(task(sort="other", medium="sms"))
    shop.withdraw("a")
    shop.happen("Signed Up", "a", "b")
    assert given(shop) == 2
    shop = shop_with(task(sort="other", medium="sms", purpose="marketing"))
    shop.withdraw("a")
    shop.happen("Signed Up", "a", "b")
    assert (given(shop), shop.ledger()) == (1, [("suppressed", "consent_withdrawn:sms:marketing")])


@pytest.mark.parametrize("sort", ["call", "pack a gift"])
def test_who_is_held_out_is_left_alone_by_colleagues_too(sort: str) -> None:
    shop = shop_with(task(sort=sort), holdout={"share": 1.0, "salt": "x"})
    shop.happen("Signed Up", "a", "b")
    assert (given(shop), shop.ledger()) == (0, [("held_out", "held_out:would_be_sent")] * 2)


def test_a_marketing_call_takes_its_place_under_the_caps() -> None:
    """After a call there is no room for a message, and after a message none for a call."""
    caps = {"caps": [{"count": 1, "days": 7}]}
    shop = shop_with(task(purpose="marketing", next="w"), wait("w", "s"), send("s", "end"), settings=caps)
    by_phone(shop, "a", "granted")
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + 2 * 86_400_000)
    assert (given(shop), shop.ledger()) == (1, [("capped", "frequency_cap:1/7d")])
    shop = shop_with(send("s", "call"), task(purpose="marketing"), settings=caps)
    by_phone(shop, "a", "granted")
    shop.happen("Signed Up", "a")
    assert (given(shop), sorted(shop.ledger())) == (0, [("capped", "frequency_cap:1/7d"), ("queued", "")])
