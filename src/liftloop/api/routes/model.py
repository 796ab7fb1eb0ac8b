"""The language model: see it, set it, try it, and what it was asked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.model import call_view, note_view, sheet_view, usage_view
from liftloop.api.views.model import ModelCalls, ModelRequest, ModelSheet, ModelTried, ModelTryRequest
from liftloop.app.actors import actor_words

router = APIRouter()


@router.get("/model")
def read(desk: OnDesk, caller: Annotated[Caller, Depends(may("model.read"))]) -> ModelSheet:
    """Return how the language model is set, its key as set or not, and what this month came to."""
    return sheet_view(desk.language_model.sheet())


@router.put("/model")
async def put(
    request: ModelRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("model.change"))]
) -> ModelSheet:
    """Set the language model; an empty name switches it off."""
    return sheet_view(await desk.language_model.put(request.model.model_dump(), request.version, caller.actor))


@router.post("/model/try")
async def try_it(
    request: ModelTryRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("model.try"))]
) -> ModelTried:
    """Ask for the words of an example; it counts against the month's budget."""
    asked = await desk.language_model.tried(request.language)
    if asked is None:
        return ModelTried(note=None, words=[])
    words = [{"headline": each.headline, "greeting": each.greeting, "line": each.line} for each in asked.words]
    return ModelTried(note=note_view(asked), words=words)


@router.get("/model/calls")
def calls(
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("model.calls"))],
    month: Annotated[str, Query(pattern=r"^(\d{4}-\d{2})?$", description="Such as 2026-11; empty: this one.")] = "",
) -> ModelCalls:
    """Return a month's calls, the newest first, at most 200."""
    usage, found = desk.language_model.calls(month)
    names = desk.accounts.directory.names()
    return ModelCalls(
        usage=usage_view(usage), calls=[call_view(each, actor_words(each.actor, names)) for each in found]
    )
