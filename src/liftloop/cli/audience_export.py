"""`liftloop audience export`, `destination` and `destinations`: hand an audience to a file or to another system."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.kernel.errors import EXIT_FAILED


@click.command("export")
@click.argument("identity")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV 文件 / the CSV file")
@click.option("--to", "receiver", default="", help="发布过的去向 / a destination that is published")
@click.option("--whole", is_flag=True, help="配合 --to：不管送过什么，全部重送 / with --to: tell everybody again")
@click.option(
    "--changes-for", "destination", default="", help="只导出这个去向上次以来的进出 / only what changed for it"
)
@click.option("--column", "columns", multiple=True, help="加一列属性，可以多次 / an attribute as a column; repeatable")
@click.option("--channel", default="", help="只要在这个渠道能营销触达的人 / only whom marketing on it may reach")
@data_option
@json_option
def export(identity: str, out: Path | None, receiver: str, data: Path, as_json: bool, **what: Any) -> None:
    """导出成 CSV，或送到一个去向：全部，或上次以来进出的人。 / To CSV or a destination: all, or who came and went.

    \b
    文件写完整、对方全收下才算确认：中断后重来，不漏也不重。
    It is confirmed when all of it is there: after an interruption nothing is lost or told twice.
    例 / Examples:
      liftloop audience export active --out active.csv --column city
      liftloop audience export active --out changes.csv --changes-for crm --channel email
      liftloop audience export active --to warehouse
    """
    if (out is None) == (not receiver):
        raise click.UsageError("写 --out 或 --to / give --out or --to")
    if out is None:
        _hand_over(identity, receiver, what["whole"], data, as_json)
    else:
        _write(identity, out, what, data, as_json)


def _write(identity: str, out: Path, what: Mapping[str, Any], data: Path, as_json: bool) -> None:
    body = {
        "destination": what["destination"] or "file",
        "changes": bool(what["destination"]),
        "columns": list(what["columns"]),
        "channel": what["channel"],
    }
    part = out.with_name(f"{out.name}.part")
    with server(data) as desk:
        made = desk.post(f"/audiences/{identity}/exports", body)
        with part.open("wb") as file:
            desk.download(f"/exports/{made['export_id']}/rows", file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
        answer = desk.post(f"/exports/{made['export_id']}/confirm", {})
    show(answer, as_json, [f"{out}: +{answer['entered']:,} -{answer['left']:,} ({answer['count']:,})"])


def _hand_over(identity: str, receiver: str, whole: bool, data: Path, as_json: bool) -> None:
    with server(data) as desk:
        listed = desk.get("/destinations", audience_id=identity)["destinations"]
        if receiver not in [each["destination_id"] for each in listed]:
            raise click.BadParameter(
                f"人群 {identity} 没有去向 {receiver} / {identity} has no destination {receiver}", param_hint="--to"
            )
        run = desk.post(f"/destinations/{quote(receiver, safe='')}/run", {"whole": whole})
    show(run, as_json, [_run_line(run)])
    if run["status"] == "failed":
        sys.exit(EXIT_FAILED)


@click.command("destination")
@click.argument("identity")
@click.option(
    "--file",
    "definition",
    type=click.File(encoding="utf-8"),
    required=True,
    help="定义 JSON 文件，- 为标准输入 / the definition as JSON, - for standard input",
)
@data_option
@json_option
def destination(identity: str, definition: Any, data: Path, as_json: bool) -> None:
    """设一个去向：哪个人群、带什么、送到哪、什么时候。 / Set a destination up: whom, what, whereto and when.

    \b
    密钥和数据库地址会加密保存，不再显示。
    Secrets and addresses of databases are sealed, and not shown again.
    例 / Example:
      liftloop audience destination warehouse --file warehouse.json
    """
    try:
        body = json.load(definition)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}") from error
    with server(data) as desk:
        answer = desk.post("/definitions", {"kind": "destination", "id": identity, "body": body})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@click.command("destinations")
@click.argument("identity", default="")
@data_option
@json_option
def destinations(identity: str, data: Path, as_json: bool) -> None:
    """有哪些去向，上次送得怎样。 / Which destinations there are, and how the last run of each went.

    \b
    例 / Example:
      liftloop audience destinations active
    """
    with server(data) as desk:
        answer = desk.get("/destinations", audience_id=identity)
    lines = [
        f"{each['destination_id']} {each['name']} ← {each['audience_id']}"
        + (f": {_run_line(each['last'])}" if each["last"] else "")
        for each in answer["destinations"]
    ]
    show(answer, as_json, lines or ["还没有去向 / no destinations yet"])


def _run_line(run: Mapping[str, Any]) -> str:
    told = f"{run['at']} +{run['entered']:,} -{run['left']:,}, {run['sent']:,} 人已送 / people told"
    return f"{told}. {spoken(run['error'])}" if run["error"] else told


COMMANDS = (export, destination, destinations)
