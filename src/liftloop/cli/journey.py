"""`liftloop journey`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.main import language
from liftloop.cli.telling import table
from liftloop.cli.trial import group_lines, trial_lines
from liftloop.kernel.errors import EXIT_REFUSED

_WAY_HEADS = {"zh": ["分支", "份额", "人数", "有效果", "最好的把握"], "en": ["Way", "Share", "People", "Won", "Best"]}


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
        moved = f"  (+{each['moved']:,} ←)" if each["moved"] else ""
        head = f"v{each['version']} {each['status']}  {each['entered']:,}{moved} → {each['inside']:,}  {left}"
        lines.append(head.rstrip())
        counts = ("arrived", "waiting", "sent", "opened", "clicked")
        rows = [[node["id"], node["kind"], *(f"{node[name]:,}" for name in counts)] for node in each["nodes"]]
        lines += table([en if language() == "en" else zh, *rows], right=frozenset(range(2, 7)))
    spoken = "en" if language() == "en" else "zh"
    for each in answer["bandits"]:
        lines += ["", f"{each['node']}: {each[spoken]}"]
        ways = [
            [way["id"], f"{way['share']:.0%}", f"{way['people']:,}", f"{way['won']:,}", f"{way['best']:.0%}"]
            for way in each["ways"]
        ]
        lines += table([_WAY_HEADS[spoken], *ways], right=frozenset(range(1, 5)))
        lines += [f"{move['at'][:16]}  {move[spoken]}" for move in each["moves"]]
    show(answer, as_json, lines)


@command.command("enrol")
@click.argument("journey")
@click.argument("people", nargs=-1, required=True)
@click.option("--id", "identity", default="", help="同一个编号说两次只算一次 / the same id said twice counts once")
@click.option("--with", "entry", default="{}", help="带着进入的属性，JSON / properties to enter with, as JSON")
@data_option
@json_option
def enrol(journey: str, people: tuple[str, ...], data: Path, as_json: bool, **more: str) -> None:
    """让人进入触发为 api 的旅程。 / Let people into a journey whose trigger is api.

    \b
    例 / Example:
      liftloop journey enrol welcome u10086 u10087
    """
    with server(data) as desk:
        answer = desk.post(
            f"/journeys/{journey}/enrol",
            {"people": list(people), "id": more["identity"], "properties": _properties(more["entry"])},
        )
    lines = [f"找到 {answer['people']:,} 人 / people found"]
    lines += [f"没有这个人 / unknown: {each}" for each in answer["unknown"]]
    show(answer, as_json, lines)


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--id", "identity", default="", help="旅程的 id，默认取文件名 / its id, else the name of the file")
@click.option("--fix", is_flag=True, help="把能自动改的都改好，写回文件 / make every fix that there is, in the file")
@data_option
@json_option
def check(file: Path, identity: str, fix: bool, data: Path, as_json: bool) -> None:
    """检查一个旅程：哪个节点有什么问题，怎么改。 / What is wrong with a journey, node by node, and what mends it.

    \b
    例 / Example:
      liftloop journey check welcome.json --fix
    """
    name = identity or file.stem
    with server(data) as desk:
        answer = desk.post("/journeys/check", {"id": name, "body": _body(file)})
        if fix and answer["mended"] is not None:
            file.write_text(json.dumps(answer["mended"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            answer = desk.post("/journeys/check", {"id": name, "body": answer["mended"]})
    words = "en" if language() == "en" else "zh"
    lines: list[str] = []
    for each in answer["problems"]:
        lines.append(f"{_SEVERITY[each['severity']][words == 'en']}  {each['node'] or '-'}  {each[words]}")
        if each["fix"]:
            lines.append(f"      → {each['fix'][words]}")
    show(answer, as_json, lines or ["没有问题 / nothing wrong"])
    if any(each["severity"] == "error" for each in answer["problems"]):
        sys.exit(EXIT_REFUSED)


@command.command("publish")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--id", "identity", default="", help="旅程的 id，默认取文件名 / its id, else the name of the file")
@click.option(
    "--inside",
    type=click.Choice(["finish", "migrate", "leave"]),
    help="已在里面的人：走完旧版本、移到新版本、离开 / people inside: finish, move over, leave",
)
@click.option("--move", "moves", multiple=True, help="旧节点=新节点 / old node=new node, with migrate")
@data_option
@json_option
def publish(file: Path, identity: str, inside: str | None, moves: tuple[str, ...], data: Path, as_json: bool) -> None:
    """发布旅程的新版本，并说明已在里面的人怎么办。 / Publish a version, and say what people inside do.

    \b
    例 / Example:
      liftloop journey publish welcome.json --inside migrate --move old=new
    """
    body = _body(file)
    pairs = [each.partition("=") for each in moves]
    if not all(before and onward for before, _, onward in pairs):
        raise click.BadParameter("--move 写成 旧节点=新节点 / is written old=new")
    body |= {"inside": inside} if inside else {}
    body |= {"moves": {before: onward for before, _, onward in pairs}} if pairs else {}
    with server(data) as desk:
        answer = desk.post("/definitions", {"kind": "journey", "id": identity or file.stem, "body": body})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@command.command("try")
@click.argument("journey")
@click.argument("person", required=False, default="")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="草稿文件 / a draft")
@click.option("--audience", default="", help="对整个人群试走 / for a whole audience instead of a person")
@click.option("--everyone", is_flag=True, help="对触发点名的那些人试走 / for those whom the trigger names")
@click.option("--fresh", is_flag=True, help="当作从没进过 / as if nobody had ever been in it")
@click.option("--days", type=float, default=90, show_default=True, help="最多往后走多少天 / how far at most")
@click.option("--does", "does", multiple=True, help="假设她做了：事件@秒数 / assume an event: NAME@SECONDS")
@click.option("--with", "entry", default="{}", help="带着进入的属性，JSON / properties to enter with, as JSON")
@data_option
@json_option
def try_(journey: str, person: str, data: Path, as_json: bool, **asked: Any) -> None:
    """试走旅程：一个人会怎么走，或一群人各走到哪；不写入，也不发送。 / Walk through a journey for trial.

    \b
    例 / Example:
      liftloop journey try welcome u10086
      liftloop journey try welcome u10086 --file welcome.json --does "Order Completed@7200"
      liftloop journey try welcome --audience sleeping
    """
    group = bool(asked["audience"] or asked["everyone"])
    if group == bool(person):
        raise click.UsageError("写一个人，或 --audience、--everyone / name a person, or --audience or --everyone")
    said: dict[str, Any] = {"id": journey, "fresh": asked["fresh"], "days": asked["days"]}
    said |= {"body": _body(asked["file"])} if asked["file"] else {}
    with server(data) as desk:
        if group:
            answer = desk.post("/journeys/try/group", {**said, "audience": asked["audience"]})
        else:
            happens = [_assumed(each) for each in asked["does"]]
            answer = desk.post(
                "/journeys/try",
                {**said, "person": person, "happens": happens, "properties": _properties(asked["entry"])},
            )
    show(answer, as_json, group_lines(answer) if group else trial_lines(answer))


def _properties(said: str) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"--with 不是 JSON / is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.BadParameter("--with 要是一个 JSON 对象 / must be a JSON object")
    return found


def _assumed(said: str) -> dict[str, Any]:
    name, _, after = said.rpartition("@")
    if not name or not after.isdigit():
        raise click.BadParameter("--does 写成 事件@秒数 / is written NAME@SECONDS")
    return {"name": name, "after_s": int(after)}


_SEVERITY = {"error": ("错误", "error"), "warning": ("提醒", "warning")}


def _body(file: Path) -> dict[str, Any]:
    """Return the definition in a file, which may be a whole publication with `kind`, `id` and `body`."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise click.BadParameter(f"{file} 不是 JSON / is not JSON: {error}") from error
    body = said.get("body", said) if isinstance(said, dict) else None
    if not isinstance(body, dict):
        raise click.BadParameter(f"{file} 不是一个旅程 / is not a journey")
    return body
