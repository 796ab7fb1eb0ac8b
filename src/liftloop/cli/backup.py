"""`liftloop backup`."""

import os
from pathlib import Path
from typing import Any

import click

from liftloop.app.opening import existing_folder, lock_folder
from liftloop.app.settings import clock_of, settings_from
from liftloop.app.upkeep.backup import Wanted, back_up, copy_closed_lake
from liftloop.cli.connection import Server, answers, data_option, json_option, show, spoken_instant


@click.command("backup", short_help="备份，服务照常 / back up while it runs")
@click.option(
    "--to", required=True, type=click.Path(path_type=Path), help="新目录或 .tar 文件 / new folder or .tar file"
)
@click.option(
    "--without-master-key", is_flag=True, help="不含个人信息的密钥，须另存 / leave out the key of personal data"
)
@data_option
@json_option
def command(to: Path, without_master_key: bool, data: Path, as_json: bool) -> None:
    """备份整个数据目录；服务在运行也可以，收数与发送不停。

    Back up the whole data folder, also while the server runs and takes events.
    It holds secrets and personal data: keep it where only you can read it.

    \b
    例 / Examples:
      liftloop backup --to /backups/2026-11-22
      liftloop backup --to /backups/shop.tar --without-master-key
    """
    target = to.absolute()
    if answers(data / "server.sock"):
        request = {"to": str(target), "master_key": not without_master_key}
        done = Server(data / "server.sock").post("/backup", request)
    else:
        done = _of_closed_folder(data, target, master_key=not without_master_key)
    show(done, as_json, [f"{done['to']}  {done['bytes'] / 1e6:,.1f} MB  {done['events']:,} 条事实 / facts"])


def _of_closed_folder(data: Path, target: Path, *, master_key: bool) -> dict[str, Any]:
    settings = settings_from(os.environ, data, None)
    folder = existing_folder(settings)
    with lock_folder(folder):
        now_ms = clock_of(settings, folder.clock).now_ms()
        wanted = Wanted(target=target, taken_ms=now_ms, version=settings.version, master_key=master_key)
        manifest = back_up(folder, copy_closed_lake(folder), wanted)
    return {
        "to": str(target),
        "taken_at": spoken_instant(manifest.taken_ms),
        "events": manifest.offset,
        "files": len(manifest.files),
        "bytes": manifest.bytes(),
        "master_key": manifest.master_key,
    }
