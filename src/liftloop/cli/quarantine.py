"""`liftloop quarantine`."""

from pathlib import Path

import click

from liftloop.cli.connection import data_option, json_option, server, show


@click.group("quarantine", short_help="隔离区 / what could not be taken")
def command() -> None:
    """查看收不下的消息和原因，修好之后重放。 / See what could not be taken and why; replay it once that is mended."""


@command.command("list")
@click.option("--reason", default="", help="只看这种原因 / only this reason")
@click.option("--limit", default=20, type=click.IntRange(1, 200), help="条数 / how many")
@data_option
@json_option
def listed(reason: str, limit: int, data: Path, as_json: bool) -> None:
    """各种原因的条数，和最早的几条。 / Counts by reason, and the oldest records.

    \b
    例 / Example:
      liftloop quarantine list --reason against_plan
    """
    with server(data) as desk:
        answer = desk.get("/quarantine", reason=reason, limit=limit)
    lines = [f"{count:>10,}  {name}" for name, count in answer["counts"].items()]
    lines += [
        f"{each['id']:>10}  {each['at']}  {each['reason']}  {each['kind']} {each['name']}  {_detail(each['detail'])}"
        for each in answer["records"]
    ]
    show(answer, as_json, lines or ["隔离区是空的 / nothing waits"])


@command.command("replay")
@click.option("--reason", default="", help="只重放这种原因 / only this reason")
@click.option("--id", "ids", type=int, multiple=True, help="只重放这几条 / only these records")
@data_option
@json_option
def replay(reason: str, ids: tuple[int, ...], data: Path, as_json: bool) -> None:
    """按现在的规则重新读取；保留消息 id 和发生时间。 / Read again by today's rules; id and event time stay.

    \b
    例 / Example:
      liftloop quarantine replay --reason against_plan --json
    """
    with server(data) as desk:
        answer = desk.post("/quarantine/replay", {"reason": reason, "ids": list(ids)})
    stays = sum(answer["refused"].values())
    show(answer, as_json, [f"已放行 {answer['taken']:,}，仍隔离 {stays:,} / taken {answer['taken']:,}, stay {stays:,}"])


def _detail(detail: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in detail.items())
