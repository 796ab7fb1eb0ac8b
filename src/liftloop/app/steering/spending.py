"""Money for messages over time beside the course that the plan foresaw, and what it says where the two part.

Who gets what is fixed at the launch, so that money cannot be steered by its price; the gate holds the budget.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.app.words import Said
from liftloop.kernel.clock import HOUR_MS, SECOND_MS
from liftloop.kernel.money import yuan_text
from liftloop.plan.contract import Campaign
from liftloop.plan.phases import started_by
from liftloop.plan.record import PlanRecord

APART = 0.1
"""A tenth beside the course is told: less is what consents, caps and chance make of any plan."""
PATIENCE_MS = 12 * HOUR_MS
"""Nobody is late before a night has passed: quiet hours and slow channels hold messages back as planned."""
MESSAGES_MIN = 30.0  # Planned by now; before, one wave that is late looks like a failure.

Pace = Literal["early", "even", "ahead", "behind"]


class Spent(Struct, frozen=True, kw_only=True):
    """Money up to the end of the hour from `at_ms`."""

    at_ms: int
    spent_fen: int
    planned_fen: int


class Spending(Struct, frozen=True, kw_only=True):
    """Money for messages by hour, and how it keeps to the plan as of now; no sentence where no plan foresaw any."""

    points: tuple[Spent, ...]
    pace: Pace
    sentence: Said | None


def spending(rows: Mapping[str, Any], campaign: Campaign, record: PlanRecord | None, now_ms: int) -> Spending:
    """Return the course of the money; `rows` are fen by whole hour since the start, in order."""
    spent = np.cumsum(rows["cost_fen"].astype(np.int64))
    points = tuple(
        Spent(
            at_ms=campaign.starts_ms + int(piece) * HOUR_MS,
            spent_fen=int(fen),
            planned_fen=_planned(campaign, record, campaign.starts_ms + (int(piece) + 1) * HOUR_MS)[0],
        )
        for piece, fen in zip(rows["piece"], spent, strict=True)
    )
    spent_fen = int(spent[-1]) if spent.size else 0
    whole_fen, _ = _planned(campaign, record, campaign.ends_ms)
    if not whole_fen:
        return Spending(points=points, pace="early", sentence=None)
    planned_fen, messages = _planned(campaign, record, now_ms)
    overdue_fen, overdue = _planned(campaign, record, now_ms - PATIENCE_MS)
    pace: Pace = "early" if messages < MESSAGES_MIN else "even"
    if pace == "even" and spent_fen > (1 + APART) * planned_fen:
        pace = "ahead"
    elif overdue >= MESSAGES_MIN and spent_fen < (1 - APART) * overdue_fen:
        pace, planned_fen = "behind", overdue_fen
    return Spending(points=points, pace=pace, sentence=_sentence(pace, spent_fen, planned_fen, whole_fen))


def _planned(campaign: Campaign, record: PlanRecord | None, at_ms: int) -> tuple[int, float]:
    """Return the fen and the messages that should have left by an instant: whose turn has come, waits over."""
    if record is None:
        return 0, 0.0
    since_s = (at_ms - campaign.starts_ms) / SECOND_MS
    people = {action.id: action.people for action in record.actions}
    due = [
        (started_by(campaign.spread, since_s) * people.get(action.id, 0), action.cost_fen)
        for action in campaign.actions
        if action.channel and since_s >= action.lead_s
    ]
    return round(sum(count * fen for count, fen in due)), sum(count for count, _ in due)


def _sentence(pace: Pace, spent_fen: int, planned_fen: int, whole_fen: int) -> Said:
    spent, planned, whole = (yuan_text(fen) for fen in (spent_fen, planned_fen, whole_fen))
    match pace:
        case "early":
            return Said(
                f"消息费已花 {spent}；刚开始，还看不出快慢", f"{spent} spent on messages; too early to say how fast"
            )
        case "even":
            return Said(
                f"消息费已花 {spent}，和计划的 {planned} 差不多",
                f"{spent} spent on messages, close to the planned {planned}",
            )
        case "ahead":
            return Said(
                f"消息费已花 {spent}，比计划到现在的 {planned} 多；照计划全程 {whole}。"
                "到了预算会自动停，排在后面的人就收不到：要么加预算，要么先暂停看看多发给了谁",
                f"{spent} spent on messages, more than the {planned} planned by now, of {whole} in all. At the budget "
                "it stops by itself and later people get nothing: raise the budget, or pause and see who got more",
            )
        case "behind":
            return Said(
                f"消息费已花 {spent}，比半天以前就该花掉的 {planned} 还少；照计划全程 {whole}。"
                "有人该发还没发：在名单里看他们停在哪一步",
                f"{spent} spent on messages, less than the {planned} that was due half a day ago, of {whole} in all. "
                "Some whose turn it was got nothing: the ledger says at which step they stopped",
            )
