"""`liftloop dashboard`: what dashboards there are, what they show, saving one from a file."""

import json
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.telling import table


@click.group("dashboard", short_help="看板 / dashboards")
def command() -> None:
    """看板：列出、看数、保存。 / Dashboards: list, show, save.

    \b
    例 / Examples:
      liftloop dashboard list
      liftloop dashboard show ready-sales
      liftloop dashboard save mine.json
    """


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """有哪些看板。 / What dashboards there are.

    \b
    例 / Example:
      liftloop dashboard list
    """
    with server(data) as desk:
        found = desk.get("/dashboards")
    rows = [[each["dashboard_id"], spoken(each["name"]), each["shared"]] for each in found["dashboards"]]
    show(found, as_json, table(rows))


@command.command("show")
@click.argument("dashboard")
@data_option
@json_option
def shown(dashboard: str, data: Path, as_json: bool) -> None:
    """一个看板现在的数。 / What a dashboard shows now.

    \b
    例 / Example:
      liftloop dashboard show ready-customers --json
    """
    with server(data) as desk:
        found = desk.get(f"/dashboards/{dashboard}")
        answers = [desk.post("/dashboards/answer", tile) for tile in found["tiles"]]
    lines = [spoken(found["name"])]
    for tile, answer in zip(found["tiles"], answers, strict=True):
        lines += ["", f"{tile['title'] or tile['id']} · {tile['dataset']}.{tile['measure']}", *_rows(answer)]
    show({"dashboard": found, "answers": answers}, as_json, lines)


@command.command("people")
@click.argument("dashboard")
@click.argument("tile")
@click.option("--group", help="一组的值，show --json 里有 / a group's value, as show --json tells it")
@click.option("--after", default="", help="上一页的 next / `next` of the page before")
@data_option
@json_option
def people(dashboard: str, tile: str, group: str | None, after: str, data: Path, as_json: bool) -> None:
    """一块、或其中一组背后的人。 / The people behind a tile, or behind one of its groups.

    \b
    例 / Example:
      liftloop dashboard people ready-sales categories --group milk
    """
    with server(data) as desk:
        tiles = {each["id"]: each for each in desk.get(f"/dashboards/{dashboard}")["tiles"]}
        if tile not in tiles:
            known = ", ".join(tiles)
            raise click.BadParameter(f"{tile}：这个看板有 / this dashboard has {known}", param_hint="TILE")
        found = desk.post("/dashboards/people", {"tile": tiles[tile], "group": group, "after": after})
    rows = [[each["profile_id"], each["name"], each["identifier"]] for each in found["people"]]
    show(found, as_json, [f"{found['total']:,}", *table(rows)])


@command.command("save")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@json_option
def save(file: Path, data: Path, as_json: bool) -> None:
    """从文件保存：{name, shared, tiles}，带 dashboard_id 就是改。 / Save from a file; with dashboard_id it is changed.

    \b
    例 / Example:
      liftloop dashboard save mine.json
    """
    with server(data) as desk:
        saved = desk.post("/dashboards", json.loads(file.read_text(encoding="utf-8")))
    show(saved, as_json, [f"{saved['dashboard_id']} · {saved['version']}"])


def _rows(answer: dict[str, Any]) -> list[str]:
    """Return the points of a tile as lines: the time, the group and the number."""
    rows = [
        [
            (each["at"] or "")[:16].replace("T", " "),
            spoken(answer["groups"][each["group"]]["name"]),
            "–" if each["value"] is None else f"{each['value']:,.2f}".rstrip("0").rstrip("."),
        ]
        for each in answer["points"]
    ]
    return table(rows, right=frozenset({2}))
