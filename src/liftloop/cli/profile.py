"""`liftloop profile`."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language
from liftloop.kernel.money import yuan_text

_LEVEL, _POINTS = {"zh": "等级", "en": "level"}, {"zh": "积分", "en": "points"}


class _People(click.Group):
    """Shows a person where the first word is no command: `liftloop profile u10086`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group("profile", cls=_People, short_help="一个人 / one person")
def command() -> None:
    """查看一个人，撤销合并。 / See a person; undo a merge.

    \b
    例 / Example:
      liftloop profile show u10086
    """


@command.command("show")
@click.argument("person")
@data_option
@json_option
def shown(person: str, data: Path, as_json: bool) -> None:
    """一个人的身份、属性、信号、授权、消息和经历。 / A person's identity, traits, signals, consents and timeline.

    \b
    例 / Example:
      liftloop profile show u10086
    """
    with server(data) as desk:
        answer = desk.get(f"/profiles/{person}")
        identity = desk.get(f"/profiles/{answer['profile_id']}/identity")
    lines = [f"{answer['name']}  ({answer['profile_id']})", spoken(answer["sentence"])]
    lines += [f"  {_identifier(each)}" for each in identity["identifiers"]]
    lines += [f"  {each['merge_id']}  {each['at']}  {_merge(each)}" for each in identity["merges"]]
    lines += [f"  {spoken(each['name'])}: {_value(each)}" for each in answer["traits"]]
    lines += _membership(answer)
    lines += [f"  # {each['name']}" + (f" → {each['until']}" if each["until"] else "") for each in answer["tags"]]
    lines += [f"  ! {each['name']}: {spoken(each['sentence'])}" for each in answer["signals"]]
    lines += [f"  {spoken(each['words'])}" for each in answer["consents"]]
    lines += [f"  {each['at']}  {_moment(each)}" for each in answer["timeline"]]
    show({**answer, "identity": identity}, as_json, lines)


def _membership(answer: dict[str, Any]) -> list[str]:
    """Return level, what the next one lacks, and the balance of points."""
    level, above, points = answer["level"], answer["next_level"], answer["points"]
    lines = [f"  {spoken(_LEVEL)}: {level['name']}"] if level else []
    if above:
        lacks = "; ".join(spoken(each["sentence"]) for each in above["lacks"])
        lines.append(f"  → {above['name']}: {lacks}")
    return [*lines, *([f"  {spoken(_POINTS)}: {points['balance']:,}"] if points else [])]


@command.command("fields")
@data_option
@json_option
def fields(data: Path, as_json: bool) -> None:
    """个人信息字段：哪些加密，哪些只是遮住。 / Personal fields: which are sealed, which are only hidden on screens.

    \b
    例 / Example:
      liftloop profile fields
    """
    with server(data) as desk:
        found = desk.get("/data/personal-fields")
    own = [f"{each['id']} {spoken(each['name'])}" for each in found["own"]]
    hidden = [f"  ! {each['id']} {spoken(each['name'])}" for each in found["hidden"]]
    lines = [
        f"加密 / sealed: {', '.join([*found['sealed'], *own])}",
        f"  traits: {', '.join(found['sealed_traits'])}",
        f"名字里有这些词就遮住 / hidden by these words: {', '.join(found['words'])}",
        "只遮住、以明文保存 / only hidden, kept in the clear:",
        *(hidden or ["  —"]),
    ]
    show(found, as_json, lines)


@command.command("undo-merge")
@click.argument("merge")
@click.option("--reason", default="", help="原因，记入审计 / why, for the record")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@data_option
@json_option
def undo_merge(merge: str, reason: str, yes: bool, data: Path, as_json: bool) -> None:
    """撤销一次合并：又是两个人。 / Undo a merge: two people again.

    \b
    例 / Example:
      liftloop profile undo-merge 120-0 --reason "夫妻共用手机"
    """
    if not yes:
        question = "拆开后两人各有各的历史，以后不会再自动合并。继续？ / Two people for good. Go on?"
        click.confirm(question, abort=True, err=True)
    with server(data) as desk:
        answer = desk.post(f"/merges/{merge}/undo", {"reason": reason})
    pair = f"{answer['kept_profile_id']} · {answer['forwarded_profile_id']}"
    words = "已拆开 / two people again" if answer["standing"] == "undone" else "正在拆开 / under way"
    show(answer, as_json, [f"{words}: {pair}"])


