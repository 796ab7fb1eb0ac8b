"""One person's data: handed out whole, or erased for ever."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.erasure import ErasedView, EraseRequest, PersonalData
from liftloop.app.callers import told
from liftloop.app.personal_data import erase, held_of

router = APIRouter()


@router.post("/profiles/{profile_id}/export", summary="All data of one person in the clear; each export is recorded")
async def handed_out(
    profile_id: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("profile.export"))]
) -> PersonalData:
    held = await held_of(desk, profile_id)
    return PersonalData(
        profile_id=held.profile,
        taken_at=at(held.taken_ms),
        identifiers=list(held.identifiers),
        attributes=list(held.attributes),
        consents=list(held.consents),
        events=list(held.events),
        messages=list(held.messages),
        points=list(held.points),
        work=list(held.work),
    )


@router.post("/profiles/{profile_id}/erase", summary="Destroy the keys of one person's data; there is no way back")
async def erased(
    profile_id: str,
    request: EraseRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("profile.erase"))],
) -> ErasedView:
    done = await erase(desk, profile_id, request.confirm, caller.actor)
    told(reason=request.reason)
    return ErasedView(profile_id=done.profile, at=at(done.at_ms), keys=done.keys, consents=done.consents)
