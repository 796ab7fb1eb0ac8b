"""`liftloop audit`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

KINDS = click.Choice(["definitions", "sign_ins", "accounts", "launches", "exports", "personal", "other"])


@click.group("audit", short_help="审计与恢复 / the audit, and the way back")
def command() -> None:
    """谁在什么时候改了什么；恢复到以前的版本。 / Who changed what and when; back to an earlier version."""


@command.command("list")
@click.option("--kind", type=KINDS, help="哪一类 / of which kind")
@click.option("--actor", default="", help="谁 / by whom, as person:… or token:…")
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="多少条 / how many")
@data_option
@json_option
def listed(kind: str | None, actor: str, limit: int, data: Path, as_json: bool) -> None:
    """最近的改动，新的在前。 / What was changed, the newest first.

    \b
    例 / Example:
      liftloop audit list --kind launches
    """
    with server(data) as desk:
        answer = desk.get("/audit", kind=kind or "", actor=actor, limit=limit)
    show(answer, as_json, [_line(each) for each in answer["entries"]] or ["还没有改动 / nothing was changed yet"])


@command.command("show")
@click.argument("kind")
@click.argument("identity")
@click.argument("version", type=int)
@data_option
@json_option
def compared(kind: str, identity: str, version: int, data: Path, as_json: bool) -> None:
    """一个版本改了什么。 / What a version changed.

    \b
    例 / Example:
      liftloop audit show audience lapsed 3
    """
    with server(data) as desk:
        answer = desk.get(f"/audit/definitions/{kind}/{identity}/{version}")
    lines = [f"{each['path']}: {each['before'] or '—'} → {each['after'] or '—'}" for each in answer["changes"]]
    show(answer, as_json, lines or ["没有不同 / no difference"])


@command.command("revert")
@click.argument("kind")
@click.argument("identity")
@click.argument("version", type=int)
@data_option
@json_option
def revert(kind: str, identity: str, version: int, data: Path, as_json: bool) -> None:
    """把以前的版本作为新版本发布。 / Publish an earlier version as the next one.

    \b
    例 / Example:
      liftloop audit revert audience lapsed 2
    """
    with server(data) as desk:
        answer = desk.post(f"/definitions/{kind}/{identity}/revert", {"version": version})
    show(answer, as_json, [f"{answer['kind']} {answer['id']} v{answer['version']}"])


def _line(entry: dict[str, Any]) -> str:
    about = ", ".join(f"{each['kind']} {each['name']} v{each['version']}" for each in entry["definitions"])
    marks = [entry["address"], entry["reason"], "" if entry["outcome"] == "done" else entry["outcome"]]
    rest = "  ".join(each for each in marks if each)
    said = f"{spoken(entry['who'])}  {spoken(entry['what'])}  {about or entry['subject']}"
    return f"{entry['at']}  {said}  {rest}".rstrip()
