"""From a sentence to a plan: parses the goal, reads what a study needs, and keeps what the study found.

Runs in `desk`, never in the tick. Two calls with the same arguments over the same data give the same plan.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings, Tree
from liftloop.app.planning.after import tail_days_of
from liftloop.app.planning.attributes import attribute_features
from liftloop.app.planning.diagnosis import diagnosis_of
from liftloop.app.planning.groups import Group, group_of, names_in, names_of, vocabulary
from liftloop.app.planning.ledger import read_ledger
from liftloop.app.planning.past_membership import PastMembership, models_of, spelled_out, told_of_the_past
from liftloop.app.planning.reading import (
    LOG_ROWS_MAX,
    NOW,
    SQL,
    ConsentHistory,
    Look,
    Moments,
    Population,
    Shop,
    channel_choice,
    contacts_of,
    features_at,
    has_addresses,
    included,
    outcomes,
    people_of,
    reach_of,
    read_log,
    read_shop,
    windows_of,
)
from liftloop.app.planning.recommending import Recommender, recommender_of
from liftloop.app.planning.terms import awaited, bounded, rules_of
from liftloop.app.planning.timing import starts_ms, timed
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.app.studies.reading import read_past
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import Language
from liftloop.measure.scorecard import foretold
from liftloop.plan.cold_start import REMINDER, USUAL_CHANNEL, Start, missing_of, next_of
from liftloop.plan.components import component_guardrails
from liftloop.plan.contract import Campaign
from liftloop.plan.diagnosis import Diagnosis
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Goal, Question, QuestionId, Understood
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.inputs import PLAIN, Contacts, Flags, People, StudyInputs, Wishes, Worth
from liftloop.plan.launch import AT_ONCE, Launch, LaunchTerms, salt_of
from liftloop.plan.launch import launch as launch_of
from liftloop.plan.leaks import without_leaks
from liftloop.plan.metric.events import ORDER
from liftloop.plan.options import CHANNEL_NAMES, ChannelChoice, ItemChoice, Offer, Option, options_of
from liftloop.plan.outcome import Outcome, outcome_of
from liftloop.plan.record import PlanRecord
from liftloop.plan.study.whole import study
from liftloop.plan.writing.diagnosis import diagnosis_sentences
from liftloop.plan.writing.planned import Head, record_of, waiting
from liftloop.profile.metric import Metric
from liftloop.storage.contract import Array, LakeReader, StateReader


class Definitions(Struct, frozen=True, kw_only=True):
    """Live definitions as plain bodies by id."""

    offers: Mapping[str, Mapping[str, Any]]
    channels: Mapping[str, Mapping[str, Any]]
    contents: Mapping[str, Mapping[str, Any]]
    campaigns: Mapping[str, Mapping[str, Any]]
    audiences: Mapping[str, Mapping[str, Any]] = {}
    """Everything that has a tree, by the id under which conditions name it: tags as `tag:x`, levels as `level:x`."""
    traits: Mapping[str, Mapping[str, Any]] = {}
    settings: Mapping[str, Mapping[str, Any]] = {}
    offered: Mapping[str, Mapping[str, Any]] = {}
    """Groups that nobody published and that goals may name all the same: those of opportunities."""

    @property
    def named(self) -> dict[str, Mapping[str, Any]]:
        """Return the groups that a goal may name: all that have a tree, then what is offered under no name of these."""
        taken = {body["name"] for body in self.audiences.values()}
        offered = {identity: body for identity, body in self.offered.items() if body["name"] not in taken}
        return {**self.audiences, **offered}


class Sources(Struct, frozen=True, kw_only=True):
    """Everything that planning and measuring read; nothing of it is written."""

    lake: LakeReader
    state: StateReader
    definitions: Definitions
    catalogue: Catalogue
    now_ms: int
    offset_minutes: int = SHANGHAI_OFFSET_MINUTES

    def now(self) -> datetime:
        zone = timezone(timedelta(minutes=self.offset_minutes))
        return datetime.fromtimestamp(self.now_ms / 1_000, UTC).astimezone(zone)


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
    consents = ConsentHistory(sources.state)
    start = _start(sources, consents)
    shop = read_shop(sources.lake)
    asking = _Asking(sources=sources, goal=goal, metric=metric, group=group.tree, start=start, shop=shop)
    items = items_of(sources.lake)
    recommender = recommender_of(sources.lake, items, sources.now_ms, sources.offset_minutes)
    inputs = replace(_inputs(asking, consents, (items, recommender)), salt=salt_of(plan_id), wishes=wishes)
    rules = rules_of(sources.definitions.settings)
    inputs = timed(without_leaks(inputs), sources.definitions.channels, rules)
    inputs = bounded(inputs, sources.definitions.channels, rules, (sources.lake, sources.state))
    inputs = inputs if recommender is None else _recommended(inputs, recommender)
    missing = (*missing_of(start), *awaited(sources.definitions.channels))
    record = record_of(replace(head, missing=missing, margin_asked=rules.margin_asked), inputs, study(inputs))
    found = _diagnosed(asking, inputs.window_days)
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
        addresses=has_addresses(sources.state),
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
    return launch_of(record, at_ms=sources.now_ms, language=language, contents={}, terms=terms)


class _Asking(Struct, frozen=True, kw_only=True):
    """A goal that is understood, with whose it is and what the shop has to reach it."""

    sources: Sources
    goal: Goal
    metric: Metric
    group: Tree | None
    start: Start
    shop: Shop


def _diagnosed(asking: _Asking, window_days: int) -> Diagnosis | None:
    """Return where the metric is lost, None where it is none of people or nobody is known."""
    outcome = outcome_of(asking.metric)
    if outcome is None or not asking.shop.people:
        return None
    sources = asking.sources
    population = population_of(sources, outcome, asking.group)
    return diagnosis_of(sources.lake, population, asking.metric, window_days, (sources.now_ms, asking.shop))


def _inputs(
    asking: _Asking, consents: ConsentHistory, things: tuple[Sequence[ItemChoice], Recommender | None]
) -> StudyInputs:
    sources, goal, metric = asking.sources, asking.goal, asking.metric
    window_days = goal.window_days or metric.window_days
    outcome = outcome_of(metric)
    shop = asking.shop
    options = _options(sources, goal, things)
    base = StudyInputs(
        goal=goal,
        metric=metric,
        window_days=window_days,
        now_ms=sources.now_ms,
        budget_fen=goal.budget_fen,
        options=options,
        people=_nobody(len(options)),
        contacts=None,
        contacts_unusable=0,
        windows=(),
        worth=_worth(metric, outcome, shop),
        order_share=0.0,
        salt="",
        data_position=_position(sources.lake),
        ledger=foretold(read_ledger(sources.lake)),
    )
    if outcome is None or not shop.people:
        return base
    population = population_of(sources, outcome, asking.group)
    windows = windows_of(sources.lake, population, window_days, sources.now_ms, shop)
    tail_days = tail_days_of(sources.lake, metric, sources.now_ms)
    read = _Reading(
        sources=sources,
        population=population,
        options=options,
        window_days=window_days,
        shop=shop,
        tail_days=tail_days,
    )
    people, contacts, order_share = _people_and_contacts(read, None if asking.start.drafted else consents)
    unusable = sources.lake.select(SQL["log_without_chances"])
    return replace(
        base,
        people=people,
        contacts=contacts,
        contacts_unusable=int(unusable["contacts"][0]),
        contacts_decided=int(unusable["decided"][0]),
        arms_decided=int(unusable["arms"][0]),
        windows=windows,
        order_share=order_share,
        tail_days=tail_days,
    )


def population_of(sources: Sources, outcome: Outcome, group: Tree | None) -> Population:
    """Return whose outcome counts, with what the group's tree may refer to."""
    defined = sources.definitions
    audiences = {identity: body["where"] for identity, body in defined.audiences.items()}
    meanings = Meanings(traits=defined.traits, audiences=audiences)
    past_members = _past_members(sources, group, meanings)
    return Population(outcome=outcome, group=group, meanings=meanings, past_members=past_members)


