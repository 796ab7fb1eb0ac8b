"""The audit, the way back to an earlier version, and the look at somebody's details in the clear."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, text
from liftloop.api.routes.definitions import Published
from liftloop.api.views.audit import (
    AuditChange,
    AuditEntry,
    AuditKind,
    AuditPage,
    AuditVersion,
    Revealed,
    RevealRequest,
    RevertRequest,
    VersionCompared,
)
from liftloop.api.views.values import Text
from liftloop.app.accounts.looks import reason_of
from liftloop.app.audit import PAGE_MAX, Audit, AuditQuestion, Change, Line, Version, changes_of
from liftloop.app.callers import require, told
from liftloop.app.definitions.publishing import KINDS_ZH
from liftloop.app.definitions.secrets import hidden
from liftloop.app.people import attributes_of, find_profile
from liftloop.app.registry import UseCase

router = APIRouter()
Reads = Annotated[Caller, Depends(may("audit.read"))]


@router.get("/audit", summary="Who changed what, the newest first")
def audit(
    desk: OnDesk,
    caller: Reads,
    actor: Annotated[str, Query(max_length=200)] = "",
    kind: AuditKind = "",
    after: Annotated[str, Query(max_length=400)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> AuditPage:
    lines, following = Audit(desk).read(AuditQuestion(actor=actor, kind=kind, after=after, limit=limit))
    return AuditPage(entries=[_entry(each) for each in lines], next=following)


@router.get("/audit/definitions/{kind}/{identity}/{version}", summary="A version beside the one before it")
def compared(
    kind: str,
    identity: str,
    version: int,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.read"))],
    against: Annotated[int, Query(ge=0, description="Another version than the one before; 0 for that one.")] = 0,
) -> VersionCompared:
    before, after = Audit(desk).compared(kind, identity, version)
    if against:
        before = hidden(kind, desk.definitions.version(kind, identity, against)[0])
    return VersionCompared(
        kind=kind,
        id=identity,
        version=version,
        newest=desk.definitions.last_version(kind, identity),
        before=before,
        after=after,
        changes=[_change(each) for each in changes_of(before, after)],
    )


@router.post("/definitions/{kind}/{identity}/revert", summary="Publish an earlier version as the next one")
async def revert(
    kind: str,
    identity: str,
    request: RevertRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.revert"))],
) -> Published:
    told(reason=f"v{request.version}")
    version = await desk.definitions.revert(kind, identity, request.version, caller.actor, newest=request.newest)
    return Published(kind=kind, id=identity, version=version)


@router.post("/profiles/{profile_id}/reveal", summary="One person's details in the clear; each look is recorded")
async def reveal(
    profile_id: str,
    request: RevealRequest,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("profile.reveal"))],
) -> Revealed:
    rules = desk.accounts.rules()
    require(caller, UseCase(name="profile.reveal", role=rules.reveal_role, changes=True))
    reason = reason_of(request.reason)
    number = await find_profile(desk.tick, desk.clock, profile_id)
    desk.accounts.looks.take(caller.actor, number, rules.reveal_day_max)
    personal = [each for each in attributes_of(desk.state, desk.vault, number) if each.personal]
    told(person=number, reason=reason)
    return Revealed(details={each.name: str(each.value) for each in personal})


def _entry(line: Line) -> AuditEntry:
    return AuditEntry(
        id=line.id,
        at=at(line.at_ms),
        actor=line.actor,
        who=text(line.who),
        via=line.via,
        address=line.address,
        use_case=line.use_case,
        what=text(line.what),
        subject=line.subject,
        outcome=line.outcome,
        reason=line.reason,
        definitions=[_version(each) for each in line.definitions],
        changes=[_change(each) for each in line.changes],
    )


def _version(version: Version) -> AuditVersion:
    return AuditVersion(
        kind=version.kind,
        kind_name=Text(zh=KINDS_ZH.get(version.kind, version.kind), en=version.kind.replace("_", " ")),
        id=version.id,
        version=version.version,
        name=version.name,
        retired=version.retired,
    )


def _change(change: Change) -> AuditChange:
    return AuditChange(path=change.path, before=change.before, after=change.after)
