"""What a study is given: people and contacts as of their moments, past windows, and what may be done for whom.

What needs somebody's past (`seen_of`) and what does not (`means_of`) need nothing of each other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings, Tree
from liftloop.app.planning.after import tail_days_of
from liftloop.app.planning.attributes import attribute_features
from liftloop.app.planning.called import called_of
from liftloop.app.planning.diagnosis import diagnosis_of
from liftloop.app.planning.guarded import guarded_of, guarded_outcomes
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
    included,
    outcomes,
    people_of,
    reach_of,
    read_log,
    windows_of,
)
from liftloop.app.planning.recommending import Recommender, recommender_of
from liftloop.app.planning.sources import Sources
from liftloop.app.studies.reading import read_past
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.measure.scorecard import foretold
from liftloop.plan.cold_start import REMINDER, USUAL_CHANNEL
from liftloop.plan.contract import Campaign
from liftloop.plan.diagnosis import Diagnosis
from liftloop.plan.goal.contract import Goal
from liftloop.plan.inputs import Column, Contacts, Flags, People, StudyInputs, Window, Worth
from liftloop.plan.metric.events import ORDER
from liftloop.plan.options import CHANNEL_NAMES, ChannelChoice, ItemChoice, Offer, Option, options_of
from liftloop.plan.outcome import Outcome, early_days, outcome_of
from liftloop.profile.metric import Metric
from liftloop.storage.contract import Array, LakeReader


class Asking(Struct, frozen=True, kw_only=True):
    """A goal that is understood, with whose it is and what the shop has to reach it."""

    sources: Sources
    goal: Goal
    metric: Metric
    group: Tree | None
    shop: Shop

    @property
    def window_days(self) -> int:
        return self.goal.window_days or self.metric.window_days


class Means(Struct, frozen=True, kw_only=True, eq=False):
    """What may be done, for whom, and what was found out beside: all that needs nobody's past."""

    consents: ConsentHistory
    recommender: Recommender | None
    options: tuple[Option, ...]
    diagnosis: Diagnosis | None
    drafted: bool = False
    """Whether channels and consents are still to come, so that everything is taken to reach everybody."""


def means_of(asking: Asking) -> Means:
    sources = asking.sources
    items = items_of(sources.lake)
    recommender = recommender_of(sources.lake, items, sources.now_ms, sources.offset_minutes)
    return Means(
        consents=ConsentHistory(sources.state),
        recommender=recommender,
        options=_options(sources, asking.goal, (items, recommender)),
        diagnosis=_diagnosed(asking),
    )


def _diagnosed(asking: Asking) -> Diagnosis | None:
    """Return where the metric is lost, None where it is none of people or nobody is known."""
    outcome = outcome_of(asking.metric)
    if outcome is None or not asking.shop.people:
        return None
    sources = asking.sources
    population = population_of(sources, outcome, asking.group)
    return diagnosis_of(sources.lake, population, asking.metric, asking.window_days, (sources.now_ms, asking.shop))


class Seen(Struct, frozen=True, kw_only=True, eq=False):
    """The people of now and of the log as of their moments, and the metric in past windows."""

    population: Population
    look: Look
    inside: Flags
    features: Mapping[str, Column]
    windows: tuple[Window, ...]
    tail_days: int | None


