"""What an opportunity is called, why it is there now, and the goal that it becomes; in both languages."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from liftloop.plan.opportunities.candidate import WINDOW_DAYS, Candidate, Kind
from liftloop.plan.opportunities.response import Basis
from liftloop.plan.opportunities.worth import Money, Stake
from liftloop.plan.options import Words
from liftloop.plan.writing.sentences import whole_yuan

SIZE_MIN = 0.01  # A goal below one percent would never be shown by the people that one opportunity has.
CHANGE_NOTICED = 0.05
YEAR_DAYS = 365


class Told(Struct, frozen=True, kw_only=True):
    """What is known of one opportunity when it is told: `before` is how many such people there were a window ago.

    `things` are the items that it is most about, with people.
    """

    candidate: Candidate
    stake: Stake
    money: Money
    before: int | None = None
    things: tuple[tuple[str, int], ...] = ()


NAMES: Mapping[Kind, Words] = {
    "replenish": Words(zh="该补货的人", en="people due to restock"),
    "leaving": Words(zh="快要走的老客", en="regulars about to leave"),
    "quiet_best": Words(zh="安静下来的大买家", en="big spenders gone quiet"),
    "second": Words(zh="只买过一次的人", en="people who bought once"),
    "successor": Words(zh="该买下一件的人", en="people ready for the next item"),
    "viewed": Words(zh="看了没买的人", en="people who looked and left"),
    "festival": Words(zh="一年内买过的人", en="everybody who bought within a year"),
    "birthday": Words(zh="快过生日的人", en="people whose birthday is near"),
    "slow_stock": Words(zh="爱买同类货的人", en="people who buy the kind that lies"),
    "ended_series": Words(zh="买过停售系列的用券客", en="coupon users of the ended series"),
}
"""Of the people, as a goal names them: a name holds no word that a goal could mean otherwise, inside its quotes."""


def goal_of(candidate: Candidate, stake: Stake) -> Words:
    """Return the goal that the opportunity becomes: its people, the share that buys, and the lift that is expected."""
    name = NAMES[candidate.kind]
    size = f"{max(round(stake.lift, 3), SIZE_MIN) * 100:.1f}".removesuffix(".0")
    return Words(
        zh=f"{WINDOW_DAYS}天内，「{name.zh}」购买率 +{size}%",
        en=f"raise purchase rate by {size}% in {WINDOW_DAYS} days for “{name.en}”",
    )


def title_of(candidate: Candidate) -> Words:
    subject = candidate.subject or Words(zh="", en="")
    return _TITLES[candidate.kind](subject, candidate.days)


def why_now(told: Told) -> Words:
    """Return the reason for now: what is seen of these people, and whether they have become more."""
    why = _WHY[told.candidate.kind](told)
    things = _things(told)
    change = _change(told)
    return Words(
        zh="".join((why.zh, things.zh, change.zh)),
        en=" ".join(part for part in (why.en, things.en, change.en) if part),
    )


def worth_words(told: Told) -> Words:
    """Return where the money comes from: what such people bought before, times what a contact adds, and how sure."""
    stake = told.stake
    what_zh, what_en = ("毛利", "margin") if told.money == "margin" else ("销售额", "revenue")
    usual, rate, spent = whole_yuan(stake.usual_fen), f"{stake.rate:.1%}", whole_yuan(stake.buyer_fen)
    basis = _BASIS[stake.basis]
    lift = f"{stake.lift:+.1%}"
    unsure = _UNSURE if stake.low_fen <= 0 else Words(zh="", en="")
    return Words(
        zh=f"不做什么，{WINDOW_DAYS} 天里他们大约会带来 {usual} {what_zh}：以往 {stake.windows} 个同样长的时段里，"
        f"这样的人有 {rate} 会买，每位 {spent}。{basis.zh.format(lift=lift)}。还没扣优惠和发送的成本"
        f"{unsure.zh}",
        en=f"If nothing is done they will bring about {usual} of {what_en} in {WINDOW_DAYS} days: in {stake.windows} "
        f"past windows of that length {rate} of such people bought, for {spent} each. {basis.en.format(lift=lift)}. "
        f"Costs of offers and messages are not taken off{unsure.en}",
    )


_UNSURE = Words(
    zh="。范围里有零：做成计划时每种做法单独再算，可能会建议先试，或者不发",
    en=". The range holds zero: a plan weighs each way to contact them by itself, and may advise a trial, or none",
)
"""A card weighs any contact, a plan each offer through each channel; the two need not agree."""

_BASIS: Mapping[Basis, Words] = {
    "assumed": Words(
        zh="联系一次能多带来多少还没试过，这里按零售业常见的 0%～8% 假定",
        en="What a contact adds was never tried here; the usual 0% to 8% of retail is assumed",
    ),
    "learned_all": Words(
        zh="按过去对所有人的随机触达，联系一次大约 {lift}；这群人自己的还不够看",
        en="By past random contacts of everybody one adds about {lift}; of these people alone there are too few",
    ),
    "learned": Words(
        zh="按过去对这样的人的随机触达，联系一次大约 {lift}",
        en="By past random contacts of such people one adds about {lift}",
    ),
}


def _things(told: Told) -> Words:
    if not told.things:
        return Words(zh="", en="")
    zh = "、".join(f"{name}（{people:,} 人）" for name, people in told.things)
    en = ", ".join(f"{name} ({people:,})" for name, people in told.things)
    return Words(zh=f"。最多的是 {zh}", en=f"Most of all: {en}.")


def _change(told: Told) -> Words:
    before, now = told.before, told.stake.people
    if not before or abs(now - before) < CHANGE_NOTICED * before:
        return Words(zh="", en="")
    more = now > before
    count = f"{abs(now - before):,}"
    return Words(
        zh=f"。比 {WINDOW_DAYS} 天前{'多' if more else '少'} {count} 人",
        en=f"{count} {'more' if more else 'fewer'} than {WINDOW_DAYS} days ago.",
    )


def _long(days: int) -> Words:
    """Return how long stock lasts; beyond two years nobody counts days."""
    years = days // YEAR_DAYS
    if years >= 2:
        return Words(zh=f" {years} 年多", en=f"over {years} years")
    return Words(zh=f" {days:,} 天", en=f"{days:,} days")


_TITLES: Mapping[Kind, Callable[[Words, int], Words]] = {
    "replenish": lambda _, __: Words(zh="常买的快用完了", en="What they buy regularly is about used up"),
    "leaving": lambda _, __: Words(zh="老客正在走远", en="Regulars are drifting away"),
    "quiet_best": lambda _, __: Words(zh="买得最多的人安静下来了", en="The biggest spenders have gone quiet"),
    "second": lambda _, __: Words(zh="第一单之后没有第二单", en="A first order, and no second"),
    "successor": lambda _, __: Words(zh="买完这件，通常会买下一件", en="After one item comes the next"),
    "viewed": lambda _, __: Words(zh="看了好几次，还没下手", en="Looked several times, bought nothing"),
    "festival": lambda about, days: Words(zh=f"{about.zh}还有 {days} 天", en=f"{about.en} is {days} days away"),
    "birthday": lambda _, __: Words(zh="生日快到了", en="Their birthday is near"),
    "slow_stock": lambda about, days: Words(
        zh=f"{about.zh} 按现在的速度还要卖{_long(days).zh}", en=f"{about.en} will last {_long(days).en} at this pace"
    ),
    "ended_series": lambda about, _: Words(
        zh=f"{about.zh} 停售了，买过的人要换什么", en=f"{about.en} has ended: what comes instead?"
    ),
}

_WHY: Mapping[Kind, Callable[[Told], Words]] = {
    "replenish": lambda _: Words(
        zh="按他们自己的购买间隔，上次买的在一周前到两周后之间用完，最近三天没有下单",
        en="By their own intervals what they bought lasts until some day from a week ago to two weeks ahead, "
        "and they have not ordered in three days.",
    ),
    "leaving": lambda _: Words(
        zh=f"至少买过三次，按各自的节奏早该来了：还会再来的可能降到一成到六成，{WINDOW_DAYS} 天没有下单",
        en="Three orders or more, and late by their own rhythm: the chance that they still come is down to 10–60%, "
        f"with no order in {WINDOW_DAYS} days.",
    ),
    "quiet_best": lambda told: Words(
        zh="花钱最多的五分之一里，隔得比店里八成的回头客都久了还没回来",
        en="Of the fifth that spends most, these have been away for longer than four returns in five take here.",
    ),
    "second": lambda _: Words(
        zh="下过一单，过了一周还没有第二单，也还没过大多数人回来的时间",
        en="One order, a week or more ago, and still within the time in which most people return.",
    ),
    "successor": lambda _: Words(
        zh="别人买完他们最近买的那件，接着常买另一件，他们还没有买过",
        en="Others who bought what they bought last went on to another item that these do not have yet.",
    ),
    "viewed": lambda _: Words(
        zh="一周里看了三次以上商品，没有下单",
        en="Three views or more within a week, and no order.",
    ),
    "festival": lambda told: Words(
        zh="节前有时间准备；节日本身会多卖多少没有算进来，只算一次触达通常能多带来的",
        en="There is time to prepare. What the festival itself adds is not counted, only what a contact usually adds.",
    ),
    "birthday": lambda _: Words(
        zh=f"{WINDOW_DAYS} 天内过生日，一年内买过",
        en=f"A birthday within {WINDOW_DAYS} days, and an order within a year.",
    ),
    "slow_stock": lambda told: Words(
        zh="半年里买过同一类商品，没有买过这一件",
        en="They bought of the same category within half a year, and not this item.",
    ),
    "ended_series": lambda _: Words(
        zh="一年内买过这个系列，而且常常用券：价格合适就会换",
        en="They bought it within a year and often pay with coupons: at the right price they will change.",
    ),
}
