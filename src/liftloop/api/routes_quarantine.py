"""The quarantine: what could not be taken, why, and its replay."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.routes_system import at
from liftloop.api.views_quarantine import Aside, QuarantinePage, ReplayDone, ReplayRequest
from liftloop.app import quarantine

router = APIRouter()

Reads = Annotated[Caller, Depends(may("quarantine.read"))]
Replays = Annotated[Caller, Depends(may("quarantine.replay"))]


@router.get("/quarantine")
async def listed(
    desk: OnDesk,
    caller: Reads,
    reason: str = "",
    after: int = -1,
    limit: Annotated[int, Query(ge=1, le=quarantine.PAGE_MAX)] = 50,
) -> QuarantinePage:
    counts = await asyncio.to_thread(quarantine.counts, desk.state)
    found = await asyncio.to_thread(quarantine.listed, desk.state, desk.vault, reason, after, limit)
    return QuarantinePage(
        counts=counts,
        records=[
            Aside(
                id=each.id,
                at=at(each.at_ms),
                reason=each.reason,
                detail=dict(each.detail),
                kind=each.kind,
                name=each.name,
                message_id=each.message_id,
                sender=each.sender,
                replayable=each.replayable,
            )
            for each in found
        ],
        next=found[-1].id if len(found) == limit else None,
    )


@router.post("/quarantine/replay")
async def replay(request: ReplayRequest, desk: OnDesk, caller: Replays) -> ReplayDone:
    done = await desk.quarantine.replay(request.reason, request.ids, caller.actor)
    return ReplayDone(taken=done.taken, refused=dict(done.refused))
