"""`liftloop signal`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("signal", short_help="现成的信号 / signals to begin with")
def command() -> None:
    """现成的信号：列出，或加上自己的词再发布。 / Signals to begin with: list them, publish one with your own words."""


@command.command("templates")
@data_option
@json_option
def templates(data: Path, as_json: bool) -> None:
    """有哪些现成的信号。 / Which there are.

    \b
    例 / Example:
      liftloop signal templates
    """
    with server(data) as desk:
        answer = desk.get("/signals/templates")
    lines = [
        f"{'*' if each['published'] else ' '} {each['id']:<20} {spoken(each['name'])}: {spoken(each['meaning'])}"
        for each in answer["templates"]
    ]
    show(answer, as_json, lines)


@command.command("publish")
@click.argument("identity")
@click.option("--word", "words", multiple=True, help="再加一个词 / one more word")
@click.option("--unless", multiple=True, help="这样说就不算 / a phrase that means nothing")
@click.option("--set", "numbers", multiple=True, metavar="NAME=NUMBER", help="换一个数 / another number")
@data_option
@json_option
def publish(identity: str, data: Path, as_json: bool, **chosen: tuple[str, ...]) -> None:
    """发布一个现成的信号。 / Publish one.

    \b
    例 / Example:
      liftloop signal publish competitor --word 某某优选 --word "Other Shop"
      liftloop signal publish hesitating --set views=4 --set days=2
    """
    with server(data) as desk:
        answer = desk.post(f"/signals/templates/{identity}", _chosen(chosen))
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@command.command("retire")
@click.argument("identity")
@data_option
@json_option
def retire(identity: str, data: Path, as_json: bool) -> None:
    """停用一个信号；还有人群、旅程等在用时，说出是哪些。 / End a signal; refused while something asks for it, by name.

    \b
    例 / Example:
      liftloop signal retire hesitating
    """
    with server(data) as desk:
        answer = desk.delete(f"/definitions/signal/{quote(identity, safe='')}")
    show(answer, as_json, [f"{identity} ✗"])


@command.command("preview")
@click.argument("identity")
@click.option("--word", "words", multiple=True, help="再加一个词 / one more word")
@click.option("--unless", multiple=True, help="这样说就不算 / a phrase that means nothing")
@click.option("--set", "numbers", multiple=True, metavar="NAME=NUMBER", help="换一个数 / another number")
@data_option
@json_option
def preview(identity: str, data: Path, as_json: bool, **chosen: tuple[str, ...]) -> None:
    """此刻谁有这个信号、依据是什么；不发布。 / Who gives it now and by which events; publishes nothing.

    \b
    例 / Example:
      liftloop signal preview hesitating --set views=4
    """
    with server(data) as desk:
        answer = desk.post(f"/signals/templates/{identity}/preview", _chosen(chosen))
    lines = [f"{answer['count']:,} / {answer['of']:,}  {spoken(answer['sentence'])}"]
    for each in answer["people"]:
        person = each["person"]
        lines.append(f"  {person['name']}  {person['identifier']}  ({person['profile_id']})")
        lines += [f"    {one['at']}  {spoken(one['label'])}" for one in each["evidence"]]
    show(answer, as_json, lines)


def _chosen(said: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return words and numbers as the API takes them; raises `click.UsageError` for what is no number."""
    values: dict[str, float] = {}
    for each in said["numbers"]:
        name, _, number = each.partition("=")
        try:
            values[name] = float(number)
        except ValueError as error:
            raise click.UsageError(f"--set {each}: NAME=NUMBER") from error
    return {"words": list(said["words"]), "unless": list(said["unless"]), "values": values}
