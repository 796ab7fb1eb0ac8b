"""`liftloop content`."""

import json
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.compose.drafting.occasions import OCCASIONS
from liftloop.kernel.errors import EXIT_REFUSED

STATES = {
    "draft": "草稿 / draft",
    "submitted": "待审批 / submitted",
    "approved": "已批准 / approved",
    "rejected": "已驳回 / rejected",
}

PAGE_STATES = {
    "public": "公开 / public",
    "none": "没有批准过，不公开 / nobody approved it: not public",
    "gone": "已下线 / ended",
}


@click.group("content", short_help="内容库：检查、审批、预览 / contents: check, approve, preview")
def command() -> None:
    """内容：写得合不合规，谁批准了，客户看到什么。 / Contents: what they break, who approved them, how they read."""


@command.command("check")
@click.argument("what")
@click.option("--channel", default="", help="按哪个渠道检查 / through which channel")
@click.option("--purpose", type=click.Choice(["marketing", "transactional", "service"]), help="用途 / purpose")
@data_option
@json_option
def check(what: str, channel: str, purpose: str | None, data: Path, as_json: bool) -> None:
    """检查一个内容（id 或 @文件.json）；不能发时退出码为 3。 / Check a content, by id or @file.json.

    \b
    例 / Example:
      liftloop content check autumn --channel sms
      liftloop content check @draft.json --channel mail
    """
    asked: dict[str, Any] = {"channel": channel, "purpose": purpose}
    asked |= {"content": _file(what[1:])} if what.startswith("@") else {"content_id": what}
    with server(data) as desk:
        answer = desk.post("/contents/check", asked)
    show(answer, as_json, _lines(answer))
    if answer["verdict"] == "blocked":
        raise SystemExit(EXIT_REFUSED)


@command.command("rules")
@data_option
@json_option
def rules(data: Path, as_json: bool) -> None:
    """全部规则：谁定的，出处，核对日期。 / All rules: whose, from where, last checked when.

    \b
    例 / Example:
      liftloop content rules
    """
    with server(data) as desk:
        answer = desk.get("/contents/rules")
    show(answer, as_json, [_rule(each) for each in answer["rules"]])


@command.command("list")
@click.option("--folder", default="", help="只看一个文件夹 / one folder only")
@data_option
@json_option
def listed(folder: str, data: Path, as_json: bool) -> None:
    """内容库：状态、合规结论、用在哪。 / The library: state, verdict, where each is used.

    \b
    例 / Example:
      liftloop content list --folder 会员
    """
    with server(data) as desk:
        answer = desk.get("/contents/library")
    rows = [each for each in answer["contents"] if each["folder"].startswith(folder)]
    show({**answer, "contents": rows}, as_json, [_row(each) for each in rows] or ["还没有内容 / no contents yet"])


@command.command("show")
@click.argument("identity")
@click.option("--diff", type=int, help="和这个版本比较 / compare with this version")
@data_option
@json_option
def shown(identity: str, diff: int | None, data: Path, as_json: bool) -> None:
    """一个内容：文字、版本、审批、例外。 / One content: words, versions, reviews, exceptions.

    \b
    例 / Example:
      liftloop content show autumn --diff 2
    """
    with server(data) as desk:
        answer = desk.get(f"/contents/library/{identity}")
        if diff is not None:
            changed = desk.get(f"/contents/library/{identity}/changes", before=diff, after=answer["row"]["version"])
            answer = {**answer, "changes": changed["changes"]}
    show(answer, as_json, _shown(answer))


@command.command("page")
@click.argument("identity")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="另存为网页 / save its look here")
@click.option("--language", default="", help="哪种语言 / in which language")
@data_option
@json_option
def page(identity: str, out: Path | None, language: str, data: Path, as_json: bool) -> None:
    """一个落地页：是否公开，地址是什么。 / A landing page: whether it is public, and its address.

    \b
    例 / Example:
      liftloop content page autumn --out autumn.html
    """
    with server(data) as desk:
        answer = desk.get(f"/contents/library/{identity}/page")
        if out is not None:
            made = desk.post("/contents/page", {"content_id": identity, "language": language})
            out.write_text(made["html"], encoding="utf-8")
    said = PAGE_STATES[answer["state"]]
    show(answer, as_json, [f"{identity} v{answer['version']} {said} {answer['url']}" if answer["version"] else said])


@command.command("revert")
@click.argument("identity")
@click.argument("version", type=int)
@data_option
@json_option
def revert(identity: str, version: int, data: Path, as_json: bool) -> None:
    """恢复成以前的一个版本。 / Publish an earlier version again."""
    with server(data) as desk:
        answer = desk.post(f"/contents/library/{identity}/revert", {"version": version})
    show(answer, as_json, [f"{identity} v{answer['version']}"])


