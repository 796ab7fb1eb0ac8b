"""`liftloop model`."""

from pathlib import Path
from typing import Any

import click

from liftloop.app.language_model.services import SERVICES
from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.kernel.money import yuan_text

SET = "(set)"


@click.group("model", short_help="语言模型 / the language model")
def command() -> None:
    """查看、设置、试用语言模型，看它的用量；不设也什么都能用。

    See, set and try the language model, and what it was asked; everything works without one.
    """


@command.command("show")
@data_option
@json_option
def shown(data: Path, as_json: bool) -> None:
    """现在的设置和本月用量。 / How it is set, and what this month came to."""
    with server(data) as desk:
        sheet = desk.get("/model")
    show(sheet, as_json, _sheet(sheet))


@command.command("set")
@click.argument("name", default="")
@click.option("--service", type=click.Choice([each.id for each in SERVICES]), help="服务商 / a known service")
@click.option("--provider", type=click.Choice(["openai", "anthropic"]), help="协议 / protocol")
@click.option("--base-url", help="地址 / address")
@click.option("--key", help="密钥；- 会问，不留在命令历史里 / its key; - asks for it")
@click.option("--timeout", "timeout_s", type=click.IntRange(1, 120), help="最多等几秒 / seconds to wait at most")
@click.option("--month-yuan", type=click.FloatRange(0), help="每月预算（元） / yuan a month")
@click.option("--month-tokens", type=click.IntRange(0), help="每月 token 上限 / tokens a month")
@click.option("--asked-yuan", type=click.FloatRange(0), help="每百万输入 token 的价格（元） / price of a million asked")
@click.option("--answered-yuan", type=click.FloatRange(0), help="每百万输出 token 的价格（元） / of a million answered")
@click.option("--keep-texts/--no-keep-texts", default=None, help="保留问答原文一个月 / keep texts for a month")
@click.option("--off", is_flag=True, help="停用 / switch it off")
@data_option
@json_option
def put(name: str, key: str | None, off: bool, data: Path, as_json: bool, **more: Any) -> None:
    """设置语言模型；没写到的保持原样。 / Set the language model; what is not named stays as it is.

    \b
    例 / Examples:
      liftloop model set deepseek-chat --service deepseek --key - --asked-yuan 2 --answered-yuan 3
      liftloop model set --month-yuan 50
      liftloop model set --off
    """
    yuan = {each: more.pop(each.replace("_fen", "_yuan")) for each in ("month_fen", "asked_fen", "answered_fen")}
    if service := next((each for each in SERVICES if each.id == more["service"]), None):
        more |= {"provider": service.provider, "base_url": more["base_url"] or service.base_url}
    del more["service"]
    given = {**more, **{each: None if value is None else round(value * 100) for each, value in yuan.items()}}
    with server(data) as desk:
        sheet = desk.get("/model")
        model = sheet["model"] | {each: value for each, value in given.items() if value is not None}
        model["name"] = "" if off else name or model["name"]
        if key is not None:
            model["key"] = click.prompt("key", hide_input=True) if key == "-" else key
        sheet = desk.put("/model", {"model": model, "version": sheet["version"]})
    show(sheet, as_json, _sheet(sheet))


@command.command("try")
@click.option("--language", type=click.Choice(["zh-CN", "en"]), default="zh-CN", help="写哪种语言 / to write in")
@data_option
@json_option
def try_it(language: str, data: Path, as_json: bool) -> None:
    """请它写一个例子，看通不通；计入本月用量。 / Have it write an example; it counts against the month."""
    with server(data) as desk:
        tried = desk.post("/model/try", {"language": language})
    note = tried["note"]
    if note is None:
        show(tried, as_json, ["还没有设置语言模型 / no language model is set"])
        return
    mark = "✓" if note["outcome"] == "drafted" else "✗"
    lines = [f"{mark} {spoken(note['says'])}", *_cost(note)]
    lines += [f"· {each['headline']} — {each['greeting']}{each['line']}" for each in tried["words"]]
    show(tried, as_json, lines)


@command.command("calls")
@click.option("--month", default="", help="哪个月，例如 2026-11 / which month")
@data_option
@json_option
def calls(month: str, data: Path, as_json: bool) -> None:
    """一个月里问了什么、花了多少。 / What it was asked in a month, and what that cost."""
    with server(data) as desk:
        answer = desk.get("/model/calls", month=month)
    lines = [*_usage(answer["usage"])]
    for each in answer["calls"]:
        lines.append(f"{each['at']}  {spoken(each['who'])}  {each['model']}  {spoken(each['says'])}")
        lines += [f"  {line}" for line in (*_cost(each), each["asked"], each["answered"]) if line]
    show(answer, as_json, lines)


def _sheet(sheet: dict[str, Any]) -> list[str]:
    model = sheet["model"]
    if not sheet["on"]:
        return ["没有语言模型：草稿按规则写 / no language model: drafts are by rules", *_usage(sheet["usage"])]
    lines = [f"{model['name']}  {model['provider']}  {model['base_url']}"]
    lines += [] if sheet["installed"] else ["✗ pip install 'liftloop[model]'"]
    lines += [
        f"密钥 / key: {'✓' if model['key'] == SET else '—'}",
        f"每月 / a month: {yuan_text(model['month_fen'])}, {model['month_tokens']:,} token",
        f"百万 token / a million tokens: {yuan_text(model['asked_fen'])} → {yuan_text(model['answered_fen'])}",
        f"最多等 / waits at most: {model['timeout_s']} s",
    ]
    return [*lines, *_usage(sheet["usage"])]


def _usage(usage: dict[str, Any]) -> list[str]:
    tokens = usage["tokens_in"] + usage["tokens_out"]
    spent = yuan_text(usage["spent_fen"])
    return [f"{usage['month']}: {spent}, {tokens:,} token, {usage['calls']} 次 / calls, {usage['drafted']} ✓"]


def _cost(each: dict[str, Any]) -> list[str]:
    return [f"{each['tokens_in']} + {each['tokens_out']} token, ≤ {yuan_text(each['cost_fen'])}, {each['took_ms']} ms"]
