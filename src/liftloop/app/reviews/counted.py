"""Counts what a review is written from: the report of a campaign, and everything beside it."""

from collections.abc import Mapping
from importlib.resources import files

import numpy as np
from msgspec import Struct

from liftloop.app.ledger import sheet
from liftloop.app.planning.reading import channel_choice, outcomes, read_shop
from liftloop.app.planning.report import Sighted, report, sighted
from liftloop.app.planning.sources import Sources
from liftloop.app.steering.comparison import comparison_of, places_of
from liftloop.app.steering.reading import log_of
from liftloop.app.steering.watch import Running
from liftloop.app.words import row_label
from liftloop.measure import lift
from liftloop.measure.lift import LOOKS, LiftEstimate, Sides, ratio_of_sides
from liftloop.measure.review.findings import Done, Doubts, Findings, Money, Stopped
from liftloop.measure.review.groups import effects_in, known_groups
from liftloop.measure.review.writing import Written
from liftloop.measure.steering.claims import gain_words
from liftloop.measure.steering.moves import Past
from liftloop.plan.contract import NOBODY, Campaign
from liftloop.plan.inputs import Floats, Integers
from liftloop.plan.options import CHANNEL_NAMES, ChannelChoice, Words
from liftloop.plan.outcome import outcome_of
from liftloop.plan.record import PlannedAction, PlanRecord
from liftloop.storage.contract import LakeReader, StateReader

