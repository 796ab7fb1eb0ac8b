"""`liftloop journey`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.main import language
from liftloop.cli.telling import table


@click.group("journey", short_help="旅程 / journeys")
def command() -> None:
    """旅程：每个节点到了多少人、停着多少人、发了什么。 / Journeys, node by node."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部旅程。 / All journeys."""
    with server(data) as desk:
        answer = desk.get("/journeys")
    lines = [f"{each['id']}  v{each['version']}  {each['name']}" for each in answer["journeys"]]
    show(answer, as_json, lines or ["还没有旅程 / no journeys yet"])


@command.command("report")
@click.argument("journey")
@data_option
@json_option
def report(journey: str, data: Path, as_json: bool) -> None:
    """按版本和节点：到过、停着、发出、打开、点击。 / By version and node: who came, who waits, what was opened.

    \b
    例 / Example:
      liftloop journey report welcome
    """
    with server(data) as desk:
        answer = desk.get(f"/journeys/{journey}/report")
    zh, en = (
        ["节点", "种类", "到过", "停着", "发出", "打开", "点击"],
        ["Node", "Kind", "Came", "Waiting", "Sent", "Opened", "Clicked"],
    )
    lines = [answer["name"]]
    for each in answer["versions"]:
        left = "  ".join(f"{reason} {people:,}" for reason, people in sorted(each["left"].items()))
        lines.append(f"v{each['version']} {each['status']}  {each['entered']:,} → {each['inside']:,}  {left}".rstrip())
        counts = ("arrived", "waiting", "sent", "opened", "clicked")
        rows = [[node["id"], node["kind"], *(f"{node[name]:,}" for name in counts)] for node in each["nodes"]]
        lines += table([en if language() == "en" else zh, *rows], right=frozenset(range(2, 7)))
    show(answer, as_json, lines)


@command.command("enrol")
@click.argument("journey")
@click.argument("people", nargs=-1, required=True)
@click.option("--id", "identity", default="", help="同一个编号说两次只算一次 / the same id said twice counts once")
@data_option
@json_option
def enrol(journey: str, people: tuple[str, ...], identity: str, data: Path, as_json: bool) -> None:
    """让人进入触发为 api 的旅程。 / Let people into a journey whose trigger is api.

    \b
    例 / Example:
      liftloop journey enrol welcome u10086 u10087
    """
    with server(data) as desk:
        answer = desk.post(f"/journeys/{journey}/enrol", {"people": list(people), "id": identity})
    lines = [f"找到 {answer['people']:,} 人 / people found"]
    lines += [f"没有这个人 / unknown: {each}" for each in answer["unknown"]]
    show(answer, as_json, lines)
