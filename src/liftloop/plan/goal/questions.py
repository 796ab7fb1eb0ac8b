"""What is asked back, and only that: no metric, two that fit, no size, no window without a standing goal."""

from msgspec import Struct

from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Choice, Goal, Question, QuestionId
from liftloop.profile.metric import Metric

# Offered where the sentence names no metric at all; the rest of the catalogue is taken as free text.
_COMMON_METRICS = ("repurchase_rate", "revenue", "average_order_value", "visit_rate", "win_back_rate")


class Open(Struct, frozen=True, kw_only=True):
    """What a sentence left open: the metrics between which it does not choose, and its goal so far."""

    goal: Goal
    metrics: tuple[str, ...]


def questions_of(open_: Open, catalogue: Catalogue) -> tuple[Question, ...]:
    goal = open_.goal
    questions: list[Question] = []
    if goal.metric is None:
        questions.append(_which_metric(open_.metrics, catalogue))
    if goal.size is None:
        questions.append(_how_much(goal, catalogue.by_id.get(goal.metric or "")))
    if goal.window_days is None and goal.standing is None:
        questions.append(_until_when())
    return tuple(questions)


def _which_metric(ids: tuple[str, ...], catalogue: Catalogue) -> Question:
    offered = ids or tuple(id_ for id_ in _COMMON_METRICS if id_ in catalogue.by_id)
    metrics = [catalogue.by_id[id_] for id_ in offered]
    choices = tuple(
        Choice(
            value=metric.id,
            zh=f"{metric.name_zh}：{metric.meaning_zh}",
            en=f"{metric.name_en}: {metric.meaning_en}",
        )
        for metric in metrics
    )
    if ids:
        return Question(
            id="metric",
            zh="这里有几个指标都说得通，指的是哪一个？",
            en="Several metrics fit. Which one is meant?",
            choices=choices,
        )
    return Question(id="metric", zh="想改变哪个指标？", en="Which metric should change?", choices=choices)


def _how_much(goal: Goal, metric: Metric | None) -> Question:
    verb_zh, verb_en = ("降低", "Down") if goal.direction == "down" else ("提升", "Up")
    choices = [Choice(value=f"{n}%", zh=f"{verb_zh} {n}%", en=f"{verb_en} {n}%") for n in (3, 5, 10)]
    if metric is not None and metric.unit == "share":
        choices += [Choice(value="2 个百分点", zh=f"{verb_zh} 2 个百分点", en=f"{verb_en} 2 percentage points")]
    return Question(
        id="size",
        zh=f"{verb_zh}多少？可以写 5%、2 个百分点，或者“到 25%”",
        en='By how much? Write 5%, 2 points, or "to 25%"',
        choices=tuple(choices),
    )


def _until_when() -> Question:
    choices = tuple(Choice(value=f"{n} 天", zh=f"{n} 天内", en=f"within {n} days") for n in (30, 60, 90))
    return Question(
        id="window",
        zh="多长时间内？可以写 30 天、下个月、国庆期间",
        en='By when? Write 30 days, next month, or "by Christmas"',
        choices=choices,
    )


def unusable_answer(question: QuestionId, value: str) -> LiftloopError:
    """Return the error for an answer that does not answer its question."""
    shown = value[:40]
    said = {
        "metric": ("从给出的指标里选一个", "Choose one of the metrics"),
        "size": ("写一个幅度，例如 5%、2 个百分点、到 25%", "Give a size, such as 5%, 2 points, or to 25%"),
        "window": ("写一个期限，例如 30 天、下个月", "Give a window, such as 30 days or next month"),
        "scope": ("从给出的人群里选一个", "Choose one of the groups"),
    }[question]
    return LiftloopError(
        "unusable_answer",
        zh=f"“{shown}”没有回答这个问题",
        en=f'"{shown}" does not answer the question',
        next_zh=said[0],
        next_en=said[1],
        exit_code=EXIT_REFUSED,
    )
