"""`liftloop stop`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.command("stop", short_help="一键停发 / stop sending at once")
@click.option("--channel", default="", help="只停一个渠道，确认类消息也停 / one channel, confirmations too")
@click.option("--reason", default="", help="原因 / why")
@click.option("--off", is_flag=True, help="恢复发送 / go on")
@click.option("--show", "look", is_flag=True, help="只看现在停了什么 / only look")
@data_option
@json_option
def command(channel: str, reason: str, off: bool, look: bool, data: Path, as_json: bool) -> None:
    """立刻停发全部营销，或一个渠道，已排队的也停；--off 恢复。 / Stop all marketing, or a channel, at once.

    \b
    例 / Example:
      liftloop stop --reason 价格写错
      liftloop stop --off
    """
    with server(data) as desk:
        if look:
            answer = desk.get("/stops")
        elif off:
            answer = desk.post("/stops/end", {"channel": channel})
        else:
            answer = desk.post("/stops", {"channel": channel, "reason": reason})
    show(answer, as_json, _lines(answer))


def _lines(answer: dict[str, Any]) -> list[str]:
    lines = [
        spoken(
            {
                "zh": f"停发：{each['channel'] or '全部营销'}  {each['reason']}  {each['at']}",
                "en": f"stands still: {each['channel'] or 'all marketing'}  {each['reason']}  {each['at']}",
            }
        )
        for each in answer["standing"]
    ] or [spoken({"zh": "正常发送", "en": "everything goes on"})]
    return [*lines, spoken({"zh": f"待发 {answer['waiting']:,} 条", "en": f"{answer['waiting']:,} wait"})]
