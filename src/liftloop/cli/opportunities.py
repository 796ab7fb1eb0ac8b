"""`liftloop opportunities`."""

import sys
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language
from liftloop.cli.telling import lines_of_plan
from liftloop.kernel.errors import EXIT_REFUSED
from liftloop.kernel.money import yuan_text


@click.command("opportunities", short_help="机会：现在值得对谁做什么 / what is worth doing now")
@click.option("--again", is_flag=True, help="重新扫描 / scan anew")
@click.option("--plan", "chosen", metavar="ID", help="把一个机会做成计划 / make a plan of one")
@data_option
@json_option
def command(again: bool, chosen: str | None, data: Path, as_json: bool) -> None:
    """现在有哪些机会：多少人、为什么是现在、可能多带来多少钱。 / For whom it is worth doing what now, in ¥.

    \b
    例 / Examples:
      liftloop opportunities
      liftloop opportunities --plan second
    """
    with server(data) as desk:
        if chosen is not None:
            plan = desk.post(f"/opportunities/{chosen}/plan", {})
            show(plan, as_json, [*lines_of_plan(plan), f"[{plan['plan_id']}]"])
            sys.exit(EXIT_REFUSED if plan["status"] in ("needs_answer", "refused") else 0)
        found = desk.post("/opportunities", {}) if again else desk.get("/opportunities")
    told = [line for each in found["opportunities"] for line in _lines(each)]
    show(found, as_json, [spoken(found["sentence"]), *told])


def _lines(each: dict[str, Any]) -> list[str]:
    low, high = (yuan_text(round(each["stake"][end] / 100) * 100) for end in ("low", "high"))
    people = f"{each['people']:,}"
    head = f"{spoken(each['title'])}  [{each['opportunity_id']}]"
    said = f"  {people} people, {low} to {high}" if language() == "en" else f"  {people} 人，{low}～{high}"
    return ["", head, said, f"  {spoken(each['why'])}", f"  {spoken(each['worth'])}", f"  → {spoken(each['goal'])}"]
