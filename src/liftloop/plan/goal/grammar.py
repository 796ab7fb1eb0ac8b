"""From a sentence to a goal, without a language model: the same words always give the same goal.

The order of the readers is the grammar's precedence: limits before the window, the window before the size,
so that `每周最多 2 次` is never taken for a window and a budget never for a target.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from liftloop.kernel.errors import EXIT_REFUSED, Language, LiftloopError
from liftloop.kernel.plain_text import is_chinese, normalise
from liftloop.plan.goal.behaviour import read_bought, read_habits, read_quiet
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Chip, Goal, QuestionId, Understood
from liftloop.plan.goal.draft import Draft
from liftloop.plan.goal.guardrails import read_guardrails
from liftloop.plan.goal.limits import read_budget, read_caps
from liftloop.plan.goal.questions import Open, questions_of, unusable_answer
from liftloop.plan.goal.said import pieces, sentence
from liftloop.plan.goal.scan import phrase_at, scan
from liftloop.plan.goal.scope import read_channels, read_groups, read_scope
from liftloop.plan.goal.size import read_aim
from liftloop.plan.goal.waves import check_fits, read_waves
from liftloop.plan.goal.window import PERIOD_DAYS, read_against, read_standing, read_window

# A goal is a sentence; whoever pastes a page has something else in mind.
GOAL_CHARACTERS_MAX = 500
ANSWER_CHARACTERS_MAX = 100


def parse_goal(
    text: str,
    *,
    language: Language,
    catalogue: Catalogue,
    now: datetime,
    answers: Mapping[QuestionId, str] | None = None,
) -> Understood:
    """Return what `text` says as a goal, with what was assumed, what is asked and what was not understood.

    Both languages are read; `language` is the reader's, for a text without letters. `now` has the zone in
    which dates are meant. `answers` are those given to questions asked before; the same arguments always
    give the same result. Raises LiftloopError for a text that is empty, too long or contradicts itself, and
    `unusable_answer` for an answer that does not answer its question.
    """
    assert now.tzinfo is not None, "dates are meant in a zone"
    _refuse_unreadable(text)
    given = dict(answers or {})
    for question, value in given.items():
        if not value.strip() or len(value) > ANSWER_CHARACTERS_MAX:
            raise unusable_answer(question, value)
    draft = _draft(text, given, catalogue, now)
    understood = _understood(draft, text, given, catalogue)
    if not is_chinese(text) and not any("a" <= character <= "z" for character in draft.plain.plain):
        understood = replace(understood, goal=replace(understood.goal, language=language))
    for question in understood.questions:
        if question.id in given:
            raise unusable_answer(question.id, given[question.id])
    return understood


def answer(
    understood: Understood, question: QuestionId, value: str, *, catalogue: Catalogue, now: datetime
) -> Understood:
    """Return `understood` with one more question answered; raises LiftloopError `unusable_answer`."""
    answers: dict[QuestionId, str] = {**dict(understood.answers), question: value}
    goal = understood.goal
    return parse_goal(goal.text, language=goal.language, catalogue=catalogue, now=now, answers=answers)


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise LiftloopError(
            "empty_goal",
            zh="还没有写目标",
            en="There is no goal yet",
            next_zh="写一句话，例如“30天内复购率 +5%，预算 20 万元”",
            next_en='Write one sentence, such as "raise repeat purchases by 8% in 60 days"',
            exit_code=EXIT_REFUSED,
        )
    if len(text) > GOAL_CHARACTERS_MAX:
        raise LiftloopError(
            "goal_too_long",
            zh=f"目标有 {len(text):,} 个字，最多 {GOAL_CHARACTERS_MAX} 个",
            en=f"The goal has {len(text):,} characters; at most {GOAL_CHARACTERS_MAX} are read",
            next_zh="用一句话写清指标、幅度和期限，细节可以在计划里改",
            next_en="Say metric, size and window in one sentence; details can be changed in the plan",
            exit_code=EXIT_REFUSED,
        )


def _draft(text: str, answers: Mapping[QuestionId, str], catalogue: Catalogue, now: datetime) -> Draft:
    """Scan the text with the answers appended as clauses of their own."""
    clauses = [text]
    if (size := answers.get("size")) is not None:
        clauses.append(size)
    if (window := answers.get("window")) is not None:
        clauses.append(f"{window} 天" if window.strip().isdecimal() else window)
    original = "; ".join(clauses)
    plain = normalise(original)
    draft = Draft(original, plain, scan(plain.plain, catalogue, now.date()), now.date())
    draft.answers_from = sum(1 for origin in plain.origins if origin < len(text))
    return draft


def _understood(draft: Draft, text: str, answers: Mapping[QuestionId, str], catalogue: Catalogue) -> Understood:
    chosen = _chosen_metric(answers.get("metric"), catalogue)
    goal, metrics = _goal(draft, text, catalogue, chosen)
    _remark_on_goal(draft, goal, catalogue)
    said = pieces(goal, catalogue)
    whole = sentence(said)
    chips = tuple(Chip(field=field, zh=w.zh.strip(), en=w.en, spans=draft.spans(field)) for field, w in said)
    return Understood(
        goal=goal,
        said_zh=whole.zh,
        said_en=whole.en,
        chips=chips,
        assumed=tuple(dict.fromkeys(draft.assumed)),
        notes=tuple(dict.fromkeys(draft.notes)),
        questions=questions_of(Open(goal=goal, metrics=metrics), catalogue),
        unread=draft.unread(),
        metrics=metrics,
        answers=tuple(answers.items()),
    )


def _goal(draft: Draft, text: str, catalogue: Catalogue, chosen: str | None) -> tuple[Goal, tuple[str, ...]]:
    named = read_groups(draft, catalogue.groups)
    bought = (*named, *read_quiet(draft), *read_bought(draft), *read_habits(draft))
    waves = read_waves(draft)
    caps, capped_channels = read_caps(draft)
    budget_fen, budget_period = read_budget(draft)
    against, against_period = read_against(draft)
    window = read_window(draft)
    standing = read_standing(draft)
    guardrails = read_guardrails(draft, catalogue)
    aim = read_aim(draft, catalogue, chosen)
    channels = read_channels(draft)
    goal = Goal(
        text=text,
        language="zh-CN" if is_chinese(text) else "en",
        metric=aim.metrics[0] if len(aim.metrics) == 1 else None,
        direction=aim.direction,
        size=aim.size,
        size_kind=aim.size_kind,
        against=against,
        against_period=against_period,
        stated_baseline=aim.stated_baseline,
        window_days=PERIOD_DAYS[standing] if standing and window.days is None else window.days,
        starts=window.starts,
        ends=window.ends,
        festival=window.festival,
        scope=read_scope(draft, bought),
        budget_fen=budget_fen,
        budget_period=budget_period,
        channels=tuple(dict.fromkeys((*capped_channels, *channels))),
        caps=caps,
        guardrails=guardrails,
        standing=standing,
        waves=waves,
    )
    if waves is not None:
        check_fits(waves, goal.window_days)
    return goal, aim.metrics


def _chosen_metric(value: str | None, catalogue: Catalogue) -> str | None:
    """Return the metric that an answer names, by its id or by one of its names."""
    if value is None:
        return None
    if value in catalogue.by_id:
        return value
    plain = normalise(value.strip()).plain
    found = phrase_at(plain, 0, catalogue.phrases.get(plain[:1]))
    if found is None or found[0] != len(plain) or len(found[1]) != 1:
        raise unusable_answer("metric", value)
    return found[1][0]


def _remark_on_goal(draft: Draft, goal: Goal, catalogue: Catalogue) -> None:
    if goal.against == "nobody" and goal.size is not None:
        draft.assume(
            "against_nobody",
            "变化是和不做活动相比：留一部分人不触达，用来对照",
            "The change is against doing nothing: some people are left alone for comparison",
        )
    metric = catalogue.by_id.get(goal.metric or "")
    if metric is not None and goal.direction is not None and goal.direction != metric.good:
        draft.note(
            "against_the_grain",
            f"{metric.name_zh}一般希望{'上升' if metric.good == 'up' else '下降'}，请确认方向",
            f"{metric.name_en} is usually wanted {metric.good}; please check the direction",
        )
