"""`liftloop pull`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("pull", short_help="从数据库拉取 / pull from a database")
@click.argument("source")
@data_option
@json_option
def command(source: str, data: Path, as_json: bool) -> None:
    """从一个数据库来源拉取新的行并导入。 / Pull what is new of a database source and import it.

    \b
    例 / Example:
      liftloop pull erp-orders
    """
    with server(data) as desk:
        answer = desk.post(f"/sources/{source}/pull", {})
    show(answer, as_json, [f"{answer['rows']:,} → {answer['watermark']}"])
