"""Fixed lists: an audience frozen as it is now, or the people whom a file names."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from pydantic import Field

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.routes.tags import OnTags
from liftloop.api.views.values import Count, View
from liftloop.app.imports.jobs import safe_name
from liftloop.app.tags.lists import ListMade, Lists

PART_BYTES = 1 << 20


class FreezeRequest(View):
    name: str = Field(min_length=1, max_length=80, description="What the list is called.")


class ListView(View):
    """A fixed list: an audience whose people nobody's behaviour changes."""

    audience_id: str
    people: Count
    repeated: Count = Field(description="Lines that name somebody who is in it already.")
    unknown: Count = Field(description="Lines by which nobody is known; they were left out.")
    unknown_shown: list[str] = Field(description="The first of them.")


def lists_of(desk: OnDesk, audiences: OnAudiences, tags: OnTags) -> Lists:
    return Lists(desk, audiences, tags)


router = APIRouter()

OnLists = Annotated[Lists, Depends(lists_of)]
Freezes = Annotated[Caller, Depends(may("audience.freeze"))]


@router.post("/audiences/{audience_id}/freeze")
async def freeze(audience_id: str, request: FreezeRequest, lists: OnLists, caller: Freezes) -> ListView:
    return _view(await lists.freeze(audience_id, request.name, caller.actor))


@router.post("/lists")
async def from_file(
    desk: OnDesk,
    lists: OnLists,
    caller: Freezes,
    file: Annotated[UploadFile, File(description="One person a row, in the first column.")],
    name: Annotated[str, Form(min_length=1, max_length=80)],
) -> ListView:
    with TemporaryDirectory(dir=desk.data) as folder:
        path = Path(folder) / safe_name(file.filename or "")
        with path.open("wb") as content:
            while part := await file.read(PART_BYTES):
                await asyncio.to_thread(content.write, part)
        return _view(await lists.from_file(path, name, caller.actor))


def _view(made: ListMade) -> ListView:
    return ListView(
        audience_id=made.audience,
        people=made.people,
        repeated=made.repeated,
        unknown=made.unknown,
        unknown_shown=list(made.unknown_shown),
    )
