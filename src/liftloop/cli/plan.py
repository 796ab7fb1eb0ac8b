"""`liftloop plan`."""

import sys
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.telling import lines_of_plan
from liftloop.kernel.errors import EXIT_REFUSED


@click.command("plan", short_help="目标 → 方案 / a goal becomes a plan")
@click.argument("goal")
@click.option(
    "--answer", "answers", multiple=True, metavar="问题=回答", help="回答追问 / answer: metric, size, window, scope"
)
@click.option(
    "--phases/--at-once", default=None, help="分预热、主推、返场三期，或一次发完 / three phases, or all at once"
)
@click.option("--no-proof", is_flag=True, help="不留对照组，事后也就说不出带来了多少 / hold nobody out, claim nothing")
@data_option
@json_option
def command(goal: str, answers: tuple[str, ...], data: Path, as_json: bool, **wishes: Any) -> None:
    """读懂一句目标，给出基线、方案、预测和两个结论；要追问或做不到时退出码为 3。 / From a sentence to a plan.

    \b
    例 / Examples:
      liftloop plan "30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次"
      liftloop plan "提升业绩" --answer metric=revenue --json
      liftloop plan "30天内进店转化率 +5%" --phases
    """
    given = dict(answer.split("=", 1) for answer in answers if "=" in answer)
    if len(given) != len(answers):
        raise click.BadParameter("要写成 问题=回答 / write QUESTION=ANSWER", param_hint="--answer")
    with server(data) as desk:
        proof = not wishes["no_proof"]
        plan = desk.post("/goals", {"text": goal, "answers": given, "phases": wishes["phases"], "proof": proof})
    show(plan, as_json, [*lines_of_plan(plan), f"[{plan['plan_id']}]"])
    if plan["status"] in ("needs_answer", "refused"):
        sys.exit(EXIT_REFUSED)
