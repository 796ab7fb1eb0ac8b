"""`liftloop goal`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

_AUTONOMY = click.Choice(["suggest", "approve", "autopilot"])


@click.group("goal", short_help="长期目标 / standing goals")
def command() -> None:
    """长期目标：每周对照，落后就重新计划。 / Standing goals: looked at weekly, planned again when behind."""


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """所有长期目标和现状。 / All standing goals and where they are.

    \b
    例 / Example:
      liftloop goal list
    """
    with server(data) as desk:
        answer = desk.get("/goals/standing")
    lines = [line for goal in answer["goals"] for line in _lines(goal)]
    show(answer, as_json, lines or ["还没有长期目标 / no standing goals yet"])


@command.command("stand")
@click.argument("identity")
@click.argument("text")
@click.option("--autonomy", type=_AUTONOMY, default="suggest", help="建议、等批准、自动 / how far it may go")
@click.option("--week-yuan", type=click.FloatRange(0), help="每周最多花多少元 / yuan a week")
@click.option("--week-people", type=click.IntRange(0), help="每周最多触达多少人 / people a week")
@click.option("--weekday", type=click.IntRange(1, 7), default=1, help="周几检查 / day of the weekly look")
@click.option("--answer", "answers", multiple=True, metavar="问题=回答", help="回答追问 / metric, size, window, scope")
@data_option
@json_option
def stand(identity: str, text: str, data: Path, as_json: bool, **said: Any) -> None:
    """立一个长期目标，马上看一次；同一个 id 再来一次就是修改。 / Let a goal stand and look at it at once.

    \b
    例 / Examples:
      liftloop goal stand repurchase "每月复购率 +5%"
      liftloop goal stand repurchase "每月复购率 +5%" --autonomy autopilot --week-yuan 20000 --week-people 5000
    """
    yuan = said["week_yuan"]
    body = {
        "text": text,
        "answers": dict(each.split("=", 1) for each in said["answers"] if "=" in each),
        "autonomy": said["autonomy"],
        "limits": {"budget": None if yuan is None else round(yuan * 100), "people": said["week_people"]},
        "weekday": said["weekday"],
    }
    with server(data) as desk:
        answer = desk.put(f"/goals/standing/{identity}", body)
    show(answer, as_json, _lines(answer))


@command.command("show")
@click.argument("identity")
@data_option
@json_option
def shown(identity: str, data: Path, as_json: bool) -> None:
    """一个目标的每次检查：量到什么、做了什么、为什么。 / Every look at a goal: what was measured, done and why.

    \b
    例 / Example:
      liftloop goal show repurchase
    """
    with server(data) as desk:
        answer = desk.get(f"/goals/standing/{identity}")
    lines = [*_lines(answer["goal"]), *(f"  {each['at'][:10]}  {_told(each)}" for each in answer["reviews"])]
    show(answer, as_json, lines)


@command.command("review")
@click.argument("identity")
@data_option
@json_option
def review(identity: str, data: Path, as_json: bool) -> None:
    """不等到那天，现在就看一次。 / Look at it now.

    \b
    例 / Example:
      liftloop goal review repurchase
    """
    with server(data) as desk:
        answer = desk.post(f"/goals/standing/{identity}/review", {})
    show(answer, as_json, [_told(answer)])


@command.command("approve")
@click.argument("identity")
@click.argument("plan")
@data_option
@json_option
def approve(identity: str, plan: str, data: Path, as_json: bool) -> None:
    """批准并启动在等的方案。 / Launch a plan that waits.

    \b
    例 / Example:
      liftloop goal approve repurchase plan-1f0c…
    """
    with server(data) as desk:
        answer = desk.post(f"/goals/standing/{identity}/approve", {"plan_id": plan})
    show(answer, as_json, [_told(answer)])


@command.command("set")
@click.argument("identity")
@click.option("--autonomy", type=_AUTONOMY, help="建议、等批准、自动 / how far it may go")
@click.option("--pause/--resume", "paused", default=None, help="暂停或继续 / pause it, or go on")
@data_option
@json_option
def change(identity: str, autonomy: str | None, paused: bool | None, data: Path, as_json: bool) -> None:
    """改自主程度，暂停或继续。 / Change how far it may go; pause it or go on.

    \b
    例 / Examples:
      liftloop goal set repurchase --autonomy approve
      liftloop goal set repurchase --pause
    """
    said = {"autonomy": autonomy, "paused": paused}
    with server(data) as desk:
        answer = desk.patch(
            f"/goals/standing/{identity}", {name: each for name, each in said.items() if each is not None}
        )
    show(answer, as_json, _lines(answer))


@command.command("stop")
@click.argument("identity")
@click.argument("campaign")
@data_option
@json_option
def stop(identity: str, campaign: str, data: Path, as_json: bool) -> None:
    """停掉它启动的一个活动，并暂停目标。 / Stop a campaign that it launched, and pause the goal.

    \b
    例 / Example:
      liftloop goal stop repurchase campaign-1f0c…
    """
    with server(data) as desk:
        answer = desk.post(f"/goals/standing/{identity}/stop", {"campaign_id": campaign})
    show(answer, as_json, [_told(answer)])


def _lines(goal: dict[str, Any]) -> list[str]:
    paused = "  (暂停 / paused)" if goal["paused"] else ""
    lines = [f"{goal['id']}  {goal['text']}  [{goal['autonomy']}]{paused}"]
    return [*lines, f"  {_told(goal['review'])}"] if goal["review"] else lines


def _told(review: dict[str, Any]) -> str:
    made = " ".join(each for each in (review["plan_id"], review["campaign_id"]) if each)
    return f"{spoken(review['sentence'])}. {spoken(review['reason'])} {made}".rstrip()
