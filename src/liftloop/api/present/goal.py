"""From a standing goal and its reviews to what the app shows."""

from typing import Literal

from liftloop.api.present.plan import instant, metric_view, text
from liftloop.api.views import goal as views
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.plan.standing import Review, StandingGoal, next_due_ms
from liftloop.plan.writing.planned import metric_name
from liftloop.plan.writing.standing import review_sentence
from liftloop.profile.metric import Metric


def standing_view(
    known: tuple[str, int, StandingGoal],
    last: Review | None,
    metric: Metric | None,
    direction: Literal["up", "down"],
) -> views.StandingGoal:
    """Return a goal with its last look; `known` is its id, version and definition."""
    identity, version, goal = known
    over = last is not None and last.status == "over"
    due_ms = next_due_ms(goal, last.at_ms if last else None, SHANGHAI_OFFSET_MINUTES)
    ends_ms = last.path.ends_ms if last else None
    return views.StandingGoal(
        id=identity,
        version=version,
        name=goal.name or goal.text,
        text=goal.text,
        answers=dict(goal.answers),
        autonomy=goal.autonomy,
        limits=views.WeeklyLimits(budget=goal.limits.budget_fen, people=goal.limits.people),
        weekday=goal.weekday,
        hour=goal.hour,
        paused=goal.paused,
        since=instant(goal.since_ms),
        ends=instant(ends_ms) if ends_ms is not None else None,
        next_review=None if goal.paused or over else instant(due_ms),
        metric=metric_view(metric_name(metric)) if metric else None,
        direction=direction,
        review=review_view(last) if last else None,
    )


def review_view(review: Review) -> views.GoalReview:
    level = review.level
    return views.GoalReview(
        at=instant(review.at_ms),
        actor=review.actor,
        version=review.version,
        status=review.status,
        sure=review.sure,
        sentence=text(review_sentence(review)),
        level=views.GoalLevel(
            now=level.now,
            low=level.low,
            high=level.high,
            foreseen=level.foreseen,
            foreseen_low=level.foreseen_low,
            foreseen_high=level.foreseen_high,
            people=level.people,
        ),
        base=review.path.base,
        target=review.path.target,
        path=review.path_now,
        act=review.act,
        reason=text(review.reason),
        plan_id=review.plan or None,
        campaign_id=review.campaign or None,
        cost=review.cost_fen,
        people=review.people,
        used_cost=review.used.cost_fen,
        used_people=review.used.people,
    )
