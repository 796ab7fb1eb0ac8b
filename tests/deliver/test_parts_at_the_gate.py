"""At the gate: an SMS has the money of all its parts set aside, and what it does not take comes back."""

from random import Random

import pytest
from msgspec.structs import replace
from shop_engine import NOBODY, SEND, ShopEngine

from liftloop.app.dispatch.settle import Settled, attempt_of, report
from liftloop.app.dispatch.words import Due
from liftloop.deliver.contract import Envelope

PRICE_FEN = SEND["cost_fen"]


def launched(people: int, budget_fen: int, letters: int) -> ShopEngine:
    """Return a shop whose campaign sends a text of so many letters and a name to everybody."""
    shop = ShopEngine()
    settings = {
        "access_key_id": "k",
        "access_key_secret": "s",
        "sign_name": "店",
        "template": "T",
        "templates": {"T": "字" * letters + "${name}，拒收请回复R"},
    }
    shop.publish("channel", "sms", {"id": "sms", "kind": "aliyun_sms", "cost_fen": 9, "settings": settings})
    shop.publish("content", "hello", {"id": "hello", "body": "name: {{ customer.name }}"})
    users = [f"p{number}" for number in range(people)]
    shop.identify(*users)
    shop.campaign("spring", budget_fen=budget_fen)
    shop.assign("spring", dict.fromkeys(users, 1))
    shop.launch("spring")
    return shop


def settle(shop: ShopEngine, took: dict[str, tuple[str, int]]) -> None:
    """Tell what became of messages and how many of their parts they took, as the dispatcher does."""
    for envelope in shop.envelopes():
        if envelope.key not in took:
            continue
        outcome, parts = took[envelope.key]
        due = Due(envelope=envelope, due_ms=shop.now_ms, waited=None)
        attempt = attempt_of(due, due.attempt, None, spared(envelope, parts))
        row = Settled(
            attempt.key,
            attempt.attempt,
            outcome,
            "",
            "",
            attempt.decided_ms,
            attempt.cost_fen,
            attempt.spared_fen,
            attempt.purpose,
        )
        shop.say("attempts.settled", "sms", report("sms", [row], [attempt]))


def spared(envelope: Envelope, parts: int) -> int:
    return (envelope.parts - parts) * PRICE_FEN


def test_all_parts_are_set_aside_and_the_budget_counts_them() -> None:
    shop = launched(people=5, budget_fen=3 * 2 * PRICE_FEN, letters=80)
    assert {(each.parts, each.cost_fen) for each in shop.envelopes()} == {(2, 2 * PRICE_FEN)}
    assert shop.ledger() == [("queued", "")] * 3 + [("no_budget", "budget_spent")] * 2
    assert shop.spent_fen("spring") == 3 * 2 * PRICE_FEN


@pytest.mark.parametrize("seed", range(4))
def test_what_is_spent_is_what_was_sent_and_never_passes_the_budget(seed: int) -> None:
    chance, people = Random(seed), 30
    budget_fen = chance.randrange(40, 200) * PRICE_FEN
    shop = launched(people, budget_fen, letters=chance.choice((40, 60, 120, 200)))
    sent = {each.key: each for each in shop.envelopes()}
    took = {
        key: (chance.choice(("accepted", "uncertain", "rejected", "opted_out")), chance.randint(1, each.parts))
        for key, each in sent.items()
    }
    for key in sorted(took, key=lambda _: chance.random()):
        assert shop.spent_fen("spring") <= budget_fen
        settle(shop, {key: took[key]})
    paid = {key: PRICE_FEN * parts for key, (outcome, parts) in took.items() if outcome in {"accepted", "uncertain"}}
    assert shop.spent_fen("spring") == sum(paid.values())
    told = {row["message_key"]: row["cost_fen"] for row in shop.table("ledger")}
    assert {key: told[key] for key in paid} == paid


def test_a_service_message_frees_no_budget() -> None:
    """It was never taken from a campaign's budget, so one that fails gives nothing back."""
    shop = launched(people=1, budget_fen=100, letters=80)
    before_fen = shop.spent_fen("spring")
    [envelope] = shop.envelopes()
    attempt = attempt_of(Due(envelope=replace(envelope, purpose="transactional"), due_ms=shop.now_ms, waited=None), "1")
    row = Settled(
        attempt.key,
        attempt.attempt,
        "rejected",
        "",
        "",
        attempt.decided_ms,
        attempt.cost_fen,
        attempt.spared_fen,
        attempt.purpose,
    )
    shop.say("attempts.settled", "sms", report("sms", [row], [attempt]))
    assert shop.spent_fen("spring") == before_fen > 0


@pytest.mark.parametrize(("budget_fen", "goes"), [(2 * PRICE_FEN, False), (2 * 9, True)])
def test_another_way_is_not_gone_that_the_budget_does_not_pay_for(budget_fen: int, goes: bool) -> None:
    """A dearer fallback takes what it costs more from the budget, and is left where that would pass it."""
    shop = launched(people=0, budget_fen=budget_fen, letters=80)
    shop.identify("a")
    way = {**SEND, "fallbacks": [{"channel": "sms", "content": "hello", "unless": "accepted", "after_s": 60}]}
    shop.campaign("summer", budget_fen=budget_fen, actions=[NOBODY, way])
    shop.assign("summer", {"a": 1})
    shop.launch("summer")
    settle(shop, {each.key: ("rejected", 2) for each in shop.envelopes()})
    assert [each.cost_fen for each in shop.envelopes()] == ([2 * 9] if goes else [])
    assert shop.spent_fen("summer") == (2 * 9 if goes else 0)
