"""A goal that stands: where it should be by now, whether it is behind, and what may be done about it alone.

Levels are in the metric's unit: fractions, fen, counts; those of a sum are over all people.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.money import yuan_text
from liftloop.plan.goal.check import level_after
from liftloop.plan.goal.contract import Goal, QuestionId
from liftloop.plan.options import Words
from liftloop.plan.record import PlanRecord
from liftloop.profile.metric import MetricUnit

Autonomy = Literal["suggest", "approve", "autopilot"]
Standing = Literal["on_path", "behind", "over"]
Act = Literal["none", "suggested", "waits", "launched", "no_plan", "stopped"]

TEXT_CHARACTERS_MAX = 500
MONEY_FEN_MAX = 100_000_000_00  # A hundred million yuan a week: beyond any one shop.
PEOPLE_MAX = 50_000_000
WEEK_DAYS = 7


class WeeklyLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be spent, and how many people assigned, in any seven days; None is no limit."""

    budget_fen: int | None = None
    people: int | None = None


class StandingGoal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kind `goal` among the definitions: a sentence that is held against its path every week.

    `since_ms` is when its path began. `weekday` counts from Monday as 1; it is looked at from `hour` on.
    """

    text: str
    since_ms: int
    name: str = ""
    answers: Mapping[QuestionId, str] = {}
    autonomy: Autonomy = "suggest"
    limits: WeeklyLimits = WeeklyLimits()
    weekday: int = 1
    hour: int = 9
    paused: bool = False


class Path(Struct, frozen=True, kw_only=True):
    """The straight way from where the goal began to where it wants to be; `lasts` says that it stays there."""

    since_ms: int
    days: int
    base: float
    target: float
    lasts: bool

    def at(self, now_ms: int) -> float:
        """Return the level that the path has reached at an instant."""
        share = min(max((now_ms - self.since_ms) / (self.days * DAY_MS), 0.0), 1.0)
        return self.base + (self.target - self.base) * share

    @property
    def ends_ms(self) -> int | None:
        return None if self.lasts else self.since_ms + self.days * DAY_MS


class Level(Struct, frozen=True, kw_only=True):
    """The metric in the window that just ended, with its 90% interval, and what the next will be if nothing is done."""

    now: float
    low: float
    high: float
    foreseen: float
    foreseen_low: float
    foreseen_high: float
    people: int


class Used(Struct, frozen=True, kw_only=True):
    """What the goal's own launches of the last seven days cost, and how many people they assigned."""

    cost_fen: int
    people: int


class Decided(Struct, frozen=True, kw_only=True):
    """What is done about a goal, and why, in words."""

    act: Act
    reason: Words


class Review(Struct, frozen=True, kw_only=True):
    """One look at a standing goal: what was measured, what was decided, by whom, and what came of it."""

    goal: str
    version: int
    at_ms: int
    actor: str
    text: str
    metric: str
    unit: MetricUnit
    status: Standing
    sure: bool
    level: Level
    path: Path
    path_now: float
    act: Act
    reason: Words
    plan: str = ""
    campaign: str = ""
    cost_fen: int = 0
    people: int = 0
    used: Used = Used(cost_fen=0, people=0)


def standing_problem(goal: StandingGoal) -> Words | None:
    """Return why a goal cannot stand like this, in words for its author; None where it can."""
    limits = goal.limits
    if not goal.text.strip() or len(goal.text) > TEXT_CHARACTERS_MAX:
        return Words(
            zh=f"目标要写成一句话，最多 {TEXT_CHARACTERS_MAX} 个字",
            en=f"a goal is one sentence of at most {TEXT_CHARACTERS_MAX} characters",
        )
    if not (1 <= goal.weekday <= 7 and 0 <= goal.hour <= 23):
        return Words(zh="weekday 是 1 到 7，hour 是 0 到 23", en="weekday is 1 to 7 and hour 0 to 23")
    for value, most in ((limits.budget_fen, MONEY_FEN_MAX), (limits.people, PEOPLE_MAX)):
        if value is not None and not 0 <= value <= most:
            return Words(zh=f"每周的上限在 0 到 {most:,} 之间", en=f"a weekly limit lies between 0 and {most:,}")
    if goal.autonomy == "autopilot" and (limits.budget_fen is None or limits.people is None):
        return Words(
            zh="自动执行要先给上限：每周最多花多少（limits.budget_fen）、最多触达多少人（limits.people）",
            en="autopilot needs its limits first: money (limits.budget_fen) and people (limits.people) a week",
        )
    return None


