"""`liftloop experiment`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.telling import table


@click.group("experiment", short_help="实验 / experiments and what they show")
def command() -> None:
    """实验：随机分组，只在计划好的日子下结论。 / Experiments: drawn by chance, concluded on planned days."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部实验和目前的结论。 / All experiments with what they show so far."""
    with server(data) as desk:
        answer = desk.get("/experiments")
    lines = [f"{each['id']}  {each['status']}  {spoken(each['headline'])}" for each in answer["experiments"]]
    show(answer, as_json, lines or ["还没有实验 / no experiments yet"])


@command.command("show")
@click.argument("experiment")
@data_option
@json_option
def shown(experiment: str, data: Path, as_json: bool) -> None:
    """一个实验：结论、各分支、护栏、可不可信。 / One experiment: verdict, arms, guards, whether to believe it.

    \b
    例 / Example:
      liftloop experiment show days
    """
    with server(data) as desk:
        answer = desk.get(f"/experiments/{experiment}")
    show(answer, as_json, _lines(answer))


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [told["name"], f"  {told['status']}  {spoken(told['headline'])}"]
    lines += [f"  {spoken(each['label'])}: {spoken(each['value'])}  {_under(each)}" for each in told["facts"]]
    for section in told["sections"]:
        lines += ["", f"{spoken(section['title'])}：{spoken(section['lead'])}"]
        if section["chart"]:
            lines += [f"  {spoken(bar['label'])}: {spoken(bar['text'])}" for bar in section["chart"]["bars"]]
        if section["table"]:
            rows = [section["table"]["columns"], *section["table"]["rows"]]
            lines += table([[spoken(cell) for cell in row] for row in rows], right=frozenset())
        lines += [f"  {spoken(each['label'])}: {spoken(each['value'])}  {_under(each)}" for each in section["facts"]]
        lines += [f"  ! {spoken(each['text'])}" for each in section["notes"]]
    return lines


def _under(fact: dict[str, Any]) -> str:
    return spoken(fact["under"]) if fact["under"] else ""
