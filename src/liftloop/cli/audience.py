"""`liftloop audience`."""

import json
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.group("audience", short_help="人群 / audiences")
def command() -> None:
    """定义、预览和查看人群。 / Define, preview and read audiences."""


@command.command("publish")
@click.argument("identity")
@click.option("--name", required=True, help="名称 / name")
@click.option("--where", required=True, help="条件树 JSON / the tree as JSON")
@data_option
@json_option
def publish(identity: str, name: str, where: str, data: Path, as_json: bool) -> None:
    """发布一个人群的新版本。 / Publish the next version of an audience.

    \b
    例 / Example:
      liftloop audience publish active --name 活跃客户 \\
        --where '{"event": "Order Completed", "within_days": 30}'
    """
    with server(data) as desk:
        body = {"audience_id": identity, "name": name, "definition": _tree(where)}
        answer = desk.post("/audiences", body)
    show(answer, as_json, [f"{answer['audience_id']} v{answer['version']}: {answer['count']:,}"])


@command.command("show")
@click.argument("identity")
@data_option
@json_option
def show_one(identity: str, data: Path, as_json: bool) -> None:
    """一个人群现在有多少人。 / How many are in an audience now.

    \b
    例 / Example:
      liftloop audience show active --json
    """
    with server(data) as desk:
        answer = desk.get(f"/audiences/{identity}")
    show(answer, as_json, [f"{answer['name']}: {answer['count']:,} / {answer['of']:,}"])


def _tree(where: str) -> Any:
    try:
        return json.loads(where)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}") from error
