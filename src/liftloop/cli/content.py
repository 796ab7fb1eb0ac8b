"""`liftloop content`."""

import json
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.kernel.errors import EXIT_REFUSED


@click.group("content", short_help="内容库：检查、审批、预览 / contents: check, approve, preview")
def command() -> None:
    """内容：写得合不合规，谁批准了，客户看到什么。 / Contents: what they break, who approved them, how they read."""


@command.command("check")
@click.argument("what")
@click.option("--channel", default="", help="按哪个渠道检查 / through which channel")
@click.option("--purpose", type=click.Choice(["marketing", "transactional", "service"]), help="用途 / purpose")
@data_option
@json_option
def check(what: str, channel: str, purpose: str | None, data: Path, as_json: bool) -> None:
    """检查一个内容（id 或 @文件.json）；不能发时退出码为 3。 / Check a content, by id or @file.json.

    \b
    例 / Example:
      liftloop content check autumn --channel sms
      liftloop content check @draft.json --channel mail
    """
    asked: dict[str, Any] = {"channel": channel, "purpose": purpose}
    asked |= {"content": _file(what[1:])} if what.startswith("@") else {"content_id": what}
    with server(data) as desk:
        answer = desk.post("/contents/check", asked)
    show(answer, as_json, _lines(answer))
    if answer["verdict"] == "blocked":
        raise SystemExit(EXIT_REFUSED)


@command.command("rules")
@data_option
@json_option
def rules(data: Path, as_json: bool) -> None:
    """全部规则：谁定的，出处，核对日期。 / All rules: whose, from where, last checked when.

    \b
    例 / Example:
      liftloop content rules
    """
    with server(data) as desk:
        answer = desk.get("/contents/rules")
    show(answer, as_json, [_rule(each) for each in answer["rules"]])


def _file(name: str) -> Any:
    try:
        return json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"读不出 / cannot be read: {error}") from error


def _lines(answer: dict[str, Any]) -> list[str]:
    lines = [f"✗ {spoken(each['says'])}" for each in answer["problems"]]
    for hit in answer["hits"]:
        mark = "✓" if hit["exemption"] else "✗" if hit["blocks"] else "!"
        quote = f"「{hit['quote']}」" if hit["quote"] else ""
        lines.append(f"{mark} {hit['rule']['id']} {quote}{spoken(hit['says'])}")
        lines.append(f"    → {spoken(hit['rule']['next'])}（{hit['rule']['source']}）")
    lines += [
        f"{each['language']}: {each['characters']} 字 / characters, {each['segments']} 条 / messages: {each['text']}"
        for each in answer["sms"]
    ]
    verdicts = {
        "fine": "可以发 / fine",
        "warned": "可以发，建议改 / allowed, look again",
        "blocked": "不能发 / blocked",
    }
    return [*lines, verdicts[answer["verdict"]]]


def _rule(rule: dict[str, Any]) -> str:
    mark = {"block": "阻止 / block", "warn": "提醒 / warn"}[rule["severity"]]
    return f"{rule['id']:<22} {mark:<12}  {spoken(rule['says'])}  {rule['source']}  {rule['checked_at']}"
