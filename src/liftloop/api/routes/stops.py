"""The stop: all marketing or one channel stands still at once."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.values import Count, View
from liftloop.app import stops
from liftloop.deliver.stops import Stop, Stops

router = APIRouter()


class Standing(View):
    channel: str = Field(description="Empty: all marketing.")
    reason: str
    by: str
    at: AwareDatetime


class StopsView(View):
    standing: list[Standing]
    waiting: Count = Field(description="Messages in the outbox now.")


class StopRequest(View):
    channel: str = Field(default="", max_length=128, description="Empty: all marketing.")
    reason: str = Field(default="", max_length=stops.REASON_CHARACTERS_MAX)


class GoOnRequest(View):
    channel: str = Field(default="", max_length=128, description="Empty: all marketing.")


@router.get("/stops")
def read(desk: OnDesk, caller: Annotated[Caller, Depends(may("delivery.read"))]) -> StopsView:
    return _view(stops.read_stops(desk), stops.waiting(desk))


@router.post("/stops")
async def stop(
    request: StopRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("delivery.stop"))]
) -> StopsView:
    """Let nothing leave any more, what is in the outbox included; done twice it changes nothing but the reason."""
    return _view(await stops.stop(desk, request.channel, request.reason, caller.actor), stops.waiting(desk))


@router.post("/stops/end")
async def go_on(
    request: GoOnRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("delivery.go_on"))]
) -> StopsView:
    """Let it go on; what waited and still has time leaves at once."""
    return _view(await stops.go_on(desk, request.channel, caller.actor), stops.waiting(desk))


def _view(now: Stops, waiting: int) -> StopsView:
    marketing = [_standing("", now.marketing)] if now.marketing else []
    return StopsView(
        standing=[*marketing, *(_standing(channel, each) for channel, each in now.channels.items())], waiting=waiting
    )


def _standing(channel: str, stop: Stop) -> Standing:
    return Standing(channel=channel, reason=stop.reason, by=stop.by, at=at(stop.at_ms))
