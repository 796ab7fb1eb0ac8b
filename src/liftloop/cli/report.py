"""`liftloop report`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show
from liftloop.cli.telling import lines_of_measure


@click.command("report", short_help="复盘 / what a campaign changed")
@click.argument("campaign")
@data_option
@json_option
def command(campaign: str, data: Path, as_json: bool) -> None:
    """带来了多少增量，与启动前的预测对照，以及账本。 / Measured lift beside the frozen forecast.

    \b
    例 / Example:
      liftloop report campaign-1f0c… --json
    """
    with server(data) as desk:
        report = desk.get(f"/campaigns/{campaign}/report")
        ledger = desk.get(f"/campaigns/{campaign}/ledger")
    show({"report": report, "ledger": ledger}, as_json, lines_of_measure(report, ledger))
