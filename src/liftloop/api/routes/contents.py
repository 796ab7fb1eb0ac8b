"""Contents: what they break while they are written, and by which rules."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.contents import check_answer, rule_view
from liftloop.api.views.content import CheckAnswer, CheckRequest, RuleBook
from liftloop.app.contents.checking import as_content, check_written
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import content_rules
from liftloop.compose.law.table import RULES

router = APIRouter()

Reads = Annotated[Caller, Depends(may("content.read"))]


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
