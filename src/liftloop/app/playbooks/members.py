"""Playbooks around members: welcome them, bring them back."""

from liftloop.app.playbooks.contract import Asked, Draft, Drafted, Field, Playbook
from liftloop.app.playbooks.fields import CHANNEL, CONTENT, OFFER, days
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
    wait_days,
    words,
)
from liftloop.app.words import Said


def _welcome(asked: Asked) -> Drafted:
    hello, made = words(
        asked,
        "welcome",
        asked.said("欢迎加入", "Welcome"),
        asked.said(
            "欢迎加入会员。从今天起，购物有积分，生日有礼。想了解会员权益，回复这条消息就好。",
            "Welcome. From today your orders earn points, and there is something on your birthday."
            " Reply to this message to learn more.",
        ),
    )
    nudge = asked.said(
        "你的会员已经开通几天了，第一单想从哪里开始？", "You joined some days ago. Where shall your first order begin?"
    )
    later, also = words(asked, "first_order", asked.said("第一单，从这里开始", "Your first order"), nudge, offer=True)
    return Drafted(
        definitions=(
            *made,
            *also,
            journey(
                asked,
                asked.said("新会员欢迎", "Welcome for new members"),
                trigger={"on": "event", "name": asked.text("event")},
                goal_event=ORDER,
                nodes=chain(
                    send(asked, "welcome", hello, purpose="service"),
                    wait_days("quiet", asked.number("days")),
                    condition("bought", event(ORDER), yes=END, no="first_order"),
                    send(asked, "first_order", later),
                ),
            ),
        )
    )


def _recall(asked: Asked) -> Drafted:
    first, made = words(
        asked,
        "first",
        asked.said("好久不见", "It has been a while"),
        asked.said("有一阵子没见到你了，店里上了些新东西。", "It has been a while, and there are new things to see."),
        offer=True,
    )
    last, also = words(
        asked,
        "last",
        asked.said("给你留着", "Kept for you"),
        asked.said("给你留的优惠快到期了，有空来看看。", "What we kept for you ends soon. Come by when you can."),
        offer=True,
    )
    lapsed = {"all": [silent(asked.number("days")), {"not": silent(asked.number("days") * 6)}]}
    return Drafted(
        definitions=(
            audience(asked, "lapsed", asked.said("该召回的老客", "Customers to win back"), lapsed),
            *made,
            *also,
            journey(
                asked,
                asked.said("老客召回", "Win back customers"),
                trigger={"on": "audience", "audience": f"{asked.base}.lapsed"},
                goal_event=ORDER,
                reentry="after_leaving",
                nodes=chain(
                    send(asked, "first", first),
                    wait_days("quiet", asked.number("again_days")),
                    send(asked, "last", last),
                ),
            ),
        )
    )


def _after_first_order(asked: Asked) -> Drafted:
    guide, made = words(
        asked,
        "guide",
        asked.said("用好它的三件小事", "Three things worth knowing"),
        asked.said(
            "谢谢你的第一单。关于怎么用、怎么保存、出问题找谁，我们整理好了，回复这条消息就能看到。",
            "Thank you for your first order. How to use it, how to keep it, whom to ask: reply and we will tell you.",
        ),
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("首单后的关怀", "Care after the first order"),
                trigger={"on": "event", "name": ORDER},
                nodes=chain(
                    condition("first", {"event": ORDER, "count": {"eq": 1}}, yes="settle", no=END),
                    {"kind": "wait", "id": "settle", "duration_s": round(asked.number("hours") * 3_600)},
                    send(asked, "guide", guide, purpose="service"),
                ),
            ),
        )
    )


def _silent_care(asked: Asked) -> Drafted:
    care, made = words(
        asked,
        "care",
        asked.said("最近还好吗", "How have you been?"),
        asked.said(
            "有一阵子没有你的消息了。服务上有任何问题，直接回复，我们会有人跟进。",
            "We have not heard from you for a while. If anything is on your mind, reply and somebody will follow up.",
        ),
    )
    days_silent = asked.number("days")
    heard = [event(name, within_days=days_silent) for name in ("Product Viewed", "Store Visited", "Message Received")]
    quiet = {"all": [silent(days_silent), {"not": {"any": heard}}]}
    return Drafted(
        definitions=(
            audience(asked, "quiet", asked.said("静默客户", "Silent customers"), quiet),
            *made,
            journey(
                asked,
                asked.said("静默关怀", "Care for the silent"),
                trigger={"on": "audience", "audience": f"{asked.base}.quiet"},
                reentry="after_leaving",
                nodes=chain(send(asked, "care", care), {"kind": "wait", "id": "rest", "duration_s": 30 * DAY_S}),
            ),
        )
    )


