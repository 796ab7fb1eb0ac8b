"""`liftloop source`."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli import pull
from liftloop.cli.connection import Server, data_option, json_option, server, show, spoken

KINDS = ("orders", "customers", "items", "events", "consents", "exposures", "spend")
_SHOWN = "(set)"
"""What the API shows in place of an address, and takes for the one that is kept."""


@click.group("source", short_help="数据来源 / where data come from")
def command() -> None:
    """数据来源：新建、测试、修改、拉取、水位、停用。 / Sources: make, try, change, pull, move the watermark, retire."""


command.add_command(pull.command)

_url = click.option("--url", default="", help="SQLAlchemy 地址，- 从标准输入读 / address, - to read it from input")
_table = click.option("--table", default="", help="表或视图 / a table or view")
_query = click.option("--query", default="", help="带 :watermark 的 SELECT / a SELECT with :watermark")
_watermark = click.option("--watermark", default="", help="只增不减的列 / the column that only grows")
_start = click.option("--start", help="第一次从哪里拉起 / where the first pull begins")
_kind = click.option(
    "--kind", type=click.Choice(KINDS), help="导入成什么，不写则猜 / what rows are; guessed without it"
)


@command.command("list")
@data_option
@json_option
def listed(data: Path, as_json: bool) -> None:
    """有哪些来源，这周来了多少，上次拉取怎样。 / Which there are, what came this week, how the last pull went.

    \b
    例 / Example:
      liftloop source list
    """
    with server(data) as desk:
        answer = desk.get("/data/sources")
    lines = [_line(each) for each in answer["sources"]]
    show(answer, as_json, lines or ["还没有来源 / no sources yet"])


@command.command("show")
@click.argument("source")
@data_option
@json_option
def shown(source: str, data: Path, as_json: bool) -> None:
    """一个来源的定义、水位和上次拉取；密钥和地址不显示。 / Its definition, watermark and last pull; no secrets.

    \b
    例 / Example:
      liftloop source show erp-orders
    """
    with server(data) as desk:
        body = _definition(desk, source)
        rows = desk.get("/data/sources")["sources"]
    row = next((each for each in rows if each["source_id"] == source), None)
    lines = [_line(row)] if row else []
    lines += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in body.items()]
    show({"definition": body, "source": row}, as_json, lines)


@command.command("add")
@click.argument("name")
@click.option("--webhook", type=click.File(encoding="utf-8"), help="签名 webhook 的映射 JSON / a hook's mappings, JSON")
@data_option
@json_option
def add(name: str, webhook: Any, data: Path, as_json: bool) -> None:
    """新建一个网站、App 或 webhook 来源；密钥只显示这一次。 / A site, app or webhook; its key is told only now.

    \b
    例 / Examples:
      liftloop source add "Web Shop"
      liftloop source add ERP --webhook mappings.json
    """
    body: dict[str, Any] = {"name": name, "kind": "tracking"}
    if webhook is not None:
        body = {"name": name, "kind": "webhook", "mappings": _json(webhook.read(), "--webhook")}
    with server(data) as desk:
        made = desk.post("/data/sources", body)
    show(made, as_json, [f"{made['source_id']}  {made['address']}  {made['key']}"])


@command.command("try")
@click.argument("source", default="")
@_url
@_table
@_query
@_watermark
@_start
@_kind
@data_option
@json_option
def tried(source: str, data: Path, as_json: bool, **given: Any) -> None:
    """测试数据库：能不能连、有哪些表、会导入成什么；什么也不保存。 / Try a database; nothing of it is kept.

    \b
    例 / Examples:
      liftloop source try erp-orders
      liftloop source try --url mysql+pymysql://reader:…@db.example/shop --table sale
    """
    if bool(source) == bool(given["url"]):
        raise click.UsageError("写来源 id 或 --url / name a source, or give --url")
    with server(data) as desk:
        body = _definition(desk, source) if source else {}
        found = desk.post("/data/databases/try", _asked(given, source, body))
    lines = [found["server"], "  " + ", ".join(found["tables"])]
    lines += [f"  {each['name']} {each['type']}{' ↑' if each['grows'] else ''}" for each in found["columns"]]
    lines += [f"  {found['query']}"] if found["query"] else []
    lines += [f"  {spoken(found['sentence'])} ({found['rows']:,})"] if found["sentence"] else []
    lines += [
        f"    {spoken(each['name'])} ← {json.dumps(each['rule'], ensure_ascii=False)}"
        for each in found["fields"]
        if each["rule"] is not None
    ]
    show(found, as_json, lines)


@command.command("database")
@click.argument("name")
@_url
@_table
@_query
@_watermark
@_start
@_kind
@click.option("--field", "fields", multiple=True, metavar="FIELD=COLUMN", help="改猜出来的列 / mend the guess")
@click.option("--every", type=click.IntRange(min=1), help="每隔几分钟拉一次 / minutes between pulls")
@data_option
@json_option
def database(name: str, fields: tuple[str, ...], every: int | None, data: Path, as_json: bool, **given: Any) -> None:
    """新建一个数据库来源：先测试，通过才保存。 / A database to be pulled: tried first, kept only if that works.

    \b
    例 / Example:
      liftloop source database ERP --url - --table sale --watermark updated_at --every 60 < address.txt
    """
    if not given["url"]:
        raise click.UsageError("写 --url / give --url")
    with server(data) as desk:
        asked = _asked(given, "", {})
        found = desk.post("/data/databases/try", asked)
        wanted = {each: found[each] for each in ("query", "watermark", "start")}
        wanted |= {"url": asked["url"], "import_kind": asked["import_kind"] or found["kind"] or "orders"}
        wanted |= {"fields": _rules(fields), "every_minutes": every}
        made = desk.post("/data/sources", {"name": name, "kind": "database", "database": wanted})
    lines = [made["source_id"], f"  {found['query']}"]
    lines += [f"  {spoken(found['sentence'])}"] if found["sentence"] else []
    show({**made, "trial": found}, as_json, lines)


@command.command("change")
@click.argument("source")
@click.option("--name", help="名称 / name")
@_url
@_query
@_watermark
@_start
@_kind
@click.option("--field", "fields", multiple=True, metavar="FIELD=COLUMN", help="改猜出来的列 / mend the guess")
@click.option("--every", type=click.IntRange(min=0), help="每隔几分钟，0 为手动 / minutes between pulls, 0 by hand")
@data_option
@json_option
def change(
    source: str, name: str | None, fields: tuple[str, ...], every: int | None, data: Path, as_json: bool, **given: Any
) -> None:
    """修改一个数据库来源，没写的保持原样。 / Change a database source; what is not named stays, its address too.

    \b
    换了 query 会从头再拉；已经收下的行不会重复计数。
    Another query begins anew; rows that are in already count once.
    例 / Example:
      liftloop source change erp-orders --every 15
    """
    with server(data) as desk:
        body = _definition(desk, source)
        if body.get("kind") != "database":
            raise click.BadParameter("不是数据库来源 / not a database", param_hint="SOURCE")
        changed = {"name": name, "query": given["query"], "watermark": given["watermark"], "import_kind": given["kind"]}
        body |= {each: value for each, value in changed.items() if value}
        body |= {"url": _address(given["url"])} if given["url"] else {}
        body |= {"start": _plain(given["start"])} if given["start"] is not None else {}
        body |= {"every_minutes": every or None} if every is not None else {}
        body["fields"] = {**body.get("fields", {}), **_rules(fields)}
        answer = desk.post("/definitions", {"kind": "source", "id": source, "body": body})
    show(answer, as_json, [f"{source} v{answer['version']}"])


@command.command("reset")
@click.argument("source")
@click.option("--to", help="下次从这里拉起，不写则从头 / where the next pull begins; from the start without it")
@data_option
@json_option
def reset(source: str, to: str | None, data: Path, as_json: bool) -> None:
    """移动水位：再拉一遍，已经收下的行不会重复计数。 / Move the watermark: rows that are in already count once.

    \b
    例 / Examples:
      liftloop source reset erp-orders
      liftloop source reset erp-orders --to "2026-09-01 00:00:00"
    """
    with server(data) as desk:
        body = {"watermark": None if to is None else _plain(to)}
        answer = desk.post(f"/sources/{quote(source, safe='')}/watermark", body)
    show(answer, as_json, [f"→ {answer['watermark']}"])


@command.command("retire")
@click.argument("source")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@data_option
@json_option
def retire(source: str, yes: bool, data: Path, as_json: bool) -> None:
    """停用一个来源；它带来的数据都留着。 / End a source; what it brought stays.

    \b
    例 / Example:
      liftloop source retire old-till
    """
    if not yes:
        click.confirm("停用后不再接收它的数据。继续？ / Nothing more is taken from it. Go on?", abort=True, err=True)
    with server(data) as desk:
        answer = desk.delete(f"/definitions/source/{quote(source, safe='')}")
    show(answer, as_json, [f"{source} ✗"])


def _definition(desk: Server, source: str) -> dict[str, Any]:
    return desk.get(f"/definitions/source/{quote(source, safe='')}")["body"]


def _asked(given: Mapping[str, Any], source: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to try: what was given, of the rest what the source's definition says."""
    return {
        "source": source,
        "url": _SHOWN if source else _address(given["url"]),
        "table": given["table"],
        "query": given["query"] or ("" if given["table"] else body.get("query", "")),
        "watermark": given["watermark"] or ("" if given["table"] else body.get("watermark", "")),
        "start": body.get("start") if given["start"] is None else _plain(given["start"]),
        "import_kind": given["kind"] or body.get("import_kind"),
    }


