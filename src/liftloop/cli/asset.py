"""`liftloop asset`."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("asset", short_help="素材库 / pictures and files of contents")
def command() -> None:
    """素材库：上传、列出、改说明、撤掉。 / Pictures and documents of contents: add, list, describe, retire."""


def words_options(function: Any) -> Any:
    """Add the options of what is said of an asset."""
    for name, told in (
        ("--alt-en", "英文替代文字 / alt text in English"),
        ("--alt-zh", "中文替代文字 / alt text in Chinese"),
        ("--folder", "文件夹，如 会员/中秋 / folder"),
        ("--name", "名称 / name"),
    ):
        function = click.option(name, help=told)(function)
    return function


@command.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "identity", required=True, help="编号：小写字母、数字、- 和 _ / id: a-z, 0-9, - and _")
@words_options
@data_option
@json_option
def add(file: Path, identity: str, data: Path, as_json: bool, **said: str | None) -> None:
    """上传文件；编号已有时成为它的新版本。 / Bring a file; of an id that is there it becomes the newest.

    \b
    例 / Example:
      liftloop asset add hero.png --id hero --folder 秋季 --alt-zh 秋季新品
    """
    given = {name: value for name, value in said.items() if value is not None}
    with server(data) as desk:
        answer = desk.upload(f"/assets/{quote(identity, safe='')}/file", file, **given)
    show(answer, as_json, [_line(answer), f"  {{{{ '{identity}' | asset }}}}"])


@command.command("list")
@click.option("--folder", help="只看这个文件夹 / only this folder")
@data_option
@json_option
def listed(folder: str | None, data: Path, as_json: bool) -> None:
    """列出素材和用到它的内容。 / List assets with what shows them.

    \b
    例 / Example:
      liftloop asset list --folder 秋季
    """
    with server(data) as desk:
        answer = desk.get("/assets")
    assets = [each for each in answer["assets"] if folder is None or f"{each['folder']}/".startswith(f"{folder}/")]
    lines = [_line(each) for each in assets] or [spoken({"zh": "还没有素材", "en": "no assets yet"})]
    show({"assets": assets}, as_json, lines)


@command.command("describe")
@click.argument("identity")
@words_options
@data_option
@json_option
def describe(identity: str, data: Path, as_json: bool, **said: str | None) -> None:
    """改名称、文件夹或替代文字。 / Change name, folder or alt texts.

    \b
    例 / Example:
      liftloop asset describe hero --alt-zh 秋季新品 --alt-en "New for autumn"
    """
    given = {name: value for name, value in said.items() if value is not None}
    if not given:
        raise click.UsageError("要写至少一项 / say at least one of them")
    with server(data) as desk:
        answer = desk.put(f"/assets/{quote(identity, safe='')}", given)
    show(answer, as_json, [_line(answer)])


@command.command("retire")
@click.argument("identity")
@data_option
@json_option
def retire(identity: str, data: Path, as_json: bool) -> None:
    """撤掉素材；还有内容用它时拒绝。已发出的消息仍看得到。 / Retire one that nothing shows; sent messages keep it.

    \b
    例 / Example:
      liftloop asset retire hero
    """
    with server(data) as desk:
        answer = desk.delete(f"/definitions/asset/{quote(identity, safe='')}")
    show(answer, as_json, [spoken({"zh": f"已撤掉 {identity}", "en": f"{identity} is retired"})])


def _line(asset: dict[str, Any]) -> str:
    newest = asset["files"][-1]
    size = f"{newest['width']}×{newest['height']}, " if newest["width"] else ""
    used = ", ".join(each["name"] for each in asset["users"])
    told = spoken({"zh": f"，用于：{used}", "en": f", shown by: {used}"}) if used else ""
    path = "/".join(each for each in (asset["folder"], asset["name"] or asset["asset_id"]) if each)
    kind = newest["type"].rpartition("/")[2]
    return f"{asset['asset_id']}@{newest['place']}  {path}  {kind}, {size}{newest['bytes'] / 1_000:,.0f} kB{told}"
