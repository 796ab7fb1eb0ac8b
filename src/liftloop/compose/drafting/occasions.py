"""What a message may be for, by which words of a goal or a signal it is known, and what it says in each tone.

The words promise nothing, name nothing of a person and claim nothing that could be untrue: whoever knows more adds it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from liftloop.compose.drafting.brief import Purpose, Spoken, ToneId
from liftloop.kernel.errors import Language

OccasionId = Literal[
    "welcome",
    "win_back",
    "replenish",
    "hesitating",
    "cart",
    "birthday",
    "expiring",
    "festival",
    "sale",
    "order_care",
    "apology",
    "visit",
    "buy_again",
    "news",
]
TONES: tuple[ToneId, ...] = ("plain", "warm", "brief")
FESTIVAL = "{festival}"
_FESTIVALS: Mapping[str, tuple[str, str]] = {
    "元旦|new year's day": ("元旦", "New Year"),
    "春节|新年|过年|spring festival|chinese new year": ("春节", "Spring Festival"),
    "元宵|lantern festival": ("元宵", "Lantern Festival"),
    "端午|dragon boat": ("端午", "Dragon Boat Festival"),
    "七夕|qixi": ("七夕", "Qixi"),
    "中秋|mid[- ]autumn": ("中秋", "Mid-Autumn Festival"),
    "国庆|national day": ("国庆", "National Day"),
    "圣诞|christmas": ("圣诞", "Christmas"),
}
"""清明 is no occasion for wishes."""


class Line(Struct, frozen=True):
    """What is said in one tone."""

    zh: str
    en: str


class Occasion(Struct, frozen=True, kw_only=True):
    """One thing that a message may be for."""

    id: OccasionId
    zh: str
    en: str
    short: Line
    """In at most five Chinese characters, as `phrase` fields take them, and twenty letters, as `thing` fields do."""
    known_by: re.Pattern[str]
    headline: Line
    lines: Mapping[ToneId, Line]
    purpose: Purpose = "marketing"
    playbooks: Sequence[str] = ()
    """Those whose own words say the same."""


def _occasion(
    names: tuple[OccasionId, str, str, tuple[str, str]],
    known_by: str,
    headline: tuple[str, str],
    lines: tuple[tuple[str, str], tuple[str, str], tuple[str, str]],
    playbooks: tuple[str, ...] = (),
) -> Occasion:
    identity, zh, en, short = names
    return Occasion(
        id=identity,
        zh=zh,
        en=en,
        short=Line(*short),
        known_by=re.compile(known_by, re.IGNORECASE),
        headline=Line(*headline),
        lines={tone: Line(*each) for tone, each in zip(TONES, lines, strict=True)},
        purpose="service" if identity in ("order_care", "apology") else "marketing",
        playbooks=playbooks,
    )


OCCASIONS: tuple[Occasion, ...] = (
    _occasion(
        ("apology", "不满时先安抚", "Care for a complaint", ("问题跟进", "About your message")),
        r"投诉|差评|不满|抱怨|安抚|道歉|complain|apolog|unhappy|sorry",
        ("我们看到了你的反馈", "We have read what you wrote"),
        (
            (
                "你反馈的问题我们看到了，正在处理，会尽快联系你。",
                "We have read what you wrote, are looking into it and will be in touch.",
            ),
            (
                "给你添麻烦了，很抱歉。问题正在处理，会尽快联系你。",
                "We are sorry for the trouble. Somebody is looking into it and will be in touch.",
            ),
            ("反馈已收到，正在处理。", "We have your message and are on it."),
        ),
        ("complaint_care",),
    ),
    _occasion(
        ("birthday", "生日祝福", "A birthday", ("生日快乐", "Happy birthday")),
        r"生日|生辰|birthday",
        ("生日快乐", "Happy birthday"),
        (
            ("生日快乐，祝你今天开心。", "Happy birthday. Have a good day."),
            ("今天是你的生日，愿新的一岁平安顺心。", "It is your birthday: a good year to you."),
            ("生日快乐。", "Happy birthday."),
        ),
        ("birthday",),
    ),
    _occasion(
        ("expiring", "快到期了", "Something ends soon", ("到期提醒", "It ends soon")),
        r"到期|过期|续费|续保|续期|expir|renew",
        ("快到期了", "It ends soon"),
        (
            ("有一样东西快到期了，需要的话记得在那之前用。", "Something of yours ends soon; use it before it does."),
            ("提醒你一声：快到期了，别错过。", "A small reminder: it ends soon."),
            ("快到期了，记得用。", "It ends soon."),
        ),
        ("renewal",),
    ),
    _occasion(
        ("cart", "购物车提醒", "A full cart", ("购物车", "Your cart")),
        r"购物车|加购|未付款|弃单|cart|checkout",
        ("购物车里还有东西", "Something is in your cart"),
        (
            ("你挑好的还在购物车里，喜欢就带走。", "You left something in your cart."),
            ("挑好的还给你留在购物车里，喜欢就带走吧。", "We kept what you chose in your cart; take it when you like."),
            ("购物车里还有东西。", "Something is in your cart."),
        ),
        ("cart",),
    ),
    _occasion(
        ("hesitating", "看了还没买", "Looking, not buying", ("再看看", "Still looking?")),
        r"浏览|看过|看了|犹豫|反复看|没下单|意向|hesitat|browse|viewed|looked",
        ("还在看吗", "Still looking?"),
        (
            ("还在挑选的话，有问题可以直接问我们。", "If you are still choosing, ask us anything."),
            (
                "拿不定主意？告诉我们你想要什么，一起挑。",
                "Cannot decide? Tell us what you want, and we choose together.",
            ),
            ("还在挑？问问我们。", "Still choosing? Ask us."),
        ),
        ("hesitating",),
    ),
    _occasion(
        ("replenish", "该补货了", "Time to restock", ("补货提醒", "Running low?")),
        r"补货|用完|囤货|快没了|replenish|restock|run(?:ning)? out|refill",
        ("是不是快用完了", "Running low?"),
        (
            (
                "上次买的可能快用完了，现在补上正好。",
                "What you bought may be running low; now is a good time to restock.",
            ),
            ("上次买的快用完了吗？需要的话，我们帮你备着。", "Running low? Tell us, and we keep some for you."),
            ("快用完了就补上。", "Running low? Restock."),
        ),
        ("buying_again",),
    ),
    _occasion(
        ("welcome", "欢迎新会员", "A welcome", ("欢迎加入", "Welcome")),
        r"欢迎|新会员|新客|注册|入会|welcome|new (?:member|customer)|sign(?:ed)?[- ]?up",
        ("欢迎加入", "Welcome"),
        (
            ("欢迎加入，有什么想了解的，直接问我们。", "Welcome. Ask us whatever you would like to know."),
            ("很高兴认识你，欢迎加入，有问题随时找我们。", "Good to have you with us. Ask us anything, any time."),
            ("欢迎加入。", "Welcome."),
        ),
        ("welcome",),
    ),
    _occasion(
        ("win_back", "召回老客", "Win customers back", ("好久不见", "Long time no see")),
        r"召回|沉睡|流失|老客|回流|静默|没来|未购|win[- ]?back|lapsed|dormant|inactive|churn",
        ("好久不见", "It has been a while"),
        (
            ("有一阵子没见了，欢迎再来看看。", "It has been a while. Come by again."),
            ("好久不见，有空回来看看，我们一直在。", "It has been a while, and we would be glad to see you again."),
            ("好久不见，回来看看。", "It has been a while. Come by."),
        ),
        ("recall", "silent_care"),
    ),
    _occasion(
        ("festival", "节日问候", "Wishes for a festival", ("节日快乐", "Happy holidays")),
        r"节日|佳节|festival|holiday|" + "|".join(_FESTIVALS),
        (f"{FESTIVAL}快乐", f"Happy {FESTIVAL}"),
        (
            (f"{FESTIVAL}快乐，谢谢你一直以来的支持。", f"Happy {FESTIVAL}, and thank you for being with us."),
            (f"{FESTIVAL}到了，祝你和家人平安喜乐。", f"Happy {FESTIVAL} to you and yours."),
            (f"{FESTIVAL}快乐。", f"Happy {FESTIVAL}."),
        ),
    ),
    _occasion(
        ("sale", "活动开始", "A sale begins", ("活动开始", "It begins")),
        r"大促|促销|开抢|秒杀|上新|618|双11|双十一|\bsale\b|promotion|launch",
        ("活动开始了", "It begins"),
        (
            ("活动已经开始，欢迎来看看。", "It has begun. Come and see."),
            ("活动开始了，看看有没有你喜欢的。", "It has begun: see whether there is something for you."),
            ("活动开始。", "It has begun."),
        ),
        ("sale_at",),
    ),
    _occasion(
        ("order_care", "下单后的关怀", "Care after an order", ("订单关怀", "Thank you")),
        r"首单|下单后|收货|售后|关怀|after (?:the |an )?(?:first )?order|delivered|care",
        ("谢谢你的订单", "Thank you for your order"),
        (
            ("谢谢你的订单，使用上有任何问题，直接联系我们。", "Thank you for your order. Ask us anything about it."),
            ("谢谢你选择我们，用得还好吗？有问题随时说。", "Thank you for choosing us. Is all well? Just tell us."),
            ("谢谢下单，有问题随时联系。", "Thank you for your order; we are here."),
        ),
        ("after_first_order", "order_confirmation"),
    ),
    _occasion(
        ("visit", "到店", "A visit", ("到店看看", "Come and see us")),
        r"到店|进店|门店|visit|in[- ]store|\bshop\b",
        ("来店里看看", "Come and see us"),
        (
            ("方便的时候欢迎到店看看，我们帮你挑。", "Come and see us when it suits you; we help you choose."),
            ("有空来店里坐坐，想看什么先告诉我们。", "Come by, and tell us beforehand what you would like to see."),
            ("欢迎到店看看。", "Come and see us."),
        ),
    ),
    _occasion(
        ("buy_again", "再买一次", "Another order", ("再来一单", "Once more?")),
        r"复购|回购|再买|再次|客单价|repurchase|repeat|buy again|second order|order value",
        ("喜欢就再来一份", "Once more?"),
        (
            ("谢谢你上次的选购，喜欢的话欢迎再来。", "Thank you for your last order. Come back if you liked it."),
            ("上次选的还满意吗？喜欢的话，随时再来。", "Did you like what you chose? Come back any time."),
            ("喜欢就再来一份。", "Once more?"),
        ),
    ),
    _occasion(
        ("news", "告诉一件事", "Something to tell", ("新消息", "News")),
        r"(?!)",
        ("有件事告诉你", "Something to tell you"),
        (
            ("有件事想告诉你。", "There is something to tell you."),
            ("有个消息，想着该告诉你。", "We thought that you would like to know."),
            ("告诉你一个消息。", "News for you."),
        ),
    ),
)
BY_ID: Mapping[str, Occasion] = {each.id: each for each in OCCASIONS}
NEWS = BY_ID["news"]


def occasion_in(text: str) -> Occasion | None:
    """Return what words speak of, the most particular first; None where no rule knows them.

    >>> [found.id if (found := occasion_in(text)) else None for text in ("召回 60 天没来的人", "复购率 +5%", "x")]
    ['win_back', 'buy_again', None]
    """
    return next((each for each in OCCASIONS if each.known_by.search(text)), None)


def spoken(occasion: Occasion, language: Language, texts: Iterable[str]) -> list[Spoken]:
    """Return an occasion in every tone; `texts` are where a festival may be named."""
    chinese = language == "zh-CN"
    day = festival_in(texts)[0 if chinese else 1]

    def told(line: Line) -> str:
        return (line.zh if chinese else line.en).replace(FESTIVAL, day)

    return [
        Spoken(
            tone=tone,
            headline=told(occasion.headline),
            line=told(occasion.lines[tone]),
            greeting=_warm(tone, chinese, "你好，", "Hello. "),
        )
        for tone in TONES
    ]


def _warm(tone: ToneId, chinese: bool, zh: str, en: str) -> str:
    return "" if tone != "warm" else zh if chinese else en


def festival_in(texts: Iterable[str]) -> tuple[str, str]:
    """Return the festival that is named, in both languages; the plain word where none is.

    >>> festival_in(["中秋前复购率 +5%"]), festival_in([])
    (('中秋', 'Mid-Autumn Festival'), ('节日', 'holidays'))
    """
    whole = " ".join(texts)
    named = (names for pattern, names in _FESTIVALS.items() if re.search(pattern, whole, re.IGNORECASE))
    return next(named, ("节日", "holidays"))
