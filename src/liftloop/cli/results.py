"""`liftloop results`: what history says."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language
from liftloop.cli.telling import table

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400

_first = click.option("--from", "first", help="第一天 / first day, YYYY-MM-DD")
_last = click.option("--to", "last", help="最后一天（含）/ last day, included")
_group = click.option("--group", help="分组 / channel | trait:level | property:coupon | audience:ID | campaign:ID")


@click.group("results", short_help="效果 / funnel, retention, value, attribution, return")
def command() -> None:
    """从历史里看效果。 / Ask history what came of it.

    \b
    例 / Examples:
      liftloop results funnel --step "Product Viewed" --step "Order Completed" --within 7
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
    return [*lines, "", *table(groups, right=frozenset(range(1, len(rows) + 2)))] if groups else lines


def duration(seconds: float) -> str:
    """Return a span of time in its largest unit."""
    for size, unit in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
