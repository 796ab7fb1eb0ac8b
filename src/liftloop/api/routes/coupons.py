"""Coupon pools: how each stands, codes brought in, whose a code is."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile
from msgspec.structs import asdict

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.coupons import (
    CodeGiven,
    CodesBrought,
    CodesRequest,
    CouponCode,
    CouponPool,
    CouponPools,
    Released,
    ReleaseRequest,
)
from liftloop.app import coupons
from liftloop.app.dispatch.coupons import NewCode
from liftloop.app.imports.jobs import safe_name
from liftloop.kernel.ids import profile_id

PART_BYTES = 1 << 20

router = APIRouter()

Reads = Annotated[Caller, Depends(may("coupon.read"))]
Brings = Annotated[Caller, Depends(may("coupon.bring"))]
Releases = Annotated[Caller, Depends(may("coupon.release"))]


@router.get("/coupons/pools")
async def pools(desk: OnDesk, caller: Reads) -> CouponPools:
    return CouponPools(pools=[_pool(each) for each in await coupons.CouponPools(desk).pools()])


@router.get("/coupons/pools/{pool}")
async def pool(pool: str, desk: OnDesk, caller: Reads) -> CouponPool:
    return _pool(await coupons.CouponPools(desk).pool(pool))


@router.post("/coupons/pools/{pool}/codes")
async def add(pool: str, request: CodesRequest, desk: OnDesk, caller: Brings) -> CodesBrought:
    """Take in codes; one that is there already is not taken twice."""
    return _brought(await coupons.CouponPools(desk).add(pool, [_new(each) for each in request.codes]))


@router.post("/coupons/pools/{pool}/file")
async def bring(
    pool: str,
    desk: OnDesk,
    caller: Brings,
    file: Annotated[
        UploadFile,
        File(description="One code a row, in the first column; external_id may head another."),
    ],
) -> CodesBrought:
    with TemporaryDirectory(dir=desk.data) as folder:
        path = Path(folder) / safe_name(file.filename or "")
        with path.open("wb") as content:
            while part := await file.read(PART_BYTES):
                await asyncio.to_thread(content.write, part)
        return _brought(await coupons.CouponPools(desk).bring(pool, path))


@router.post("/coupons/pools/{pool}/release")
async def release(pool: str, request: ReleaseRequest, desk: OnDesk, caller: Releases) -> Released:
    """Let a pool give again that came back with a backup."""
    return Released(noted=await coupons.CouponPools(desk).release(pool, request.given, more_follow=request.more_follow))


@router.get("/coupons/codes/{code}")
async def code(code: str, desk: OnDesk, caller: Reads) -> CouponCode:
    found = await coupons.CouponPools(desk).code(code)
    return CouponCode(
        code=found.code,
        pool_id=found.pool,
        state=found.state,  # pyright: ignore[reportArgumentType] one of the seven
        profile_id=None if found.profile is None else profile_id(found.profile),
        at=None if found.at_ms is None else at(found.at_ms),
        expires_at=None if found.expires_ms is None else at(found.expires_ms),
        redeemed_at=None if found.redeemed_ms is None else at(found.redeemed_ms),
        by_other=found.by_other,
    )


def _new(given: str | CodeGiven) -> NewCode:
    return NewCode(code=given) if isinstance(given, str) else NewCode(code=given.code, external_id=given.external_id)


def _pool(state: coupons.PoolState) -> CouponPool:
    return CouponPool(
        pool_id=state.id,
        name=state.pool.name,
        codes=type(state.pool.codes).__name__.lower(),  # pyright: ignore[reportArgumentType] one of the three
        offer=state.pool.offer,
        left=state.left,
        low=state.low,
        reserved=state.reserved,
        issued=state.issued,
        redeemed=state.redeemed,
        by_others=state.by_others,
        expired=state.expired,
        a_day=state.a_day,
        days_left=state.days_left,
        held=state.held,
    )


def _brought(brought: coupons.Brought) -> CodesBrought:
    said = asdict(brought)
    return CodesBrought(
        added=said["added"],
        repeated=said["repeated"],
        elsewhere=said["elsewhere"],
        refused=brought.refused_count,
        refused_shown=list(brought.refused),
    )
