"""Notices in words, for the group chat of a team: one text for several, what to do last."""

from collections.abc import Mapping, Sequence

from liftloop.app.desk import Desk
from liftloop.app.relate.feed import Notice
from liftloop.app.words import Said
from liftloop.kernel.codec import parse_object
from liftloop.kernel.errors import Language
from liftloop.kernel.money import yuan_text

MESSAGE_NOTICES_MAX = 20
"""Notices in one text: a group that is told more at once reads none."""
_KINDS: Mapping[str, Said] = {
    "lead.opened": Said("新线索", "new lead"),
    "lead.assigned": Said("线索已分派", "lead assigned"),
    "lead.closed": Said("线索关闭", "lead closed"),
    "deal.opened": Said("新商机", "new deal"),
    "deal.closed": Said("商机关闭", "deal closed"),
    "task.opened": Said("新任务", "new task"),
    "task.assigned": Said("任务已分派", "task assigned"),
    "task.closed": Said("任务完成", "task done"),
    "task.overdue": Said("任务超时", "task overdue"),
    "ticket.opened": Said("新工单", "new ticket"),
    "ticket.assigned": Said("工单已分派", "ticket assigned"),
    "ticket.closed": Said("工单关闭", "ticket closed"),
    "ticket.reopened": Said("工单重开", "ticket opened again"),
    "ticket.overdue": Said("工单超时", "ticket overdue"),
    "campaign.paused": Said("活动已暂停", "campaign paused"),
    "channel.expired": Said("渠道凭证失效，请更新后再发", "a channel's credentials do not hold any more: renew them"),
    "pool.low": Said("券池快空了，请补券", "a coupon pool runs dry: bring more codes"),
    "approval.asked": Said("等待审批", "waits for approval"),
    "approval.answered": Said("审批已答复", "approval answered"),
}
_TITLE = "SELECT words, sealed FROM work WHERE id = ?"


def text_of(desk: Desk, notices: Sequence[Notice], language: Language) -> tuple[str, str]:
    """Return subject and body of one text for a group; what a person wrote of a customer is not in it."""
    lines = [_line(desk, each, language) for each in notices]
    first = _words(notices[0].kind, language)
    if len(notices) == 1:
        return f"【Liftloop】{first}" if language == "zh-CN" else f"Liftloop: {first}", lines[0]
    more = f"【Liftloop】{len(notices)} 件事" if language == "zh-CN" else f"Liftloop: {len(notices)} things"
    return more, "\n".join(lines)


def _line(desk: Desk, notice: Notice, language: Language) -> str:
    about = notice.about
    parts = [_words(notice.kind, language)]
    if "work" in about:
        parts += [_title(desk, str(about["work"])), _owner(desk, str(about.get("owner", "")), language)]
        parts.append(f"/work/{about['work']}")
    else:
        why = about.get("why")
        said = str(why.get("zh" if language == "zh-CN" else "en", "")) if isinstance(why, dict) else ""
        money = yuan_text(int(about["amount_fen"])) if "amount_fen" in about else ""
        parts += [str(about.get("name") or about.get("id") or ""), money, said]
    return " · ".join(part for part in parts if part)


def _words(kind: str, language: Language) -> str:
    said = _KINDS.get(kind, Said(kind, kind))
    return said.zh if language == "zh-CN" else said.en


def _title(desk: Desk, work: str) -> str:
    rows = desk.state.rows(_TITLE, (work,))
    if not rows or rows[0][1]:
        return ""
    title = str(parse_object(rows[0][0]).get("title") or "")
    return "" if "{" in title else title


def _owner(desk: Desk, identity: str, language: Language) -> str:
    if not identity:
        return "待认领" if language == "zh-CN" else "nobody has it"
    body = desk.definitions.live("staff").get(identity)
    return str(body["name"]) if body else identity
