"""From a sentence to a plan: parses the goal, reads what a study needs, and keeps what the study found.

Runs in `desk`, never in the tick. Two calls with the same arguments over the same data give the same plan.
"""

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from liftloop.app.planning.given import Asking, inputs_of, means_of, seen_of
from liftloop.app.planning.groups import Group, group_of, names_in, names_of, vocabulary
from liftloop.app.planning.reading import (
    ConsentHistory,
    has_addresses,
    read_shop,
)
from liftloop.app.planning.recommending import Recommender
from liftloop.app.planning.sources import Sources
from liftloop.app.planning.terms import awaited, bounded, forms_of, rules_of
from liftloop.app.planning.timing import starts_ms, timed
from liftloop.app.side_by_side import side_by_side
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import Language
from liftloop.plan.cold_start import Start, missing_of, next_of
from liftloop.plan.components import component_guardrails
from liftloop.plan.goal.contract import Question, QuestionId, Understood
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.inputs import PLAIN, StudyInputs, Wishes
from liftloop.plan.launch import AT_ONCE, Launch, LaunchTerms, salt_of
from liftloop.plan.launch import launch as launch_of
from liftloop.plan.leaks import without_leaks
from liftloop.plan.record import PlanRecord
from liftloop.plan.study.whole import study
from liftloop.plan.writing.diagnosis import diagnosis_sentences
from liftloop.plan.writing.planned import Head, record_of, waiting


def read_goal(text: str, answers: Mapping[QuestionId, str], language: Language, sources: Sources) -> Understood:
    """Return what a sentence means so far; quick enough to ask while it is typed. Raises LiftloopError."""
    named = sources.definitions.named
    names = tuple(name for body in named.values() for name in names_of(str(body["name"])))
    catalogue = replace(sources.catalogue, groups=(*names, *sources.catalogue.groups))
    return parse_goal(text, language=language, catalogue=catalogue, now=sources.now(), answers=answers)


def read_goal_and_group(
    text: str, answers: Mapping[QuestionId, str], language: Language, sources: Sources
) -> tuple[Understood, Group | Question]:
    """Return what a sentence means, its words for people held against what is known here. Raises LiftloopError."""
    understood = read_goal(text, answers, language, sources)
    group: Group | Question = Group()
    if understood.goal.scope or understood.unread or "scope" in answers:
        words = vocabulary(sources.lake, sources.definitions.named, sources.definitions.traits)
        named = names_in(understood, words)
        if named:
            more = replace(sources, catalogue=replace(sources.catalogue, groups=named))
            understood = read_goal(text, answers, language, more)
        group = group_of(understood.goal.scope, answers.get("scope"), words, sources.lake)
        understood = _with_group(understood, group)
    return understood, group


def plan_goal(
    text: str,
    answers: Mapping[QuestionId, str],
    language: Language,
    sources: Sources,
    wishes: Wishes = PLAIN,
) -> PlanRecord:
    """Return the plan for a goal: ready, an exploration, refused, or waiting for an answer. Raises LiftloopError."""
    understood, group = read_goal_and_group(text, answers, language, sources)
    goal = understood.goal
    if wishes.within_fen is not None:
        budget_fen = wishes.within_fen if goal.budget_fen is None else min(goal.budget_fen, wishes.within_fen)
        goal = replace(goal, budget_fen=budget_fen)
    known = f"{sources.now_ms}/{sources.lake.position().offset}"  # On a manual clock much is said at one instant.
    plan_id = f"plan-{hash_text(text, *map('='.join, sorted(answers.items())), *wishes.words, known):016x}"
    head = Head(plan_id=plan_id, created_ms=sources.now_ms, understood=understood)
    metric = sources.catalogue.by_id.get(goal.metric or "")
    if understood.questions or metric is None or isinstance(group, Question):
        return waiting(head, metric)
    asking = Asking(sources=sources, goal=goal, metric=metric, group=group.tree, shop=read_shop(sources.lake))
    means, seen = side_by_side(lambda: means_of(asking), lambda: seen_of(asking))
    start, recommender = _start(sources, means.consents), means.recommender
    inputs = replace(
        inputs_of(asking, seen, replace(means, drafted=start.drafted)), salt=salt_of(plan_id), wishes=wishes
    )
    rules = rules_of(sources.definitions.settings)
    inputs = timed(without_leaks(inputs), sources.definitions.channels, rules)
    inputs = bounded(inputs, sources.definitions.channels, rules, (sources.lake, sources.state))
    inputs = inputs if recommender is None else _recommended(inputs, recommender)
    missing = (*missing_of(start), *awaited(sources.definitions))
    finding = study(inputs, side_by_side)
    record = record_of(replace(head, missing=missing, margin_asked=rules.margin_asked), inputs, finding)
    found = means.diagnosis
    said = diagnosis_sentences(found, metric, inputs.window_days) if found is not None else ()
    return replace(record, group=group.tree, next=record.next or next_of(start), diagnosis=found, diagnosed=said)


def _recommended(inputs: StudyInputs, recommender: Recommender) -> StudyInputs:
    """Return the inputs with recommended options open only to those for whom their item is, as of their own phase."""
    people = inputs.people
    reach, because = recommender.reach(inputs.options, (people.profile, starts_ms(inputs)))
    only = np.array([option.recommended for option in inputs.options], dtype=np.bool_)
    if people.unprofiled is not None:
        reach &= ~(people.unprofiled[:, None] & only[None, :])
    contacts = inputs.contacts
    if contacts is not None:
        contacts = replace(contacts, reach=contacts.reach & (~only[None, :] | (contacts.chance[:, 1:] > 0)))
    return replace(inputs, people=replace(people, reach=people.reach & reach, because=because), contacts=contacts)


def _start(sources: Sources, consents: ConsentHistory) -> Start:
    defined = sources.definitions
    return Start(
        channels=bool(defined.channels),
        awaiting=bool(defined.unapproved),
        addresses=has_addresses(sources.state, defined.channels),
        consents=consents.known,
        offers=bool(defined.offers),
    )


def _with_group(understood: Understood, group: Group | Question) -> Understood:
    """Return what was understood with how its words for people were taken, or with what must be asked of them."""
    if isinstance(group, Question):
        return replace(understood, questions=(*understood.questions, group))
    return replace(understood, assumed=(*understood.assumed, *group.remarks))


def launch(record: PlanRecord, language: Language, sources: Sources, terms: LaunchTerms = AT_ONCE) -> Launch:
    """Return what starts a plan now; see `liftloop.plan.launch`. Raises `NotLaunchable` and `BadLaunch`."""
    metric = sources.catalogue.by_id.get(record.metric.id) if record.metric else None
    if metric is not None:
        named = {each.metric for each in record.understood.goal.guardrails}
        parts = component_guardrails(metric, record.understood.goal.direction, sources.catalogue)
        terms = replace(terms, guardrails=[each for each in parts if each.metric not in named])
    terms = replace(terms, forms=forms_of(sources.definitions.channels))
    return launch_of(record, at_ms=sources.now_ms, language=language, contents={}, terms=terms)
