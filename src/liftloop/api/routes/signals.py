"""Signals: those to begin with and those that a shop writes, who would give one, and to publish it."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, person_row, text
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.routes.definitions import Published
from liftloop.api.views.audience import PreviewRequest
from liftloop.api.views.profile import SignalEvidence
from liftloop.api.views.signal import (
    OwnSignal,
    OwnSignalRequest,
    SignalField,
    SignalGiver,
    SignalInUse,
    SignalPreview,
    SignalTemplate,
    SignalTemplateRequest,
    SignalTemplates,
    SignalUse,
)
from liftloop.app.audiences.directory import Audiences
from liftloop.app.definitions.uses import users_of
from liftloop.app.desk import Desk
from liftloop.app.naming.trees import Names, read_aloud
from liftloop.app.own_signals import OwnDraft, half_life_of, write_signal
from liftloop.app.signal_preview import signal_preview
from liftloop.app.signal_templates import TEMPLATES, Chosen, Template, body_of, chosen_in, usual
from liftloop.audience.reading import SIGNAL

router = APIRouter()


@router.get("/signals/templates")
async def listed(
    desk: OnDesk, audiences: OnAudiences, caller: Annotated[Caller, Depends(may("definition.read"))]
) -> SignalTemplates:
    live = desk.definitions.live("signal")
    names = await audiences.names(*(body["where"] for body in live.values()))
    told = {identity: await _told(desk, audiences, identity, names) for identity in live}
    views: list[SignalTemplate] = []
    for each in TEMPLATES.values():
        in_use: SignalInUse | None = None
        if each.id in live:
            chosen = chosen_in(each.id, live[each.id])
            in_use = SignalInUse(
                version=desk.definitions.newest("signal", each.id)[0],
                people=told[each.id].people,
                sentence=told[each.id].sentence,
                words=list(chosen.words) if chosen else [],
                unless=list(chosen.unless) if chosen else [],
                values=dict(chosen.values) if chosen else {},
                changed_by_hand=chosen is None,
                by_hand=told[each.id] if chosen is None else None,
                used_in=told[each.id].used_in,
            )
        views.append(_template(each, in_use))
    return SignalTemplates(templates=views, own=[told[identity] for identity in live if identity not in TEMPLATES])


async def _told(desk: Desk, audiences: Audiences, identity: str, names: Names) -> OwnSignal:
    """Return a live signal as it is defined, with how many give it now."""
    body = desk.definitions.live("signal")[identity]
    return OwnSignal(
        id=identity,
        name=str(body["name"]),
        people=len(await audiences.matching(SIGNAL + identity, body["where"])),
        sentence=text(read_aloud(body["where"], names)),
        definition=body["where"],
        half_life_days=half_life_of(body),
        used_in=_uses(desk, identity),
    )


def _uses(desk: Desk, identity: str) -> list[SignalUse]:
    users = users_of(desk.definitions.live, "signal", identity)
    return [SignalUse(kind=cast(Any, each.kind), id=each.id, name=each.name) for each in users]


def _template(template: Template, in_use: SignalInUse | None) -> SignalTemplate:
    values = usual(template)
    return SignalTemplate(
        id=template.id,
        name=text(template.name),
        meaning=text(template.meaning),
        body=to_builtins(template.signal),
        words=list(template.words),
        unless=list(template.unless),
        fields=[
            SignalField(
                id=each.id, name=text(each.name), unit=each.unit, usual=values[each.id], low=each.low, high=each.high
            )
            for each in template.fields
        ],
        published=in_use is not None,
        in_use=in_use,
    )


@router.post("/signals/templates/{template_id}")
async def publish(
    template_id: str,
    request: SignalTemplateRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.publish"))],
) -> Published:
    """Publish a signal to begin with, under its own id."""
    version = await desk.definitions.publish("signal", template_id, _body(template_id, request), caller.actor)
    return Published(kind="signal", id=template_id, version=version)


@router.post("/signals/templates/{template_id}/preview")
async def preview(
    template_id: str,
    request: SignalTemplateRequest,
    desk: OnDesk,
    audiences: OnAudiences,
    caller: Annotated[Caller, Depends(may("audience.preview"))],
) -> SignalPreview:
    """Tell who gives this signal now, or would with these words and numbers; nothing is published."""
    return await _previewed(desk, audiences, _body(template_id, request)["where"])


@router.post("/signals/preview")
async def preview_own(
    request: PreviewRequest,
    desk: OnDesk,
    audiences: OnAudiences,
    caller: Annotated[Caller, Depends(may("audience.preview"))],
) -> SignalPreview:
    """Tell who would give a signal with this tree now, and by which events; nothing is published."""
    return await _previewed(desk, audiences, request.model_dump(mode="json", by_alias=True)["definition"])


@router.post("/signals/own")
async def write(
    request: OwnSignalRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("definition.publish"))]
) -> Published:
    """Publish a signal of the shop's own, or with `signal_id` its next version."""
    tree = request.model_dump(mode="json", by_alias=True)["definition"]
    draft = OwnDraft(name=request.name, where=tree, half_life_days=request.half_life_days)
    identity, version = await write_signal(desk, request.signal_id, draft, caller.actor)
    return Published(kind="signal", id=identity, version=version)


async def _previewed(desk: Desk, audiences: Audiences, where: Mapping[str, Any]) -> SignalPreview:
    found = await signal_preview(desk, audiences, where)
    return SignalPreview(
        count=found.count,
        of=found.of,
        sentence=text(found.sentence),
        people=[
            SignalGiver(
                person=person_row(each.line),
                evidence=[
                    SignalEvidence(name=one.name, label=text(one.label), at=at(one.at_ms)) for one in each.evidence
                ],
            )
            for each in found.people
        ],
    )


def _body(template_id: str, request: SignalTemplateRequest) -> dict[str, Any]:
    chosen = Chosen(words=tuple(request.words), unless=tuple(request.unless), values=request.values)
    return body_of(template_id, chosen)
