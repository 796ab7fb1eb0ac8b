"""`liftloop search`: everything that has a name."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.telling import table


@click.command("search", short_help="搜索 / search")
@click.argument("words")
@data_option
@json_option
def command(words: str, data: Path, as_json: bool) -> None:
    """按名字、拼音首字母、手机号或编号找客户和各种定义。 / Find people and definitions by name, initials, phone or id.

    \b
    例 / Examples:
      liftloop search 沉睡
      liftloop search cshy
      liftloop search 13800138000
    """
    with server(data) as desk:
        found = desk.get("/search", q=words)
    rows = [[each["kind"], each["id"], spoken(each["name"]), spoken(each["note"])] for each in found["hits"]]
    show(found, as_json, table(rows))
