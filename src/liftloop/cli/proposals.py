"""`liftloop proposals`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("proposals", short_help="提案 / what to change, tried before it is believed")
def command() -> None:
    """提案：哪里没达到预期、建议改什么，先随机试再定。 / What falls short, what to change, tried by chance first.

    \b
    例 / Examples:
      liftloop proposals look
      liftloop proposals approve proposal-1f0c…
    """


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部提案和它们到了哪一步。 / All proposals and where they stand."""
    with server(data) as desk:
        answer = desk.get("/proposals")
    _page(answer, as_json)


@command.command("look")
@data_option
@json_option
def look(data: Path, as_json: bool) -> None:
    """现在就找一遍（平时每天自动找）。 / Look now; it is done every day by itself."""
    with server(data) as desk:
        answer = desk.post("/proposals/look", {})
    _page(answer, as_json)


@command.command("show")
@click.argument("proposal")
@data_option
@json_option
def shown(proposal: str, data: Path, as_json: bool) -> None:
    """诊断、改动、依据和试验结果。 / The diagnosis, the diff, its evidence and what the trial says."""
    with server(data) as desk:
        answer = desk.get(f"/proposals/{proposal}")
    show(answer, as_json, _lines(answer))


@command.command("approve")
@click.argument("proposal")
@data_option
@json_option
def approve(proposal: str, data: Path, as_json: bool) -> None:
    """批准：新进入的人一半按新的来，随机分。 / Begin the trial: half of those who enter, by chance."""
    _order("approve", proposal, data, as_json)


@command.command("decline")
@click.argument("proposal")
@data_option
@json_option
def decline(proposal: str, data: Path, as_json: bool) -> None:
    """不采纳，一个季度内不再提。 / Leave it as it is; not proposed again for a quarter."""
    _order("decline", proposal, data, as_json)


@command.command("keep")
@click.argument("proposal")
@data_option
@json_option
def keep(proposal: str, data: Path, as_json: bool) -> None:
    """结束试验，对所有人生效。 / End the trial and take the change over for everybody."""
    _order("keep", proposal, data, as_json)


@command.command("rollback")
@click.argument("proposal")
@data_option
@json_option
def rollback(proposal: str, data: Path, as_json: bool) -> None:
    """退回原来的做法。 / Give everybody what there was before."""
    _order("roll-back", proposal, data, as_json)


def _order(order: str, proposal: str, data: Path, as_json: bool) -> None:
    with server(data) as desk:
        answer = desk.post(f"/proposals/{proposal}/{order}", {})
    show(answer, as_json, _lines(answer))


def _page(answer: dict[str, Any], as_json: bool) -> None:
    lines = [line for each in answer["proposals"] for line in _lines(each)[:3]]
    show(answer, as_json, lines or ["目前没有提案 / no proposals now"])


def _lines(proposal: dict[str, Any]) -> list[str]:
    lines = [
        f"{proposal['id']}  {proposal['status']}  {proposal['journey_name']} · {proposal['node']}",
        f"  {spoken(proposal['headline'])}",
        f"  {spoken(proposal['change'])}",
        *(f"    {spoken(each)}" for each in proposal["findings"]),
        f"  {spoken(proposal['because'])}",
        f"  {spoken(proposal['trial'])}",
    ]
    for each in proposal["diff"]:
        lines += [f"  - {each['path']}: {each['before']}"] if each["before"] is not None else []
        lines += [f"  + {each['path']}: {each['after']}"] if each["after"] is not None else []
    return [*lines, f"  {spoken(proposal['verdict_sentence'])}"] if proposal["verdict_sentence"] else lines
