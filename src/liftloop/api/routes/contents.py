"""Contents: what they break while they are written, the library with its approvals, and how they read for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.contents import (
    check_answer,
    drafts_view,
    exemption_view,
    occasion_view,
    preview_view,
    review_view,
    row_view,
    rule_view,
    shown_view,
)
from liftloop.api.views.content import (
    CheckAnswer,
    CheckRequest,
    ContentChange,
    ContentChanges,
    ContentLibrary,
    ContentPreviewRequest,
    ContentReviewView,
    ContentShown,
    DraftRequest,
    Drafts,
    ExemptionRequest,
    ExemptionView,
    Occasions,
    PagePreview,
    PagePreviewRequest,
    PageStanding,
    PreviewAnswer,
    RevertRequest,
    ReviewRequest,
    RuleBook,
    VersionMade,
)
from liftloop.app.contents.checking import as_content, check_written
from liftloop.app.contents.drafting import Wish, drafted
from liftloop.app.contents.library import Library
from liftloop.app.contents.page import page_preview, standing
from liftloop.app.contents.preview import asked_of, preview
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import content_rules
from liftloop.app.persons.profiles import names_of_sources
from liftloop.compose.drafting.occasions import OCCASIONS
from liftloop.compose.law.table import RULES


def library_of(desk: OnDesk) -> Library:
    return Library(desk)


router = APIRouter()

Reads = Annotated[Caller, Depends(may("content.read"))]
Sees = Annotated[Caller, Depends(may("content.preview"))]
Drafting = Annotated[Caller, Depends(may("content.draft"))]
Approves = Annotated[Caller, Depends(may("content.approve"))]
Publishes = Annotated[Caller, Depends(may("definition.publish"))]
OnLibrary = Annotated[Library, Depends(library_of)]


@router.get("/contents/rules")
def rules(desk: OnDesk, caller: Reads) -> RuleBook:
    """Return the table of rules that contents are judged by."""
    here = content_rules(desk.definitions.live)
    return RuleBook(rules=[rule_view(each, here) for each in RULES.values()], jurisdictions=list(here.jurisdictions))


@router.post("/contents/check")
def check(request: CheckRequest, desk: OnDesk, caller: Reads) -> CheckAnswer:
    """Return what a content breaks, what its template cannot say, and how long it is; nothing is kept."""
    live = desk.definitions.live
    if request.content is None and not request.content_id:
        raise BadDefinition("content", "content or content_id is needed", "要写 content 或 content_id")
    body = request.content or desk.definitions.newest("content", request.content_id)[1]
    written = as_content({**body, "id": request.content_id or body.get("id") or "new"})
    return check_answer(check_written(live, written, request.channel, request.purpose or ""), content_rules(live))


@router.get("/contents/occasions")
def occasions(caller: Reads) -> Occasions:
    """Return what drafts may be for."""
    return Occasions(occasions=[occasion_view(each) for each in OCCASIONS])


@router.post("/contents/drafts")
async def draft(request: DraftRequest, desk: OnDesk, caller: Drafting) -> Drafts:
    """Return drafts by rules in several tones, a language model's first where one is set; nothing is kept.

    Each comes with what stands against it. Where the model gives none, `model` says why.
    """
    said = request.model_dump(exclude={"purpose", "fields"})
    wish = Wish(**said, purpose=request.purpose or "", fields=tuple(request.fields))
    return drafts_view(await drafted(desk, wish), content_rules(desk.definitions.live))


@router.post("/contents/preview")
async def see(request: ContentPreviewRequest, desk: OnDesk, caller: Sees) -> PreviewAnswer:
    """Return a content as one real person would get it; nothing is sent and no coupon given out."""
    more = {"person": request.person, "channel": request.channel, "offer": request.offer}
    asked = asked_of(desk, request.content, request.content_id, **more, item=request.item, campaign=request.campaign)
    return preview_view(await preview(desk, asked), content_rules(desk.definitions.live))


@router.post("/contents/page")
def page(request: PagePreviewRequest, desk: OnDesk, caller: Reads) -> PagePreview:
    """Return a landing page as it would look; nothing is published."""
    if request.content is None and not request.content_id:
        raise BadDefinition("content", "content or content_id is needed", "要写 content 或 content_id")
    body = request.content or desk.definitions.newest("content", request.content_id)[1]
    return PagePreview(html=page_preview(desk, body, request.language))


@router.get("/contents/library/{content_id}/page")
def page_standing(content_id: str, desk: OnDesk, caller: Reads) -> PageStanding:
    """Return whether a landing page is public, in which version, and its address."""
    found = standing(desk, content_id)
    return PageStanding(state=found.state, version=found.version, url=found.url)


@router.get("/contents/library")
def listed(library: OnLibrary, desk: OnDesk, caller: Reads) -> ContentLibrary:
    names = names_of_sources(desk)
    return ContentLibrary(
        contents=[row_view(line, names) for line in library.listed()],
        approval=content_rules(desk.definitions.live).approval,
    )


@router.get("/contents/library/{content_id}")
def shown(content_id: str, library: OnLibrary, desk: OnDesk, caller: Reads) -> ContentShown:
    return shown_view(library.shown(content_id), content_rules(desk.definitions.live), names_of_sources(desk))


@router.get("/contents/library/{content_id}/changes")
def compared(
    content_id: str,
    library: OnLibrary,
    caller: Reads,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> ContentChanges:
    """Return what two versions say, line by line where they differ."""
    found = library.compared(content_id, before, after)
    lines = [ContentChange(field=each.field, kind=each.kind, text=each.text) for each in found]
    return ContentChanges(before=before, after=after, changes=lines)


@router.post("/contents/library/{content_id}/revert")
async def revert(content_id: str, request: RevertRequest, library: OnLibrary, caller: Publishes) -> VersionMade:
    """Publish an earlier version once more, as the newest."""
    return VersionMade(version=await library.revert(content_id, request.version, caller.actor))


@router.post("/contents/library/{content_id}/submit")
async def submit(
    content_id: str, request: ReviewRequest, library: OnLibrary, desk: OnDesk, caller: Publishes
) -> ContentReviewView:
    """Ask for approval of the words as they are now."""
    said = await library.say(content_id, "submitted", request.remark, caller.actor)
    return review_view(said, names_of_sources(desk))


@router.post("/contents/library/{content_id}/approve")
async def approve(
    content_id: str, request: ReviewRequest, library: OnLibrary, desk: OnDesk, caller: Approves
) -> ContentReviewView:
    """Approve the words as they are now; other words lose it."""
    said = await library.say(content_id, "approved", request.remark, caller.actor)
    return review_view(said, names_of_sources(desk))


@router.post("/contents/library/{content_id}/reject")
async def reject(
    content_id: str, request: ReviewRequest, library: OnLibrary, desk: OnDesk, caller: Approves
) -> ContentReviewView:
    """Reject the words as they are now, with the reason: they do not leave."""
    said = await library.say(content_id, "rejected", request.remark, caller.actor)
    return review_view(said, names_of_sources(desk))


@router.post("/contents/library/{content_id}/exceptions")
async def exempt(content_id: str, request: ExemptionRequest, library: OnLibrary, caller: Approves) -> ExemptionView:
    """Record an exception from a rule for one phrase, with its evidence."""
    said = await library.exempt(content_id, request.rule, request.quote, request.evidence, caller.actor)
    return exemption_view(said.exemptions[-1])
