"""Health and the manual clock."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.values import ClockAdvance, ClockView, Health, ProcessHealth
from liftloop.app.clockwork import ClockNotManual
from liftloop.app.tick_client import TickAway

router = APIRouter()


@router.get("/health")
async def health(desk: OnDesk, caller: Annotated[Caller, Depends(may("health.read"))]) -> Health:
    now_ms = desk.clock.now_ms()
    try:
        position = await desk.tick.ask("position")
    except TickAway:
        position = None
    processes = [
        ProcessHealth(name="desk", ok=True),
        ProcessHealth(name="tick", ok=position is not None),
        ProcessHealth(name="dispatch", ok=desk.pending.alive()),
    ]
    return Health(
        status="ok" if all(process.ok for process in processes) else "degraded",
        version=desk.settings.version,
        now=at(now_ms),
        clock="manual" if desk.settings.clock == "manual" else "real",
        processes=processes,
        people=position["profiles"] if position else 0,
        events=position["offset"] if position else 0,
    )


@router.post("/clock")
async def advance(
    request: ClockAdvance, desk: OnDesk, caller: Annotated[Caller, Depends(may("clock.advance"))]
) -> ClockView:
    if desk.settings.clock != "manual":
        raise ClockNotManual
    advanced = await desk.clockwork.advance(request.advance_s)
    return ClockView(
        now=at(advanced.now_ms), timers=advanced.timers, messages=advanced.messages, errors=advanced.errors
    )
