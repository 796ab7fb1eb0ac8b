"""`liftloop profile`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken
from liftloop.cli.main import language
from liftloop.kernel.money import yuan_text


@click.command("profile", short_help="一个人 / one person")
@click.argument("person")
@data_option
@json_option
def command(person: str, data: Path, as_json: bool) -> None:
    """一个人的身份、属性、授权、消息和经历。 / A person's identifiers, traits, consents, messages and timeline.

    \b
    例 / Example:
      liftloop profile u10086
    """
    with server(data) as desk:
        answer = desk.get(f"/profiles/{person}")
    lines = [f"{answer['name']}  ({answer['profile_id']})", spoken(answer["sentence"])]
    lines += [f"  {each['kind']}: {each['value']}" for each in answer["identifiers"]]
    lines += [f"  {spoken(each['name'])}: {_value(each)}" for each in answer["traits"]]
    lines += [f"  # {each['name']}" + (f" → {each['until']}" if each["until"] else "") for each in answer["tags"]]
    lines += [f"  {each['channel']} · {each['purpose']}: {each['status']}" for each in answer["consents"]]
    lines += [f"  {each['at']}  {_moment(each)}" for each in answer["timeline"]]
    show(answer, as_json, lines)


def _value(trait: dict[str, Any]) -> str:
    if trait["words"]:
        return spoken(trait["words"])
    value, english = trait["value"], language() == "en"
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