@command.command("alike")
@click.option("--find", is_flag=True, help="重新查找 / search again")
@data_option
@json_option
def alike(find: bool, data: Path, as_json: bool) -> None:
    """可能是同一个人的客户，等人判断。 / People who may be the same, for somebody to judge.

    \b
    例 / Example:
      liftloop profile alike --find
    """
    with server(data) as desk:
        answer = desk.post("/suggestions/find", {}) if find else desk.get("/suggestions")
    lines = [
        f"{each['probability']:.0%}  {_person(each['first'])}  ~  {_person(each['second'])}  {spoken(each['evidence'])}"
        for each in answer["pairs"]
    ]
    show(answer, as_json, lines or ["没有待判断的 / nothing to judge"])


@command.command("judge")
@click.argument("first")
@click.argument("second")
@click.option("--same/--different", default=None, help="同一个人，或不是 / one person, or two")
@data_option
@json_option
def judge(first: str, second: str, same: bool | None, data: Path, as_json: bool) -> None:
    """判断两位客户是不是同一个人。 / Say whether two are one person.

    \b
    例 / Example:
      liftloop profile judge p3f p9k --same
    """
    if same is None:
        raise click.UsageError("加上 --same 或 --different / say --same or --different")
    with server(data) as desk:
        answer = desk.post("/suggestions/judge", {"first_profile_id": first, "second_profile_id": second, "same": same})
    show(answer, as_json, [f"记下了，还有 {len(answer['pairs'])} 对 / noted, {len(answer['pairs'])} left"])


def _person(person: dict[str, Any]) -> str:
    return f"{person['name']} ({person['profile_id']})"


def _identifier(identifier: dict[str, Any]) -> str:
    source = f" · {spoken(identifier['told_by'])}" if identifier["source"] else ""
    return f"{spoken(identifier['name'])}: {identifier['value']}  ({spoken(identifier['sure'])}{source})"


@command.command("export")
@click.argument("person")
@data_option
def exported(person: str, data: Path) -> None:
    """交出一个人的全部数据（JSON，明文，记入审计）。 / Hand out all data of a person: JSON, in the clear, recorded.

    \b
    例 / Example:
      liftloop profile export u10086 > u10086.json
    """
    with server(data) as desk:
        show(desk.post(f"/profiles/{quote(person, safe='')}/export", {}), True, [])


@command.command("erase")
@click.argument("person")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@click.option("--reason", default="", help="写进审计的原因，不要写姓名 / why, for the audit; never a name")
@data_option
@json_option
def erased(person: str, yes: bool, reason: str, data: Path, as_json: bool) -> None:
    """抹除一个人的个人数据：销毁密钥，无法恢复。 / Erase a person: their keys are destroyed, with no way back.

    \b
    例 / Example:
      liftloop profile erase u10086 --reason "request 42"
    """
    with server(data) as desk:
        found = desk.get(f"/profiles/{quote(person, safe='')}")
        if not yes:
            asked = {"zh": "抹除后无法恢复。继续吗", "en": "What is erased cannot come back. Go on"}
            click.confirm(f"{found['name']} ({found['profile_id']}): {spoken(asked)}", abort=True)
        body = {"confirm": found["profile_id"], "reason": reason}
        done = desk.post(f"/profiles/{found['profile_id']}/erase", body)
    told = {
        "zh": f"已抹除 {done['profile_id']}：销毁 {done['keys']} 把密钥，撤回 {done['consents']} 项同意",
        "en": f"{done['profile_id']} is erased: {done['keys']} keys destroyed, {done['consents']} consents withdrawn",
    }
    show(done, as_json, [spoken(told)])


def _merge(merge: dict[str, Any]) -> str:
    standing = {"merged": "已合并 / merged", "undoing": "正在拆开 / being undone", "undone": "已拆开 / undone"}
    standing["given_up"] = "没能拆开 / not undone"
    problem = f"  {spoken(merge['problem'])}" if merge["problem"] else ""
    return f"{standing[merge['standing']]}: {spoken(merge['label'])}  {', '.join(merge['goes'])}{problem}"


def _value(trait: dict[str, Any]) -> str:
    if trait["words"]:
        return spoken(trait["words"])
    value, english = trait["value"], language() == "en"
    if value is None:
        return "—"
    if isinstance(value, bool):
        return spoken({"zh": "是", "en": "yes"} if value else {"zh": "否", "en": "no"})
    match trait["unit"]:
        case "fen":
            return yuan_text(value)
        case "days":
            return f"{value} days" if english else f"{value} 天"
        case "times":
            return f"{value}" if english else f"{value} 次"
        case _:
            return str(value)


def _moment(moment: dict[str, Any]) -> str:
    return " · ".join(spoken(moment[part]) for part in ("label", "detail") if moment[part])
