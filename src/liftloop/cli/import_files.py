"""`liftloop import`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import Server, data_option, json_option, server, spoken
from liftloop.kernel.errors import EXIT_FAILED, EXIT_REFUSED

KINDS = ("customers", "items", "orders", "events", "consents", "exposures", "spend")
POLL_S = 0.2


@click.command("import", short_help="导入文件 / import a file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="内容；不写则猜 / what it holds; guessed if not said")
@click.option("--map", "maps", multiple=True, metavar="字段=列", help="改一个字段 / change one field: field=column")
@click.option("--mapping", type=click.Path(exists=True, path_type=Path), help="完整映射 JSON / a whole mapping")
@click.option(
    "--join", "joins", multiple=True, type=click.Path(exists=True, path_type=Path), help="关联文件 / a second file"
)
@click.option("--declare-consent", "declared", metavar="渠道:用途", help="声明已有授权 / channel:purpose for all")
@click.option("--evidence", help="授权凭据 / evidence of the declared consent")
@data_option
@json_option
def command(file: Path, data: Path, as_json: bool, **given: Any) -> None:
    """导入 CSV、Excel 或 Parquet；列会自动对上，需要确认时退出码为 3。 / Import a file; its columns are guessed.

    \b
    例 / Examples:
      liftloop import orders.csv --kind orders
      liftloop import members.xlsx --declare-consent email:marketing --evidence "2025 会员入会表"
      liftloop import sales.parquet --kind orders --map "email={CustomerID}@example.test" --json
    """
    if bool(given["declared"]) != bool(given["evidence"]):
        raise click.UsageError("--declare-consent 和 --evidence 要一起写 / belong together")
    with server(data) as desk:
        fields = {"kind": given["kind"]} if given["kind"] else {}
        proposed = desk.upload("/imports", file, **fields)
        for other in given["joins"]:
            proposed = desk.upload(f"/imports/{proposed['import_id']}/files", other)
        _stop_at_questions(proposed, as_json)
        desk.post(f"/imports/{proposed['import_id']}/start", _decision(proposed, given))
        finished = _wait(desk, proposed["import_id"], quiet=as_json)
        summary = desk.get(f"/imports/{proposed['import_id']}/summary")
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        click.echo(
            "\n".join([spoken(finished["sentence"]), *(f"  {spoken(each['text'])}" for each in finished["quality"])])
        )
    if finished["status"] != "done":
        sys.exit(EXIT_FAILED)


def _stop_at_questions(proposed: dict[str, Any], as_json: bool) -> None:
    """End with exit code 3 where only a person can say what a column means."""
    must = [each for each in proposed["questions"] if each.get("default") is None]
    if not must:
        return
    if as_json:
        click.echo(json.dumps(proposed, ensure_ascii=False))
    for each in must:
        choices = " | ".join(choice["value"] for choice in each["choices"])
        click.echo(f"? {spoken(each['text'])}  {choices}", err=True)
    sys.exit(EXIT_REFUSED)


def _decision(proposed: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    fields = dict(pair.split("=", 1) for pair in given["maps"] if "=" in pair)
    if len(fields) != len(given["maps"]):
        raise click.BadParameter("要写成 字段=列 / write FIELD=COLUMN", param_hint="--map")
    decision: dict[str, Any] = {"kind": given["kind"] or proposed["kind"], "fields": fields}
    if given["mapping"]:
        decision["mapping"] = json.loads(given["mapping"].read_text())
    if given["declared"]:
        channel, _, purpose = given["declared"].partition(":")
        declared = {"channel": channel, "purpose": purpose or "marketing", "evidence": given["evidence"]}
        decision["declares"] = [declared]
    return decision


def _wait(desk: Server, import_id: str, *, quiet: bool) -> dict[str, Any]:
    """Wait until the file is in, showing how far it is."""
    while True:
        running = desk.get(f"/imports/{import_id}")
        if running["status"] != "running":
            return running
        if not quiet:
            click.echo(f"\r{running['progress']:.0%}", nl=False, err=True)
        time.sleep(POLL_S)
