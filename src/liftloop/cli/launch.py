"""`liftloop launch`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("launch", short_help="启动方案 / start a plan")
@click.argument("plan")
@click.option("--propose", is_flag=True, help="只提请审批，不启动 / ask for an approval and start nothing")
@data_option
@json_option
def command(plan: str, propose: bool, data: Path, as_json: bool) -> None:
    """启动一个方案：人群、旅程、内容、对照组一次建好。 / Start a plan: audience, journey, words and holdout at once.

    \b
    例 / Example:
      liftloop launch plan-1f0c…
    """
    with server(data) as desk:
        if propose:
            asked = desk.post(f"/plans/{plan}/propose", {})
            show(asked, as_json, [f"{asked['id']}  {asked['status']}"])
            return
        launched = desk.post(f"/plans/{plan}/launch", {})
    show(launched, as_json, [launched["campaign_id"]])