def _first_steps(asked: Asked) -> Drafted:
    """Return S16: the first order puts a tag on, the second gives points, the third a present."""
    tag = f"{asked.base}.new"
    said = {"category": asked.said("生命周期", "Lifecycle"), "owner": "CRM", "expires_days": 180}
    meaning = asked.said("刚下第一单的客户", "Customers with a first order")
    present, made = words(
        asked,
        "present",
        asked.said("第三单的礼物", "A present for your third order"),
        asked.said("谢谢你一直选择我们，这是你的第三单。", "Thank you for staying: this was your third order."),
        offer=True,
    )
    return Drafted(
        definitions=(
            Draft(kind="tag", id=tag, body={"name": asked.said("新客户", "New customer"), "meaning": meaning, **said}),
            *made,
            journey(
                asked,
                asked.said("前三单", "The first three orders"),
                trigger={"on": "event", "name": ORDER},
                reentry="after_leaving",
                nodes=chain(
                    {
                        "kind": "branch",
                        "id": "which",
                        "cases": [
                            {"when": {"event": ORDER, "count": {"eq": 1}}, "next": "tag", "name": "1"},
                            {"when": {"event": ORDER, "count": {"eq": 2}}, "next": "points", "name": "2"},
                            {"when": {"event": ORDER, "count": {"eq": 3}}, "next": "present", "name": "3"},
                        ],
                        "otherwise": END,
                    },
                    {"kind": "tag", "id": "tag", "tag": tag, "next": END},
                    {"kind": "points", "id": "points", "points": asked.whole("points"), "next": END},
                    send(asked, "present", present),
                ),
            ),
        )
    )


MEMBERS = (
    Playbook(
        id="welcome",
        family="member",
        name=Said("新会员欢迎", "Welcome new members"),
        story=Said(
            "一注册就收到欢迎和权益说明；几天后还没下第一单的，再提醒一次。",
            "A welcome with the benefits as soon as somebody signs up; a reminder some days later unless they ordered.",
        ),
        fields=(
            CHANNEL,
            Field(id="event", name=Said("从哪个事件开始", "Event that begins it"), kind="event", usual="Signed Up"),
            days("days", "几天没下单就提醒", "Days until the reminder", 7, high=90),
            OFFER,
        ),
        build=_welcome,
    ),
    Playbook(
        id="recall",
        family="member",
        name=Said("老客召回", "Win back customers"),
        story=Said(
            "买过、最近没来的客户，到第 30 天收到一条带优惠的消息；没回来的，过几天再提醒一次，下单就停。",
            "Whoever bought before and has not for thirty days hears from you with an offer, and once more some days"
            " later; an order ends it.",
        ),
        fields=(
            CHANNEL,
            days("days", "多少天没买算沉睡", "Days without an order", 30, high=180),
            days("again_days", "几天后再提醒", "Days until the second message", 7, high=60),
            OFFER,
        ),
        build=_recall,
    ),
    Playbook(
        id="after_first_order",
        family="member",
        name=Said("首单后的关怀", "Care after the first order"),
        story=Said(
            "第一单之后 24 小时，送上用法和注意事项；不推销。",
            "Twenty-four hours after the first order: how to make the most of it, and nothing to buy.",
        ),
        fields=(
            CHANNEL,
            Field(id="hours", name=Said("几小时之后", "Hours later"), kind="hours", usual=24, low=0.1, high=240),
            CONTENT,
        ),
        build=_after_first_order,
    ),
    Playbook(
        id="silent_care",
        family="member",
        name=Said("静默关怀", "Care for the silent"),
        story=Said(
            "买过、之后没再来看过也没说过话的客户，到第 30 天收到一句问候；一个月内不再打扰。",
            "Whoever bought and neither came nor wrote for thirty days gets a kind word, then a month of peace.",
        ),
        fields=(CHANNEL, days("days", "多少天没动静", "Days of silence", 30, high=180), CONTENT),
        build=_silent_care,
    ),
    Playbook(
        id="first_steps",
        family="member",
        name=Said("前三单", "The first three orders"),
        story=Said(
            "第一单打上「新客户」，第二单送积分，第三单送礼。",
            "The first order puts the tag “new customer” on, the second gives points, the third a present.",
        ),
        fields=(
            CHANNEL,
            Field(id="points", name=Said("第二单送多少积分", "Points"), kind="count", usual=100, low=1, high=10_000),
            OFFER,
            CONTENT,
        ),
        build=_first_steps,
    ),
)
