"""Exports of audiences: made, read as CSV, confirmed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from liftloop.api.access import Caller, may
from liftloop.api.present.words import at
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.views.audience_insight import ExportRequest, ExportView
from liftloop.app.audiences.export import Export, ExportOrder, Exports

router = APIRouter()

Exporting = Annotated[Caller, Depends(may("audience.export"))]


def exports_of(request: Request, audiences: OnAudiences) -> Exports:
    return Exports(request.app.state.desk, audiences)


OnExports = Annotated[Exports, Depends(exports_of)]


@router.post("/audiences/{audience_id}/exports")
async def make(audience_id: str, request: ExportRequest, exports: OnExports, caller: Exporting) -> ExportView:
    order = ExportOrder(
        audience=audience_id,
        destination=request.destination,
        changes=request.changes,
        columns=tuple(request.columns),
        medium=request.channel,
    )
    return _view(await exports.make(order, caller.actor))


@router.get("/exports/{export_id}/rows", response_class=StreamingResponse)
async def rows(
    export_id: str, exports: OnExports, caller: Annotated[Caller, Depends(may("audience.export_rows"))]
) -> StreamingResponse:
    named = {"content-disposition": f'attachment; filename="{export_id}.csv"'}
    return StreamingResponse(exports.rows(export_id), media_type="text/csv", headers=named)


@router.post("/exports/{export_id}/confirm")
async def confirm(export_id: str, exports: OnExports, caller: Exporting) -> ExportView:
    return _view(exports.confirm(export_id))


def _view(export: Export) -> ExportView:
    return ExportView(
        export_id=export.id,
        audience_id=export.order.audience,
        destination=export.order.destination,
        changes=export.order.changes,
        base=export.base,
        count=export.count,
        entered=export.entered,
        left=export.left,
        at=at(export.at_ms),
    )
