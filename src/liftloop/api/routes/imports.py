"""Imports: a file comes in and is proposed, a person decides, it is loaded; refused rows come back as a file."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, File, Form, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import Field, JsonValue

from liftloop.api.access import Caller, may
from liftloop.api.errors import language_of
from liftloop.api.present import imports as present
from liftloop.api.views.imports import Import, ImportStart, Kind, Rule
from liftloop.api.views.values import View
from liftloop.app.imports.jobs import Imports
from liftloop.app.imports.proposal import Changes
from liftloop.collect.mapping import DeclaredConsent

PART_BYTES = 1 << 20


@asynccontextmanager
async def _with_imports(app: FastAPI) -> AsyncGenerator[None]:
    app.state.imports = Imports(app.state.desk)
    yield
    await app.state.imports.close()


def imports_of(request: Request) -> Imports:
    return request.app.state.imports


router = APIRouter(lifespan=_with_imports)

OnImports = Annotated[Imports, Depends(imports_of)]
Reads = Annotated[Caller, Depends(may("import.read"))]
Starts = Annotated[Caller, Depends(may("import.start"))]


class Declared(View):
    """Consent that whoever imports declares for everybody in the file, with the evidence that they name."""

    channel: str = Field(min_length=1)
    purpose: str = "marketing"
    evidence: str = Field(min_length=1)
    topic: str = ""
    text_version: str = ""


class ImportDecision(ImportStart):
    """What the app sends, and what else a caller may decide: a whole mapping, declared consents."""

    fields: dict[str, Rule] = Field(default_factory=dict)
    mapping: dict[str, JsonValue] | None = Field(default=None, description="In place of the guess; see the reference.")
    declares: list[Declared] = Field(default_factory=list)


@router.post("/imports")
async def propose(
    imports: OnImports,
    caller: Starts,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Kind | None, Form()] = None,
    sheet: Annotated[str, Form(description="Which sheet of a workbook; the first that holds a table if empty.")] = "",
) -> Import:
    asked = Changes(kind=kind, sheet=sheet)
    return present.shown(await imports.take(file.filename or "", _parts(file), asked, caller.actor))


@router.post("/imports/{import_id}/files")
async def join(import_id: str, imports: OnImports, caller: Starts, file: Annotated[UploadFile, File()]) -> Import:
    """Add a second file, such as products to orders, whose rows widen those of the first by a common key."""
    return present.shown(await imports.join(import_id, file.filename or "", _parts(file)))


@router.post("/imports/{import_id}/start")
async def start(
    import_id: str, decision: ImportDecision, request: Request, imports: OnImports, caller: Starts
) -> Import:
    if decision.declares:
        may("consent.declare")(request)
    changes = Changes(
        kind=decision.kind,
        answers=decision.answers,
        fields=decision.fields,
        mapping=decision.mapping,
        declares=tuple(DeclaredConsent(**each.model_dump()) for each in decision.declares),
    )
    return present.shown(await imports.start(import_id, changes, language_of(request)))


@router.get("/imports/{import_id}")
async def read(import_id: str, imports: OnImports, caller: Reads) -> Import:
    return present.shown(imports.get(import_id))


@router.get("/imports/{import_id}/summary")
async def summary(import_id: str, imports: OnImports, caller: Reads) -> dict[str, Any]:
    """Return everything that was counted, with the mapping and how long it took."""
    return present.in_numbers(imports.get(import_id))


@router.get("/imports/{import_id}/rejected", response_class=StreamingResponse)
async def rejected(import_id: str, imports: OnImports, caller: Reads) -> StreamingResponse:
    """Return the refused rows as CSV, each with its line and the reason."""
    named = {"Content-Disposition": f'attachment; filename="rejected-{import_id}.csv"'}
    return StreamingResponse(imports.refused_rows(import_id), media_type="text/csv", headers=named)


async def _parts(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(PART_BYTES):
        yield part
