"""`liftloop results`: what history says."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language
from liftloop.cli.telling import table
from liftloop.kernel.money import yuan_text

ORDER = "Order Completed"
RULES = ("first", "last", "last_non_direct", "linear", "time_decay", "position")
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400

_first = click.option("--from", "first", help="第一天 / first day, YYYY-MM-DD")
_last = click.option("--to", "last", help="最后一天（含）/ last day, included")
_group = click.option(
    "--group", help="分组 / channel | last_touch | trait:level | property:coupon | audience:ID | campaign:ID"
)


@click.group("results", short_help="效果 / funnel, retention, value, attribution, return")
def command() -> None:
    """从历史里看效果。 / Ask history what came of it.

    \b
    例 / Examples:
      liftloop results funnel --step "Product Viewed" --step "Order Completed" --within 7
      liftloop results retention --by month
      liftloop results spend
    """


@command.command("funnel")
@click.option("--step", "steps", multiple=True, required=True, help="一步，依次写 / a step, in order")
@click.option("--within", default=7.0, show_default=True, help="几天内走完 / days from the first step to the last")
@click.option("--any-order", is_flag=True, help="不分先后 / in any order")
@_first
@_last
@_group
@data_option
@json_option
def funnel(steps: tuple[str, ...], data: Path, as_json: bool, **asked: Any) -> None:
    """多少人一步步走到最后，丢在哪里。 / How many come through step by step, and where they are lost.

    \b
    例 / Example:
      liftloop results funnel --step "Product Viewed" --step "Product Added" --step "Order Completed" --group channel
    """
    body = {
        **days(asked),
        "steps": [{"event": step} for step in steps],
        "window_days": asked["within"],
        "ordered": not asked["any_order"],
        "group": grouping(asked["group"]),
    }
    with server(data) as desk:
        found = desk.post("/results/funnel", body)
    show(found, as_json, _funnel_lines(found))


@command.command("retention")
@click.option("--first", "first_event", default=ORDER, show_default=True, help="以什么开始 / what they begin with")
@click.option("--back", default=ORDER, show_default=True, help="以什么算回来 / what counts as coming back")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="month", show_default=True)
@_first
@_last
@data_option
@json_option
def retention(data: Path, as_json: bool, **asked: Any) -> None:
    """同一批新人，后来每个月（周、日）回来多少。 / Of those who began together, who came back in each month after.

    \b
    例 / Example:
      liftloop results retention --by week --from 2026-06-01 --to 2026-08-31
    """
    body = {
        **days(asked),
        "first": {"event": asked["first_event"]},
        "back": {"event": asked["back"]},
        "grain": asked["by"],
    }
    with server(data) as desk:
        found = desk.post("/results/retention", body)
    rows = [
        [each["first_day"], f"{each['people']:,}", *(_cell(cell) for cell in each["cells"])]
        for each in found["cohorts"]
    ]
    widest = max((len(row) for row in rows), default=0)
    shown = table([[*row, *[""] * (widest - len(row))] for row in rows], right=frozenset(range(1, widest)))
    note = "* 还没过完 / not over yet"
    show(found, as_json, [spoken(found["sentence"]), *shown, note])


@command.command("value")
@click.option("--days", "horizon", type=click.Choice(["90", "180", "365"]), default="365", show_default=True)
@click.option("--margin", is_flag=True, help="按毛利，不按收入 / margin, not revenue")
@_first
@_last
@_group
@data_option
@json_option
def value(data: Path, as_json: bool, **asked: Any) -> None:
    """新买家值多少钱，获客成本多久回本。 / What new buyers are worth, and when they have paid what they cost.

    \b
    例 / Example:
      liftloop results value --days 180 --group channel --from 2026-01-01 --to 2026-06-30
    """
    body = {
        **days(asked),
        "horizon_days": int(asked["horizon"]),
        "basis": "margin" if asked["margin"] else "revenue",
        "group": grouping(asked["group"]),
    }
    with server(data) as desk:
        found = desk.post("/results/lifetime-value", body)
    zh, en = (
        ["首单月或组", "人数", "已带来", "还会带来", "合计"],
        ["Month or group", "People", "So far", "To come", "Worth"],
    )
    rows = [
        [
            group_words(each["group"]),
            f"{each['people']:,}",
            *(_yuan(each[name]) for name in ("realised", "expected", "value")),
        ]
        for each in (*found["months"], *found["groups"])
    ]
    lines = table([en if language() == "en" else zh, *rows], right=frozenset({1, 2, 3, 4}))
    show(found, as_json, [spoken(found["sentence"]), *lines])


@command.command("attribution")
@click.option("--conversion", default=ORDER, show_default=True, help="转化事件 / what counts as a conversion")
@click.option("--lookback", default=30.0, show_default=True, help="回看几天 / days before it")
@click.option("--by", type=click.Choice(["channel", "campaign"]), default="channel", show_default=True)
@click.option("--campaign", default="", help="只看一个活动，分它的实测增量 / divide one campaign's measured lift")
@click.option("--markov-order", default=1, show_default=True, help="1–3")
@_first
@_last
@data_option
@json_option
def attribution(data: Path, as_json: bool, **asked: Any) -> None:
    """转化之前各渠道在不在场，七种算法并排。 / Who was there before conversions, by seven models side by side.

    \b
    例 / Example:
      liftloop results attribution --lookback 14
    """
    body = {
        **days(asked),
        "conversion": {"event": asked["conversion"]},
        "lookback_days": asked["lookback"],
        "level": asked["by"],
        "campaign": asked["campaign"],
        "markov_order": asked["markov_order"],
    }
    with server(data) as desk:
        found = desk.post("/results/attribution", body)
    heads = ["", *(each["model"] for each in (found["channels"] or [{"credits": []}])[0]["credits"])]
    rows = [
        [
            f"{spoken(each['name'])} {each['campaign']}".strip(),
            *(f"{credit['share']:.1%}" for credit in each["credits"]),
        ]
        for each in found["channels"]
    ]
    lines = table([heads, *rows], right=frozenset(range(1, len(heads)))) if rows else []
    show(found, as_json, [spoken(found["sentence"]), *lines, spoken(found["why_no_amounts"])])


@command.command("spend")
@click.option("--model", type=click.Choice(RULES), default="last_non_direct", show_default=True)
@click.option("--lookback", default=30.0, show_default=True, help="回看几天 / days before an order")
@click.option("--margin", is_flag=True, help="按毛利，不按收入 / margin, not revenue")
@_first
@_last
@data_option
@json_option
def spend(data: Path, as_json: bool, **asked: Any) -> None:
    """广告花了多少、归因到多少，到计划、单元、关键词。 / What ads cost and what is attributed, down to the keyword.

    \b
    例 / Example:
      liftloop import spend.csv --kind spend && liftloop results spend --from 2026-08-01 --to 2026-08-31
    """
    body = {
        **days(asked),
        "model": asked["model"],
        "lookback_days": asked["lookback"],
        "basis": "margin" if asked["margin"] else "revenue",
    }
    with server(data) as desk:
        found = desk.post("/results/return-on-spend", body)
    rows = [row for node in found["nodes"] for row in _spend_rows(node)]
    rows += [
        ["没有触点 / no touch", *_spend_cells(found["untouched"])],
        ["合计 / total", *_spend_cells(found["total"])],
    ]
    zh, en = ["", "花费", "订单", "新客", "归因金额", "ROI"], ["", "Cost", "Orders", "New", "Attributed", "ROI"]
    lines = table([en if language() == "en" else zh, *rows], right=frozenset(range(1, 6)))
    show(found, as_json, [spoken(found["sentence"]), *lines, *(spoken(each) for each in found["warnings"])])


def _spend_rows(node: dict[str, Any]) -> list[list[str]]:
    row = ["  " * (len(node["key"]) - 1) + spoken(node["name"]), *_spend_cells(node["amounts"])]
    return [row, *(below for each in node["below"] for below in _spend_rows(each))]


def _spend_cells(amounts: dict[str, Any]) -> list[str]:
    roi = "" if amounts["roi"] is None else f"{amounts['roi']:+.0%}"
    counts = (f"{amounts[name]:,.1f}" for name in ("conversions", "newcomers"))
    return [_yuan(amounts["cost"]), *counts, _yuan(amounts["value"]), roi]


def _cell(cell: dict[str, Any]) -> str:
    return f"{cell['share']:.0%}{'*' if cell['running'] else ''}"


def _yuan(fen: int) -> str:
    return yuan_text(round(fen / 100) * 100)


def days(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (("from", asked["first"]), ("to", asked["last"])) if value}


def grouping(said: str | None) -> dict[str, str] | None:
    """Return a grouping as the API takes it."""
    if not said:
        return None
    kind, _, name = said.partition(":")
    return {"kind": kind, "name": name}


def group_words(group: dict[str, Any]) -> str:
    return spoken(group["name"]) if group["name"] else str(group["value"])


def _funnel_lines(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            step["event"],
            f"{step['people']:,}",
            f"{step['share_of_previous']:.1%}",
            f"{step['share_of_first']:.1%}",
            duration(step["seconds"][1]) if step["seconds"] else "",
        ]
        for step in found["steps"]
    ]
    zh = ["步骤", "人数", "来自上一步", "来自第一步", "一半人用时不超过"]
    en = ["Step", "People", "Of previous", "Of first", "Half took at most"]
    lines = [
        spoken(found["sentence"]),
        *table([en if language() == "en" else zh, *rows], right=frozenset({1, 2, 3, 4})),
    ]
    groups = [
        [group_words(each["group"]), *(f"{people:,}" for people in each["people"]), f"{each['share']:.1%}"]
        for each in found["groups"]
    ]
    if not groups:
        return lines
    said = [spoken(found["told"]), *(f"  {spoken(each['sentence'])}" for each in found["behind"])]
    return [*lines, "", *table(groups, right=frozenset(range(1, len(rows) + 2))), *said]


def duration(seconds: float) -> str:
    """Return a span of time in its largest unit."""
    for size, unit in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
