"""`liftloop playbook`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language


@click.group("playbook", short_help="打法 / playbooks")
def command() -> None:
    """打法：回答几个问题就能启动的成熟做法。 / Playbooks: what good shops do, started with a few answers."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """有哪些打法。 / Which there are.

    \b
    例 / Example:
      liftloop playbook list
    """
    with server(data) as desk:
        answer = desk.get("/playbooks")
    lines = [f"{each['id']:<20} {spoken(each['name'])}: {spoken(each['story'])}" for each in answer["playbooks"]]
    show(answer, as_json, lines)


@command.command("show")
@click.argument("identity")
@data_option
@json_option
def one(identity: str, data: Path, as_json: bool) -> None:
    """一个打法要回答什么。 / What one asks.

    \b
    例 / Example:
      liftloop playbook show recall
    """
    with server(data) as desk:
        answer = desk.get(f"/playbooks/{identity}")
    lines = [f"{spoken(answer['name'])}: {spoken(answer['story'])}", *(_field(each) for each in answer["fields"])]
    show(answer, as_json, lines)


@command.command("start")
@click.argument("identity")
@click.option("--set", "said", multiple=True, metavar="FIELD=VALUE", help="一项回答 / one answer")
@click.option("--try", "only_try", is_flag=True, help="只看会建什么 / only tell what it would make")
@data_option
@json_option
def start(identity: str, said: tuple[str, ...], only_try: bool, data: Path, as_json: bool) -> None:
    """启动一个打法；没回答的按通常的来。 / Start one; what is not answered is as usual.

    \b
    例 / Examples:
      liftloop playbook start recall --set channel=sms --set days=45
      liftloop playbook start more_visits --set size=5 --set budget=80000
      liftloop playbook start welcome --set channel=mail --try
    """
    answers = dict(_pair(each) for each in said)
    body = {"answers": answers, "language": language()}
    with server(data) as desk:
        answer = desk.post(f"/playbooks/{identity}/{'preview' if only_try else 'start'}", body)
    lines = [_made(each) for each in answer["definitions"]]
    lines += [each for each in (answer.get("goal"), answer.get("plan_id")) if each]
    show(answer, as_json, lines)


def _pair(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals:
        raise click.BadParameter(f"{said}: FIELD=VALUE")
    return name, value


def _field(field: dict[str, Any]) -> str:
    choices = ", ".join(each["id"] for each in field["choices"])
    usual = f" [{field['usual']:g}]" if isinstance(field["usual"], float) else f" [{field['usual']}]"
    return f"  {field['id']:<12} {spoken(field['name'])}{usual if field['usual'] != '' else ''} {choices}".rstrip()


def _made(made: dict[str, Any]) -> str:
    people = "" if made["people"] is None else f"  {made['people']:,}" + (" people" if language() == "en" else " 人")
    return f"{made['kind']:<10} {made['id']:<28} {made['name']}{people}"
