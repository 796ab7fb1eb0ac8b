"""`liftloop import`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import Server, data_option, json_option, server, show, spoken
from liftloop.kernel.errors import EXIT_FAILED, EXIT_USAGE, LiftloopError

KINDS = ("customers", "items", "orders", "events", "consents", "exposures", "spend")
POLL_S = 0.1


class BadOption(LiftloopError):
    """An option does not say what it should."""

    def __init__(self, option: str, value: str, form: str) -> None:
        super().__init__(
            "bad_option",
            zh=f"{option} 的值 {value!r} 看不懂",
            en=f"{option} cannot be {value!r}",
            next_zh=f"写成 {form}",
            next_en=f"write {form}",
            exit_code=EXIT_USAGE,
        )


@click.command("import", short_help="导入文件 / import a file")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="数据类型，不写则猜 / what it holds; guessed if left out")
@click.option(
    "--sheet", help="Excel 里的哪张工作表，不写则取第一张有表格的 / which sheet; the first with a table if left out"
)
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="字段取自哪一列或模板 / field from column")
@click.option("--mapping", type=click.Path(path_type=Path), help="完整映射 JSON / a whole mapping as JSON")
@click.option(
    "--with", "others", multiple=True, type=click.Path(path_type=Path), help="按共同列关联的文件 / joined file"
)
@click.option(
    "--declare-consent", "consents", multiple=True, metavar="CHANNEL:PURPOSE", help="声明同意 / declare consent"
)
@click.option("--evidence", help="同意的依据 / evidence of the consent")
@data_option
@json_option
def command(file: Path, as_json: bool, data: Path, **asked: Any) -> None:
    """导入 CSV、Excel 或 Parquet；不加 --json 时先给人看映射再导入。

    Import CSV, Excel or Parquet. With --json it asks nothing and loads on the guessed mapping.

    \b
    例 / Examples:
      liftloop import 订单.csv
      liftloop import orders.parquet --kind orders --json
      liftloop import 报表.xlsx --sheet 九月订单
      liftloop import orders.csv --map 'email={CustomerID}@example.test' \\
        --declare-consent email:marketing --evidence '门店登记表 2025'
      liftloop import transactions.csv.gz --with products.csv.gz
    """
    decided = _decision(asked)
    others = [_there(other) for other in asked["others"]]
    chosen = {name: asked[name] for name in ("kind", "sheet") if asked[name]}
    _there(file)
    with server(data) as desk:
        proposed = desk.upload("/imports", file, **chosen)
        place = f"/imports/{proposed['import_id']}"
        for other in others:
            proposed = desk.upload(f"{place}/files", other)
        if not as_json and decided.get("mapping") is None:
            decided["answers"] = _confirmed(proposed)
        decided["kind"] = asked["kind"] or decided.get("mapping", {}).get("kind") or proposed["kind"]
        desk.post(f"{place}/start", decided)
        _wait(desk, place, quiet=as_json)
        numbers = desk.get(f"{place}/summary")
        ended = desk.get(place)
    show(numbers, as_json, _lines(ended, numbers))
    if ended["status"] != "done":
        sys.exit(EXIT_FAILED)


def _decision(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the options decide; raises `BadOption`."""
    decided: dict[str, Any] = {"fields": {}, "declares": []}
    for each in asked["maps"]:
        field, equals, column = each.partition("=")
        if not (field and equals):
            raise BadOption("--map", each, "FIELD=COLUMN")
        decided["fields"][field] = column or None
    for each in asked["consents"]:
        channel, _, purpose = each.partition(":")
        if not channel or not asked["evidence"]:
            raise BadOption("--declare-consent", each, "--declare-consent email:marketing --evidence TEXT")
        declared = {"channel": channel, "purpose": purpose or "marketing", "evidence": asked["evidence"]}
        decided["declares"].append(declared)
    if asked["mapping"] is not None:
        decided["mapping"] = _mapping_in(_there(asked["mapping"]))
    return decided


def _mapping_in(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadOption("--mapping", path.name, f"JSON: {error}") from error


def _there(path: Path) -> Path:
    if not path.is_file():
        raise LiftloopError(
            "file_not_found",
            zh=f"找不到文件“{path}”。",
            en=f'The file "{path}" does not exist.',
            next_zh="请检查路径和文件名。",
            next_en="Check the path and the name.",
            exit_code=EXIT_USAGE,
        )
    return path


def _confirmed(proposed: dict[str, Any]) -> dict[str, str]:
    """Show the mapping, ask what only a person can say, and return the answers; aborts where they decline."""
    click.echo(spoken(proposed["sentence"]))
    for field in proposed["fields"]:
        if field["rule"] is not None:
            source = spoken(field["described"]) if field["described"] else field["rule"]
            examples = " · ".join(field["examples"])
            click.echo(f"  {spoken(field['name'])} ← {source}" + (f"   ({examples})" if examples else ""))
    if not sys.stdin.isatty():
        return {}
    answers: dict[str, str] = {}
    for question in proposed["questions"]:
        choices = [choice["value"] for choice in question["choices"]]
        for choice in question["choices"]:
            click.echo(f"    {choice['value']}: {spoken(choice['label'])}")
        answers[question["id"]] = click.prompt(
            spoken(question["text"]), type=click.Choice(choices), default=question["default"]
        )
    click.confirm("导入？ / import?", default=True, abort=True)
    return answers


def _wait(desk: Server, place: str, *, quiet: bool) -> None:
    """Wait until an import has ended, telling on the error stream how far it is."""
    shown = -1
    while (state := desk.get(place))["status"] == "running":
        percent = int(100 * state["progress"])
        if not quiet and percent // 10 > shown // 10:
            click.echo(f"  {percent}%", err=True)
            shown = percent
        time.sleep(POLL_S)


def _lines(ended: dict[str, Any], numbers: dict[str, Any]) -> list[str]:
    lines = [spoken(ended["sentence"])]
    lines += [f"  {'✓' if each['level'] == 'good' else '!'} {spoken(each['text'])}" for each in ended["quality"]]
    if ended["status"] == "done":
        lines.append(f"  {numbers['seconds']:.1f} s, {numbers['rows_per_s']:,} 行/秒 rows/s")
        if numbers["rejected"]:
            lines.append(f"  GET /api/imports/{ended['import_id']}/rejected → CSV")
    return lines
