"""Journeys: which there are, and what became of everybody at each node."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.trials import group_view, trial_view
from liftloop.api.present.words import at
from liftloop.api.views.journey import (
    BanditWay,
    EnrolOutcome,
    EnrolRequest,
    JourneyBandit,
    JourneyDraft,
    JourneyFix,
    JourneyPage,
    JourneyProblem,
    JourneyProblems,
    JourneyReport,
    JourneyRow,
    PatchStep,
    ShareMove,
)
from liftloop.api.views.trial import GroupTrialAnswer, GroupTrialRequest, TrialAnswer, TrialRequest
from liftloop.app.definitions.lawful import content_rules
from liftloop.app.desk import Desk
from liftloop.app.journeys.checking import Problem, mended, problems_of
from liftloop.app.journeys.enrolling import EnrolAsked, enrol
from liftloop.app.journeys.report import Standing, journey_report, standings
from liftloop.app.journeys.trials import shown_in, try_group, try_person
from liftloop.app.journeys.trying import Happens, Tried
from liftloop.app.steering.bandits import BanditSeen

router = APIRouter(prefix="/journeys")
MOVES_MAX = 20
"""Of each split in its report; the log has them all."""

Reads = Annotated[Caller, Depends(may("journey.read"))]
Tries = Annotated[Caller, Depends(may("journey.try"))]


@router.get("")
async def list_journeys(desk: OnDesk, caller: Reads) -> JourneyPage:
    standing = await standings(desk)
    return JourneyPage(
        journeys=[_row(desk, each, standing.get(each, Standing())) for each in desk.definitions.live("journey")]
    )


def _row(desk: Desk, identity: str, standing: Standing) -> JourneyRow:
    version, body, at_ms, status = desk.definitions.newest("journey", identity)
    return JourneyRow(
        id=identity,
        name=str(body.get("name") or identity),
        version=version,
        status=status,
        inside=standing.inside,
        entered=standing.entered,
        nodes=len(body["nodes"]),
        trigger=body["trigger"],
        campaign=str(body.get("campaign") or ""),
        published_at=at(at_ms),
    )


@router.get("/{journey_id}/report")
async def get_journey_report(journey_id: str, desk: OnDesk, caller: Reads) -> JourneyReport:
    counts = await journey_report(desk, journey_id)
    told = msgspec.to_builtins(counts) | {"bandits": [_bandit(each) for each in counts.bandits]}
    return JourneyReport.model_validate(told)


def _bandit(seen: BanditSeen) -> JourneyBandit:
    columns = zip(seen.ways, seen.shares, seen.people, seen.won, seen.best, strict=True)
    return JourneyBandit(
        node=seen.node,
        zh=seen.stands.zh,
        en=seen.stands.en,
        ways=[
            BanditWay(id=way, share=share, people=people, won=won, best=best)
            for way, share, people, won, best in columns
        ],
        moves=[
            ShareMove(batch=move.batch, at=at(move.at_ms), shares=list(move.shares), zh=move.why.zh, en=move.why.en)
            for move in seen.moves[:MOVES_MAX]
        ],
    )


@router.post("/{journey_id}/enrol")
async def enrol_people(
    journey_id: str, request: EnrolRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("journey.enrol"))]
) -> EnrolOutcome:
    """Let people into a journey whose trigger is `api`; who may enter is decided as for every trigger."""
    asked = EnrolAsked(people=request.people, id=request.id, properties=request.properties)
    outcome = await enrol(desk, journey_id, asked, caller.actor)
    return EnrolOutcome(people=outcome.people, unknown=list(outcome.unknown))


@router.post("/check")
async def check_journey(draft: JourneyDraft, desk: OnDesk, caller: Reads) -> JourneyProblems:
    given = (desk.definitions, desk.state, draft.id or "draft", draft.body)
    problems = await asyncio.to_thread(problems_of, *given)
    whole, made = await asyncio.to_thread(mended, *given)
    return JourneyProblems(problems=[_problem(each) for each in problems], mended=whole if made else None)


@router.post("/try")
async def try_journey(request: TrialRequest, desk: OnDesk, caller: Tries) -> TrialAnswer:
    """Let one person walk through a journey from now on, on a copy of their state; nothing is written or sent."""
    happens = [Happens(name=each.name, after_s=each.after_s, properties=each.properties) for each in request.happens]
    asked = Tried(
        journey=request.id,
        body=request.body,
        fresh=request.fresh,
        days=request.days,
        happens=tuple(happens),
        properties=request.properties,
    )
    trial = await try_person(desk, asked, request.person)
    return trial_view(trial, await shown_in(desk, trial, request.properties), content_rules(desk.definitions.live))


@router.post("/try/group")
async def try_journey_for_group(request: GroupTrialRequest, desk: OnDesk, caller: Tries) -> GroupTrialAnswer:
    """Let a group walk through a journey, all entering now, on a copy of their state; nothing is written or sent."""
    asked = Tried(journey=request.id, body=request.body, fresh=request.fresh, days=request.days)
    return group_view(await try_group(desk, asked, request.audience))


def _problem(problem: Problem) -> JourneyProblem:
    fix = problem.fix
    return JourneyProblem(
        code=problem.code,
        node=problem.node,
        severity=problem.severity,
        zh=problem.zh,
        en=problem.en,
        fix=JourneyFix(zh=fix.zh, en=fix.en, patch=[PatchStep(**step.as_json()) for step in fix.patch])
        if fix
        else None,
    )
