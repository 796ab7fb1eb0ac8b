"""`liftloop why`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language


@click.command("why", short_help="她为什么（没）收到 / why she got it, or not")
@click.argument("person")
@click.argument("campaign")
@data_option
@json_option
def command(person: str, campaign: str, data: Path, as_json: bool) -> None:
    """一句话说明某人为什么收到或没收到某个活动。 / One sentence on why a person got a campaign's message, or did not.

    PERSON 是客户号或档案号，CAMPAIGN 是活动或旅程的 id。

    \b
    例 / Example:
      liftloop why u10086 welcome
    """
    with server(data) as desk:
        answer = desk.get(f"/profiles/{person}/why", campaign=campaign)
    mark = {True: "✓", False: "✗", None: "·"}
    colon = ": " if language() == "en" else "："
    lines = [spoken(answer["sentence"])]
    for step in answer["steps"]:
        detail = f"{colon}{spoken(step['detail'])}" if step["detail"] else ""
        lines.append(f"  {mark[step['passed']]} {spoken(step['label'])}{detail}")
    show(answer, as_json, lines)
