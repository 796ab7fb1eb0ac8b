"""`liftloop status`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("status", short_help="运行状况 / how it is")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """各进程是否正常、有多少人和事件。 / Whether all processes answer, and how many people and events there are.

    \b
    例 / Example:
      liftloop status --json
    """
    with server(data) as desk:
        health = desk.get("/health")
    lines = [f"{health['status']}  {health['version']}  {health['now']} ({health['clock']})"]
    lines += [f"  {process['name']}: {'ok' if process['ok'] else 'away'}" for process in health["processes"]]
    lines.append(f"  {health['people']:,} 人 / people · {health['events']:,} 条事实 / facts")
    show(health, as_json, lines)
