"""`liftloop calendar`: what is sent when, and what gets in each other's way."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.telling import table

KINDS = {"holiday": "休 / off", "moved_workday": "班 / at work", "weekend": "周末 / weekend", "working": ""}


@click.command("calendar", short_help="活动日历 / the calendar")
@click.option("--from", "first", help="第一天 / first day, YYYY-MM-DD")
@click.option("--to", "last", help="最后一天（含）/ last day, included")
@data_option
@json_option
def command(first: str | None, last: str | None, data: Path, as_json: bool) -> None:
    """每天发什么、发多少、会不会撞；默认看本月。 / What is sent each day, how much, and what clashes; this month.

    \b
    例 / Example:
      liftloop calendar --from 2026-09-21 --to 2026-10-08
    """
    asked = {name: value for name, value in (("from", first), ("to", last)) if value}
    with server(data) as desk:
        found = desk.get("/calendar", **asked)
    show(found, as_json, _lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            each["day"],
            spoken(each["lunar"]),
            KINDS[each["kind"]],
            "、".join(spoken(one["name"]) for one in each["festivals"]),
            "  ".join(_load(one) for one in each["load"]),
        ]
        for each in found["days"]
        if each["load"] or each["festivals"] or each["kind"] in ("holiday", "moved_workday")
    ]
    clashes = [f"! {each['first']} {spoken(each['sentence'])}；{spoken(each['next'])}" for each in found["conflicts"]]
    return [spoken(found["sentence"]), *table(rows), *clashes]


def _load(load: dict[str, Any]) -> str:
    limit = "" if load["limit"] is None else f"/{load['limit']:,}"
    return f"{spoken(load['name'])} {load['messages']:,}{limit}"
