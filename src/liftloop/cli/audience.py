"""`liftloop audience`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.kernel.errors import EXIT_REFUSED


@click.group("audience", short_help="人群 / audiences")
def command() -> None:
    """定义、预览和查看人群。 / Define, preview and read audiences."""


@command.command("publish")
@click.argument("identity")
@click.option("--name", required=True, help="名称 / name")
@click.option("--where", required=True, help="条件树 JSON / the tree as JSON")
@data_option
@json_option
def publish(identity: str, name: str, where: str, data: Path, as_json: bool) -> None:
    """发布一个人群的新版本。 / Publish the next version of an audience.

    \b
    例 / Example:
      liftloop audience publish active --name 活跃客户 \\
        --where '{"event": "Order Completed", "within_days": 30}'
    """
    with server(data) as desk:
        body = {"audience_id": identity, "name": name, "definition": _tree(where)}
        answer = desk.post("/audiences", body)
    show(answer, as_json, [f"{answer['audience_id']} v{answer['version']}: {answer['count']:,}"])


@command.command("show")
@click.argument("identity")
@data_option
@json_option
def show_one(identity: str, data: Path, as_json: bool) -> None:
    """一个人群现在有多少人。 / How many are in an audience now.

    \b
    例 / Example:
      liftloop audience show active --json
    """
    with server(data) as desk:
        answer = desk.get(f"/audiences/{identity}")
    show(answer, as_json, [f"{answer['name']}: {answer['count']:,} / {answer['of']:,}"])


@command.command("ask")
@click.argument("sentence")
@click.option("--choose", "chosen", multiple=True, metavar="ID=N", help="有几种读法时选第几种 / take another reading")
@data_option
@json_option
def ask(sentence: str, chosen: tuple[str, ...], data: Path, as_json: bool) -> None:
    """用一句话找人：读成条件，数出多少人；有没读懂的词时退出码为 3。 / From a sentence to a tree and its count.

    \b
    例 / Examples:
      liftloop audience ask "最近 90 天买过 3 次以上、沉睡 30 天的金卡会员"
      liftloop audience ask "customers who bought twice in 60 days but not in the last 14 days" --json
    """
    picked = dict(each.rsplit("=", 1) for each in chosen if "=" in each)
    if len(picked) != len(chosen) or not all(number.isdecimal() for number in picked.values()):
        raise click.BadParameter("要写成 ID=N / write ID=N", param_hint="--choose")
    with server(data) as desk:
        answer = desk.post("/audiences/understand", {"text": sentence, "chosen": picked})
        if answer["definition"] is not None:
            found = desk.post("/audiences/preview", {"definition": answer["definition"]})
            answer |= {"count": found["count"], "of": found["of"]}
    show(answer, as_json, _heard(answer))
    if answer["definition"] is None or answer["unread"]:
        sys.exit(EXIT_REFUSED)


def _heard(answer: dict[str, Any]) -> list[str]:
    """Return what was understood, what is uncertain and what was not understood, a line each."""
    said = answer["sentence"]
    lines = (
        [] if said is None else [f"{said['zh']} / {said['en']}", json.dumps(answer["definition"], ensure_ascii=False)]
    )
    if said is not None:
        lines.append(json.dumps(answer["definition"], ensure_ascii=False))
        lines.append(f"{answer['count']:,} / {answer['of']:,} 人 / people")
    lines += [f"  {each['zh']} / {each['en']}" for each in answer["assumed"]]
    for choice in answer["choices"]:
        options = " | ".join(
            f"{number}: {each['name']['zh']} / {each['name']['en']}" for number, each in enumerate(choice["options"])
        )
        lines.append(f"  --choose {choice['id']}={choice['chosen']}  ({options})")
    lines += [f"  没读懂 / not understood: {each['text']}" for each in answer["unread"]]
    return lines


def _tree(where: str) -> Any:
    try:
        return json.loads(where)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}") from error
