"""`liftloop restore`."""

from datetime import datetime
from pathlib import Path

import click

from liftloop.app.upkeep.restore import Order, restore
from liftloop.cli.connection import json_option, show, spoken_instant


@click.command("restore", short_help="从备份恢复 / make a folder of a backup")
@click.argument("backup", metavar="FROM", type=click.Path(path_type=Path))
@click.option("--data", required=True, type=click.Path(path_type=Path), help="新的数据目录 / the new data folder")
@click.option("--master-key", type=click.Path(path_type=Path), help="备份不含密钥时 / where the backup has no key")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]),
    help="原服务器最晚工作到何时，默认到现在 / up to when the lost server may have worked; until now if not given",
)
@click.option(
    "--erased",
    type=click.Path(path_type=Path, exists=True),
    help="备份之后抹除过谁：原数据目录或 erased.jsonl / who was erased since: the old folder or its erased.jsonl",
)
@json_option
def command(
    backup: Path, data: Path, master_key: Path | None, until: datetime | None, erased: Path | None, as_json: bool
) -> None:
    """把备份恢复成一个新的数据目录：先校验每个文件，再就位。

    Make a new data folder of a backup, after every file was checked.
    Marketing messages that the lost server may have sent since the backup are not sent again: they end as uncertain.

    \b
    例 / Examples:
      liftloop restore /backups/2026-11-22 --data ./restored
      liftloop restore shop.tar --data ./restored --master-key master.key
    """
    until_ms = int(until.timestamp() * 1000) if until else None
    manifest = restore(
        Order(backup=backup, data=data.absolute(), master_key=master_key, until_ms=until_ms, erased=erased)
    )
    told = {
        "data": str(data.absolute()),
        "taken_at": spoken_instant(manifest.taken_ms),
        "events": manifest.offset,
        "files": len(manifest.files),
        "bytes": manifest.bytes(),
    }
    lines = [
        f"{told['data']}  {told['taken_at']}  {manifest.offset:,} 条事实 / facts",
        f"→ liftloop serve --data {data}",
        "券池先不发新券，确认后放行 / coupon pools give nothing new until released: liftloop coupon release",
    ]
    show(told, as_json, lines)