def seen_of(asking: Asking) -> Seen | None:
    """Return what the lake knows of everybody, None where the metric is none of people or nobody is known."""
    outcome, sources = outcome_of(asking.metric), asking.sources
    if outcome is None or not asking.shop.people:
        return None
    lake, now_ms = sources.lake, sources.now_ms
    population = population_of(sources, outcome, asking.group)
    campaigns = sorted(sources.definitions.campaigns)
    matured_days = max([asking.window_days, *(offer.valid_days for offer in _offers(sources))])
    until_ms = now_ms - matured_days * DAY_MS
    size = int(lake.select(SQL["log_size"], [until_ms, campaigns])["contacts"][0])
    every = max(1, -(-size // LOG_ROWS_MAX))
    look = Look(lake, Moments(statement="now_and_log", parameters=(now_ms, until_ms, campaigns, every)))
    return Seen(
        population=population,
        look=look,
        inside=included(look, population),
        features=features_at(look) | attribute_features(lake, asking.shop.people, look.profile, look.at_ms),
        windows=windows_of(lake, population, asking.window_days, now_ms, asking.shop),
        tail_days=tail_days_of(lake, asking.metric, now_ms),
    )


def inputs_of(asking: Asking, seen: Seen | None, means: Means) -> StudyInputs:
    sources, goal, metric = asking.sources, asking.goal, asking.metric
    base = StudyInputs(
        goal=goal,
        metric=metric,
        window_days=asking.window_days,
        now_ms=sources.now_ms,
        budget_fen=goal.budget_fen,
        options=means.options,
        people=_nobody(len(means.options)),
        contacts=None,
        contacts_unusable=0,
        windows=(),
        worth=_worth(metric, outcome_of(metric), asking.shop),
        order_share=0.0,
        salt="",
        data_position=_position(sources.lake),
        ledger=foretold(read_ledger(sources.lake)),
        guarded=guarded_of(goal, metric, sources.catalogue),
    )
    if seen is None:
        return base
    people, contacts, order_share = _people_and_contacts(asking, seen, means)
    unusable = sources.lake.select(SQL["log_without_chances"])
    return replace(
        base,
        people=people,
        called=called_of(sources.lake, people.features, means.options, sources.definitions.fields),
        contacts=contacts,
        contacts_unusable=int(unusable["contacts"][0]),
        contacts_decided=int(unusable["decided"][0]),
        arms_decided=int(unusable["arms"][0]),
        windows=seen.windows,
        order_share=order_share,
        tail_days=seen.tail_days,
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


def _people_and_contacts(asking: Asking, seen: Seen, means: Means) -> tuple[People, Contacts | None, float]:
    """Return the people of now, the usable contacts of the past, and the share that orders within a month."""
    sources, look, features = asking.sources, seen.look, seen.features
    profile, at_ms = look.profile, look.at_ms
    reach = np.ones((profile.size, len(means.options)), dtype=np.bool_)
    if not means.drafted:
        reach = reach_of(means.consents, means.options, profile, at_ms)
    now = np.flatnonzero((look.source == NOW) & seen.inside)
    people = people_of(look, features, now, reach[now])
    order_share = float((features["orders_30"][now] > 0).mean()) if now.size else 0.0
    past = look.source != NOW
    if not past.any() or not means.options:
        return people, None, order_share
    campaigns = {name: _campaign(body) for name, body in sources.definitions.campaigns.items()}
    log = read_log(sources.lake, look.moments, means.options, campaigns)
    outcome, window_ms = seen.population.outcome, asking.window_days * DAY_MS
    known: dict[str, Any] = {
        "profile": profile[past],
        "at_ms": at_ms[past],
        "outcome": outcomes(look, outcome, window_ms)[past],
        "redeemed": _redeemed(look, means.options)[past],
        "features": {name: column[past] for name, column in features.items()},
        "reach": reach[past],
    }
    early = early_days(asking.window_days)
    if early is not None:
        known["early"] = outcomes(look, outcome, early * DAY_MS)[past]
    guarded = guarded_of(asking.goal, asking.metric, sources.catalogue)
    if guarded:
        known["guarded"] = guarded_outcomes(look, guarded, (sources.catalogue, window_ms, past))
    if seen.tail_days is not None:
        awaited_ms = window_ms + seen.tail_days * DAY_MS
        later = outcomes(look, outcome, awaited_ms)
        known["later"] = np.where(at_ms + awaited_ms <= sources.now_ms, later, np.nan)[past]
    return people, contacts_of(log, known, seen.inside[past]), order_share


def _redeemed(look: Look, options: Sequence[Option]) -> Array:
    """Return how many coupons of the action drawn each moment's person used while they were valid."""
    paying = [option for option in options if option.offer is not None and option.redemption_fen > 0]
    columns = look.moments.ask(
        look.lake,
        "redeemed",
        [option.id for option in paying],
        [option.offer.id if option.offer else "" for option in paying],
        [option.valid_days * DAY_MS for option in paying],
    )
    return columns["amount"]


def _offers(sources: Sources) -> list[Offer]:
    return [offer_of(identity, body) for identity, body in sources.definitions.offers.items()] or [REMINDER]


def _options(
    sources: Sources, goal: Goal, things: tuple[Sequence[ItemChoice], Recommender | None]
) -> tuple[Option, ...]:
    items, recommender = things
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
    return options_of(_offers(sources), _wished(channels, goal), items, tried, recommended)


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
