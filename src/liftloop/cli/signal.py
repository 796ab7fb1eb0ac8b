"""`liftloop signal`."""

from pathlib import Path

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
@data_option
@json_option
def publish(identity: str, words: tuple[str, ...], unless: tuple[str, ...], data: Path, as_json: bool) -> None:
    """发布一个现成的信号。 / Publish one.

    \b
    例 / Example:
      liftloop signal publish competitor --word 某某优选 --word "Other Shop"
    """
    with server(data) as desk:
        answer = desk.post(f"/signals/templates/{identity}", {"words": list(words), "unless": list(unless)})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])