@command.command("submit")
@click.argument("identity")
@click.option("--remark", default="", help="留言 / a remark")
@data_option
@json_option
def submit(identity: str, remark: str, data: Path, as_json: bool) -> None:
    """送审批。 / Ask for approval of the words as they are now."""
    _say(identity, "submit", remark, data, as_json)


@command.command("approve")
@click.argument("identity")
@click.option("--remark", default="", help="留言 / a remark")
@data_option
@json_option
def approve(identity: str, remark: str, data: Path, as_json: bool) -> None:
    """批准现在的文字；改过就要重新批准。 / Approve the words as they are now; other words lose it."""
    _say(identity, "approve", remark, data, as_json)


@command.command("reject")
@click.argument("identity")
@click.option("--remark", required=True, help="原因 / why")
@data_option
@json_option
def reject(identity: str, remark: str, data: Path, as_json: bool) -> None:
    """驳回，写明原因；驳回的文字不会发出。 / Reject the words, with the reason: they do not leave."""
    _say(identity, "reject", remark, data, as_json)


@command.command("except")
@click.argument("identity")
@click.option("--rule", required=True, help="规则 / the rule")
@click.option("--quote", required=True, help="哪个词 / the phrase")
@click.option("--evidence", required=True, help="依据 / what proves it")
@data_option
@json_option
def exempt(identity: str, data: Path, as_json: bool, **said: str) -> None:
    """给一个词登记例外，附依据。 / Record an exception for one phrase, with its evidence.

    \b
    例 / Example:
      liftloop content except autumn --rule CN-SUPERLATIVE --quote 销量第一 --evidence "协会 2026 年报第 12 页"
    """
    with server(data) as desk:
        answer = desk.post(f"/contents/library/{identity}/exceptions", said)
    show(answer, as_json, [f"✓ {answer['rule']}「{answer['quote']}」{answer['evidence']}"])


@command.command("draft")
@click.argument("goal", default="")
@click.option("--channel", default="", help="写给哪个渠道 / for which channel")
@click.option("--occasion", type=click.Choice([each.id for each in OCCASIONS]), help="为什么写 / what for")
@click.option("--signal", default="", help="因为哪个信号（不会告诉客户） / because of which signal (never told)")
@click.option("--offer", default="", help="带哪个优惠 / with which offer")
@click.option("--item", default="", help="带哪个商品 / with which item")
@click.option("--mention", default="", help="还要说什么 / what to say besides")
@click.option("--url", default="", help="链接 / a link")
@click.option("--language", type=click.Choice(["zh-CN", "en"]), default="zh-CN", help="客户的语言 / readers' language")
@click.option("--purpose", type=click.Choice(["marketing", "transactional", "service"]), help="用途 / purpose")
@click.option("--template", default="", help="服务商的模板编号 / the provider's template")
@click.option("--field", "fields", multiple=True, help="模板字段，可多次 / a field of the template, again and again")
@click.option("--save", default="", help="把一篇存成这个 id 的内容 / keep one as the content with this id")
@click.option("--number", type=click.IntRange(1), default=1, help="存第几篇 / which one to keep")
@data_option
@json_option
def draft(save: str, number: int, data: Path, as_json: bool, **wish: Any) -> None:
    """按规则写几篇草稿，设了语言模型也请它写，并指出哪里还不行。

    Drafts by rules, and by a language model where one is set, with what stands against each.

    \b
    例 / Example:
      liftloop content draft "召回 60 天没来的会员" --channel sms --offer ten
      liftloop content draft "win back" --channel mail --language en --save spring --number 2
    """
    asked = {**wish, "occasion": wish["occasion"] or "", "fields": list(wish["fields"])}
    with server(data) as desk:
        answer = desk.post("/contents/drafts", asked)
        drafts = answer["drafts"]
        if save:
            if number > len(drafts):
                raise click.BadParameter(f"只有 {len(drafts)} 篇 / there are {len(drafts)}", param_hint="--number")
            made = desk.post("/contents", {**drafts[number - 1]["content"], "id": save})
            answer = {**answer, "saved": {"content_id": save, "version": made["version"]}}
    show(answer, as_json, _drafts(answer))


@command.command("preview")
@click.argument("what")
@click.argument("person")
@click.option("--channel", default="", help="按哪个渠道看 / through which channel")
@click.option("--offer", default="", help="带哪个优惠 / with which offer")
@click.option("--item", default="", help="带哪个商品 / with which item")
@data_option
@json_option
def preview(what: str, person: str, data: Path, as_json: bool, **more: str) -> None:
    """一位真实客户会看到什么（内容 id，或 @文件.json）；不会发出。 / What one real person would see; nothing is sent.

    \b
    例 / Example:
      liftloop content preview autumn u10086 --channel sms
    """
    asked: dict[str, Any] = {"content": _file(what[1:])} if what.startswith("@") else {"content_id": what}
    with server(data) as desk:
        answer = desk.post("/contents/preview", {**asked, "person": person, **more})
    show(answer, as_json, _seen(answer))


