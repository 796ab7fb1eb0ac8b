"""Caps, budgets, guardrails, channels and scope are read in the ways that people write them."""

import pytest
from test_goal_phrasings import NOW, flat

from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE


def read(text: str) -> dict[str, object]:
    return flat(parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW))


@pytest.mark.parametrize(
    ("clause", "caps"),
    [
        ("每人每周最多触达 2 次", ["2/week"]),
        ("每位会员每月不超过3条短信", ["3/month"]),
        ("每人一天一次，一周三次", ["1/day", "3/week"]),
        ("一周不超过两条", ["2/week"]),
        ("每周 2 次以内", ["2/week"]),
        ("每天发一条短信", ["1/day"]),
        ("最多打扰 3 次", ["3/campaign"]),
        ("不要发超过 2 条", ["2/campaign"]),
        ("at most 2 touches per person per week", ["2/week"]),
        ("no more than two texts per customer", ["2/campaign"]),
        ("twice a week at most", ["2/week"]),
        ("once a day max", ["1/day"]),
        ("never message anyone more than 3 times a month", ["3/month"]),
        ("max 1 message a day, at most 3 messages per week", ["1/day", "3/week"]),
    ],
)
def test_caps(clause: str, caps: list[str]) -> None:
    """A cap is a number of touches and a period, and never the window."""
    got = read(f"复购率 +5%，30天，{clause}")
    assert (got["caps"], got["window_days"]) == (caps, 30)


@pytest.mark.parametrize(
    ("clause", "fen", "period"),
    [
        ("预算 20 万元", 20_000_000, None),
        ("预算：8万", 8_000_000, None),
        ("8 萬預算", 8_000_000, None),
        ("花费控制在3万块以内", 3_000_000, None),
        ("成本不超 3 万", 3_000_000, None),
        ("每月预算 5 万", 5_000_000, "month"),
        ("预算不限", None, None),
        ("零预算", 0, None),
        ("budget ¥80,000", 8_000_000, None),
        ("with a budget of 80k yuan", 8_000_000, None),
        ("spend no more than 30k", 3_000_000, None),
        ("don't spend more than 30k", 3_000_000, None),
        ("5,000 yuan budget per week", 500_000, "week"),
        ("budget ¥5,000 per week", 500_000, "week"),
        ("unlimited budget", None, None),
    ],
)
def test_budgets(clause: str, fen: int | None, period: str | None) -> None:
    """A budget is in fen, for the whole goal unless a period was said."""
    got = read(f"复购率 +5%，30天，{clause}")
    assert (got["budget_fen"], got["budget_period"]) == (fen, period)
    assert (got["size"], got["window_days"]) == (0.05, 30)


@pytest.mark.parametrize(
    ("clause", "guardrails"),
    [
        ("毛利率不低于30%", ["gross_margin at_least 0.3"]),
        ("毛利率保持在 30% 以上", ["gross_margin at_least 0.3"]),
        ("毛利不低于 30%", ["gross_margin at_least 0.3"]),
        ("投诉率不超过 0.1%", ["complaint_rate at_most 0.001"]),
        ("投诉率不能上升", ["complaint_rate no_rise"]),
        ("不影响毛利率", ["gross_margin no_drop"]),
        ("客单价不下降", ["average_order_value no_drop"]),
        ("客单价不低于 ¥200", ["average_order_value at_least 20000"]),
        ("without hurting gross margin", ["gross_margin no_drop"]),
        ("keep gross margin above 35%", ["gross_margin at_least 0.35"]),
        ("refund rate under 8%", ["refund_rate at_most 0.08"]),
        ("退货率低于 8%，退订率低于 0.5%", ["refund_rate at_most 0.08", "unsubscribe_rate at_most 0.005"]),
    ],
)
def test_guardrails(clause: str, guardrails: list[str]) -> None:
    """A bound on another metric guards it; the goal keeps its own size."""
    got = read(f"复购率 +5%，30天，{clause}")
    assert (got["guardrails"], got["metric"], got["size"]) == (guardrails, "repurchase_rate", 0.05)


