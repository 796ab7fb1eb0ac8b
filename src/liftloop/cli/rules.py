"""`liftloop rules`."""

import json
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

NAME = click.Choice(["delivery", "access", "approvals", "sign_in"])


@click.group("rules", short_help="规则：触达上限、免打扰、审批、登录 / rules: caps, quiet hours, approvals, sign-in")
def command() -> None:
    """对所有消息、启动和登录都生效的规则；改之前先看它意味着什么。

    Rules that hold for all messages, launches and sign-ins; what they mean is told before they are set.

    \b
    delivery   触达上限、免打扰 / caps, quiet hours
    access     登录时长、试错、两步验证、查看与导出 / sign-in, codes, what is seen and leaves
    approvals  多少人、多少钱要审批 / above how many people or how much money
    sign_in    单点登录 / single sign-on
    """


@command.command("show")
@click.argument("name", type=NAME)
@click.option("--history", is_flag=True, help="连同以前的版本 / with the versions before")
@data_option
@json_option
def shown(name: str, history: bool, data: Path, as_json: bool) -> None:
    """现在的规则，和它们的意思。 / The rules as they hold, and what they mean.

    \b
    例 / Example:
      liftloop rules show delivery --history
    """
    with server(data) as desk:
        sheet = desk.get(f"/rules/{name}")
    lines = [*_meanings(sheet), "", *_values(sheet["rules"])]
    for step in sheet["steps"] if history else ():
        lines += ["", f"v{step['version']}  {step['at']}  {spoken(step['who'])}", *_changes(step["changes"])]
    show(sheet, as_json, lines)


@command.command("set")
@click.argument("name", type=NAME)
@click.argument("changes", nargs=-1, required=True, metavar="NAME=JSON...")
@click.option("--try", "trying", is_flag=True, help="只看会怎样，不改 / only tell what it would mean")
@data_option
@json_option
def put(name: str, changes: tuple[str, ...], trying: bool, data: Path, as_json: bool) -> None:
    """改规则；没写到的保持原样。 / Set rules; what is not named stays as it is.

    \b
    例 / Examples:
      liftloop rules set delivery 'caps=[{"count": 2, "days": 7}]' --try
      liftloop rules set delivery 'quiet_hours={"from_minute": 1320, "until_minute": 540, "offset_minutes": 480}'
      liftloop rules set access idle_hours=8 'second_factor_roles=["admin", "approver"]'
      liftloop rules set approvals launch_over_people=5000
    """
    with server(data) as desk:
        sheet = desk.get(f"/rules/{name}")
        rules = sheet["rules"] | dict(_change(each) for each in changes)
        if trying:
            weighed = desk.post(f"/rules/{name}/weigh", rules)
            problem = [spoken(weighed["problem"])] if weighed["problem"] else []
            show(weighed, as_json, [*problem, *_meanings(weighed), "", *_changes(weighed["changes"])])
            return
        sheet = desk.put(f"/rules/{name}", {"rules": rules, "version": sheet["version"]})
    show(sheet, as_json, [f"v{sheet['version']}", *_meanings(sheet)])


@command.command("revert")
@click.argument("name", type=NAME)
@click.argument("version", type=click.IntRange(1))
@data_option
@json_option
def revert(name: str, version: int, data: Path, as_json: bool) -> None:
    """恢复到以前的一版。 / Go back to an earlier version.

    \b
    例 / Example:
      liftloop rules revert delivery 2
    """
    with server(data) as desk:
        newest = desk.get(f"/rules/{name}")["version"] or None
        desk.post(f"/definitions/setting/{name}/revert", {"version": version, "newest": newest})
        sheet = desk.get(f"/rules/{name}")
    show(sheet, as_json, [f"v{sheet['version']}", *_meanings(sheet)])


def _meanings(sheet: dict[str, Any]) -> list[str]:
    return [f"{'!' if each['careful'] else '·'} {spoken(each['said'])}" for each in sheet["meanings"]]


def _values(rules: dict[str, Any]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rules.items()]


def _changes(changes: list[dict[str, str]]) -> list[str]:
    return [f"  {each['path']}: {each['before'] or '—'} → {each['after'] or '—'}" for each in changes]


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"{text}：要写成 名称=JSON / name=JSON" if not equals else str(error)) from error
