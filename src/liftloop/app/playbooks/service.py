"""Playbooks that serve: what people expect to hear, and what must reach them whatever the caps say."""

from liftloop.app.playbooks.contract import Asked, Drafted, Playbook
from liftloop.app.playbooks.fields import CHANNEL, CONTENT
from liftloop.app.playbooks.parts import DAY_S, ORDER, audience, chain, journey, send, words
from liftloop.app.signal_templates import COMPLAINTS, NOT_COMPLAINTS, listening
from liftloop.app.words import Said

COMPLAINED_DAYS = 3


def _confirmation(asked: Asked) -> Drafted:
    confirmed, made = words(
        asked,
        "confirmed",
        asked.said("订单已收到", "We have your order"),
        asked.said("订单已收到，我们这就为你准备。有变化会第一时间告诉你。", "We have your order and are on it."),
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("订单确认", "Order confirmation"),
                trigger={"on": "event", "name": ORDER},
                reentry="after_leaving",
                nodes=chain(send(asked, "confirm", confirmed, purpose="transactional")),
            ),
        )
    )


def _complaint(asked: Asked) -> Drafted:
    sorry, made = words(
        asked,
        "sorry",
        asked.said("我们看到了你的反馈", "We have read what you wrote"),
        asked.said(
            "你反馈的问题我们看到了，已经交给专人处理，今天之内会联系你。",
            "We have read what you wrote. Somebody is looking into it and will be in touch today.",
        ),
    )
    complaining = listening(COMPLAINTS, NOT_COMPLAINTS, COMPLAINED_DAYS)
    return Drafted(
        definitions=(
            audience(asked, "complaining", asked.said("刚有不满的客户", "Customers who just complained"), complaining),
            *made,
            journey(
                asked,
                asked.said("不满时先安抚", "Care when somebody complains"),
                trigger={"on": "audience", "audience": f"{asked.base}.complaining"},
                reentry="after_leaving",
                nodes=chain(
                    send(asked, "sorry", sorry, purpose="service"),
                    {"kind": "wait", "id": "rest", "duration_s": COMPLAINED_DAYS * DAY_S},
                ),
            ),
        )
    )


SERVICE = (
    Playbook(
        id="order_confirmation",
        family="service",
        name=Said("订单确认", "Order confirmation"),
        story=Said(
            "一下单就收到确认；不占营销次数，对照组和免打扰时段里也照发。",
            "A confirmation for each order; it counts as no marketing, and reaches held-out and sleeping people too.",
        ),
        fields=(CHANNEL, CONTENT),
        build=_confirmation,
    ),
    Playbook(
        id="complaint_care",
        family="service",
        name=Said("不满时先安抚", "Care when somebody complains"),
        story=Said(
            "在搜索、工单、聊天或评价里说了不满的人，马上收到一句安抚。",
            "Whoever is unhappy in a search, a ticket, a chat or a review hears from you at once.",
        ),
        fields=(CHANNEL, CONTENT),
        build=_complaint,
    ),
)
