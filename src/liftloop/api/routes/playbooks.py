"""Playbooks: which there are, what one would make of answers, and to start it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.errors import language_of
from liftloop.api.present.words import text
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.views.playbook import (
    Playbook,
    PlaybookChoice,
    PlaybookDefinition,
    PlaybookField,
    PlaybookList,
    PlaybookPreview,
    PlaybookRequest,
    PlaybookStarted,
)
from liftloop.app.desk import Desk
from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.app.playbooks.contract import Draft
from liftloop.app.playbooks.contract import Playbook as Told
from liftloop.app.playbooks.starting import Answers, choices_of, playbook_of, previewed, started

router = APIRouter(prefix="/playbooks")

Reads = Annotated[Caller, Depends(may("playbook.read"))]
Starts = Annotated[Caller, Depends(may("playbook.start"))]


@router.get("")
def listed(desk: OnDesk, caller: Reads) -> PlaybookList:
    choices = _choices(desk)
    return PlaybookList(playbooks=[_view(each, choices) for each in PLAYBOOKS.values()])


@router.get("/{playbook_id}")
def one(playbook_id: str, desk: OnDesk, caller: Reads) -> Playbook:
    return _view(playbook_of(playbook_id), _choices(desk))


@router.post("/{playbook_id}/preview")
async def preview(
    playbook_id: str, request: PlaybookRequest, http: Request, desk: OnDesk, audiences: OnAudiences, caller: Reads
) -> PlaybookPreview:
    """Tell what starting would make; nothing is published."""
    found = await previewed(desk, audiences, playbook_id, _answers(request, http))
    return PlaybookPreview(
        definitions=[_definition(each, found.people) for each in found.drafted.definitions], goal=found.drafted.goal
    )


@router.post("/{playbook_id}/start")
async def start(
    playbook_id: str, request: PlaybookRequest, http: Request, desk: OnDesk, caller: Starts
) -> PlaybookStarted:
    """Publish what the playbook makes, all or nothing; or make the plan of its goal, which is launched as any other."""
    done = await started(desk, playbook_id, _answers(request, http), caller.actor)
    return PlaybookStarted(definitions=[_definition(each, {}) for each in done.definitions], plan_id=done.plan_id)


def _answers(request: PlaybookRequest, http: Request) -> Answers:
    return Answers(said=request.answers, language=request.language or language_of(http))


def _choices(desk: Desk) -> dict[str, list[PlaybookChoice]]:
    return {
        kind: [PlaybookChoice(id=each, name=_name(desk.definitions.live(kind)[each], each)) for each in ids]
        for kind, ids in choices_of(desk).items()
    }


def _name(body: Mapping[str, Any], identity: str) -> str:
    return str(body.get("name") or body.get("name_zh") or body.get("subject") or identity)


def _view(playbook: Told, choices: Mapping[str, Sequence[PlaybookChoice]]) -> Playbook:
    return Playbook(
        id=playbook.id,
        family=playbook.family,
        name=text(playbook.name),
        story=text(playbook.story),
        fields=[
            PlaybookField(
                id=each.id,
                name=text(each.name),
                kind=each.kind,
                usual=each.usual,
                low=each.low,
                high=each.high,
                optional=each.optional,
                choices=list(choices.get(each.kind, ())),
            )
            for each in playbook.fields
        ],
    )


def _definition(draft: Draft, people: Mapping[str, int]) -> PlaybookDefinition:
    return PlaybookDefinition(
        kind=draft.kind,
        id=draft.id,
        name=_name(draft.body, draft.id),
        people=people.get(draft.id),
        body=dict(draft.body),
    )
