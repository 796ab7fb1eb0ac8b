"""Journeys: which there are, and what became of everybody at each node."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.views.journey import JourneyPage, JourneyReport, JourneyRow
from liftloop.app.journeys.report import journey_report

router = APIRouter(prefix="/journeys")

Reads = Annotated[Caller, Depends(may("journey.read"))]


@router.get("")
def list_journeys(desk: OnDesk, caller: Reads) -> JourneyPage:
    rows = [
        JourneyRow(id=each, name=str(body.get("name") or each), version=desk.definitions.newest("journey", each)[0])
        for each, body in desk.definitions.live("journey").items()
    ]
    return JourneyPage(journeys=rows)


@router.get("/{journey_id}/report")
async def get_journey_report(journey_id: str, desk: OnDesk, caller: Reads) -> JourneyReport:
    return JourneyReport.model_validate(msgspec.to_builtins(await journey_report(desk, journey_id)))
