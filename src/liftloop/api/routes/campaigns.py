"""Campaigns as they run: the ledger that adds up, the people behind each row, and why one person got what."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, people_page, text
from liftloop.api.views.campaign import Ledger, LedgerRow
from liftloop.api.views.profile import GateStep, Why
from liftloop.api.views.values import PAGE_MAX, PageCursor, PeoplePage, Text
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.ledger import LedgerMessage, messages_of, people_in, sheet, standing
from liftloop.app.people import find_profile, people_rows
from liftloop.app.sight import bounded, visible
from liftloop.app.words import Said, reason_words, row_label, sentence
from liftloop.kernel.ids import profile_id

router = APIRouter()

Standing = Literal["blocked", "held_out", "waiting", "lost", "reached", "answered"]

KIND_OF_STATE: dict[str, Standing] = {
    "queued": "waiting",
    "deferred": "waiting",
    "waiting": "waiting",
    "sent": "reached",
    "failed": "lost",
    "uncertain": "lost",
    "expired": "lost",
    "held_out": "held_out",
}
"""How a ledger row stands on the way from qualified to answered; every other state was stopped at a gate."""

GATES = (
    ("consent", Said("授权与停发名单", "consent and suppression"), ("suppressed",)),
    ("channel", Said("渠道与内容", "channel and content"), ("blocked",)),
    ("quiet_hours", Said("免打扰时段", "quiet hours"), ("expired",)),
    ("caps", Said("触达上限", "frequency caps"), ("capped",)),
    ("budget", Said("预算", "budget"), ("no_budget",)),
    ("holdout", Said("对照组", "holdout"), ("held_out",)),
)
"""The gate's steps in their order, with the states in which each ends a message."""


@router.get("/campaigns/{campaign_id}/ledger")
def ledger(campaign_id: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.ledger"))]) -> Ledger:
    found = sheet(desk.state, campaign_id)
    if not found.qualified:
        _must_exist(desk.definitions.live("campaign") | desk.definitions.live("journey"), campaign_id)
    return Ledger(
        campaign_id=campaign_id,
        as_of=at(desk.clock.now_ms()),
        qualified=found.qualified + found.extra_messages,
        rows=[
            LedgerRow(
                kind=KIND_OF_STATE.get(row.state, "blocked"),
                state=row.state,
                reason=row.reason,
                label=text(row_label(row.state, row.reason)),
                people=row.people,
            )
            for row in found.rows
        ],
    )


@router.get("/campaigns/{campaign_id}/ledger/people")
def ledger_people(
    campaign_id: str,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("campaign.ledger"))],
    state: str,
    reason: str = "",
    after: PageCursor = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> PeoplePage:
    skipped = int(after or 0)
    if bounded():
        seen = visible(people_in(desk.state, campaign_id, (state, reason), (-1, 0)))
        shown = people_rows(desk.state, desk.vault, seen[skipped : skipped + limit])
        return people_page(len(seen), shown, skipped, limit)
    numbers = people_in(desk.state, campaign_id, (state, reason), (limit, skipped))
    total = sum(row.people for row in sheet(desk.state, campaign_id).rows if (row.state, row.reason) == (state, reason))
    return people_page(total, people_rows(desk.state, desk.vault, numbers), skipped, limit)


@router.get("/profiles/{profile_id}/why")
async def why(
    profile_id: str, campaign: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("profile.why"))]
) -> Why:
    number = await find_profile(desk.tick, desk.clock, profile_id)
    messages = messages_of(desk.state, number, campaign=campaign)
    if not messages:
        _must_exist(desk.definitions.live("campaign") | desk.definitions.live("journey"), campaign)
        stands = standing(desk.state, number, campaign)
        answer = _silent(number, campaign, sentence(*stands) if stands else NEVER_ENTERED)
    else:
        answer = _answer(number, campaign, messages[0])
    return _named(answer, desk)


def _named(answer: Why, desk: Desk) -> Why:
    """Return the answer with campaign and action by the names that people gave them, where there are any."""
    bodies = desk.definitions.live("journey") | desk.definitions.live("campaign")
    body = bodies.get(answer.campaign_id, {})
    goal, action, plan_id = str(body.get("name") or answer.goal), answer.action, str(body.get("plan", ""))
    if action is not None and plan_id and desk.plans.has(plan_id):
        labels = {each.id: each.label for each in desk.plans.kept(plan_id).actions}
        label = labels.get(action.en)
        action = action if label is None else Text(zh=label.zh, en=label.en)
    return answer.model_copy(update={"goal": goal, "action": action})


def _must_exist(known: dict[str, dict[str, object]], campaign: str) -> None:
    if campaign not in known:
        raise NotFound("campaign", campaign)


def _answer(number: int, campaign: str, message: LedgerMessage) -> Why:
    reason = message.reason.removeprefix("held_out:") if message.state == "held_out" else message.reason
    stopped = message.state if message.state not in ("queued", "deferred", "sent", "failed", "uncertain") else ""
    if message.state == "failed" and reason.startswith("law:"):  # Past the gate, with a person's values in the words.
        stopped = "blocked"
    steps: list[GateStep] = []
    reached = True
    for gate, label, states in GATES:
        ends_here = stopped in states
        passed = None if not reached else not ends_here
        detail = text(reason_words(reason)) if ends_here and reached else None
        steps.append(GateStep(gate=gate, label=text(label), passed=passed, detail=detail))
        reached = reached and not ends_here
    return Why(
        profile_id=profile_id(number),
        campaign_id=campaign,
        goal=campaign,
        sent=message.state == "sent",
        sentence=text(sentence(message.state, message.reason)),
        decided_at=at(message.decided_ms),
        action=Text(zh=message.action, en=message.action),
        steps=steps,
    )


NEVER_ENTERED = Said("没有进入这个活动：不符合条件，或还没有轮到。", "Never entered it: not qualified, or not yet.")


def _silent(number: int, campaign: str, said: Said) -> Why:
    steps = [GateStep(gate=gate, label=text(label), passed=None, detail=None) for gate, label, _ in GATES]
    return Why(
        profile_id=profile_id(number),
        campaign_id=campaign,
        goal=campaign,
        sent=False,
        sentence=text(said),
        decided_at=None,
        action=None,
        steps=steps,
    )
