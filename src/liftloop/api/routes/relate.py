"""Work for people: leads, deals, tasks and tickets, listed, opened, changed; notes about customers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import AwareDatetime

from liftloop.api.access import Caller, OnDesk, may, may_or_signed
from liftloop.api.present.relate import change_view, note_view, overview_view, work_page, work_view
from liftloop.api.present.words import at
from liftloop.api.views.relate import (
    ApprovalAnswer,
    ApprovalList,
    ApprovalView,
    HookDeliveries,
    HookDelivery,
    NoteRequest,
    NoteWritten,
    PersonWork,
    RelateOverview,
    Work,
    WorkCard,
    WorkKind,
    WorkOrder,
    WorkPage,
    WorkPhone,
    WorkRequest,
    WorkState,
)
from liftloop.app.coupon_telling import CouponTelling
from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.people import find_profile
from liftloop.app.relate import lists
from liftloop.app.relate.approvals import Approval, BudgetApprovals
from liftloop.app.relate.hooks import TOLD, Outward, Told
from liftloop.app.relate.orders import Opening, Order, Works
from liftloop.app.relate.scope import scope_of
from liftloop.app.relate.telling import Telling
from liftloop.app.relate.watching import Watch
from liftloop.kernel.codec import parse_json


@asynccontextmanager
async def _with_work(app: FastAPI) -> AsyncGenerator[None]:
    desk: Desk = app.state.desk
    telling = app.state.telling = Telling(desk)
    outward = app.state.outward = Outward(desk)
    watch = Watch(desk)
    coupons = CouponTelling(desk)
    approvals = app.state.approvals = BudgetApprovals(desk)
    desk.plans.permits.append(approvals.require)
    desk.definitions.permits.append(approvals.require_journey)
    desk.timed += [telling, outward]
    desk.at_rest += [telling.at_rest, coupons.at_rest, watch.look, outward.run_if_due]
    work = [asyncio.create_task(each.run_forever()) for each in (telling, outward, watch, coupons)]
    yield
    for each in work:
        each.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await outward.close()


_DELIVERIES = 'SELECT body FROM system_record WHERE kind = $1 AND name = $2 ORDER BY "offset" DESC LIMIT $3'

router = APIRouter(lifespan=_with_work)


def works_of(request: Request, desk: OnDesk) -> Works:
    return Works(desk, request.app.state.telling)


OnWorks = Annotated[Works, Depends(works_of)]
Reads = Annotated[Caller, Depends(may("work.read"))]
Orders = Annotated[Caller, Depends(may("work.order"))]


@router.get("/relate")
async def overview(desk: OnDesk, caller: Reads) -> RelateOverview:
    """Return staff, teams, stages and fields, and how much work waits."""
    found = await asyncio.to_thread(lists.overview, desk, scope_of(caller.actor))
    return overview_view(found, lists.people_now(desk))


@router.get("/work")
async def listed(
    desk: OnDesk,
    caller: Reads,
    kind: WorkKind | None = None,
    state: WorkState | None = None,
    owner: str = "",
    team: str = "",
    waiting: bool = False,
    overdue: bool = False,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=lists.PAGE_MAX)] = 50,
) -> WorkPage:
    """Return open work first, what is due soonest before all; `waiting` is what nobody has."""
    asked = lists.Asked(
        kind=kind, state=state, owner=owner, team=team, waiting=waiting, overdue=overdue, after=after, limit=limit
    )
    page = await asyncio.to_thread(lists.listed, desk, asked, scope_of(caller.actor))
    return work_page(page, lists.people_now(desk), _journeys(desk), after + limit)


@router.post("/work")
async def open_work(
    request: WorkRequest, desk: OnDesk, works: OnWorks, caller: Annotated[Caller, Depends(may_or_signed("work.open"))]
) -> Work:
    """Open a lead, deal, task or ticket about a customer; the rules say whose it is, unless it is said here.

    Other systems may sign the call as a `hook` instead of bringing a token.
    """
    opening = Opening(
        kind=request.kind,
        person=request.person,
        id=request.id,
        sort=request.sort,
        title=request.title,
        text=request.text,
        team=request.team,
        owner=request.owner,
        stage=request.stage,
        amount_fen=request.amount,
        due_ms=_ms(request.due_at) or 0,
        fields=request.fields,
    )
    origin = caller.actor if caller.actor.startswith("hook:") else "person"
    identity = await works.open(opening, caller.actor, origin)
    return _view(desk, lists.one(desk, identity, scope_of(caller.actor)))


@router.get("/work/{work_id}")
async def read(work_id: str, desk: OnDesk, caller: Reads) -> WorkCard:
    line = lists.one(desk, work_id, scope_of(caller.actor))
    people = lists.people_now(desk)
    return WorkCard(
        work=_view(desk, line),
        history=[change_view(each, line, people) for each in lists.history(desk, work_id)],
        notes=[note_view(each) for each in lists.notes(desk, (), work_id)],
    )


@router.post("/work/{work_id}/orders")
async def order(work_id: str, request: WorkOrder, desk: OnDesk, works: OnWorks, caller: Orders) -> Work:
    """Change work, close it with an outcome, or open it again."""
    ordered = Order(
        outcome=request.outcome,
        reopen=request.reopen,
        stage=request.stage,
        sort=request.sort,
        owner=request.owner,
        team=request.team,
        amount_fen=request.amount,
        due_ms=_ms(request.due_at),
        title=request.title,
        text=request.text,
        fields=request.fields,
        note=request.note,
    )
    return _view(desk, await works.order(work_id, ordered, caller.actor, scope_of(caller.actor)))


@router.post("/work/{work_id}/phone")
async def phone(work_id: str, works: OnWorks, caller: Annotated[Caller, Depends(may("work.call"))]) -> WorkPhone:
    """Show the customer's number to whoever is to ring up; that it was looked at stands in the history."""
    return WorkPhone(phone=await works.phone(work_id, caller.actor, scope_of(caller.actor)))


