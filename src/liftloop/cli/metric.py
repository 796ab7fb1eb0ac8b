"""`liftloop metric`."""

import json
from pathlib import Path
from typing import Any, BinaryIO

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.telling import table


@click.group("metric", short_help="指标 / metrics")
def command() -> None:
    """指标：有哪些、怎么叫；发布自己的。 / Metrics: which there are and how to call them; publish your own."""


@command.command("list")
@click.argument("words", nargs=-1)
@data_option
@json_option
def listed(words: tuple[str, ...], data: Path, as_json: bool) -> None:
    """全部指标，可按名称找。 / All metrics, or those whose names hold a word.

    \b
    例 / Examples:
      liftloop metric list
      liftloop metric list 复诊
    """
    with server(data) as desk:
        answer = desk.get("/metrics/catalogue")
    found = [each for each in answer["metrics"] if all(word in _names(each) for word in words)]
    rows = [
        [each["id"], spoken(each["name"]), each["trade"] or "自定义 / own", spoken(each["meaning"])] for each in found
    ]
    show({"metrics": found}, as_json, table(rows) or ["没有这样的指标 / no such metric"])


@command.command("publish")
@click.argument("identity")
@click.argument("file", type=click.File("rb"))
@data_option
@json_option
def publish(identity: str, file: BinaryIO, data: Path, as_json: bool) -> None:
    """发布自己的指标，或它的新版本；定义写在 JSON 文件里，`-` 读标准输入。 / Publish your own metric from JSON.

    \b
    例 / Example:
      echo '{"name": "试驾率", "name_en": "test drive rate",
             "numerator": {"type": "people", "where": [{"events": ["Test Drive Taken"], "side": "after"}]},
             "denominator": {"type": "people"}}' | liftloop metric publish test_drive_rate -
    """
    try:
        body: Any = json.load(file)
    except ValueError as error:
        raise click.UsageError(f"不是 JSON / not JSON: {error}") from error
    with server(data) as desk:
        answer = desk.post("/definitions", {"kind": "metric", "id": identity, "body": body})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


def _names(metric: dict[str, Any]) -> str:
    return " ".join((metric["id"], *metric["name"].values(), *metric["also"]))
