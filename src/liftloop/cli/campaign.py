"""`liftloop campaign`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("campaign", short_help="进行中的活动 / campaigns as they run")
def command() -> None:
    """进行中的活动：看它怎样了，暂停、继续、停止，撤销系统自己做的事。 / Look at a running campaign and steer it."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """全部活动和目前的增量。 / All campaigns with their lift so far."""
    with server(data) as desk:
        answer = desk.get("/campaigns")
    lines = [f"{each['campaign_id']}  {each['status']}  {spoken(each['sentence'])}" for each in answer["campaigns"]]
    show(answer, as_json, lines or ["还没有活动 / no campaigns yet"])


@command.command("show")
@click.argument("campaign")
@data_option
@json_option
def shown(campaign: str, data: Path, as_json: bool) -> None:
    """版本之间的比较、底线、系统自己做的事。 / Variants, guardrails, and what the system did by itself.

    \b
    例 / Example:
      liftloop campaign show campaign-1f0c…
    """
    with server(data) as desk:
        answer = desk.get(f"/campaigns/{campaign}/live")
    show(answer, as_json, _lines(answer))


@command.command("pause")
@click.argument("campaign")
@data_option
@json_option
def pause(campaign: str, data: Path, as_json: bool) -> None:
    """暂停：没发出的先留着。 / Hold back what was not sent yet."""
    _order("pause", campaign, data, as_json)


@command.command("continue")
@click.argument("campaign")
@data_option
@json_option
def go_on(campaign: str, data: Path, as_json: bool) -> None:
    """继续：留着的按免打扰时段发出。 / Let it go on; what was held back leaves when quiet hours allow."""
    _order("continue", campaign, data, as_json)


@command.command("stop")
@click.argument("campaign")
@data_option
@json_option
def stop(campaign: str, data: Path, as_json: bool) -> None:
    """停止发送，继续测量到结束。 / Stop sending for good; measuring goes on to the end."""
    _order("stop", campaign, data, as_json)


@command.command("undo")
@click.argument("campaign")
@click.argument("number", type=int)
@data_option
@json_option
def undo(campaign: str, number: int, data: Path, as_json: bool) -> None:
    """撤销系统自己做的一件事（编号见 show）。 / Undo something the system did by itself; `show` has the numbers."""
    with server(data) as desk:
        answer = desk.post(f"/campaigns/{campaign}/log/{number}/undo", {})
    show(answer, as_json, [answer["state"]])


def _order(order: str, campaign: str, data: Path, as_json: bool) -> None:
    with server(data) as desk:
        answer = desk.post(f"/campaigns/{campaign}/orders", {"order": order})
    show(answer, as_json, [answer["state"]])


def _lines(live: dict[str, Any]) -> list[str]:
    lines = [f"{live['state']}  {live['started']:.0%}"]
    lines += [spoken(live["paused"])] if live["paused"] else []
    for test in live["tests"]:
        lines.append(f"{test['action']}: {spoken(test['standing'])}")
        lines += [
            f"  {each['id']}  {each['share']:5.0%}  {each['responses']:,} / {each['people']:,}  {each['content']}"
            for each in test["variants"]
        ]
        lines += [f"  {spoken(test['claim'])}", f"  {spoken(test['gain'])}"]
    lines += [f"{spoken(each['name'])} [{each['gauge']}] {spoken(each['sentence'])}" for each in live["guardrails"]]
    lines += _canary(live["canary"]) if live["canary"] else []
    lines += [f"#{each['number']}  {each['at'][:16]}  {spoken(each['sentence'])}" for each in live["log"]]
    return lines


def _canary(canary: dict[str, Any]) -> list[str]:
    sent, behind = f"{canary['sent']:,}", f"{canary['behind']:,}"
    standing = spoken(
        {
            "waits": {"zh": "等结果", "en": "waiting for answers"},
            "passes": {"zh": "正常", "en": "all well"},
            "passed": {"zh": "已放行", "en": "passed"},
            "stops": {"zh": "有异常", "en": "something is wrong"},
        }[canary["standing"]]
    )
    zh, en = f"试发 [{standing}] 先发 {sent} 条，{behind} 条在等", f"canary [{standing}] {sent} first, {behind} wait"
    lines = [spoken({"zh": zh, "en": en})]
    return lines + [f"  {spoken(each['name'])} {each['count']:,} ≤ {each['limit']:.1%}" for each in canary["signs"]]