def _address(url: str) -> str:
    """Return an address; one with a password need not stand in the shell's history."""
    return sys.stdin.readline().strip() if url == "-" else url


def _plain(text: str) -> str | int | float:
    """Return a watermark as it is meant: a number where it looks like one."""
    number = re.fullmatch(r"-?\d+(\.\d+)?", text)
    return text if number is None else float(text) if number[1] else int(text)


def _rules(fields: Sequence[str]) -> dict[str, Any]:
    if not all("=" in each for each in fields):
        raise click.BadParameter("要写成 FIELD=COLUMN / write FIELD=COLUMN", param_hint="--field")
    pairs = (each.split("=", 1) for each in fields)
    return {field: column or None for field, column in pairs}


def _json(text: str, option: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}", param_hint=option) from error


def _line(row: Mapping[str, Any]) -> str:
    said = f"{row['source_id']}  {row['kind']}  {row['name']}"
    said += "" if row["kind"] == "database" else f"  {row['events_week']:,}/7d"  # What is pulled counts as imported.
    if row["watermark"] is not None:
        said += f"  → {row['watermark']}"
    last = row["last_pull"]
    if last is not None:
        said += f"  {last['at']} " + (spoken(last["error"]) if last["error"] else f"+{last['rows']:,}")
    return said
