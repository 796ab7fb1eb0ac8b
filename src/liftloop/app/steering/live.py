"""A campaign as people see it while it runs, and what they may do about it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.app.plans import Plans
from liftloop.app.steering.brakes import Order
from liftloop.app.steering.comparison import elapsed_of
from liftloop.app.steering.reading import PAUSED, SQL, Entry
from liftloop.app.steering.spending import Spending, spending
from liftloop.app.steering.study import SYSTEM, Seen, SteeringStudy
from liftloop.app.words import Said, pause_words
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.errors import LiftloopError
from liftloop.plan.contract import STEERED, Campaign

State = Literal["running", "paused", "stopped", "done"]


class NotUndoable(LiftloopError):
    """The entry is not the last of its kind, or nothing that can be undone."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "not_undoable",
            zh=f"第 {number} 条记录不能撤销：后面又有了新的变化，或它本来就不可撤销",
            en=f"entry {number} cannot be undone: something newer has happened, or it never could be",
            next_zh="看最新的记录",
            next_en="look at the newest entries",
            status=409,
        )


class Told(Struct, frozen=True, kw_only=True):
    """One entry of the log in words; `undo` says what undoing would do, None where it cannot be undone."""

    entry: Entry
    by_system: bool
    sentence: Said
    undo: Said | None


class Live(Struct, frozen=True, kw_only=True, eq=False):
    """All that the page of a running campaign shows, beside its report and its ledger."""

    seen: Seen
    state: State
    started: float
    next_look_ms: int | None
    log: tuple[Told, ...]
    spending: Spending


async def live(steering: SteeringStudy, plans: Plans, campaign_id: str) -> Live:
    """Return how a campaign stands now, over a lake that is up to date; raises `NotFound`."""
    seen = await steering.seen(campaign_id)
    campaign, now_ms = seen.running.campaign, seen.running.now_ms
    record = plans.kept(campaign.plan) if plans.has(campaign.plan) else None
    rows = await steering.select(SQL["spent"], [campaign_id, campaign.starts_ms, HOUR_MS])
    next_ms = steering.due_ms(campaign_id, campaign)
    return Live(
        seen=seen,
        state=state_of(campaign, now_ms),
        started=elapsed_of(seen.running),
        next_look_ms=None if next_ms == FAR_FUTURE_MS or campaign.stopped_ms else next_ms,
        log=tuple(told(seen.running.entries, campaign)),
        spending=spending(rows, campaign, record, now_ms),
    )


def state_of(campaign: Campaign, now_ms: int) -> State:
    if now_ms > campaign.ends_ms:
        return "done"
    if campaign.stopped_ms:
        return "stopped"
    return "paused" if campaign.paused else "running"


def by_hand(order: Order) -> Mapping[str, Any]:
    """Return what the log says of a person's order."""
    return {"reason": "manual"}


def told(entries: Sequence[Entry], campaign: Campaign) -> list[Told]:
    """Return the log in words, the newest first."""
    latest = {_subject(entry): entry.number for entry in entries}
    return [
        Told(
            entry=entry,
            by_system=entry.actor == SYSTEM,
            sentence=_sentence(entry),
            undo=_undo(entry, campaign) if latest[_subject(entry)] == entry.number else None,
        )
        for entry in reversed(entries)
    ]


async def undo(steering: SteeringStudy, campaign_id: str, number: int, actor: str) -> None:
    """Undo the newest entry of its kind; raises `NotFound` and `NotUndoable`."""
    seen = await steering.seen(campaign_id)
    found = next(
        (each for each in told(seen.running.entries, seen.running.campaign) if each.entry.number == number), None
    )
    if found is None or found.undo is None:
        raise NotUndoable(number)
    entry = found.entry
    if entry.kind == PAUSED:
        await steering.brakes.order(campaign_id, "continue", {"reason": "manual", "undoes": number}, actor)
        return
    held = not entry.body.get("held")
    shares = entry.body["before"] if held else entry.body["shares"]
    body = {
        "action": entry.body["action"],
        "batch": int(entry.body["batch"]) + 1,
        "shares": shares,
        "before": entry.body["shares"],
        "variants": entry.body.get("variants") or [],
        "matured_ms": entry.body.get("matured_ms") or 0,
        "held": held,
        "undoes": number,
    }
    await steering.say(STEERED, campaign_id, body, actor)


def _subject(entry: Entry) -> str:
    """Return what an entry is about: only the newest about the same can be undone."""
    return f"{STEERED}:{entry.body.get('action')}" if entry.kind == STEERED else "course"


def _undo(entry: Entry, campaign: Campaign) -> Said | None:
    if campaign.stopped_ms:
        return None
    if entry.kind == PAUSED:
        return Said("继续活动", "Let it go on") if campaign.paused else None
    if entry.kind != STEERED:
        return None
    if entry.body.get("held"):
        return Said("让系统继续调", "Let the system move people again")
    return Said("回到之前的份额，并且不再自动调", "Go back to the shares before, and leave them alone")


def _sentence(entry: Entry) -> Said:
    match entry.kind:
        case "campaign.steered":
            return _steered(entry)
        case "campaign.paused" if entry.actor == SYSTEM:
            why = pause_words(str(entry.body.get("reason")))
            return Said(f"自动暂停：{why.zh}", f"Paused by itself: {why.en}")
        case "campaign.paused":
            return Said("暂停", "Paused")
        case "campaign.continued":
            return Said("继续", "Went on")
        case "campaign.canary_passed":
            return Said("试发没有异常，其余的开始发", "The first messages went well; the others follow")
        case "campaign.stopped":
            return Said("停止发送", "Stopped sending")
        case _:
            return Said("启动", "Launched")


def _steered(entry: Entry) -> Said:
    before, after = np.array(entry.body.get("before") or []), np.array(entry.body["shares"])
    names = list(entry.body.get("variants") or [])
    if entry.body.get("held"):
        return Said("撤销了调整，份额由人定", "The move was undone; a person holds the shares")
    if entry.body.get("undoes") or before.size != after.size or len(names) != after.size:
        return Said("让系统继续调份额", "The system may move people again")
    most = int(np.argmax(after - before))
    old, new = round(float(before[most]) * 100), round(float(after[most]) * 100)
    return Said(
        f"把版本 {names[most]} 的份额从 {old}% 调到 {new}%", f"Moved variant {names[most]} from {old}% to {new}%"
    )
