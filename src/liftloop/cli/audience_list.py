"""`liftloop audience freeze` and `from-file`: fixed lists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.command("freeze")
@click.argument("identity")
@click.option("--name", required=True, help="名单的名称 / what the list is called")
@data_option
@json_option
def freeze(identity: str, name: str, data: Path, as_json: bool) -> None:
    """把人群此刻的成员冻结成固定名单。 / Freeze who is in an audience now as a fixed list.

    \b
    例 / Example:
      liftloop audience freeze active --name 国庆名单
    """
    with server(data) as desk:
        answer = desk.post(f"/audiences/{identity}/freeze", {"name": name})
    show(answer, as_json, _lines(answer))


@click.command("from-file")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", required=True, help="名单的名称 / what the list is called")
@data_option
@json_option
def from_file(file: Path, name: str, data: Path, as_json: bool) -> None:
    """用一个文件建固定名单：第一列是会员号、手机号、邮箱或档案号。 / A fixed list of whom a file's first column names.

    \b
    例 / Example:
      liftloop audience from-file vip.csv --name 大客户
    """
    with server(data) as desk:
        answer = desk.upload("/lists", file, name=name)
    show(answer, as_json, _lines(answer))


def _lines(made: Mapping[str, Any]) -> list[str]:
    lines = [f"{made['audience_id']}: {made['people']:,} 人 / people"]
    if made["repeated"]:
        lines.append(f"  重复 / repeated: {made['repeated']:,}")
    if made["unknown"]:
        lines.append(f"  不认识 / unknown: {made['unknown']:,} ({', '.join(made['unknown_shown'])})")
    return lines


COMMANDS = (freeze, from_file)
