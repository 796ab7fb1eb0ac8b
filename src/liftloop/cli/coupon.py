"""`liftloop coupon`."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

CODES_AT_ONCE = 10_000
"""As many as one call takes."""
_STATES = {
    "free": ("未发", "free"),
    "reserved": ("发送中", "on its way"),
    "issued": ("已发，未核销", "issued, not used"),
    "redeemed": ("已核销", "redeemed"),
    "expired": ("已过期", "expired"),
    "mistyped": ("输错了：不符合券码规则", "typed wrong: no code of ours looks so"),
    "unknown": ("不是我们发的", "not one of ours"),
}


@click.group("coupon", short_help="券池 / coupon pools")
def command() -> None:
    """券池：建池、导入券码、还剩多少、这张券是谁的。 / Coupon pools: make, import, what is left, whose a code is."""


@command.command("pool")
@click.argument("identity")
@click.option("--name", required=True, help="名称 / name")
@click.option("--pattern", help="自动生成：# 数字，@ 字母或数字，其余照写 / make codes: # a digit, @ either")
@click.option("--check/--no-check", default=True, help="末位加校验位 / a check character at the end")
@click.option("--shared", help="所有人同一个券码或批次号 / one code or batch id for everybody")
@click.option("--count", type=click.IntRange(1), help="最多发多少张 / how many at most")
@click.option("--offer", default="", help="属于哪个优惠 / of which offer")
@click.option("--valid-days", type=click.IntRange(1, 3650), default=30, help="发出后几天有效 / days valid")
@click.option("--ends", type=click.DateTime(), help="最晚有效到 / valid until at the latest")
@click.option("--low", type=click.IntRange(0), default=100, help="少于几张时提醒 / warn below")
@data_option
@json_option
def pool(identity: str, data: Path, as_json: bool, **said: Any) -> None:
    """建一个券池；不写 --pattern 和 --shared 时，券码由文件导入。 / Make a pool; by default its codes are imported.

    \b
    例 / Example:
      liftloop coupon pool autumn --name 秋季满减 --pattern QJ-@@@@@@@@ --count 50000 --offer coupon_5
    """
    ends: datetime | None = said["ends"]
    body = {
        "name": said["name"],
        "codes": _codes(said),
        "offer": said["offer"],
        "valid_days": said["valid_days"],
        "ends_ms": round(ends.astimezone().timestamp() * 1_000) if ends else 0,
        "low": said["low"],
    }
    with server(data) as desk:
        answer = desk.post("/definitions", {"kind": "pool", "id": identity, "body": body})
    show(answer, as_json, [f"{answer['id']} v{answer['version']}"])


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pool", "identity", required=True, help="券池 / into which pool")
@data_option
@json_option
def bring(file: Path, identity: str, data: Path, as_json: bool) -> None:
    """导入券码：每行一个，放在第一列；重复导入不会重复。 / Import codes: one a row; done again, none counts twice.

    \b
    例 / Example:
      liftloop coupon import codes.csv --pool partner
    """
    with server(data) as desk:
        answer = desk.upload(f"/coupons/pools/{quote(identity, safe='')}/file", file)
    lines = [
        spoken({"zh": f"新增 {answer['added']:,} 张", "en": f"{answer['added']:,} added"}),
        spoken({"zh": f"已有 {answer['repeated']:,} 张", "en": f"{answer['repeated']:,} there already"}),
    ]
    if answer["elsewhere"]:
        lines.append(
            spoken({"zh": f"在别的券池里 {answer['elsewhere']:,} 张", "en": f"{answer['elsewhere']:,} in other pools"})
        )
    if answer["refused"]:
        shown = ", ".join(answer["refused_shown"])
        lines.append(
            spoken(
                {"zh": f"不是券码 {answer['refused']:,} 行：{shown}", "en": f"{answer['refused']:,} no codes: {shown}"}
            )
        )
    show(answer, as_json, lines)


@command.command("release")
@click.argument("identity")
@click.option(
    "--given",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="备份之后发出去的券码，每行一个 / codes given out since the backup, one a row",
)
@click.option("--nothing-known", is_flag=True, help="没有名单，我来负责 / there is no list, and I answer for it")
@data_option
@json_option
def release(identity: str, given: Path | None, nothing_known: bool, data: Path, as_json: bool) -> None:
    """让从备份恢复的券池重新发券；名单里的券码不会再发给别人。

    Let a pool give again that came back with a backup, but for the codes that were given out since.
    A code that is not in the file and was given out may be given to a second person.

    \b
    例 / Examples:
      liftloop coupon release autumn --given given.csv
      liftloop coupon release autumn --nothing-known
    """
    if (given is None) == (not nothing_known):
        raise click.UsageError("写 --given 名单，或者 --nothing-known / either --given FILE or --nothing-known")
    codes = [] if given is None else [each.strip() for each in given.read_text().splitlines() if each.strip()]
    with server(data) as desk:
        path, noted = f"/coupons/pools/{quote(identity, safe='')}/release", 0
        while len(codes) > CODES_AT_ONCE:
            part, codes = codes[:CODES_AT_ONCE], codes[CODES_AT_ONCE:]
            noted += desk.post(path, {"given": part, "more_follow": True})["noted"]
        noted += desk.post(path, {"given": codes})["noted"]
    words = {"zh": f"重新发券；新记下 {noted:,} 张已发出", "en": f"gives again; {noted:,} more noted as given out"}
    show({"noted": noted}, as_json, [spoken(words)])


@command.command("show")
@click.argument("identity", required=False)
@click.option("--code", help="查一张券 / one code")
@data_option
@json_option
def shown(identity: str | None, code: str | None, data: Path, as_json: bool) -> None:
    """券池还剩多少、能用几天；或者一张券是谁的。 / What is left of pools and for how long, or whose a code is.

    \b
    例 / Example:
      liftloop coupon show
      liftloop coupon show --code QJ-7K2M9XABC
    """
    with server(data) as desk:
        if code:
            answer = desk.get(f"/coupons/codes/{quote(code, safe='')}")
            lines = _code_lines(answer)
        elif identity:
            answer = desk.get(f"/coupons/pools/{quote(identity, safe='')}")
            lines = [_line(answer)]
        else:
            answer = desk.get("/coupons/pools")
            lines = [_line(each) for each in answer["pools"]] or [spoken({"zh": "还没有券池", "en": "no pools yet"})]
    show(answer, as_json, lines)


def _codes(said: dict[str, Any]) -> dict[str, Any]:
    if said["pattern"] and said["shared"]:
        raise click.UsageError("--pattern 和 --shared 只能写一个 / either --pattern or --shared")
    count = {"count_max": said["count"]} if said["count"] else {}
    if said["pattern"]:
        return {"from": "generated", "pattern": said["pattern"], "check": said["check"], **count}
    if said["shared"]:
        return {"from": "shared", "code": said["shared"], **count}
    return {"from": "given"}


def _line(pool: dict[str, Any]) -> str:
    left = "∞" if pool["left"] is None else f"{pool['left']:,}"
    days = pool["days_left"]
    zh = f"剩 {left}，已发 {pool['issued']:,}，已核销 {pool['redeemed']:,}"
    en = f"{left} left, {pool['issued']:,} issued, {pool['redeemed']:,} redeemed"
    if days is not None:
        zh, en = f"{zh}，按现在的速度还能发 {days:.1f} 天", f"{en}, {days:.1f} days left at this pace"
    if pool["held"]:
        zh, en = f"{zh}，恢复后暂停发放", f"{en}, held since the restore: see liftloop coupon release"
    if pool["by_others"]:
        zh, en = f"{zh}，{pool['by_others']:,} 次由别人核销", f"{en}, {pool['by_others']:,} used by others"
    mark = "! " if pool["low"] or pool["held"] else "  "
    return f"{mark}{pool['pool_id']:<16}{pool['name']}  {spoken({'zh': zh, 'en': en})}"


def _code_lines(code: dict[str, Any]) -> list[str]:
    zh, en = _STATES[code["state"]]
    lines = [f"{code['code']}  {spoken({'zh': zh, 'en': en})}"]
    lines += [
        f"  {name}: {code[name]}" for name in ("pool_id", "profile_id", "expires_at", "redeemed_at") if code[name]
    ]
    if code["by_other"]:
        lines.append(spoken({"zh": "  核销的不是收到它的人", "en": "  used by somebody else than its holder"}))
    return lines
