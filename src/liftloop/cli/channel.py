"""`liftloop channel`."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import Server, data_option, json_option, server, show, spoken

_MARKS = {"done": "✓", "missing": "✗", "by_hand": "?"}


@click.group("channel", short_help="渠道设置清单 / what channels take")
def command() -> None:
    """渠道：有哪些种类，开通要准备什么，还缺什么。 / Channels: the kinds, what each takes, what is missing."""


@command.command("kinds")
@data_option
@json_option
def kinds(data: Path, as_json: bool) -> None:
    """有哪些种类的渠道。 / Which kinds there are.

    \b
    例 / Example:
      liftloop channel kinds
    """
    with server(data) as desk:
        answer = desk.get("/channels/kinds")
    show(answer, as_json, [f"{each['kind']:<18}{spoken(each['name'])}" for each in answer["kinds"]])


@command.command("steps")
@click.argument("kind")
@data_option
@json_option
def steps(kind: str, data: Path, as_json: bool) -> None:
    """开通一种渠道要准备什么：到哪里办，要多久。 / What a kind takes: where to get it, how long it takes.

    \b
    例 / Example:
      liftloop channel steps aliyun_sms
    """
    with server(data) as desk:
        answer = desk.get(f"/channels/kinds/{quote(kind, safe='')}/setup")
    show(answer, as_json, _lines(answer, marked=False))


@command.command("check")
@click.argument("channel")
@data_option
@json_option
def check(channel: str, data: Path, as_json: bool) -> None:
    """一个渠道还缺什么；✓ 已填，✗ 缺，? 要自己确认。 / What a channel lacks; ? is for you to say.

    \b
    例 / Example:
      liftloop channel check sms
    """
    with server(data) as desk:
        answer = desk.get(f"/channels/{quote(channel, safe='')}/setup")
    show(answer, as_json, _lines(answer, marked=True))


@command.command("standing")
@data_option
@json_option
def standing(data: Path, as_json: bool) -> None:
    """每个渠道现在怎样：有多少条没有答复。 / How each channel stands: what is unanswered there.

    \b
    例 / Example:
      liftloop channel standing
    """
    with server(data) as desk:
        answer = desk.get("/channels/standing")
    none = spoken({"zh": "还没有渠道", "en": "there is no channel yet"})
    show(
        answer,
        as_json,
        [line for each in answer["channels"] for line in (_standing(each), *_paused(each), *_quotas(each))] or [none],
    )


@command.command("renew")
@click.argument("channel")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="新的凭证 / a new credential")
@data_option
@json_option
def renew(channel: str, settings: tuple[str, ...], data: Path, as_json: bool) -> None:
    """换上新的凭证，等着的消息随即发出；不写 --set 就逐项询问。 / Put in new credentials; without --set you are asked.

    \b
    例 / Example:
      liftloop channel renew sms
    """
    with server(data) as desk:
        given = dict(_pair(each) for each in settings) or _asked(desk, channel)
        answer = desk.post(f"/channels/{quote(channel, safe='')}/credentials", {"settings": given})
    said = {"zh": "凭证已更新，等着的消息继续发送", "en": "credentials renewed; what waited goes on"}
    show(answer, as_json, [spoken(said)])


@command.command("quota")
@click.argument("channel")
@click.argument("quotas", nargs=-1)
@data_option
@json_option
def quota(channel: str, quotas: tuple[str, ...], data: Path, as_json: bool) -> None:
    """设置渠道配额，代替原有的全部；不写就是不限。 / Set a channel's quotas in place of all it has; none is no limit.

    \b
    写法 / Each: COUNT/hour|day|month[/person][,refuse][,kept=N]
    例 / Example:
      liftloop channel quota sms 20000/day,kept=500 1/day/person
    """
    given = [_quota(each) for each in quotas]
    with server(data) as desk:
        answer = desk.put(f"/channels/{quote(channel, safe='')}/quotas", {"quotas": given})
    said = {"zh": f"配额已更新，共 {len(given)} 条", "en": f"the channel has {len(given)} quotas now"}
    show(answer, as_json, [spoken(said)])


def _quota(text: str) -> dict[str, Any]:
    """Read a quota.

    >>> _quota("1/day/person,refuse")
    {'count': 1, 'per': 'day', 'each_person': True, 'over': 'refuse'}
    """
    what, *more = text.split(",")
    count, _, per = what.partition("/")
    length, _, whose = per.partition("/")
    if not count.isdigit() or length not in ("hour", "day", "month") or whose not in ("", "person"):
        raise click.BadParameter(f"{text}：要写成 / write it as 20000/day", param_hint="QUOTAS")
    read: dict[str, Any] = {"count": int(count), "per": length, "each_person": bool(whose)}
    for each in more:
        name, _, value = each.partition("=")
        if name in ("wait", "refuse") and not value:
            read["over"] = name
        elif name == "kept" and value.isdigit():
            read["kept"] = int(value)
        else:
            raise click.BadParameter(f"{each}：只有 / there are only wait, refuse, kept=N", param_hint="QUOTAS")
    return read


@command.command("resume")
@click.argument("channel")
@data_option
@json_option
def resume(channel: str, data: Path, as_json: bool) -> None:
    """充值、授权或加白名单之后，让暂停的渠道马上继续。 / Let a paused channel go on at once.

    \b
    例 / Example:
      liftloop channel resume sms
    """
    with server(data) as desk:
        answer = desk.post(f"/channels/{quote(channel, safe='')}/resume", {})
    zh, en = ("继续发送", "it goes on") if answer["paused"] else ("没有暂停", "it did not pause")
    show(answer, as_json, [spoken({"zh": zh, "en": en})])


def _pair(text: str) -> tuple[str, str]:
    """Read a setting; one without a value must not wipe out what is there.

    >>> _pair("key=a=b")
    ('key', 'a=b')
    >>> _pair("key=")
    Traceback (most recent call last):
    click.exceptions.BadParameter: key：要写成 / write it as NAME=VALUE
    """
    name, _, value = text.partition("=")
    if not name or not value:
        raise click.BadParameter(f"{name}：要写成 / write it as NAME=VALUE", param_hint="--set")
    return name, value


def _asked(desk: Server, channel: str) -> dict[str, str]:
    """Ask for every setting of the channel's credentials; what is left empty stays."""
    steps = desk.get(f"/channels/{quote(channel, safe='')}/setup")["steps"]
    fields = next((step["fields"] for step in steps if step["credentials"]), [])
    given = {name: click.prompt(name, default="", show_default=False, hide_input=True) for name in fields}
    return {name: value for name, value in given.items() if value}


