"""`liftloop plan`."""

import sys
from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.telling import lines_of_plan
from liftloop.kernel.errors import EXIT_REFUSED


@click.command("plan", short_help="目标 → 方案 / a goal becomes a plan")
@click.argument("goal")
@click.option(
    "--answer", "answers", multiple=True, metavar="问题=回答", help="回答追问 / answer: metric, size, window, scope"
)
@data_option
@json_option
def command(goal: str, answers: tuple[str, ...], data: Path, as_json: bool) -> None:
    """读懂一句目标，给出基线、方案、预测和两个结论；要追问或做不到时退出码为 3。 / From a sentence to a plan.

    \b
    例 / Examples:
      liftloop plan "30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次"
      liftloop plan "提升业绩" --answer metric=revenue --json
    """
    given = dict(answer.split("=", 1) for answer in answers if "=" in answer)
    if len(given) != len(answers):
        raise click.BadParameter("要写成 问题=回答 / write QUESTION=ANSWER", param_hint="--answer")
    with server(data) as desk:
        plan = desk.post("/goals", {"text": goal, "answers": given})
    show(plan, as_json, [*lines_of_plan(plan), f"[{plan['plan_id']}]"])
    if plan["status"] in ("needs_answer", "refused"):
        sys.exit(EXIT_REFUSED)
