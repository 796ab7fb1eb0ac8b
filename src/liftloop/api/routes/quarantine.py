"""The quarantine: what could not be taken, why, and its replay."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, text
from liftloop.api.views.quarantine import (
    Aside,
    QuarantineGroup,
    QuarantineGroups,
    QuarantinePage,
    QuarantineSample,
    ReplayDone,
    ReplayRequest,
    Tally,
)
from liftloop.app.quarantine import replay as quarantine
from liftloop.app.quarantine import samples as quarantine_samples
from liftloop.app.quarantine.words import NEVER_MENDED, checked_mending, outcome_in_words, reason_in_words

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


@router.get("/quarantine/groups")
async def groups(desk: OnDesk, caller: Reads) -> QuarantineGroups:
    found = await asyncio.to_thread(quarantine_samples.groups, desk.state, desk.vault)
    return QuarantineGroups(records=sum(each.records for each in found), groups=[_group(each) for each in found])


def _group(group: quarantine_samples.Group) -> QuarantineGroup:
    return QuarantineGroup(
        reason=group.reason,
        meaning=text(reason_in_words(group.reason)),
        sender=group.sender,
        records=group.records,
        first_at=at(group.first_ms),
        last_at=at(group.last_ms),
        problems=[Tally(name=name, count=count) for name, count in group.problems],
        events=[Tally(name=name, count=count) for name, count in group.events],
        samples=[
            QuarantineSample(id=each.id, at=at(each.at_ms), text=each.text, bytes=each.bytes) for each in group.samples
        ],
        mendable=group.reason not in NEVER_MENDED,
    )


@router.post("/quarantine/replay")
async def replay(request: ReplayRequest, desk: OnDesk, caller: Replays) -> ReplayDone:
    chosen = quarantine.Chosen(
        reason=request.reason,
        sender=request.sender,
        ids=tuple(request.ids),
        mending=checked_mending(request.mending.model_dump()),
        rehearsed=request.rehearse,
    )
    done = await desk.quarantine.replay(chosen, caller.actor)
    return ReplayDone(
        taken=done.taken,
        refused=dict(done.refused),
        whole=done.whole,
        sentence=text(outcome_in_words(done, rehearsed=request.rehearse)),
    )
