"""Signals to begin with: which there are, and to publish one with a shop's own words."""

from typing import Annotated

from fastapi import APIRouter, Depends
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.routes_campaigns import text
from liftloop.api.routes_definitions import Published
from liftloop.api.views_signal import SignalTemplate, SignalTemplateRequest, SignalTemplates
from liftloop.app.signal_templates import TEMPLATES, body_of

router = APIRouter()


@router.get("/signals/templates")
def listed(desk: OnDesk, caller: Annotated[Caller, Depends(may("definition.read"))]) -> SignalTemplates:
    live = desk.definitions.live("signal")
    return SignalTemplates(
        templates=[
            SignalTemplate(
                id=each.id,
                name=text(each.name),
                meaning=text(each.meaning),
                body=to_builtins(each.signal),
                words=list(each.words),
                unless=list(each.unless),
                published=each.id in live,
            )
            for each in TEMPLATES.values()
        ]
    )


@router.post("/signals/templates/{template_id}")
async def publish(
    template_id: str,
    request: SignalTemplateRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.publish"))],
) -> Published:
    """Publish a signal to begin with, under its own id."""
    body = body_of(template_id, request.words, request.unless)
    version = await desk.definitions.publish("signal", template_id, body, caller.actor)
    return Published(kind="signal", id=template_id, version=version)
