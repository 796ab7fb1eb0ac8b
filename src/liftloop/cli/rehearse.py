"""`liftloop rehearse`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.telling import lines_of_rehearsal


@click.command("rehearse", short_help="排演方案 / rehearse a plan")
@click.argument("plan")
@click.option("--whole", is_flag=True, help="全部的人，而不是最多 5 万人的样本 / everybody, not a sample of 50,000")
@data_option
@json_option
def command(plan: str, whole: bool, data: Path, as_json: bool) -> None:
    """排演一个方案：谁会收到，谁停在哪一关、为什么，哪天什么用完；不会真的发送。 / Rehearse; nothing is sent.

    \b
    例 / Example:
      liftloop rehearse plan-1f0c…
    """
    with server(data) as desk:
        found = desk.post(f"/plans/{plan}/rehearse", {"whole": whole})
    show(found, as_json, lines_of_rehearsal(found))
