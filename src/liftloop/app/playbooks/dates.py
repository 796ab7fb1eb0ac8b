"""Playbooks that begin by the calendar: a birthday, a day on which something ends, a sale to the second."""

from liftloop.app.playbooks.contract import Asked, Drafted, Field, Playbook
from liftloop.app.playbooks.fields import CHANNEL, CONTENT, OFFER, days
from liftloop.app.playbooks.parts import DAY_S, END, HOUR_S, ORDER, Node, chain, journey, send, words
from liftloop.app.words import Said

NINE = 9 * 60
TWO = 14 * 60
RUNGS_MAX = 14  # Two weeks of a daily reminder are more than anybody wants.


def _birthday(asked: Asked) -> Drafted:
    wish, made = words(
        asked,
        "wish",
        asked.said("生日快乐", "Happy birthday"),
        asked.said("今天是你的生日，祝你开心。", "It is your birthday: have a good one."),
        offer=True,
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("生日祝福", "Birthday wishes"),
                trigger={"on": "date", "trait": asked.text("trait"), "yearly": True, "minute": NINE},
                reentry="after_leaving",
                nodes=chain(send(asked, "wish", wish)),
            ),
        )
    )


def _renewal(asked: Asked) -> Drafted:
    """Return S14: at nine the owner is asked, at two the customer is reminded, each day; on the last somebody calls."""
    offer, made = words(
        asked,
        "reminder",
        asked.said("快到期了", "It ends soon"),
        asked.said("你的服务快到期了，现在续上不中断。", "Your plan ends soon; renew now and nothing stops."),
        offer=True,
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("到期续费", "Renewal ladder"),
                trigger={
                    "on": "date",
                    "trait": asked.text("trait"),
                    "offset_days": -asked.whole("days"),
                    "minute": NINE,
                },
                goal_event=ORDER,
                reentry="after_leaving",
                nodes=chain(
                    *(node for left in range(asked.whole("days"), 0, -1) for node in _rung(asked, offer, left))
                ),
            ),
        )
    )


def _rung(asked: Asked, content: str, left: int) -> list[Node]:
    """Return what happens on the day on which so many days are left."""
    last = left == 1
    task = {
        "kind": "task",
        "id": f"owner_{left}",
        "title": asked.said(f"续费跟进，还剩 {left} 天", f"Renewal, days left: {left}"),
        "sort": "call" if last else "confirm",
        "due_s": 5 * HOUR_S,
    }
    afternoon = {"kind": "until", "id": f"afternoon_{left}", "minute": TWO}
    day = [task, afternoon, send(asked, f"reminder_{left}", content)]
    return day if last else [*day, {"kind": "until", "id": f"morning_{left - 1}", "minute": NINE}]


def _reminder_days(asked: Asked) -> Drafted:
    """Return S17: half hear early, half late, and who is in which half is drawn for ever."""
    reminder, made = words(
        asked,
        "reminder",
        asked.said("快到期了", "It ends soon"),
        asked.said("你的服务快到期了，现在续上不中断。", "Your plan ends soon; renew now and nothing stops."),
    )
    early, late = sorted((asked.whole("early"), asked.whole("late")), reverse=True)
    apart = max(early - late, 1)
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("提前几天提醒更好", "How many days before"),
                trigger={"on": "date", "trait": asked.text("trait"), "offset_days": -early, "minute": NINE},
                goal_event=ORDER,
                reentry="after_leaving",
                nodes=chain(
                    {
                        "kind": "experiment",
                        "id": "days",
                        "arms": [
                            {"id": f"days_{early}", "share": 0.5, "next": "early"},
                            {"id": f"days_{late}", "share": 0.5, "next": "later"},
                        ],
                    },
                    {**send(asked, "early", reminder), "next": END},
                    {"kind": "wait", "id": "later", "duration_s": apart * DAY_S},
                    send(asked, "late", reminder),
                ),
            ),
        )
    )


def _sale(asked: Asked) -> Drafted:
    opening, made = words(
        asked,
        "opening",
        asked.said("开抢了", "It begins"),
        asked.said("活动现在开始，先到先得。", "It begins now; first come, first served."),
        offer=True,
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("准点开抢", "A sale to the second"),
                trigger={"on": "schedule", "audience": asked.text("audience"), "at": asked.text("at")},
                nodes=chain(send(asked, "opening", opening)),
            ),
        )
    )


def _trait(zh: str, en: str, usual: str) -> Field:
    return Field(id="trait", name=Said(zh, en), kind="trait", usual=usual)


DATES = (
    Playbook(
        id="birthday",
        family="member",
        name=Said("生日祝福", "Birthday wishes"),
        story=Said(
            "生日当天早上九点送上祝福和优惠；农历生日、2 月 29 日都算得准。",
            "At nine on the day, with an offer; lunar birthdays and 29 February come round as they should.",
        ),
        fields=(CHANNEL, _trait("生日在哪个属性里", "Attribute with the birthday", "birthday"), OFFER, CONTENT),
        build=_birthday,
    ),
    Playbook(
        id="renewal",
        family="sale",
        name=Said("到期续费", "Renewal ladder"),
        story=Said(
            "到期前三天起，每天九点提醒负责人跟进，下午两点提醒客户；前一天打电话；续上就停。",
            "From three days before it ends: the owner is asked at nine, the customer reminded at two, each day;"
            " on the last day somebody calls. An order ends it.",
        ),
        fields=(
            CHANNEL,
            _trait("到期日在哪个属性里", "Attribute with the last day", "expires_on"),
            days("days", "提前几天开始", "Days before", 3, high=RUNGS_MAX),
            OFFER,
        ),
        build=_renewal,
    ),
    Playbook(
        id="reminder_days",
        family="sale",
        name=Said("提前几天提醒更好", "How many days before"),
        story=Said(
            "随机一半人提前五天提醒，另一半提前三天，看哪种续得多。",
            "Half are reminded five days before, half three, drawn by chance; the results say which renews more.",
        ),
        fields=(
            CHANNEL,
            _trait("到期日在哪个属性里", "Attribute with the last day", "expires_on"),
            days("early", "早的提前几天", "Days before, early", 5, high=60),
            days("late", "晚的提前几天", "Days before, late", 3, high=60),
        ),
        build=_reminder_days,
    ),
    Playbook(
        id="sale_at",
        family="sale",
        name=Said("准点开抢", "A sale to the second"),
        story=Said(
            "选好人群，到点那一秒开始发，比如 6 月 18 日 09:00:00。",
            "An audience hears from you beginning at that very second, such as 18 June, 09:00:00.",
        ),
        fields=(
            CHANNEL,
            Field(id="audience", name=Said("发给哪个人群", "Audience"), kind="audience"),
            Field(id="at", name=Said("什么时候开始", "When it begins"), kind="instant"),
            OFFER,
            CONTENT,
        ),
        build=_sale,
    ),
)