@router.get("/profiles/{profile_id}/work")
async def of_person(profile_id: str, desk: OnDesk, caller: Reads) -> PersonWork:
    number = await find_profile(desk.tick, desk.clock, profile_id)
    lines = await asyncio.to_thread(lists.of_person, desk, number, scope_of(caller.actor))
    return PersonWork(
        works=[_view(desk, each) for each in lines],
        notes=[note_view(each) for each in lists.notes(desk, family(desk.state, number))],
    )


@router.post("/profiles/{profile_id}/notes")
async def note(
    profile_id: str, request: NoteRequest, works: OnWorks, caller: Annotated[Caller, Depends(may("note.write"))]
) -> NoteWritten:
    return NoteWritten(id=await works.note(profile_id, request.text, request.work, caller.actor))


@router.get("/approvals")
async def approvals(request: Request, caller: Annotated[Caller, Depends(may("approval.read"))]) -> ApprovalList:
    """Return budgets that wait for a yes, and those that were answered, the newest first."""
    found = await _approvals_of(request).all()
    return ApprovalList(approvals=[_approval(each) for each in found])


@router.post("/plans/{plan_id}/propose")
async def propose(
    plan_id: str, request: Request, desk: OnDesk, caller: Annotated[Caller, Depends(may("plan.propose"))]
) -> ApprovalView:
    """Ask colleagues for a yes to launch a plan; it starts nothing, and asking again changes nothing."""
    return _approval(await _approvals_of(request).propose(desk.plans.kept(plan_id), caller.actor))


@router.post("/approvals/{approval_id}")
async def answer(
    approval_id: str,
    answered: ApprovalAnswer,
    request: Request,
    caller: Annotated[Caller, Depends(may_or_signed("approval.answer"))],
) -> ApprovalView:
    """Approve or refuse a budget, by a person or by an OA system that signs the call as a `hook`."""
    by = f"{caller.actor}/{answered.by}" if answered.by and caller.actor.startswith("hook:") else caller.actor
    approval = await _approvals_of(request).answer(approval_id, answered.approved, answered.reason, by)
    return _approval(approval)


@router.get("/hooks/{hook_id}/deliveries")
async def deliveries(
    hook_id: str, request: Request, desk: OnDesk, caller: Annotated[Caller, Depends(may("definition.read"))]
) -> HookDeliveries:
    """Return what a subscriber was told last, the newest first, and what it waits for."""
    desk.definitions.newest("hook", hook_id)
    outward: Outward = request.app.state.outward
    standing = outward.standing("hook", hook_id)
    rows = await desk.follower.select(_DELIVERIES, [TOLD, f"hook/{hook_id}", lists.PAGE_MAX])
    told = [msgspec.convert(parse_json(str(body)), Told) for body in rows["body"]]
    return HookDeliveries(
        tries=standing.tries if standing else 0,
        next_try_at=at(standing.due_ms) if standing and standing.tries else None,
        reason=standing.reason if standing else "",
        deliveries=[
            HookDelivery(
                id=each.notice,
                kind=each.kind,
                outcome=each.outcome,
                tries=each.tries,
                reason=each.reason,
                at=at(each.at_ms),
            )
            for each in told
        ],
    )


def _approvals_of(request: Request) -> BudgetApprovals:
    return request.app.state.approvals


def _approval(approval: Approval) -> ApprovalView:
    return ApprovalView(
        id=approval.id,
        plan_id=approval.plan,
        journey_id=approval.journey,
        name=approval.name,
        amount=approval.amount_fen,
        people=approval.people,
        status=approval.status,
        asked_by=approval.asked_by,
        asked_at=at(approval.asked_ms),
        answered_by=approval.answered_by,
        answered_at=at(approval.answered_ms) if approval.answered_ms else None,
        reason=approval.reason,
    )


def _view(desk: Desk, line: lists.WorkLine) -> Work:
    return work_view(line, lists.people_now(desk), _journeys(desk))


def _journeys(desk: Desk) -> dict[str, str]:
    return {each: str(body.get("name") or each) for each, body in desk.definitions.live("journey").items()}


def _ms(instant: AwareDatetime | None) -> int | None:
    return None if instant is None else round(instant.timestamp() * 1_000)
