"""Audiences: what they may be built of, who a tree finds, and who is in each now."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present import audiences as present
from liftloop.api.present.words import people_page
from liftloop.api.views.audience import (
    Audience,
    AudienceList,
    AudienceRequest,
    ItemList,
    ItemName,
    Preview,
    PreviewRequest,
    Vocabulary,
)
from liftloop.api.views.values import PAGE_MAX, PageCursor, PeoplePage
from liftloop.app.audiences.directory import Audiences
from liftloop.app.item_names import item_names, items_found
from liftloop.app.naming.vocabulary import known_words

ITEMS_NAMED_MAX = 200
"""Ids of one question: a condition with more is a list, and nobody reads it."""


@asynccontextmanager
async def _with_audiences(app: FastAPI) -> AsyncGenerator[None]:
    app.state.audiences = Audiences(app.state.desk)
    warming = asyncio.create_task(app.state.audiences.warm_up())
    yield
    warming.cancel()


def audiences_of(request: Request) -> Audiences:
    return request.app.state.audiences


router = APIRouter(lifespan=_with_audiences)

OnAudiences = Annotated[Audiences, Depends(audiences_of)]
Reads = Annotated[Caller, Depends(may("audience.read"))]


@router.get("/audiences")
async def listed(audiences: OnAudiences, caller: Reads) -> AudienceList:
    return AudienceList(audiences=[present.audience_row(line) for line in await audiences.listed()])


@router.post("/audiences")
async def publish(
    request: AudienceRequest, audiences: OnAudiences, caller: Annotated[Caller, Depends(may("audience.publish"))]
) -> Audience:
    tree = request.model_dump(mode="json", by_alias=True)["definition"]
    identity = await audiences.publish(request.audience_id, request.name, tree, caller.actor)
    return present.audience(await audiences.page(identity))


@router.get("/audiences/vocabulary")
@router.get("/vocabulary", include_in_schema=False)
async def vocabulary(desk: OnDesk, caller: Reads) -> Vocabulary:
    return present.vocabulary(await known_words(desk))


@router.get("/audiences/items")
async def items(
    desk: OnDesk,
    caller: Reads,
    search: Annotated[str, Query(max_length=100, description="Part of an id or a name.")] = "",
    ids: Annotated[list[str] | None, Query(max_length=ITEMS_NAMED_MAX, description="Ids to be named.")] = None,
) -> ItemList:
    """Find goods by what they are called, and name those that a condition already has."""
    found = await items_found(desk.follower, search) if search else []
    asked: list[str] = ids or []
    wanted = [*asked, *(each for each in found if each not in asked)]
    names = await item_names(desk.follower, wanted)
    return ItemList(items=[ItemName(id=each, name=names.get(each, each)) for each in wanted])


@router.post("/audiences/preview")
async def preview(
    request: PreviewRequest, audiences: OnAudiences, caller: Annotated[Caller, Depends(may("audience.preview"))]
) -> Preview:
    tree = request.model_dump(mode="json", by_alias=True)["definition"]
    return present.preview(await audiences.preview(tree))


@router.get("/audiences/{audience_id}")
async def read(audience_id: str, audiences: OnAudiences, caller: Reads) -> Audience:
    return present.audience(await audiences.page(audience_id))


@router.get("/audiences/{audience_id}/people")
async def people(
    audience_id: str,
    audiences: OnAudiences,
    caller: Reads,
    after: PageCursor = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> PeoplePage:
    skipped = int(after or 0)
    total, lines = await audiences.people(audience_id, skipped, limit)
    return people_page(total, lines, skipped, limit)
