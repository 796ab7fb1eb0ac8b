"""Points of one member: the account, its ledger, and an entry by hand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.points import points_view
from liftloop.api.views.points import PointsAccount, PointsBalance, PointsEntryRequest
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.people import find_profile
from liftloop.app.persons import points
from liftloop.kernel.clock import FAR_FUTURE_MS

router = APIRouter()


@router.get("/profiles/{profile_id}/points")
async def read(
    profile_id: str,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("profile.read"))],
    limit: Annotated[int, Query(ge=1, le=200)] = points.SHOWN,
) -> PointsAccount:
    number = await find_profile(desk.tick, desk.clock, profile_id)
    account = await points.points_account(desk, number, FAR_FUTURE_MS, limit)
    if account is None:
        raise NotFound("points", profile_id)
    return points_view(account)


@router.post("/profiles/{profile_id}/points")
async def enter(
    profile_id: str,
    request: PointsEntryRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("points.enter"))],
) -> PointsBalance:
    """Earn, spend, expire, correct or set points; the same `id` said twice counts once."""
    entry = points.PointsEntry(
        id=request.id,
        kind=request.kind,
        points=request.points,
        reason=request.reason,
        expires_at_ms=None if request.expires_at is None else round(request.expires_at.timestamp() * 1_000),
    )
    return PointsBalance(balance=round(await points.enter_points(desk, profile_id, entry, caller.actor)))
