"""Shops for what happens after a message: nobody answers, it stays unread, a provider refuses it."""

from collections.abc import Sequence
from typing import Any

from shop_engine import END, ShopEngine, send

from liftloop.app.dispatch.settle import Settled, attempt_of, report
from liftloop.app.dispatch.words import Due
from liftloop.deliver.contract import ENVELOPE, Envelope
from liftloop.kernel.clock import DAY_MS

UNREAD = {"channel": "sms", "content": "hello", "after_s": 1_800, "unless": "opened"}
REFUSED = {"channel": "sms", "content": "hello", "unless": "accepted"}


def push_shop(*ways: dict[str, Any], **settings: Any) -> ShopEngine:
    shop = ShopEngine(**settings)
    shop.publish("channel", "push", {"id": "push", "kind": "webhook", "settings": {}, "medium": "push", "cost_fen": 1})
    shop.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms", "cost_fen": 5})
    both = [{"channel": medium, "purpose": "marketing"} for medium in ("push", "sms")]
    shop.step([shop.message("identify", user, context={"consents": both}) for user in ("a", "b")])
    shop.journey("news", send("s", "end", channel="push", fallbacks=list(ways)), END, reentry="after_leaving")
    return shop


def hand_over(shop: ShopEngine, outcome: str, in_the_air: Sequence[dict[str, Any]] | None = None) -> list[Envelope]:
    """Settle what is due as the dispatcher does, or rows that it took before; return it."""
    rows = shop.table("outbox") if in_the_air is None else in_the_air
    due = [
        Due(envelope=ENVELOPE.decode(row["body"]), due_ms=row["due_ms"], waited=None)
        for row in rows
        if row["due_ms"] <= shop.now_ms
    ]
    for channel in {each.envelope.channel for each in due}:
        mine = [each for each in due if each.envelope.channel == channel]
        settled = [
            Settled(
                each.envelope.key,
                each.attempt,
                outcome,
                "",
                "",
                each.envelope.decided_ms,
                each.envelope.cost_fen,
                0,
                each.envelope.purpose,
            )
            for each in mine
        ]
        shop.say(
            "attempts.settled", channel, report(channel, settled, [attempt_of(each, each.attempt) for each in mine])
        )
    return [each.envelope for each in due]


def tired_shop() -> ShopEngine:
    shop = ShopEngine(fatigue={"unanswered": 3, "pause_days": 14})
    shop.identify("a", "b")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    return shop


def news(shop: ShopEngine, *users: str, days: int = 1) -> list[tuple[str, str]]:
    """Send people something after so many days; return what the ledger says of the newest."""
    shop.advance(shop.now_ms + days * DAY_MS)
    before = len(shop.table("ledger"))
    shop.happen("Signed Up", *users)
    shop.dispatch()
    return shop.ledger()[before:]