TONES = {
    "plain": "平实 / plain",
    "warm": "亲切 / warm",
    "brief": "简短 / brief",
    "playbook": "打法话术 / from a playbook",
    "model": "语言模型 / by the language model",
}


def _drafts(answer: dict[str, Any]) -> list[str]:
    lines = [f"{spoken(answer['occasion']['name'])}"]
    lines += [f"· {spoken(answer['model']['says'])}"] if answer["model"] else []
    for place, each in enumerate(answer["drafts"], 1):
        content = each["content"]
        lines += ["", f"{place}. {TONES[each['tone']]}"]
        lines += [f"{name}: {content[name]}" for name in ("subject", "preheader") if content.get(name)]
        lines += content["body"].splitlines()
        lines += [f"? 要填 / to fill in: {', '.join(each['open'])}"] if each["open"] else []
        lines += [f"→ 送审模板 / to have approved: {each['proposed']}"] if each["proposed"] else []
        lines += _lines(each["check"])
    if "saved" in answer:
        lines += ["", f"✓ {answer['saved']['content_id']} v{answer['saved']['version']}"]
    return lines


def _say(identity: str, what: str, remark: str, data: Path, as_json: bool) -> None:
    with server(data) as desk:
        answer = desk.post(f"/contents/library/{identity}/{what}", {"remark": remark})
    show(answer, as_json, [f"{identity} v{answer['version']}: {STATES[answer['status']]}"])


def _row(row: dict[str, Any]) -> str:
    name = "/".join(each for each in (row["folder"], row["name"] or row["content_id"]) if each)
    used = "、".join(dict.fromkeys(each["name"] for each in row["used_in"]))
    verdict = {"fine": "", "warned": "!", "blocked": "✗"}[row["verdict"]]
    return f"{verdict:<2}{STATES[row['state']]:<18} {name} ({row['content_id']} v{row['version']})  {used}".rstrip()


def _shown(answer: dict[str, Any]) -> list[str]:
    body = answer["body"]
    texts = [f"{name}: {body[name]}" for name in ("subject", "preheader", "body") if body.get(name)]
    lines = [_row(answer["row"]), *texts, *_lines(answer["check"])]
    lines += [
        f"{each['at']}  {STATES[each['status']]} v{each['version']}  {spoken(each['by'])}  {each['remark']}".rstrip()
        for each in answer["reviews"]
    ]
    lines += [f"v{each['version']}  {each['at']}  {spoken(each['by'])}" for each in answer["versions"]]
    marks = {"same": "  ", "added": "+ ", "removed": "- "}
    return [*lines, *(f"{each['field']}: {marks[each['kind']]}{each['text']}" for each in answer.get("changes", ()))]


def _seen(answer: dict[str, Any]) -> list[str]:
    if answer["problem"]:
        return [f"✗ {spoken(answer['problem'])}"]
    lines = [f"{each['name']}: {each['value']}" for each in answer["fields"]]
    lines += [each for each in (answer["subject"], answer["preheader"]) if each]
    lines += [] if answer["fields"] else [answer["text"]]
    if answer["sms"]:
        lines.append(f"{answer['sms']['characters']} 字 / characters, {answer['sms']['segments']} 条 / messages")
    return lines


def _file(name: str) -> Any:
    try:
        return json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"读不出 / cannot be read: {error}") from error


def _lines(answer: dict[str, Any]) -> list[str]:
    lines = [f"✗ {spoken(each['says'])}" for each in answer["problems"]]
    for hit in answer["hits"]:
        mark = "✓" if hit["exemption"] else "✗" if hit["blocks"] else "!"
        quote = f"「{hit['quote']}」" if hit["quote"] else ""
        lines.append(f"{mark} {hit['rule']['id']} {quote}{spoken(hit['says'])}")
        lines.append(f"    → {spoken(hit['rule']['next'])}（{hit['rule']['source']}）")
    lines += [
        f"{each['language']}: {each['characters']} 字 / characters, {each['segments']} 条 / messages: {each['text']}"
        for each in answer["sms"]
    ]
    verdicts = {
        "fine": "可以发 / fine",
        "warned": "可以发，建议改 / allowed, look again",
        "blocked": "不能发 / blocked",
    }
    return [*lines, verdicts[answer["verdict"]]]


def _rule(rule: dict[str, Any]) -> str:
    mark = {"block": "阻止 / block", "warn": "提醒 / warn"}[rule["severity"]]
    return f"{rule['id']:<22} {mark:<12}  {spoken(rule['says'])}  {rule['source']}  {rule['checked_at']}"
