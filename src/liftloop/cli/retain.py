"""`liftloop retain`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("retain", short_help="清理过期数据 / let go of what is too old")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """立即清理过期数据；平时每天自动进行。

    保留多久见 LIFTLOOP_LOG_DAYS、LIFTLOOP_LAKE_DAYS、LIFTLOOP_QUARANTINE_DAYS 和 LIFTLOOP_QUARANTINE_MB。

    Let go of what is too old now; it also happens by itself every day.
    LIFTLOOP_LOG_DAYS, LIFTLOOP_LAKE_DAYS, LIFTLOOP_QUARANTINE_DAYS and LIFTLOOP_QUARANTINE_MB say how long things
    are kept.

    \b
    例 / Example:
      LIFTLOOP_LOG_DAYS=3 liftloop retain
    """
    with server(data) as desk:
        done = desk.post("/retain", {})
    lines = [
        f"log.db −{done['log_records']:,} 条 / records · state.db −{done['fact_blocks']:,}",
        f"lake.duckdb −{done['lake_rows']:,} 行 / rows",
        f"隔离区 / quarantine −{done['quarantined']:,}",
    ]
    show(done, as_json, lines)
