"""Standing goals: let one stand, see where it is, approve, stop, pause."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.goal import review_view, standing_view
from liftloop.api.views.goal import (
    Approval,
    GoalReview,
    StandingGoal,
    StandingGoalChange,
    StandingGoalDetail,
    StandingGoalPage,
    StandingGoalRequest,
    StopRequest,
)
from liftloop.app.desk import Desk
from liftloop.plan.standing import StandingGoal as Standing
from liftloop.plan.standing import WeeklyLimits

router = APIRouter(prefix="/goals/standing")

Reads = Annotated[Caller, Depends(may("goal.read"))]
Stands = Annotated[Caller, Depends(may("goal.stand"))]
Approves = Annotated[Caller, Depends(may("goal.approve"))]


@router.get("")
async def standing(desk: OnDesk, caller: Reads) -> StandingGoalPage:
    return StandingGoalPage(goals=[await _view(desk, identity) for identity in desk.standing_goals.live()])


@router.get("/{identity}")
async def one(identity: str, desk: OnDesk, caller: Reads) -> StandingGoalDetail:
    view = await _view(desk, identity)
    return StandingGoalDetail(
        goal=view, reviews=[review_view(each) for each in await desk.standing_goals.reviews(identity)]
    )


@router.put("/{identity}")
async def stand(identity: str, request: StandingGoalRequest, desk: OnDesk, caller: Approves) -> StandingGoal:
    """Let a goal stand, or change it, and look at it at once; what autopilot may do needs an approver."""
    goal = Standing(
        text=request.text,
        since_ms=desk.clock.now_ms(),
        name=request.name,
        answers=request.answers,
        autonomy=request.autonomy,
        limits=WeeklyLimits(budget_fen=request.limits.budget, people=request.limits.people),
        weekday=request.weekday,
        hour=request.hour,
    )
    await desk.standing_goals.stand(identity, goal, caller.actor)
    return await _view(desk, identity)


@router.patch("/{identity}")
async def change(identity: str, request: StandingGoalChange, desk: OnDesk, caller: Approves) -> StandingGoal:
    """Change autonomy or limits, pause or go on; needs an approver because autopilot launches."""
    changed: dict[str, Any] = {}
    if request.autonomy is not None:
        changed["autonomy"] = request.autonomy
    if request.limits is not None:
        changed["limits"] = {"budget_fen": request.limits.budget, "people": request.limits.people}
    if request.paused is not None:
        changed["paused"] = request.paused
    await desk.standing_goals.change(identity, caller.actor, **changed)
    return await _view(desk, identity)


@router.delete("/{identity}")
async def end(identity: str, desk: OnDesk, caller: Stands) -> StandingGoal:
    """Let a goal stand no longer; its campaigns go on unless they are stopped."""
    view = await _view(desk, identity)
    await desk.standing_goals.end(identity, caller.actor)
    return view


@router.post("/{identity}/review")
async def review(identity: str, desk: OnDesk, caller: Approves) -> GoalReview:
    """Look at a goal now instead of on its weekday."""
    return review_view(await desk.standing_goals.review(identity, caller.actor))


@router.post("/{identity}/approve")
async def approve(identity: str, request: Approval, desk: OnDesk, caller: Approves) -> GoalReview:
    """Launch a plan that waits."""
    return review_view(await desk.standing_goals.approve(identity, request.plan_id, caller.actor))


@router.post("/{identity}/stop")
async def stop(identity: str, request: StopRequest, desk: OnDesk, caller: Approves) -> GoalReview:
    """Stop a campaign that the goal launched, and pause the goal."""
    return review_view(await desk.standing_goals.stop(identity, request.campaign_id, caller.actor))


async def _view(desk: Desk, identity: str) -> StandingGoal:
    version, goal = desk.standing_goals.named(identity)
    last = next(iter(await desk.standing_goals.reviews(identity)), None)
    understood = desk.plans.read(goal.text, goal.answers, "zh-CN").goal
    metric = desk.plans.sources().catalogue.by_id.get(understood.metric or "")
    return standing_view((identity, version, goal), last, metric, understood.direction or "up")
