"""Dashboards: what there are, what their tiles show, and saving one."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.patience import Patience, counted
from liftloop.api.present.dashboards import (
    answer_view,
    dashboard_of,
    dashboard_view,
    row_view,
    tile_of,
    vocabulary_view,
)
from liftloop.api.routes.results import people_of
from liftloop.api.views.dashboard import (
    DashboardList,
    DashboardRequest,
    DashboardView,
    DashboardVocabulary,
    TileAnswer,
    TilePeopleRequest,
    TileView,
)
from liftloop.api.views.values import PeoplePage
from liftloop.app.dashboards.asking import Answers, Behind
from liftloop.app.dashboards.directory import Dashboards
from liftloop.app.dashboards.fields import fields_seen

router = APIRouter()

Reads = Annotated[Caller, Depends(may("dashboard.read"))]
Saves = Annotated[Caller, Depends(may("dashboard.save"))]


@router.get("/dashboards")
def listed(desk: OnDesk, caller: Reads) -> DashboardList:
    return DashboardList(dashboards=[row_view(each) for each in Dashboards(desk).listed()])


@router.get("/dashboards/vocabulary")
async def vocabulary(desk: OnDesk, caller: Reads, patience_s: Patience) -> DashboardVocabulary:
    """Return what tiles may count, and by which fields."""
    return vocabulary_view(await fields_seen(desk, patience_s))


@router.post("/dashboards/answer")
async def answer(request: TileView, desk: OnDesk, caller: Reads, patience_s: Patience) -> TileAnswer:
    """Return what a tile shows now, of the customers that the caller may see."""
    kept = await Answers(desk).ask(tile_of(request), patience_s)
    return counted(answer_view(kept.answer), kept)


@router.post("/dashboards/people")
async def people(request: TilePeopleRequest, desk: OnDesk, caller: Reads) -> PeoplePage:
    """Return the people behind a tile, or a part of it, of those that the caller may see."""
    at_ms = None if request.at is None else round(request.at.timestamp() * 1000)
    behind = Behind(group=request.group, other_than=tuple(request.other_than), at_ms=at_ms)
    return people_of(desk, await Answers(desk).people(tile_of(request.tile), behind), request.after)


@router.post("/dashboards")
async def save(request: DashboardRequest, desk: OnDesk, caller: Saves) -> DashboardView:
    """Save a dashboard as its next version, or a new one."""
    saved = await Dashboards(desk).save(request.dashboard_id, dashboard_of(request), request.version)
    return dashboard_view(saved)


@router.get("/dashboards/{dashboard_id}")
def read(dashboard_id: str, desk: OnDesk, caller: Reads) -> DashboardView:
    return dashboard_view(Dashboards(desk).read(dashboard_id))


@router.delete("/dashboards/{dashboard_id}")
async def remove(dashboard_id: str, desk: OnDesk, caller: Saves) -> DashboardList:
    """End a dashboard; it can be brought back from its versions."""
    boards = Dashboards(desk)
    await boards.remove(dashboard_id)
    return DashboardList(dashboards=[row_view(each) for each in boards.listed()])
