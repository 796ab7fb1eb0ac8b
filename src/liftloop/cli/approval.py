"""`liftloop approval`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.group("approval", short_help="待批的预算 / budgets that wait for a yes")
def command() -> None:
    """预算审批：看、批准、退回。 / Budgets that wait for a yes: list, approve, refuse."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """最新的在前。 / The newest first.

    \b
    例 / Example:
      liftloop approval list
    """
    with server(data) as desk:
        answer = desk.get("/approvals")
    lines = [
        f"{each['id']}  {each['status']}  ¥{each['amount'] / 100:,.2f}  {each['name']}" for each in answer["approvals"]
    ]
    show(answer, as_json, lines or ["没有 / none"])


@command.command("approve")
@click.argument("identity")
@click.option("--reason", default="", help="说明 / why")
@data_option
@json_option
def approve(identity: str, reason: str, data: Path, as_json: bool) -> None:
    """批准；之后就可以启动。 / Approve it; then it may be launched."""
    _answer(identity, approved=True, reason=reason, where=(data, as_json))


@command.command("refuse")
@click.argument("identity")
@click.option("--reason", required=True, help="原因 / why")
@data_option
@json_option
def refuse(identity: str, reason: str, data: Path, as_json: bool) -> None:
    """不批准。 / Refuse it."""
    _answer(identity, approved=False, reason=reason, where=(data, as_json))


def _answer(identity: str, *, approved: bool, reason: str, where: tuple[Path, bool]) -> None:
    data, as_json = where
    with server(data) as desk:
        answer = desk.post(f"/approvals/{identity}", {"approved": approved, "reason": reason})
    show(answer, as_json, [f"{answer['id']}  {answer['status']}"])
