"""Points of one member: the account, its ledger, and an entry by hand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.routes_campaigns import text
from liftloop.api.routes_system import at
from liftloop.api.views_points import PointsAccount, PointsBalance, PointsChange, PointsEntryRequest, PointsExpiry
from liftloop.app import points
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.people import find_profile
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


def points_view(account: points.PointsAccount) -> PointsAccount:
    return PointsAccount(
        balance=round(account.balance),
        expire_next=None if account.next_points is None else round(account.next_points),
        expire_next_at=None if account.next_ms is None else at(account.next_ms),
        expiring=[PointsExpiry(at=at(until_ms), points=points) for until_ms, points in account.expiring],
        changes=[
            PointsChange(
                at=at(each.at_ms),
                kind=text(points.KIND_NAMES[each.kind]),
                points=each.points,
                name=each.name,
                reason=each.reason,
                refused=each.refused,
                balance=round(each.balance),
            )
            for each in account.changes
        ],
    )
