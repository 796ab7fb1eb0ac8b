"""Playbooks that end in a goal: the plan says whom to reach with what, and proves what it brought."""

from liftloop.app.playbooks.contract import Asked, Drafted, Field, Playbook
from liftloop.app.playbooks.fields import days
from liftloop.app.words import Said

SIZE = Field(id="size", name=Said("想提升多少（%）", "By how much (%)"), kind="percent", usual=5, low=0.5, high=100)
BUDGET = Field(
    id="budget", name=Said("预算（元，可不填）", "Budget (yuan, or none)"), kind="yuan", low=1, high=1e9, optional=True
)
WINDOW = days("days", "多少天之内", "Within days", 30, high=180)
CAP = Field(id="cap", name=Said("每人每周最多几条", "Messages a week at most"), kind="count", usual=2, low=1, high=14)


def _sentence(asked: Asked, zh: str, en: str, opening: tuple[str, str] | None = None) -> Drafted:
    number = f"{asked.number('size'):g}"
    zh_start, en_start = opening or (f"{asked.whole('days')}天内", f" in {asked.whole('days')} days")
    budget = asked.values.get("budget", "")
    zh_money = f"，预算 {float(budget):g} 元" if budget else ""
    en_money = f", budget {float(budget):g} yuan" if budget else ""
    cap = asked.values.get("cap", "")
    zh_cap = f"，每人每周最多触达 {float(cap):g} 次" if cap else ""
    en_cap = f", at most {float(cap):g} messages per person a week" if cap else ""
    return Drafted(
        goal=asked.said(
            f"{zh_start}{zh} +{number}%{zh_money}{zh_cap}", f"raise {en} by {number}%{en_start}{en_money}{en_cap}"
        )
    )


def _festival(asked: Asked) -> Drafted:
    festival = asked.text("festival")
    return _sentence(asked, "会员复购率", "repurchase rate", (f"{festival}前", f" before {festival}"))


def _visits(asked: Asked) -> Drafted:
    return _sentence(asked, "进店转化率", "in-store conversion rate")


def _repurchase(asked: Asked) -> Drafted:
    return _sentence(asked, "复购率", "repurchase rate")


def _basket(asked: Asked) -> Drafted:
    return _sentence(asked, "客单价", "average order value")


GOALS = (
    Playbook(
        id="festival",
        family="goal",
        name=Said("节日会员回馈", "A festival for members"),
        story=Said(
            "说出节日、目标和预算，系统挑人、写内容、排时间、发送、复盘；不用导任何名单。",
            "Name the festival, the goal and the money: people, words, timing, sending and review follow; no lists.",
        ),
        fields=(
            Field(id="festival", name=Said("哪个节日", "Festival"), kind="text", usual="中秋"),
            SIZE,
            BUDGET,
            CAP,
        ),
        build=_festival,
    ),
    Playbook(
        id="more_visits",
        family="goal",
        name=Said("进店转化率提升", "More visits that end in an order"),
        story=Said(
            "给一个数字目标：能不能达到、能不能证明、分几个阶段、主推什么，先看方案再启动。",
            "Give a number: see whether it can be reached and proved, in which phases and with what; then start.",
        ),
        fields=(SIZE, WINDOW, BUDGET, CAP),
        build=_visits,
    ),
    Playbook(
        id="more_repurchases",
        family="goal",
        name=Said("复购率提升", "More people who buy again"),
        story=Said(
            "哪一档券值得发、发给谁，按真实效果算出来；5 元够的地方不发 10 元。",
            "Which coupon is worth giving, and to whom, from what it really changed; no ten yuan where five will do.",
        ),
        fields=(SIZE, WINDOW, BUDGET, CAP),
        build=_repurchase,
    ),
    Playbook(
        id="larger_baskets",
        family="goal",
        name=Said("客单价提升", "Larger baskets"),
        story=Said("让每一单多买一点，而不是只让少数人下单。", "Each order a little larger, among all who may order."),
        fields=(SIZE, WINDOW, BUDGET, CAP),
        build=_basket,
    ),
)
