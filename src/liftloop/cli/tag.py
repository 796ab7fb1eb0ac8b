"""`liftloop tag`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.group("tag", short_help="标签目录 / the directory of tags")
def command() -> None:
    """标签：含义、归属、覆盖、使用和冲突；打上和摘掉。 / Tags: meaning, owner, coverage, use, conflicts; on and off."""


@command.command("list")
@click.option(
    "--unused-days", default=90.0, type=click.FloatRange(0, min_open=True), help="多少天没动算闲置 / unused after"
)
@data_option
@json_option
def listed(unused_days: float, data: Path, as_json: bool) -> None:
    """全部标签，闲置和冲突的会注明。 / All tags; unused and conflicting ones are marked.

    \b
    例 / Example:
      liftloop tag list --unused-days 30
    """
    with server(data) as desk:
        answer = desk.get("/tags", unused_days=unused_days)
    show(answer, as_json, [_line(each) for each in answer["tags"]] or ["还没有标签 / no tags yet"])


@command.command("publish")
@click.argument("identity")
@click.option("--name", required=True, help="名称 / name")
@click.option("--category", default="", help="分类 / category")
@click.option("--owner", default="", help="谁负责 / who answers for it")
@click.option("--meaning", default="", help="含义 / what it means")
@click.option("--where", help="规则（条件树 JSON）/ the rule as JSON")
@click.option("--expires-days", type=float, help="打上后几天失效 / days until it runs out")
@click.option("--excludes", multiple=True, help="互斥的标签 id / a tag it excludes")
@data_option
@json_option
def publish(identity: str, data: Path, as_json: bool, **said: Any) -> None:
    """定义一个标签，或它的新版本。 / Define a tag, or its next version.

    \b
    例 / Example:
      liftloop tag publish vip --name VIP --owner 会员部 --meaning "年消费过万" \\
        --where '{"event": "Order Completed", "within_days": 365, "property": "revenue", "sum": {"gte": 10000}}'
    """
    where = said.pop("where")
    body = {name: value for name, value in said.items() if value not in ("", None, ())}
    if where is not None:
        body["where"] = _tree(where)
    with server(data) as desk:
        answer = desk.post("/definitions", {"kind": "tag", "id": identity, "body": body})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@command.command("put")
@click.argument("identity")
@click.argument("people", nargs=-1)
@click.option("--audience", help="人群里的所有人 / all members of an audience")
@click.option("--until", type=click.DateTime(), help="到什么时候 / until when")
@data_option
@json_option
def put(
    identity: str, people: tuple[str, ...], audience: str | None, until: datetime | None, data: Path, as_json: bool
) -> None:
    """给人打上标签。 / Put a tag on people.

    \b
    例 / Example:
      liftloop tag put new u10086 u10087 --until 2026-12-31
    """
    body = {"people": list(people), "audience_id": audience, "until": until and until.astimezone().isoformat()}
    _change(identity, body, data, as_json)


@command.command("take-off")
@click.argument("identity")
@click.argument("people", nargs=-1)
@click.option("--audience", help="人群里的所有人 / all members of an audience")
@data_option
@json_option
def take_off(identity: str, people: tuple[str, ...], audience: str | None, data: Path, as_json: bool) -> None:
    """摘掉标签。 / Take a tag off people.

    \b
    例 / Example:
      liftloop tag take-off new u10086
    """
    _change(identity, {"people": list(people), "audience_id": audience, "take_off": True}, data, as_json)


def _change(identity: str, body: dict[str, Any], data: Path, as_json: bool) -> None:
    with server(data) as desk:
        answer = desk.post(f"/tags/{identity}/people", body)
    lines = [f"{answer['people']:,} 人 / people"]
    lines += [f"没有这个人 / unknown: {each}" for each in answer["unknown"]]
    show(answer, as_json, lines)


def _line(tag: dict[str, Any]) -> str:
    marks = ["闲置 / unused"] if tag["unused"] else []
    marks += [f"冲突 / conflict: {each['name']} ({each['people']:,})" for each in tag["conflicts"]]
    said = tag["meaning"] or (spoken(tag["rule"]) if tag["rule"] else "")
    about = " · ".join(each for each in (tag["category"], tag["owner"], said) if each)
    people = f"{tag['people']:>10,}  {tag['share']:6.1%}"
    return f"{people}  {tag['name']} ({tag['tag_id']})  {about}  {' '.join(marks)}".rstrip()


def _tree(where: str) -> Any:
    try:
        return json.loads(where)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}") from error