_FILE = (files("liftloop.app.reviews") / "reviews.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}
_REACHED = """
SELECT DISTINCT profile FROM ledger
WHERE campaign = ? AND purpose = 'marketing' AND state IN ('sent', 'uncertain')
"""
_SERVED = """
SELECT DISTINCT profile FROM ledger
WHERE purpose <> 'marketing' AND state = 'sent' AND decided_ms >= ? AND decided_ms <= ?
"""


class Reached(Struct, frozen=True, kw_only=True, eq=False):
    """What the ledger says of a campaign: its rows, and the profiles that got its marketing or anything else."""

    qualified: int
    ledger: tuple[Stopped, ...]
    marketing: Integers
    served: Integers


def reached_in(state: StateReader, campaign_id: str, campaign: Campaign) -> Reached:
    """Return what the ledger says; profiles are those of the time, not yet followed through merges."""
    found = sheet(state, campaign_id)
    window = (campaign.starts_ms, campaign.ends_ms)
    return Reached(
        qualified=found.qualified + found.extra_messages,
        ledger=tuple(
            Stopped(state=row.state, reason=row.reason, label=_ledger_words(row.state, row.reason), people=row.people)
            for row in found.rows
        ),
        marketing=_column(state.rows(_REACHED, (campaign_id,))),
        served=_column(state.rows(_SERVED, window)),
    )


def counted(campaign_id: str, campaign: Campaign, record: PlanRecord, sources: Sources, reached: Reached) -> Written:
    """Return everything that the review of a campaign is written from, as of now."""
    seen = sighted(campaign_id, campaign, sources)
    made = report(campaign_id, campaign, record, sources, seen)
    assert record.metric is not None
    outcome = outcome_of(sources.catalogue.by_id[record.metric.id])
    assert outcome is not None
    window_ms = max(min(sources.now_ms, campaign.ends_ms) - campaign.starts_ms, 0)
    told = made.difference is not None and window_ms > 0
    amounts = outcomes(seen.look, outcome, window_ms) if told else np.zeros(0)
    columns = sources.lake.select(SQL["done"], [campaign_id])
    times = (columns["first_ms"], columns["last_ms"])
    findings = Findings(
        done=_done(campaign, record, seen, columns, _channels(sources)),
        first_sent_ms=int(times[0].min()) if times[0].size else None,
        last_sent_ms=int(times[1].max()) if times[1].size else None,
        groups=effects_in(known_groups(seen.features), seen.sides, amounts) if told else (),
        money=_money(seen, sources, campaign, window_ms) if told else Money(is_margin=False, extra=None),
        doubts=_doubts(campaign_id, campaign, seen, sources.lake, reached),
        qualified=reached.qualified,
        ledger=reached.ledger,
        steering=_steered(campaign_id, campaign, sources),
    )
    return Written(report=made, findings=findings, offset_minutes=sources.offset_minutes)


def _steered(campaign_id: str, campaign: Campaign, sources: Sources) -> tuple[Words, ...]:
    """Return what moving people between variants brought, by action, where any were moved."""
    running = Running(
        campaign_id=campaign_id,
        campaign=campaign,
        entries=log_of(sources.lake, campaign_id),
        now_ms=sources.now_ms,
        metrics={},
    )
    compared = [comparison_of(sources.lake, running, place, Past()) for place in places_of(running)]
    said = [(each.action, gain_words(each.gain, campaign.steering)) for each in compared if each.gain is not None]
    return tuple(Words(zh=f"{action}：{words.zh}", en=f"{action}: {words.en}") for action, words in said)


def _channels(sources: Sources) -> dict[str, ChannelChoice]:
    channels = sources.definitions.channels
    return {identity: channel_choice({**body, "id": identity}, CHANNEL_NAMES) for identity, body in channels.items()}


def _done(
    campaign: Campaign,
    record: PlanRecord,
    seen: Sighted,
    columns: Mapping[str, np.ndarray],
    channels: Mapping[str, ChannelChoice],
) -> tuple[Done, ...]:
    labels = {action.id: _label(action, channels) for action in record.actions}
    sent = {
        str(action): tuple(int(columns[name][row]) for name in ("sent", "opened", "clicked", "cost_fen"))
        for row, action in enumerate(columns["action"].tolist())
    }
    treated = seen.action[~seen.sides.held]
    found: list[Done] = []
    for action in campaign.actions:
        people = int((treated == action.id).sum())
        if action.id == NOBODY or (not people and action.id not in sent):
            continue
        counts = sent.get(action.id, (0, 0, 0, 0))
        found.append(
            Done(
                label=labels.get(action.id, Words(zh=action.id, en=action.id)),
                people=people,
                sent=counts[0],
                opened=counts[1],
                clicked=counts[2],
                cost_fen=counts[3],
            )
        )
    return tuple(sorted(found, key=lambda each: -each.people))


def _label(action: PlannedAction, channels: Mapping[str, ChannelChoice]) -> Words:
    """Return what an action is called, with the channel that it goes through."""
    channel = channels.get(action.channel)
    if channel is None:
        return action.label
    return Words(zh=f"{action.label.zh} · {channel.name_zh}", en=f"{action.label.en} · {channel.name_en}")


def _money(seen: Sighted, sources: Sources, campaign: Campaign, window_ms: int) -> Money:
    """Return what came in beyond what would have: margin where it is known of most orders, else revenue."""
    is_margin = read_shop(sources.lake).margin_fen is not None
    asked = seen.look.moments.ask(sources.lake, "margin" if is_margin else "revenue", 0, window_ms)
    return Money(is_margin=is_margin, extra=_extra(seen.sides, asked["amount"].astype(np.float64), sources, campaign))


def _extra(sides: Sides, amounts: Floats, sources: Sources, campaign: Campaign) -> LiftEstimate | None:
    """Return the extra of all treated people together; the planned interval at the end, the wider band before it."""
    if sources.now_ms >= campaign.ends_ms:
        found = lift.look(sides, amounts, campaign.ends_ms, len(LOOKS) - 1).difference
    else:
        elapsed = (sources.now_ms - campaign.starts_ms) / (campaign.ends_ms - campaign.starts_ms)
        found = lift.glance(sides, amounts, sources.now_ms, elapsed).difference
    if found is None:
        return None
    treated = float((~sides.held).sum())
    return LiftEstimate(value=found.value * treated, low=found.low * treated, high=found.high * treated)


def _doubts(campaign_id: str, campaign: Campaign, seen: Sighted, lake: LakeReader, reached: Reached) -> Doubts:
    held = seen.look.profile[seen.sides.held]
    merged = lake.select(SQL["canonical"])
    exposed = np.intersect1d(held, _followed(reached.marketing, merged))
    served = np.setdiff1d(np.intersect1d(held, _followed(reached.served, merged)), exposed)
    window = [campaign_id, campaign.starts_ms, campaign.ends_ms]
    return Doubts(
        ratio_p=ratio_of_sides(seen.sides, campaign.holdout.share).p_value if seen.sides.held.size else 1.0,
        assigned_twice=seen.assigned_twice,
        mixed_sides=int(lake.select(SQL["mixed_sides"], window)["people"][0]),
        exposed=exposed.size,
        transactional=served.size,
    )


def _followed(profiles: Integers, merged: Mapping[str, np.ndarray]) -> Integers:
    """Return the profiles as they are called now."""
    kept = dict(zip(merged["forwarded"].tolist(), merged["kept"].tolist(), strict=True))
    if not kept:
        return profiles
    return np.array([kept.get(each, each) for each in profiles.tolist()], dtype=np.int64)


def _column(rows: list[tuple[int, ...]]) -> Integers:
    return np.array([row[0] for row in rows], dtype=np.int64)


def _ledger_words(state: str, reason: str) -> Words:
    said = row_label(state, reason)
    return Words(zh=said.zh, en=said.en)
