"""Playbooks for people who are about to buy."""

from liftloop.app.playbooks.contract import Asked, Drafted, Field, Playbook
from liftloop.app.playbooks.fields import CHANNEL, CONTENT, OFFER, days, hours
from liftloop.app.playbooks.parts import (
    DAY_S,
    END,
    ORDER,
    audience,
    chain,
    condition,
    event,
    journey,
    send,
    silent,
    wait_hours,
    words,
)
from liftloop.app.words import Said


def _looked(asked: Asked) -> Drafted:
    nudge, made = words(
        asked,
        "nudge",
        asked.said("还在看这件吗", "Still looking?"),
        asked.said("你最近常看的那件，现在下手正合适。", "What you keep coming back to is worth having now."),
        offer=True,
    )
    hesitating = {
        "all": [
            silent(asked.number("days")),
            event("Product Viewed", within_days=1, count=asked.whole("views")),
        ]
    }
    return Drafted(
        definitions=(
            audience(asked, "looking", asked.said("反复看、还没买", "Looking again and again"), hesitating),
            *made,
            journey(
                asked,
                asked.said("犹豫时推一把", "A nudge while they hesitate"),
                trigger={"on": "audience", "audience": f"{asked.base}.looking"},
                goal_event=ORDER,
                reentry="after_leaving",
                nodes=chain(send(asked, "nudge", nudge), {"kind": "wait", "id": "rest", "duration_s": 7 * DAY_S}),
            ),
        )
    )


def _cart(asked: Asked) -> Drafted:
    reminder, made = words(
        asked,
        "reminder",
        asked.said("购物车里还有东西", "Something is in your cart"),
        asked.said("你挑好的还在购物车里，喜欢就带走吧。", "What you chose is still in your cart."),
        offer=True,
    )
    window = asked.number("hours") / 24
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("购物车挽回", "Carts left behind"),
                trigger={"on": "event", "name": "Product Added"},
                goal_event=ORDER,
                reentry="after_leaving",
                nodes=chain(
                    wait_hours("think", asked.number("hours")),
                    condition("bought", event(ORDER, within_days=window), yes=END, no="reminder"),
                    send(asked, "reminder", reminder),
                    {"kind": "wait", "id": "rest", "duration_s": 3 * DAY_S},
                ),
            ),
        )
    )


def _one_more(asked: Asked) -> Drafted:
    thanks, made = words(
        asked,
        "thanks",
        asked.said("谢谢再次选择", "Thank you for coming back"),
        asked.said("这是你在我们这里的又一次下单，谢谢。", "Thank you for ordering with us again."),
        offer=True,
    )
    again = {"event": ORDER, "within_days": asked.number("days"), "count": {"gte": 2}}
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("复购答谢", "Thanks for buying again"),
                trigger={"on": "event", "name": ORDER},
                reentry="after_leaving",
                nodes=chain(
                    condition("again", again, yes="thanks", no=END),
                    send(asked, "thanks", thanks),
                ),
            ),
        )
    )


SALES = (
    Playbook(
        id="hesitating",
        family="sale",
        name=Said("犹豫时推一把", "A nudge while they hesitate"),
        story=Said(
            "很久没买、一天里看了五次商品的人，当场收到一条提醒；一周内不再打扰。",
            "Whoever has not bought for long and looks five times in a day hears from you at once,"
            " and then not for a week.",
        ),
        fields=(
            CHANNEL,
            days("days", "多少天没买", "Days without an order", 30),
            Field(id="views", name=Said("一天看几次", "Views in a day"), kind="count", usual=5, low=2, high=50),
            OFFER,
        ),
        build=_looked,
    ),
    Playbook(
        id="cart",
        family="sale",
        name=Said("购物车挽回", "Carts left behind"),
        story=Said(
            "加了购物车、两小时没下单的人，收到一次提醒；三天内不再提醒。",
            "Two hours after something was put in a cart and not ordered: one reminder, and then none for three days.",
        ),
        fields=(CHANNEL, hours("hours", "几小时没下单", "Hours without an order", 2), OFFER, CONTENT),
        build=_cart,
    ),
    Playbook(
        id="buying_again",
        family="sale",
        name=Said("复购答谢", "Thanks for buying again"),
        story=Said(
            "在设定的天数里第二次下单的人，马上收到答谢和优惠。",
            "Whoever orders a second time within so many days is thanked at once, with an offer.",
        ),
        fields=(CHANNEL, days("days", "多少天内算复购", "Days that count as again", 60), OFFER, CONTENT),
        build=_one_more,
    ),
)