@pytest.mark.parametrize(
    ("clause", "channels"),
    [
        ("只用企微和短信", ["only wecom", "only sms"]),
        ("只发短信", ["only sms"]),
        ("不要打电话，优先企业微信", ["avoid phone", "prefer wecom"]),
        ("短信为主", ["prefer sms"]),
        ("通过小程序和公众号", ["use mini_program", "use wechat"]),
        ("email only", ["only email"]),
        ("by SMS and e-mail", ["use sms", "use email"]),
        ("no phone calls, WeCom preferred", ["avoid phone", "prefer wecom"]),
        ("via push notifications", ["use app_push"]),
    ],
)
def test_channels(clause: str, channels: list[str]) -> None:
    """A channel is used, used only, preferred or avoided."""
    assert read(f"复购率 +5%，30天，{clause}")["channels"] == channels


@pytest.mark.parametrize(
    ("clause", "scope"),
    [
        ("上海、杭州门店", ["store=上海", "store=杭州"]),
        ("人民广场店", ["store=人民广场"]),
        ("让三里屯店的会员", ["store=三里屯", "member=member"]),
        ("除五角场店", ["not store=五角场"]),
        ("Hongqiao store", ["store=Hongqiao"]),
        ("除VIP外", ["not tier=vip"]),
        ("针对宝妈", ["text=宝妈"]),
        ("奶粉品类", ["category=奶粉"]),
        ("买过鸡翅的人", ["bought=鸡翅"]),
        ("买过春节礼盒的会员", ["bought=春节礼盒", "member=member"]),
        ("女性沉睡客户", ["sex=female", "lifecycle=lapsed"]),
        ("stores in Shanghai", ["store=上海"]),
        ("for gold members in Beijing", ["tier=gold", "member=member", "place=北京"]),
        ("excluding VIP customers", ["not tier=vip"]),
        ("customers who bought a coffee machine", ["bought=coffee machine"]),
        ("客户", []),
    ],
)
def test_scope(clause: str, scope: list[str]) -> None:
    """Whom a goal is about is recognised where it can be and kept as text where it cannot."""
    assert read(f"复购率 +5%，30天，{clause}")["scope"] == scope


@pytest.mark.parametrize(
    ("clause", "window"),
    [
        ("国庆期间", ("2026-10-01", "2026-10-07", 7, "national_day")),
        ("中秋当天", ("2026-09-25", "2026-09-25", 1, "mid_autumn")),
        ("明年春节前", (None, "2027-02-05", 152, "spring_festival")),
        ("国庆前两周", ("2026-09-17", "2026-09-30", 14, "national_day")),
        ("元旦到春节", ("2027-01-01", "2027-02-06", 37, None)),
        ("12月20日到1月5日", ("2026-12-20", "2027-01-05", 17, None)),
        ("10月31日前", (None, "2026-10-31", 55, None)),
        ("到年底", (None, "2026-12-31", 116, None)),
        ("从下个月起 45 天", ("2026-10-01", "2026-11-14", 45, None)),
        ("during 618 2027", ("2027-06-01", "2027-06-18", 18, "sale_618")),
        ("by November", (None, "2026-10-31", 55, None)),
        ("from Dec 20 to Jan 5", ("2026-12-20", "2027-01-05", 17, None)),
        ("30 days before Christmas", ("2026-11-25", "2026-12-24", 30, "christmas")),
        ("through the end of October", (None, "2026-10-31", 55, None)),
    ],
)
def test_windows(clause: str, window: tuple[str | None, str | None, int, str | None]) -> None:
    """A window is where a person who types on 7 September 2026 means it."""
    got = read(f"复购率 +5%，{clause}")
    assert (got["starts"], got["ends"], got["window_days"], got["festival"]) == window


def test_a_number_of_days_is_no_festival() -> None:
    """520 Day is a festival; 520 days are a length."""
    assert read("raise repurchase rate by 5% within 520 days")["window_days"] == 520
    assert read("raise repurchase rate by 5% around 520 Day")["festival"] == "day_520"
