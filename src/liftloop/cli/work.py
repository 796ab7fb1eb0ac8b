"""The commands `lead`, `deal`, `task` and `ticket`: the same work, four words for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken

WORDS: Mapping[str, tuple[str, str]] = {
    "lead": ("线索", "leads"),
    "deal": ("商机", "deals"),
    "task": ("任务", "tasks of staff"),
    "ticket": ("工单", "tickets"),
}


def group(kind: str) -> click.Group:
    """Return the command of one kind of work."""
    zh, en = WORDS[kind]
    command = click.Group(kind, help=f"{zh}：列表、建立、指派、关闭。 / {en}: list, open, assign, close.")
    for made in (_list(kind), _show(kind), _open(kind), _assign(kind), _close(kind), _reopen(kind)):
        command.add_command(made)
    if kind in ("lead", "deal"):
        command.add_command(_stage())
    if kind == "task":
        command.add_command(_call())
    return command


def _list(kind: str) -> click.Command:
    @click.command("list")
    @click.option("--state", type=click.Choice(["open", "closed"]), default="open", show_default=True)
    @click.option("--owner", default="", help="谁的 / whose")
    @click.option("--team", default="", help="哪个团队的 / of which team")
    @click.option("--waiting", is_flag=True, help="还没有人接的 / only what nobody has")
    @click.option("--overdue", is_flag=True, help="已超时的 / only what is overdue")
    @data_option
    @json_option
    def listed(data: Path, as_json: bool, **asked: Any) -> None:
        said = {name: ("true" if value is True else value) for name, value in asked.items() if value}
        with server(data) as desk:
            answer = desk.get("/work", kind=kind, limit=200, **said)
        show(answer, as_json, [_line(each) for each in answer["works"]] or ["没有 / none"])

    listed.help = f"""最先到期的在前。 / What is due soonest first.

    \b
    例 / Example:
      liftloop {kind} list --overdue
    """
    return listed


def _show(kind: str) -> click.Command:
    @click.command("show")
    @click.argument("identity")
    @data_option
    @json_option
    def shown(identity: str, data: Path, as_json: bool) -> None:
        with server(data) as desk:
            answer = desk.get(f"/work/{identity}")
        work = answer["work"]
        lines = [_line(work), f"  {spoken(work['why'])}"]
        lines += [f"  {work['text']}"] if work["text"] else []
        lines += [f"  {each['name']} +{each['points']:g}" for each in work["reasons"]]
        lines += [f"  {each['id']}: {spoken(each['name'])}" for each in work["outcomes"]]
        lines += [
            f"  {each['at']} {spoken(each['by'])}: {spoken(each['what'])} {each['note']}".rstrip()
            for each in answer["history"]
        ]
        show(answer, as_json, lines)

    shown.help = f"""一件事的全部：为什么、可选的结果、经过。 / All about one: why, outcomes, history.

    \b
    例 / Example:
      liftloop {kind} show {kind}_0123456789abcdef
    """
    return shown


def _open(kind: str) -> click.Command:
    @click.command("open")
    @click.argument("person")
    @click.argument("title")
    @click.option("--id", "identity", default="", help="外部单号，重复提交是同一件 / said twice it is the same")
    @click.option("--sort", default="", help="任务：call confirm visit other；工单：low normal high urgent")
    @click.option("--text", default="", help="说什么、做什么 / what to say or do")
    @click.option("--team", default="", help="团队 / team")
    @click.option("--owner", default="", help="给谁 / whose")
    @click.option("--amount", default=0, type=int, help="金额（分）/ amount in fen")
    @click.option("--due", type=click.DateTime(), help="什么时候之前 / by when")
    @data_option
    @json_option
    def opened(person: str, title: str, data: Path, as_json: bool, **more: Any) -> None:
        due = more.pop("due")
        body = {"kind": kind, "person": person, "title": title, "id": more.pop("identity")}
        body |= {name: value for name, value in more.items() if value}
        if due is not None:
            body["due_at"] = due.astimezone().isoformat()
        with server(data) as desk:
            answer = desk.post("/work", body)
        show(answer, as_json, [_line(answer)])

    opened.help = f"""为一位客户建立；给谁由规则决定。 / Open one about a customer; the rules say whose it is.

    \b
    例 / Example:
      liftloop {kind} open u10086 "回访" --team care
    """
    return opened


def _assign(kind: str) -> click.Command:
    @click.command("assign")
    @click.argument("identity")
    @click.argument("owner")
    @data_option
    @json_option
    def assigned(identity: str, owner: str, data: Path, as_json: bool) -> None:
        """交给一个人；"" 放回队列。 / Give it to somebody; "" puts it back into the queue."""
        _order(identity, {"owner": owner}, data, as_json)

    return assigned


def _stage() -> click.Command:
    @click.command("stage")
    @click.argument("identity")
    @click.argument("stage")
    @data_option
    @json_option
    def staged(identity: str, stage: str, data: Path, as_json: bool) -> None:
        """推进到一个阶段。 / Move it to a stage."""
        _order(identity, {"stage": stage}, data, as_json)

    return staged


def _close(kind: str) -> click.Command:
    @click.command("close")
    @click.argument("identity")
    @click.argument("outcome")
    @click.option("--note", default="", help="备注 / a note")
    @data_option
    @json_option
    def closed(identity: str, outcome: str, note: str, data: Path, as_json: bool) -> None:
        """以一个结果关闭；可选的结果见 show。 / Close it with an outcome that show lists."""
        _order(identity, {"outcome": outcome, "note": note}, data, as_json)

    return closed


def _reopen(kind: str) -> click.Command:
    @click.command("reopen")
    @click.argument("identity")
    @data_option
    @json_option
    def reopened(identity: str, data: Path, as_json: bool) -> None:
        """重新打开。 / Open it again."""
        _order(identity, {"reopen": True}, data, as_json)

    return reopened


def _call() -> click.Command:
    @click.command("call")
    @click.argument("identity")
    @data_option
    @json_option
    def called(identity: str, data: Path, as_json: bool) -> None:
        """看号码，准备拨打；会记入经过。 / Show the number to call; that stands in the history."""
        with server(data) as desk:
            answer = desk.post(f"/work/{identity}/phone", {})
        show(answer, as_json, [answer["phone"]])

    return called


def _order(identity: str, order: Mapping[str, Any], data: Path, as_json: bool) -> None:
    with server(data) as desk:
        answer = desk.post(f"/work/{identity}/orders", order)
    show(answer, as_json, [_line(answer)])


def _line(work: Mapping[str, Any]) -> str:
    owner = work["owner"]["name"] if work["owner"] else "—"
    state = (
        spoken(work["outcome"]["name"]) if work["outcome"] else spoken(work["stage"]["name"]) if work["stage"] else ""
    )
    late = " 超时 / overdue" if work["overdue"] else ""
    score = f" {work['score']:g}" if work["score"] is not None else ""
    parts = [work["id"], work["title"], work["person"]["name"], owner, f"{state}{score}{late}"]
    return "  ".join(part for part in parts if part)
