"""`liftloop study`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("study", short_help="重算客户画像 / study everybody's traits")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """立即为所有人重算画像（价值、生命周期、补货、兴趣、时段、渠道）；平时每天凌晨三点自动进行。

    Compute everybody's traits anew now: worth, stage, replenishment, interests, hour and channel.
    It also happens by itself every day at three in the morning.

    \b
    例 / Example:
      liftloop study
    """
    with server(data) as desk:
        found = desk.post("/studies/traits", {})
    lines = [f"{found['people']:,} 人 / people · {found['changed']:,} 有变化 / changed"]
    lines += [f"  {name}: {people:,}" for name, people in found["traits"].items()]
    lines.append(f"  沉睡 / dormant > {found['dormant_days']} d · 流失 / lost > {found['lost_days']} d")
    show(found, as_json, lines)
