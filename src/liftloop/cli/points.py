"""`liftloop points`."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("points", short_help="积分 / points of a member")
def command() -> None:
    """查看和登记一个会员的积分。 / Read a member's points, and enter some."""


@command.command("show")
@click.argument("person")
@data_option
@json_option
def show_one(person: str, data: Path, as_json: bool) -> None:
    """余额、快过期的积分和明细。 / The balance, what runs out next, and the ledger.

    \b
    例 / Example:
      liftloop points show u10086
    """
    with server(data) as desk:
        answer = desk.get(f"/profiles/{person}/points")
    lines = [f"{answer['balance']:,}"]
    lines += [f"  {each['at']}: -{each['points']:,} 过期 / run out" for each in answer["expiring"]]
    lines += [f"  {_line(each)}" for each in answer["changes"]]
    show(answer, as_json, lines)


@command.command("enter")
@click.argument("person")
@click.argument("kind", type=click.Choice(["earn", "spend", "expire", "adjust", "balance"]))
@click.argument("points", type=int)
@click.option("--id", "entry", required=True, help="单号，重复提交只记一次 / said twice it counts once")
@click.option("--reason", default="", help="原因 / why")
@click.option("--expires-at", type=click.DateTime(), help="到期时间 / when they run out")
@data_option
@json_option
def enter(person: str, kind: str, points: int, data: Path, as_json: bool, **more: Any) -> None:
    """登记一笔积分。 / Enter points.

    \b
    例 / Example:
      liftloop points enter u10086 earn 200 --id gift-20261111 --reason 活动补发
    """
    expires: datetime | None = more["expires_at"]
    body = {
        "id": more["entry"],
        "kind": kind,
        "points": points,
        "reason": more["reason"],
        "expires_at": None if expires is None else expires.astimezone().isoformat(),
    }
    with server(data) as desk:
        answer = desk.post(f"/profiles/{person}/points", body)
    show(answer, as_json, [f"{answer['balance']:,}"])


def _line(change: dict[str, Any]) -> str:
    refused = " 未记 / refused" if change["refused"] else ""
    return f"{change['at']}  {spoken(change['kind'])} {change['points']:,} → {change['balance']:,}{refused}"
