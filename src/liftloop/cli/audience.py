"""`liftloop audience`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from liftloop.cli import audience_export, audience_list
from liftloop.cli.connection import data_option, json_option, server, show, spoken, tree_said
from liftloop.kernel.errors import EXIT_REFUSED


@click.group("audience", short_help="人群 / audiences")
def command() -> None:
    """定义、预览和查看人群。 / Define, preview and read audiences."""


@command.command("publish")
@click.argument("identity")
@click.option("--name", required=True, help="名称 / name")
@click.option("--where", required=True, help="条件树 JSON / the tree as JSON")
@data_option
@json_option
def publish(identity: str, name: str, where: str, data: Path, as_json: bool) -> None:
    """发布一个人群的新版本。 / Publish the next version of an audience.

    \b
    例 / Example:
      liftloop audience publish active --name 活跃客户 \\
        --where '{"event": "Order Completed", "within_days": 30}'
    """
    with server(data) as desk:
        body = {"audience_id": identity, "name": name, "definition": tree_said(where)}
        answer = desk.post("/audiences", body)
    show(answer, as_json, [f"{answer['audience_id']} v{answer['version']}: {answer['count']:,}"])


@command.command("list")
@data_option
@json_option
def list_all(data: Path, as_json: bool) -> None:
    """有哪些人群，各有多少人。 / Which audiences there are, and how many are in each.

    \b
    例 / Example:
      liftloop audience list
    """
    with server(data) as desk:
        answer = desk.get("/audiences")
    rows = [f"{row['audience_id']} {row['name']}: {row['count']:,}" for row in answer["audiences"]]
    show(answer, as_json, rows or ["还没有人群 / no audiences yet"])


@command.command("show")
@click.argument("identity")
@data_option
@json_option
def show_one(identity: str, data: Path, as_json: bool) -> None:
    """一个人群现在有多少人。 / How many are in an audience now.

    \b
    例 / Example:
      liftloop audience show active --json
    """
    with server(data) as desk:
        answer = desk.get(f"/audiences/{identity}")
    show(answer, as_json, [f"{answer['name']}: {answer['count']:,} / {answer['of']:,}"])


@command.command("ask")
@click.argument("sentence")
@click.option("--choose", "chosen", multiple=True, metavar="ID=N", help="有几种读法时选第几种 / take another reading")
@data_option
@json_option
def ask(sentence: str, chosen: tuple[str, ...], data: Path, as_json: bool) -> None:
    """用一句话找人：读成条件，数出多少人；有没读懂的词时退出码为 3。 / From a sentence to a tree and its count.

    \b
    例 / Examples:
      liftloop audience ask "最近 90 天买过 3 次以上、沉睡 30 天的金卡会员"
      liftloop audience ask "customers who bought twice in 60 days but not in the last 14 days" --json
    """
    picked = dict(each.rsplit("=", 1) for each in chosen if "=" in each)
    if len(picked) != len(chosen) or not all(number.isdecimal() for number in picked.values()):
        raise click.BadParameter("要写成 ID=N / write ID=N", param_hint="--choose")
    with server(data) as desk:
        answer = desk.post("/audiences/understand", {"text": sentence, "chosen": picked})
        if answer["definition"] is not None:
            found = desk.post("/audiences/preview", {"definition": answer["definition"]})
            answer |= {"count": found["count"], "of": found["of"]}
    show(answer, as_json, _heard(answer))
    if answer["definition"] is None or answer["unread"]:
        sys.exit(EXIT_REFUSED)


@command.command("like")
@click.argument("identity")
@data_option
@json_option
def like(identity: str, data: Path, as_json: bool) -> None:
    """找最像这个人群的人，说清有多准；不比随机或 RFM 准时退出码为 3。 / Who is most like its members, and how surely.

    \b
    例 / Example:
      liftloop audience like active
    """
    with server(data) as desk:
        found = desk.post(f"/predictions/{identity}", {})
    lines = [f"{found['sentence']['zh']} / {found['sentence']['en']}"]
    if found["area"] is not None:
        lines.append(f"  AUC {found['area']:.3f} (≥ {found['area_low']:.3f}), RFM {found['simple_area']:.3f}")
    lines += [
        f"  {each['share']:.0%}: {each['precision']:.1%} · RFM {each['simple_precision']:.1%}"
        f" · 随机 / random {each['random_precision']:.1%}"
        for each in found["curve"]
    ]
    show(found, as_json, lines)
    if found["verdict"] != "usable":
        sys.exit(EXIT_REFUSED)


@command.command("segments")
@data_option
@json_option
def segments(data: Path, as_json: bool) -> None:
    """按行为把人分成几群，每群用与众不同之处命名。 / Groups that behaviour falls into, named by what sets them apart.

    \b
    例 / Example:
      liftloop audience segments
    """
    with server(data) as desk:
        found = desk.post("/segments", {})
    lines = [f"{e['id']} {e['name']['zh']} / {e['name']['en']}: {e['people']:,}" for e in found["segments"]]
    show(found, as_json, lines or ["行为里没有看得出的分群 / behaviour falls into no groups"])


def _heard(answer: dict[str, Any]) -> list[str]:
    """Return what was understood, what is uncertain and what was not understood, a line each."""
    said = answer["sentence"]
    lines: list[str] = []
    if said is not None:
        lines.append(f"{said['zh']} / {said['en']}")
        lines.append(json.dumps(answer["definition"], ensure_ascii=False))
        lines.append(f"{answer['count']:,} / {answer['of']:,} 人 / people")
    lines += [f"  {each['zh']} / {each['en']}" for each in answer["assumed"]]
    for choice in answer["choices"]:
        options = " | ".join(
            f"{number}: {each['name']['zh']} / {each['name']['en']}" for number, each in enumerate(choice["options"])
        )
        lines.append(f"  --choose {choice['id']}={choice['chosen']}  ({options})")
    lines += [f"  没读懂 / not understood: {each['text']}" for each in answer["unread"]]
    return lines


_where_option = click.option("--where", help="还没发布的条件树 JSON / a tree that is not published, as JSON")
_identity = click.argument("identity", required=False)


@command.command("count")
@_identity
@_where_option
@data_option
@json_option
def count(identity: str | None, where: str | None, data: Path, as_json: bool) -> None:
    """一个人群，或一棵条件树，现在有多少人，各渠道能触达多少。 / How many, and how many each channel may reach.

    \b
    例 / Examples:
      liftloop audience count active
      liftloop audience count --where '{"trait": "city", "is": "上海"}' --json
    """
    with server(data) as desk:
        answer = desk.post("/audiences/reachable", _asked(identity, where))
    lines = [f"  {each['channel']}: {each['people']:,}" for each in answer["reachable"]]
    show(answer, as_json, [f"{answer['count']:,}", *lines])


@command.command("sample")
@_identity
@_where_option
@data_option
@json_option
def sample(identity: str | None, where: str | None, data: Path, as_json: bool) -> None:
    """抽十个人看看，姓名和号码打码。 / Ten people of it, masked.

    \b
    例 / Example:
      liftloop audience sample active
    """
    with server(data) as desk:
        answer = desk.post("/audiences/sample", _asked(identity, where))
    lines = [
        f"  {each['profile_id']}  {each['name']}  {each['identifier']}  {each['last_seen_at'] or '—'}"
        for each in answer["people"]
    ]
    show(answer, as_json, [f"{answer['count']:,}", *lines])


@command.command("explain")
@_identity
@_where_option
@click.option("--person", default="", help="档案号、客户号或匿名号 / profile, customer or anonymous id")
@data_option
@json_option
def explain(identity: str | None, where: str | None, person: str, data: Path, as_json: bool) -> None:
    """条件是什么意思、从哪来、何时变化；某个人为什么在或不在。 / What it means, and why somebody is in or out.

    \b
    例 / Examples:
      liftloop audience explain active
      liftloop audience explain active --person C1024
    """
    with server(data) as desk:
        answer = desk.post("/audiences/explain", {**_asked(identity, where), "profile_id": person})
    verdict = {True: ["在 / in"], False: ["不在 / out"], None: []}[answer["inside"]]
    lines = [_condition(each) for each in answer["conditions"]]
    show(answer, as_json, [spoken(answer["sentence"]), *verdict, *lines])


@command.command("overlap")
@_identity
@_where_option
@click.option("--with", "others", multiple=True, help="比较的人群，可以多次 / an audience to compare with; repeatable")
@data_option
@json_option
def overlap(identity: str | None, where: str | None, others: tuple[str, ...], data: Path, as_json: bool) -> None:
    """和其他人群、正在进行的活动重叠多少。 / How it lies over other audiences and running campaigns.

    \b
    例 / Example:
      liftloop audience overlap active --with vip --with lapsed
    """
    with server(data) as desk:
        answer = desk.post("/audiences/overlap", {**_asked(identity, where), "others": list(others)})
    lines = [f"  {each['name']}: {each['both']:,} / {each['count']:,}" for each in answer["rows"]]
    show(answer, as_json, [f"{answer['count']:,}", *lines])


def _condition(each: Mapping[str, Any]) -> str:
    mark = {True: "✓", False: "✗", None: "·"}[each["holds"]]
    when = f" ({each['flips_at']})" if each["flips_at"] else ""
    return f"  {mark} {spoken(each['sentence'])} — {spoken(each['flips'])}{when}"


def _asked(identity: str | None, where: str | None) -> dict[str, Any]:
    if (identity is None) == (where is None):
        raise click.UsageError("写人群 id 或 --where / name an audience, or give --where")
    return {"audience_id": identity} if where is None else {"definition": tree_said(where)}


for _command in (*audience_export.COMMANDS, *audience_list.COMMANDS):
    command.add_command(_command)
