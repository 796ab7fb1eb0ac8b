"""Audiences in plain words: a sentence comes in, a definition and all that is uncertain about it go out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request

from liftloop.api.access import Caller, may
from liftloop.api.present.words import text
from liftloop.api.views.sentence import SentenceRequest, UnderstoodSentence
from liftloop.api.views.values import Text
from liftloop.app.naming.lexicon import Heard, Lexicons


@asynccontextmanager
async def _with_lexicons(app: FastAPI) -> AsyncGenerator[None]:
    app.state.lexicons = Lexicons(app.state.desk)
    yield


def lexicons_of(request: Request) -> Lexicons:
    return request.app.state.lexicons


router = APIRouter(lifespan=_with_lexicons)

OnLexicons = Annotated[Lexicons, Depends(lexicons_of)]


@router.post("/audiences/understand")
async def understand(
    request: SentenceRequest, lexicons: OnLexicons, caller: Annotated[Caller, Depends(may("audience.preview"))]
) -> UnderstoodSentence:
    return _view(await lexicons.heard(request.text, request.chosen))


def _view(heard: Heard) -> UnderstoodSentence:
    said = heard.understood
    whole: dict[str, Any] = {
        "definition": said.tree,
        "sentence": None if heard.sentence is None else text(heard.sentence),
        "parts": [
            {
                "definition": part.tree,
                "sentence": text(sentence),
                "spans": [{"start": start, "end": end} for start, end in part.spans],
            }
            for part, sentence in zip(said.parts, heard.parts, strict=True)
        ],
        "unread": [{"start": e.start, "end": e.end, "text": e.text, "near": e.near} for e in said.unread],
        "assumed": [Text(zh=each.zh, en=each.en) for each in said.assumed],
        "choices": [
            {
                "id": each.id,
                "start": each.start,
                "end": each.end,
                "chosen": each.chosen,
                "options": [{"name": Text(zh=o.zh, en=o.en), "definition": o.tree} for o in each.options],
            }
            for each in said.choices
        ],
    }
    return UnderstoodSentence.model_validate(whole)
