"""The one search of the app."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import text
from liftloop.api.views.search import SearchHit, SearchResult
from liftloop.app.searching import search

router = APIRouter()

QUERY_CHARACTERS_MAX = 200


@router.get("/search")
async def find(
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("search.read"))],
    q: Annotated[str, Query(max_length=QUERY_CHARACTERS_MAX, description="A name, part of it, first letters, an id.")],
) -> SearchResult:
    """Find people and everything that has a name; people only those whom the caller may see, and masked."""
    hits = await search(desk, q)
    return SearchResult(
        hits=[SearchHit(kind=each.kind, id=each.id, name=text(each.name), note=text(each.note)) for each in hits]
    )
