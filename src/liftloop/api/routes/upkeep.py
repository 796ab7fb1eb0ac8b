"""Backup, retention and examination of the running installation."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from msgspec.structs import asdict

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.examination import present_examination
from liftloop.api.present.words import at
from liftloop.api.views.upkeep import Backup, BackupRequest, Examination, RetentionDone
from liftloop.app.doctor.examination import examine_running
from liftloop.app.health import processes
from liftloop.app.upkeep.backup import BadBackupTarget

router = APIRouter()


@router.post("/backup")
async def backup(
    request: BackupRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("installation.back_up"))]
) -> Backup:
    target = Path(request.to)
    if not target.is_absolute():
        raise BadBackupTarget(target, "需要绝对路径", "the path must be absolute")
    manifest = await desk.upkeep.back_up(target, master_key=request.master_key)
    return Backup(
        to=str(target),
        taken_at=at(manifest.taken_ms),
        events=manifest.offset,
        files=len(manifest.files),
        bytes=manifest.bytes(),
        master_key=manifest.master_key,
    )


@router.post("/retain")
async def retain(desk: OnDesk, caller: Annotated[Caller, Depends(may("installation.retain"))]) -> RetentionDone:
    return RetentionDone(**asdict(await desk.upkeep.retain()))


@router.get("/examination")
async def examination(desk: OnDesk, caller: Annotated[Caller, Depends(may("installation.examine"))]) -> Examination:
    up = await processes(desk)
    return present_examination(await asyncio.to_thread(examine_running, desk, up))
