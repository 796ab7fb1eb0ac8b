"""`liftloop token`."""

from pathlib import Path
from typing import Any

import click

from liftloop.app.registry import ROLES
from liftloop.cli.connection import data_option, json_option, server, show


@click.group("token", short_help="API 口令 / API tokens")
def command() -> None:
    """给程序用的口令：角色、范围、有效期。 / Tokens for programs: role, scopes, how long they are good."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部口令，不显示内容。 / All tokens, without their secrets.

    \b
    例 / Example:
      liftloop token list
    """
    with server(data) as desk:
        answer = desk.get("/tokens")
    show(answer, as_json, [_line(each) for each in answer["tokens"]] or ["还没有口令 / no tokens yet"])


@command.command("make")
@click.argument("name")
@click.option("--role", type=click.Choice(list(ROLES)), default="viewer", help="角色 / role")
@click.option("--scope", "use_cases", multiple=True, help="只能做这些 / may do these only (liftloop account matrix)")
@click.option("--team", "teams", multiple=True, help="只看这些团队的客户 / sees the customers of these teams only")
@click.option("--days", type=click.IntRange(1), help="有效几天 / days that it is good")
@data_option
@json_option
def make(name: str, data: Path, as_json: bool, **said: Any) -> None:
    """建一个口令，内容只显示这一次。 / Make a token; it is shown this once.

    \b
    例 / Example:
      liftloop token make 报表 --role viewer --scope campaign.read --days 90
    """
    body = {"name": name, **said, "use_cases": list(said["use_cases"]), "teams": list(said["teams"])}
    with server(data) as desk:
        answer = desk.post("/tokens", body)
    show(answer, as_json, [_line(answer["token"]), answer["secret"]])


@command.command("revoke")
@click.argument("identity")
@data_option
@json_option
def revoke(identity: str, data: Path, as_json: bool) -> None:
    """立刻作废一个口令。 / End a token at once.

    \b
    例 / Example:
      liftloop token revoke t_abcdefgh
    """
    with server(data) as desk:
        answer = desk.delete(f"/tokens/{identity}")
    show(answer, as_json, [_line(answer)])


def _line(token: dict[str, Any]) -> str:
    ends = f"到 / until {token['ends_at']}" if token["ends_at"] else ""
    marks = [
        "已作废 / revoked" if token["revoked_at"] else ends,
        f"上次用 / used {token['used_at']}" if token["used_at"] else "没用过 / never used",
        " ".join(token["use_cases"]),
    ]
    return f"{token['token_id']}  {token['role']:9} {token['name']}  {'  '.join(each for each in marks if each)}"
