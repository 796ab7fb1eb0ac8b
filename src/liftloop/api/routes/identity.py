"""Who is who: a person's identifiers and merges, and undoing a merge."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at, person_row, text
from liftloop.api.views.identity import (
    Judgement,
    Merge,
    PersonIdentifier,
    PersonIdentity,
    SuggestedPair,
    SuggestionList,
    UndoDone,
    UndoRequest,
)
from liftloop.app.matching.suggestions import Suggestions, find_suggestions, judge_pair, suggestions
from liftloop.app.people import find_profile
from liftloop.app.persons.identities import MergeOf, identity_of, undo_merge
from liftloop.kernel.ids import profile_id as id_of

router = APIRouter()

Reads = Annotated[Caller, Depends(may("profile.read"))]
Undoes = Annotated[Caller, Depends(may("profile.unmerge"))]
Judges = Annotated[Caller, Depends(may("profile.judge"))]


@router.get("/profiles/{profile_id}/identity")
async def read(profile_id: str, desk: OnDesk, caller: Reads) -> PersonIdentity:
    found = await identity_of(desk, await find_profile(desk.tick, desk.clock, profile_id))
    return PersonIdentity(
        profile_id=id_of(found.number),
        identifiers=[
            PersonIdentifier(
                kind=each.kind,
                name=text(each.name),
                value=each.value,
                since=at(each.since_ms),
                source=each.source,
                told_by=text(each.told_by),
                sureness=each.sureness,
                sure=text(each.sure),
            )
            for each in found.identifiers
        ],
        merges=[_merge(each) for each in found.merges],
    )


@router.post("/merges/{merge_id}/undo")
async def undo(merge_id: str, request: UndoRequest, desk: OnDesk, caller: Undoes) -> UndoDone:
    done = await undo_merge(desk, merge_id, request.reason, caller.actor)
    assert done.standing in ("undoing", "undone"), "an undoing is under way or done"
    return UndoDone(
        merge_id=done.id,
        standing=done.standing,
        kept_profile_id=id_of(done.kept),
        forwarded_profile_id=id_of(done.forwarded),
    )


@router.get("/suggestions")
async def suggested(desk: OnDesk, caller: Reads) -> SuggestionList:
    return _suggestions(await suggestions(desk))


@router.post("/suggestions/find")
async def find(desk: OnDesk, caller: Judges) -> SuggestionList:
    return _suggestions(await find_suggestions(desk, caller.actor))


@router.post("/suggestions/judge")
async def judge(request: Judgement, desk: OnDesk, caller: Judges) -> SuggestionList:
    await judge_pair(desk, request.first_profile_id, request.second_profile_id, same=request.same, actor=caller.actor)
    return _suggestions(await suggestions(desk))


def _suggestions(found: Suggestions) -> SuggestionList:
    return SuggestionList(
        found_at=None if found.found_ms is None else at(found.found_ms),
        people=found.people,
        compared=found.compared,
        pairs=[
            SuggestedPair(
                first=person_row(each.first),
                second=person_row(each.second),
                probability=each.probability,
                evidence=text(each.evidence),
            )
            for each in found.pairs
        ],
    )


def _merge(merge: MergeOf) -> Merge:
    return Merge(
        merge_id=merge.id,
        at=at(merge.at_ms),
        standing=merge.standing,
        by=merge.by,
        label=text(merge.label),
        source=merge.source,
        told_by=text(merge.told_by),
        kept_profile_id=id_of(merge.kept),
        forwarded_profile_id=id_of(merge.forwarded),
        goes=list(merge.goes),
        consequence=text(merge.consequence),
        problem=None if merge.problem is None else text(merge.problem),
    )
