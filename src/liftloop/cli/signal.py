"""`liftloop signal`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken, tree_said


@click.group("signal", short_help="信号 / signals")
def command() -> None:
    """信号：用现成的，或自己写一个。 / Signals: take those to begin with, or write your own."""


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


_where_option = click.option("--where", required=True, help="条件树 JSON / the tree as JSON")


@command.command("write")
@click.argument("name")
@_where_option
@click.option("--half-life", "half_life_days", type=float, default=3.0, help="几天后减半 / days until half as strong")
@click.option("--id", "identity", help="改哪个已有的信号 / the signal to change")
@data_option
@json_option
def write(name: str, data: Path, as_json: bool, **said: Any) -> None:
    """写一个自己的信号，或改一个已有的。 / Write a signal of your own, or change one.

    \b
    例 / Example:
      liftloop signal write 逛奶粉 --half-life 2 \\
        --where '{"event": "Product Viewed", "within_days": 3, "count": {"gte": 2}}'
    """
    body = {
        "name": name,
        "definition": tree_said(said["where"]),
        "half_life_days": said["half_life_days"],
        "signal_id": said["identity"],
    }
    with server(data) as desk:
        answer = desk.post("/signals/own", body)
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@command.command("try")
@_where_option
@data_option
@json_option
def try_tree(where: str, data: Path, as_json: bool) -> None:
    """按一棵条件树，此刻谁会有信号、依据是什么；不发布。 / Who would give it now and why; publishes nothing.

    \b
    例 / Example:
      liftloop signal try --where '{"event": "Product Viewed", "within_days": 3}'
    """
    with server(data) as desk:
        answer = desk.post("/signals/preview", {"definition": tree_said(where)})
    show(answer, as_json, _givers(answer))


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
    show(answer, as_json, _givers(answer))


def _givers(answer: Mapping[str, Any]) -> list[str]:
    lines = [f"{answer['count']:,} / {answer['of']:,}  {spoken(answer['sentence'])}"]
    for each in answer["people"]:
        person = each["person"]
        lines.append(f"  {person['name']}  {person['identifier']}  ({person['profile_id']})")
        lines += [f"    {one['at']}  {spoken(one['label'])}" for one in each["evidence"]]
    return lines


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