@command.command("ask")
@click.argument("channel")
@data_option
@json_option
def ask(channel: str, data: Path, as_json: bool) -> None:
    """向服务商查询没有答复的消息，只查不发。 / Ask the provider about unanswered messages; nothing is sent.

    \b
    例 / Example:
      liftloop channel ask sms
    """
    with server(data) as desk:
        answer = desk.post(f"/channels/{quote(channel, safe='')}/ask", {})
    counts = {name: f"{answer[name]:,}" for name in ("asked", "sent", "failed", "open", "given_up")}
    zh = "查了 {asked} 条：{sent} 条服务商已收到，{failed} 条没有发出，{open} 条过后再查，{given_up} 条查不到"
    en = "asked for {asked}: {sent} were taken, {failed} not sent, {open} come again, {given_up} stay unknown"
    lines = [spoken({"zh": zh.format(**counts), "en": en.format(**counts)})]
    if answer["reason"]:
        why = answer["reason"]
        lines.append(spoken({"zh": f"现在问不到：{why}", "en": f"cannot be asked just now: {why}"}))
    show(answer, as_json, lines)


def _quotas(each: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for use in each["quotas"]:
        zh_per = {"hour": "每小时", "day": "每天", "month": "每月"}[use["per"]]
        who_zh, who_en = ("每位客户", " a person") if use["each_person"] else ("", "")
        of_zh, of_en = (" 人已用完", " people used up theirs") if use["each_person"] else (" 条已用", " used")
        zh = f"    {who_zh}{zh_per} {use['count']:,} 条：{use['used']:,}{of_zh}，{use['waiting']:,} 条排在后面"
        en = f"    {use['count']:,} a {use['per']}{who_en}: {use['used']:,}{of_en}, {use['waiting']:,} wait for later"
        lines.append(spoken({"zh": f"{zh}，{use['again']} 重新计", "en": f"{en}, anew at {use['again']}"}))
    return lines


def _paused(each: dict[str, Any]) -> list[str]:
    pause = each["paused"]
    if pause is None:
        return []
    zh, en = f"    暂停：{pause['waiting']:,} 条在等", f"    paused: {pause['waiting']:,} wait"
    code = f" ({pause['code']})" if pause["code"] else ""
    why, then = spoken(pause["why"]), spoken(pause["next"])
    return [spoken({"zh": f"{zh}。{why}{code}", "en": f"{en}; {why}{code}"}), f"    → {then}"]


def _standing(each: dict[str, Any]) -> str:
    line = f"{each['channel']:<18}{each['kind']:<18}"
    if not each["in_doubt"]:
        return line + spoken({"zh": "都有答复", "en": "all answered"})
    zh, en = f"{each['in_doubt']:,} 条没有答复", f"{each['in_doubt']:,} unanswered"
    if each["asked_next"]:
        zh, en = f"{zh}，{each['asked_next']} 再查", f"{en}, asked for at {each['asked_next']}"
    return line + spoken({"zh": zh, "en": en})


def _lines(answer: dict[str, Any], *, marked: bool) -> list[str]:
    name = spoken(answer["name"])
    lines = [f"{answer['channel_id']}  {name}" if answer["channel_id"] else name]
    for number, step in enumerate(answer["steps"], 1):
        mark = _MARKS[step["standing"]] if marked else f"{number}."
        fields = f"  [{', '.join(step['fields'])}]" if step["fields"] else ""
        lines += [f"{mark} {spoken(step['what'])}{fields}", f"    {spoken(step['where'])} · {spoken(step['takes'])}"]
        if step["callback"] and answer["callback_path"]:
            lines.append(f"    https://…{answer['callback_path']}")
    if marked:
        missing = ", ".join(answer["missing"])
        lines.append(
            spoken(
                {"zh": f"缺：{missing}" if missing else "需要填的都填了", "en": f"missing: {missing or 'no setting'}"}
            )
        )
    return lines