def _past_members(sources: Sources, group: Tree | None, meanings: Meanings) -> Callable[[Look], Flags] | None:
    """Return what tells who was in a group of studied traits: for now the lake, for past moments today's models."""
    if group is None:
        return None
    whole = spelled_out(group, meanings.audiences)
    if not told_of_the_past(whole):
        return None
    now_ms, lake = sources.now_ms, sources.lake
    models = models_of(read_past(lake, now_ms, sources.offset_minutes * MINUTE_MS), now_ms)

    def past_members(look: Look) -> Flags:
        found = PastMembership(look, models).holds(whole)
        asked = selection(group, meanings, now_ms)
        people = lake.select(asked.text, asked.parameters)["profile"].astype(np.int64)
        return np.where(look.at_ms >= now_ms, np.isin(look.profile, people), found)

    return past_members


class _Reading(Struct, frozen=True, kw_only=True):
    sources: Sources
    population: Population
    options: tuple[Option, ...]
    window_days: int
    shop: Shop
    tail_days: int | None


def _people_and_contacts(read: _Reading, consents: ConsentHistory | None) -> tuple[People, Contacts | None, float]:
    """Return the people of now, the usable contacts of the past, and the share that orders within a month.

    Without `consents` everything is taken to reach everybody.
    """
    lake, now_ms = read.sources.lake, read.sources.now_ms
    campaigns = {name: _campaign(body) for name, body in read.sources.definitions.campaigns.items()}
    matured_days = max([read.window_days, *(option.valid_days for option in read.options)])
    until_ms = now_ms - matured_days * DAY_MS
    size = int(lake.select(SQL["log_size"], [until_ms, sorted(campaigns)])["contacts"][0])
    every = max(1, -(-size // LOG_ROWS_MAX))
    moments = Moments(statement="now_and_log", parameters=(now_ms, until_ms, sorted(campaigns), every))
    look = Look(lake, moments)
    profile, at_ms = look.profile, look.at_ms
    inside = included(look, read.population)
    features = features_at(look) | attribute_features(lake, read.shop.people, profile, at_ms)
    reach = np.ones((profile.size, len(read.options)), dtype=np.bool_)
    if consents is not None:
        reach = reach_of(consents, read.options, profile, at_ms)
    now = np.flatnonzero((look.source == NOW) & inside)
    people = people_of(look, features, now, reach[now])
    order_share = float((features["orders_30"][now] > 0).mean()) if now.size else 0.0
    past = look.source != NOW
    if not past.any() or not read.options:
        return people, None, order_share
    log = read_log(lake, moments, read.options, campaigns)
    known: dict[str, Any] = {
        "profile": profile[past],
        "at_ms": at_ms[past],
        "outcome": outcomes(look, read.population.outcome, read.window_days * DAY_MS)[past],
        "redeemed": _redeemed(read, moments)[past],
        "features": {name: column[past] for name, column in features.items()},
        "reach": reach[past],
    }
    if read.tail_days is not None:
        awaited_ms = (read.window_days + read.tail_days) * DAY_MS
        later = outcomes(look, read.population.outcome, awaited_ms)
        known["later"] = np.where(at_ms + awaited_ms <= now_ms, later, np.nan)[past]
    return people, contacts_of(log, known, inside[past]), order_share


def _redeemed(read: _Reading, moments: Moments) -> Array:
    """Return how many coupons of the action drawn each moment's person used while they were valid."""
    paying = [option for option in read.options if option.offer is not None and option.redemption_fen > 0]
    columns = moments.ask(
        read.sources.lake,
        "redeemed",
        [option.id for option in paying],
        [option.offer.id if option.offer else "" for option in paying],
        [option.valid_days * DAY_MS for option in paying],
    )
    return columns["amount"]


def _options(
    sources: Sources, goal: Goal, things: tuple[Sequence[ItemChoice], Recommender | None]
) -> tuple[Option, ...]:
    items, recommender = things
    offers = [offer_of(identity, body) for identity, body in sources.definitions.offers.items()] or [REMINDER]
    channels = [
        channel_choice({"id": identity, **body}, CHANNEL_NAMES)
        for identity, body in sources.definitions.channels.items()
    ] or [USUAL_CHANNEL]
    words = sources.lake.select(SQL["log_words"])["word"].tolist()
    tried = [word for word in words if not word.startswith("{")]
    recommended: tuple[str, ...] = ()
    if recommender is not None:
        people = sources.lake.select(SQL["everybody"])["profile"].astype(np.int64)
        recommended = recommender.items(people, sources.now_ms)
    return options_of(offers, _wished(channels, goal), items, tried, recommended)


def _wished(channels: Sequence[ChannelChoice], goal: Goal) -> list[ChannelChoice]:
    """Return the channels that the goal allows; naming some means those and no others."""
    avoided = {wish.channel for wish in goal.channels if wish.wish == "avoid"}
    named = {wish.channel for wish in goal.channels if wish.wish in ("use", "only")}
    return [
        channel
        for channel in channels
        if not {channel.id, channel.medium} & avoided and (not named or {channel.id, channel.medium} & named)
    ]


def offer_of(identity: str, body: Mapping[str, Any]) -> Offer:
    """Return an offer as planning knows it."""
    return msgspec.convert({**_known(body, Offer), "id": identity}, type=Offer, strict=False)


def _known(body: Mapping[str, Any], kind: type[Struct]) -> dict[str, Any]:
    """Return the fields that planning needs; an offer may say more to others."""
    named = {"name": body.get("name")} if body.get("name") else {}
    fields = {field: value for field, value in body.items() if field in kind.__struct_fields__ and value is not None}
    return {"name_zh": named["name"], "name_en": named["name"], **fields} if named else fields


def items_of(lake: LakeReader) -> list[ItemChoice]:
    """Return the catalog as what offers can be about; what was retired is not in it."""
    columns = lake.select(SQL["items"])
    found: list[ItemChoice] = []
    names = ("item_id", "name", "category", "price_fen", "margin_fen", "stock", "body", "series")
    rows = zip(*(columns[column].tolist() for column in names), strict=True)
    for item_id, name, category, price, margin, stock, body, series in rows:
        said = msgspec.json.decode(body) if body else {}
        extra = said.get("attributes") or {}
        found.append(
            ItemChoice(
                id=item_id,
                name_zh=name,
                name_en=str(said.get("name_en") or extra.get("name_en") or name),
                category=category,
                price_fen=_whole(price),
                margin_fen=_whole(margin),
                stock=_whole(stock),
                series=series,
            )
        )
    return found


def _whole(number: float | None) -> int | None:
    return None if number is None or number != number else round(number)


def _worth(metric: Metric, outcome: Outcome | None, shop: Shop) -> Worth | None:
    """Return what one more unit of the metric earns: an order's margin, or its revenue while margins are unknown."""
    if outcome is None or not shop.orders:
        return None
    is_margin = shop.margin_fen is not None
    order_fen = shop.margin_fen if shop.margin_fen is not None else shop.order_fen
    if outcome.summed == "margin":
        return Worth(unit_fen=1.0, is_margin=True)
    if outcome.summed == "revenue":
        return Worth(unit_fen=order_fen / shop.order_fen if shop.order_fen else 1.0, is_margin=is_margin)
    events = {*outcome.counted, *(event for condition in outcome.after for event in condition.events)}
    return Worth(unit_fen=order_fen, is_margin=is_margin) if events == {ORDER} else None


def _campaign(body: Mapping[str, Any]) -> Campaign:
    return msgspec.convert(body, type=Campaign, strict=False)


def _nobody(options: int) -> People:
    return People(profile=np.zeros(0, dtype=np.int64), features={}, reach=np.zeros((0, options), dtype=np.bool_))


def _position(lake: LakeReader) -> tuple[int, int]:
    position = lake.position()
    return int(position.offset), int(position.tick)
