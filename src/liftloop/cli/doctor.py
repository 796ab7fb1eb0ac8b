"""`liftloop doctor`."""

import os
from pathlib import Path
from typing import Any

import click

from liftloop.api.present.examination import present_examination
from liftloop.app.doctor.examination import examine_closed
from liftloop.app.settings import settings_from
from liftloop.cli.connection import Server, answers, data_option, json_option, show, spoken
from liftloop.kernel.errors import EXIT_FAILED

MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command("doctor", short_help="体检数据目录 / examine the data folder")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """体检：版本、磁盘、权限、每个文件、进度、渠道和定义；服务在不在运行都可以，什么都不改。

    Examine versions, disk, permissions, every file, positions, channels and definitions; a server may run, or not.
    Every page of every SQLite file is read, so a large folder takes minutes.
    Exit code 0: nothing is wrong, though there may be warnings; 1: something is.

    \b
    例 / Examples:
      liftloop doctor
      liftloop doctor --data ./restored --json
    """
    path = data.resolve() / "server.sock"
    if answers(path):
        found: dict[str, Any] = Server(path).get("/examination")
    else:
        found = present_examination(examine_closed(settings_from(os.environ, data, None))).model_dump()
    show(found, as_json, [line for each in found["findings"] for line in _lines(each)])
    if not found["ok"]:
        raise click.exceptions.Exit(EXIT_FAILED)


def _lines(finding: dict[str, Any]) -> list[str]:
    line = f"{MARKS[finding['status']]} {finding['check']}: {spoken(finding['said'])}"
    return [line, f"  → {spoken(finding['next'])}"] if finding["next"] else [line]