def path_of(goal: Goal, since_ms: int, base: float, window_days: int) -> Path:
    """Return the path of a goal that began at `base`; one that is reached already is held at its target."""
    assert goal.size_kind is not None
    target = level_after(goal, goal.size_kind, base)
    met = base <= target if goal.direction == "down" else base >= target
    days = window_days
    return Path(since_ms=since_ms, days=days, base=target if met else base, target=target, lasts=bool(goal.standing))


def standing_of(path: Path, level: Level, direction: str | None, now_ms: int) -> tuple[Standing, bool]:
    """Return how the goal stands, and whether the whole interval of the level says so."""
    if path.ends_ms is not None and now_ms >= path.ends_ms:
        return "over", True
    sign = -1.0 if direction == "down" else 1.0
    wanted = sign * path.at(now_ms)
    near, far = (level.low, level.high) if sign > 0 else (-level.high, -level.low)
    if sign * level.now < wanted:
        return "behind", far < wanted
    return "on_path", near >= wanted


def next_due_ms(goal: StandingGoal, last_ms: int | None, offset_minutes: int) -> int:
    """Return when a goal is looked at next: at once the first time, then on its weekday from its hour on."""
    if last_ms is None:
        return goal.since_ms
    shift = timedelta(minutes=offset_minutes)
    last = datetime.fromtimestamp(last_ms / 1_000, UTC) + shift
    day = last.replace(hour=goal.hour, minute=0, second=0, microsecond=0)
    day += timedelta(days=(goal.weekday - last.isoweekday()) % WEEK_DAYS)
    due = day if day > last else day + timedelta(days=WEEK_DAYS)
    return round((due - shift).timestamp() * 1_000)


def within_fen(goal: StandingGoal, used: Used) -> int | None:
    """Return the money that is left of this week, None where there is no limit."""
    return None if goal.limits.budget_fen is None else max(goal.limits.budget_fen - used.cost_fen, 0)


def decide(goal: StandingGoal, plan: PlanRecord, used: Used) -> Decided:
    """Return what the goal's autonomy allows with a plan.

    A campaign of the goal that still runs hinders nothing: each holds out by a salt of its own, so that either lift
    stays proven beside the other, and the frequency caps count messages of both.
    """
    if plan.assigned is None or any(missing.blocks_launch for missing in plan.missing):
        return Decided(act="no_plan", reason=plan.next or plan.sentence)
    match goal.autonomy:
        case "suggest":
            return Decided(
                act="suggested",
                reason=Words(
                    zh="按设定只提建议：方案已写好，由你启动",
                    en="As set, this only suggests: the plan is yours to launch",
                ),
            )
        case "approve":
            return Decided(
                act="waits", reason=Words(zh="方案已写好，等待批准", en="The plan is made and waits for approval")
            )
        case "autopilot":
            return _alone(goal.limits, plan, used)


def _alone(limits: WeeklyLimits, plan: PlanRecord, used: Used) -> Decided:
    people = sum(action.people for action in plan.actions)
    if limits.budget_fen is not None and used.cost_fen + plan.cost_fen > limits.budget_fen:
        need, left = yuan_text(plan.cost_fen), yuan_text(max(limits.budget_fen - used.cost_fen, 0))
        return Decided(
            act="waits",
            reason=Words(
                zh=f"要花 {need}，这一周的上限还剩 {left}，等待批准",
                en=f"it costs {need} and {left} of the week's limit is left; it waits for approval",
            ),
        )
    if limits.people is not None and used.people + people > limits.people:
        left_people = max(limits.people - used.people, 0)
        return Decided(
            act="waits",
            reason=Words(
                zh=f"要触达 {people:,} 人，这一周的上限还剩 {left_people:,} 人，等待批准",
                en=f"it contacts {people:,} people and {left_people:,} of the week's limit are left; it waits for "
                f"approval",
            ),
        )
    return Decided(
        act="launched",
        reason=Words(
            zh=f"在每周上限之内，自动启动：{people:,} 人，预计花 {yuan_text(plan.cost_fen)}",
            en=f"launched by itself within the week's limits: {people:,} people, about {yuan_text(plan.cost_fen)}",
        ),
    )
