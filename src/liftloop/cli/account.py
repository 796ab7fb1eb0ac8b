"""`liftloop account`."""

from pathlib import Path
from typing import Any

import click

from liftloop.app.registry import ROLES
from liftloop.cli.connection import data_option, json_option, server, show

ROLE = click.Choice(list(ROLES))


@click.group("account", short_help="账号与角色 / accounts and roles")
def command() -> None:
    """谁能登录、能做什么。 / Who may sign in, and what they may do."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部账号。 / All accounts.

    \b
    例 / Example:
      liftloop account list
    """
    with server(data) as desk:
        answer = desk.get("/accounts")
    show(answer, as_json, [_line(each) for each in answer["accounts"]] or ["还没有账号 / no accounts yet"])


@command.command("add")
@click.argument("login")
@click.option("--name", required=True, help="姓名 / name")
@click.option("--role", type=ROLE, required=True, help="角色 / role")
@click.option("--team", "teams", multiple=True, help="只看这些团队的客户 / sees the customers of these teams only")
@click.option("--staff", default="", help="对应的员工 / which staff definition this is")
@data_option
@json_option
def add(login: str, data: Path, as_json: bool, **said: Any) -> None:
    """加一个账号，打印一次性的邀请链接。 / Add an account and print its invitation, once.

    \b
    例 / Example:
      liftloop account add li@example.com --name 李雷 --role operator --team east
    """
    with server(data) as desk:
        answer = desk.post("/accounts", {"login": login, **said, "teams": list(said["teams"])})
    show(answer, as_json, _invited(answer))


@command.command("change")
@click.argument("account")
@click.option("--name", help="姓名 / name")
@click.option("--login", help="登录名 / login")
@click.option("--role", type=ROLE, help="角色 / role")
@click.option("--team", "teams", multiple=True, help="只看这些团队的客户 / sees the customers of these teams only")
@click.option("--all-teams", is_flag=True, help="看全部客户 / sees everybody")
@click.option("--staff", help="对应的员工 / which staff definition this is")
@click.option("--active/--off", default=None, help="启用或停用 / switch on or off")
@data_option
@json_option
def change(account: str, all_teams: bool, data: Path, as_json: bool, **said: Any) -> None:
    """改角色、团队，或停用；权限变了会立刻退出登录。 / Change role or teams, or switch off; it signs out at once.

    \b
    例 / Example:
      liftloop account change li@example.com --role approver
      liftloop account change li@example.com --off
    """
    said["teams"] = [] if all_teams else list(said["teams"]) or None
    with server(data) as desk:
        found = _find(desk, account)
        known = {name: found[name] for name in ("login", "name", "role", "teams", "staff", "active")}
        answer = desk.put(
            f"/accounts/{found['account_id']}",
            known | {name: value for name, value in said.items() if value is not None},
        )
    show(answer, as_json, [_line(answer)])


@command.command("invite")
@click.argument("account")
@data_option
@json_option
def invite(account: str, data: Path, as_json: bool) -> None:
    """再发一个邀请：忘了密码也用它。 / Another invitation, for a forgotten password too.

    \b
    例 / Example:
      liftloop account invite li@example.com
    """
    with server(data) as desk:
        answer = desk.post(f"/accounts/{_find(desk, account)['account_id']}/invite", {})
    show(answer, as_json, _invited(answer))


@command.command("reset-codes")
@click.argument("account")
@data_option
@json_option
def reset_codes(account: str, data: Path, as_json: bool) -> None:
    """手机丢了：取消两步验证。 / The phone is lost: do without one-time codes.

    \b
    例 / Example:
      liftloop account reset-codes li@example.com
    """
    with server(data) as desk:
        answer = desk.post(f"/accounts/{_find(desk, account)['account_id']}/codes/off", {})
    show(answer, as_json, [_line(answer)])


@command.command("sign-out")
@click.argument("account")
@data_option
@json_option
def sign_out(account: str, data: Path, as_json: bool) -> None:
    """结束一个账号的全部登录。 / End every sign-in of an account.

    \b
    例 / Example:
      liftloop account sign-out li@example.com
    """
    with server(data) as desk:
        answer = desk.post(f"/accounts/{_find(desk, account)['account_id']}/sign-out", {})
    show(answer, as_json, ["完成 / done"])


@command.command("matrix")
@click.option("--routes", is_flag=True, help="连同每个接口 / with every call")
@data_option
@json_option
def matrix(routes: bool, data: Path, as_json: bool) -> None:
    """哪个角色能做什么。 / What each role may do.

    \b
    例 / Example:
      liftloop account matrix --routes
    """
    with server(data) as desk:
        answer = desk.get("/accounts/matrix")
    lines = [f"{'':34}" + " ".join(f"{role:>8}" for role in answer["roles"])]
    for row in answer["use_cases"]:
        marks = " ".join(f"{'✓' if role in row['roles'] else '·':>8}" for role in answer["roles"])
        lines.append(f"{row['use_case']:34}{marks}")
        lines += [f"    {each}" for each in row["routes"]] if routes else []
    show(answer, as_json, lines)


def _find(desk: Any, asked: str) -> dict[str, Any]:
    accounts = desk.get("/accounts")["accounts"]
    found = next((each for each in accounts if asked.lower() in (each["account_id"], each["login"])), None)
    if found is None:
        raise click.BadParameter(f"没有这个账号 / there is no such account: {asked}")
    return found


def _line(account: dict[str, Any]) -> str:
    states = {"active": "", "invited": "待接受邀请 / invited", "off": "已停用 / off"}
    marks = [states[account["state"]], "两步验证 / codes" if account["second_factor"] else "", *account["teams"]]
    about = "  ".join(each for each in marks if each)
    return f"{account['role']:9} {account['login']:32} {account['name']}  {about}".rstrip()


def _invited(answer: dict[str, Any]) -> list[str]:
    return [
        _line(answer["account"]),
        f"邀请链接（只显示这一次，有效到 {answer['ends_at']}）/ invitation, shown this once:",
        f"  {answer['path']}",
        "接在服务的网址后面发给本人 / put it behind the address of the server and hand it over",
    ]
