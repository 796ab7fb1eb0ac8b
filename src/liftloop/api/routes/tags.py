"""Tags: the directory, who has one, and to put one on people or take it off."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, people_page, text
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.views.tag import (
    TagConflict,
    TagDefinition,
    TagDirectory,
    TagPeopleAnswer,
    TagPeopleRequest,
    TagPublished,
    TagRow,
    TagUse,
)
from liftloop.api.views.values import PAGE_MAX, PageCursor, PeoplePage
from liftloop.app.tags.directory import UNUSED_DAYS, TagLine, Tags
from liftloop.kernel.clock import FOR_EVER_MS

UNUSED_DAYS_MAX = 3_660


def tags_of(desk: OnDesk, audiences: OnAudiences) -> Tags:
    return Tags(desk, audiences)


router = APIRouter()

OnTags = Annotated[Tags, Depends(tags_of)]
Reads = Annotated[Caller, Depends(may("tag.read"))]


@router.get("/tags")
async def listed(
    tags: OnTags, caller: Reads, unused_days: Annotated[float, Query(gt=0, le=UNUSED_DAYS_MAX)] = UNUSED_DAYS
) -> TagDirectory:
    lines = await tags.listed(unused_days)
    names = {line.id: line.tag.name for line in lines}
    return TagDirectory(of=lines[0].of if lines else 0, tags=[_row(line, names) for line in lines])


@router.post("/tags")
async def publish(
    request: TagDefinition, desk: OnDesk, caller: Annotated[Caller, Depends(may("definition.publish"))]
) -> TagPublished:
    """Publish one tag: the definition itself with its `id`."""
    said = request.model_dump(mode="json", by_alias=True)
    body = {name: value for name, value in said.items() if name != "id" and value not in (None, "", [])}
    version = await desk.definitions.publish("tag", request.id, {"name": request.name, **body}, caller.actor)
    return TagPublished(kind="tag", id=request.id, version=version)


@router.get("/tags/{tag_id}/people")
async def people(
    tag_id: str,
    tags: OnTags,
    caller: Reads,
    after: PageCursor = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> PeoplePage:
    skipped = int(after or 0)
    total, lines = await tags.people(tag_id, skipped, limit)
    return people_page(total, lines, skipped, limit)


@router.post("/tags/{tag_id}/people")
async def change(
    tag_id: str, request: TagPeopleRequest, tags: OnTags, caller: Annotated[Caller, Depends(may("tag.put"))]
) -> TagPeopleAnswer:
    """Put a tag on people, or take it off; a repetition changes nothing but how long it stays."""
    if request.take_off:
        outcome = await tags.take_off(tag_id, request.people, request.audience_id, caller.actor)
    else:
        until = None if request.until is None else round(request.until.timestamp() * 1_000)
        outcome = await tags.put(tag_id, request.people, request.audience_id, until, caller.actor)
    end_ms = outcome.until_ms
    return TagPeopleAnswer(
        tag_id=tag_id,
        people=outcome.people,
        unknown=list(outcome.unknown),
        until=None if end_ms is None or end_ms >= FOR_EVER_MS else at(end_ms),
    )


def _row(line: TagLine, names: Mapping[str, str]) -> TagRow:
    tag = line.tag
    where: dict[str, Any] | None = None if tag.where is None else dict(tag.where)
    return TagRow(
        tag_id=line.id,
        name=tag.name,
        category=tag.category,
        owner=tag.owner,
        meaning=tag.meaning,
        by="hand" if tag.where is None else "rule",
        rule=None if line.rule is None else text(line.rule),
        where=where,
        expires_days=tag.expires_days,
        excludes=list(tag.excludes),
        people=line.people,
        share=line.people / line.of if line.of else 0.0,
        used_in=[TagUse(kind=each.kind, id=each.id, name=each.name) for each in line.used_in],
        conflicts=[
            TagConflict(kind=each.kind, tag_id=each.tag, name=names[each.tag], people=each.people, share=each.share)
            for each in line.conflicts
        ],
        unused=line.unused,
        version=line.version,
        updated_at=at(line.at_ms),
        last_put_at=None if line.last_put_ms is None else at(line.last_put_ms),
    )
