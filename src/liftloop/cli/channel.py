"""`liftloop channel`."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

_MARKS = {"done": "✓", "missing": "✗", "by_hand": "?"}


@click.group("channel", short_help="渠道设置清单 / what channels take")
def command() -> None:
    """渠道：有哪些种类，开通要准备什么，还缺什么。 / Channels: the kinds, what each takes, what is missing."""


@command.command("kinds")
@data_option
@json_option
def kinds(data: Path, as_json: bool) -> None:
    """有哪些种类的渠道。 / Which kinds there are.

    \b
    例 / Example:
      liftloop channel kinds
    """
    with server(data) as desk:
        answer = desk.get("/channels/kinds")
    show(answer, as_json, [f"{each['kind']:<18}{spoken(each['name'])}" for each in answer["kinds"]])


@command.command("steps")
@click.argument("kind")
@data_option
@json_option
def steps(kind: str, data: Path, as_json: bool) -> None:
    """开通一种渠道要准备什么：到哪里办，要多久。 / What a kind takes: where to get it, how long it takes.

    \b
    例 / Example:
      liftloop channel steps aliyun_sms
    """
    with server(data) as desk:
        answer = desk.get(f"/channels/kinds/{quote(kind, safe='')}/setup")
    show(answer, as_json, _lines(answer, marked=False))


@command.command("check")
@click.argument("channel")
@data_option
@json_option
def check(channel: str, data: Path, as_json: bool) -> None:
    """一个渠道还缺什么；✓ 已填，✗ 缺，? 要自己确认。 / What a channel lacks; ? is for you to say.

    \b
    例 / Example:
      liftloop channel check sms
    """
    with server(data) as desk:
        answer = desk.get(f"/channels/{quote(channel, safe='')}/setup")
    show(answer, as_json, _lines(answer, marked=True))


def _lines(answer: dict[str, Any], *, marked: bool) -> list[str]:
    name = spoken(answer["name"])
    lines = [f"{answer['channel_id']}  {name}" if answer["channel_id"] else name]
    for number, step in enumerate(answer["steps"], 1):
        mark = _MARKS[step["standing"]] if marked else f"{number}."
        fields = f"  [{', '.join(step['fields'])}]" if step["fields"] else ""
        lines += [f"{mark} {spoken(step['what'])}{fields}", f"    {spoken(step['where'])} · {spoken(step['takes'])}"]
        if step["callback"] and answer["callback_path"]:
            lines.append(f"    https://…{answer['callback_path']}")
    if marked:
        missing = ", ".join(answer["missing"])
        lines.append(
            spoken(
                {"zh": f"缺：{missing}" if missing else "需要填的都填了", "en": f"missing: {missing or 'no setting'}"}
            )
        )
    return lines
