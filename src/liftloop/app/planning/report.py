"""Measures a launched campaign from the lake: who was assigned what, what they did since, what it cost."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.planning.after import after_tail
from liftloop.app.planning.items_report import items_of_campaign
from liftloop.app.planning.reading import SQL, Look, Moments, features_at, outcomes
from liftloop.app.planning.sources import Sources
from liftloop.inference.heavy_tails import Skew, skew_of
from liftloop.kernel.clock import DAY_MS
from liftloop.measure import lift
from liftloop.measure.after import AfterTail
from liftloop.measure.lift import LOOKS, LookResult, Sides, ahead, glance, planned_looks, ratio_of_sides
from liftloop.measure.report import Facts, RatioParts, Report, SpendSoFar, report_of
from liftloop.plan.components import components
from liftloop.plan.contract import Campaign
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.inputs import Column, Floats
from liftloop.plan.options import Offer
from liftloop.plan.outcome import outcome_of
from liftloop.plan.record import PlanRecord


class Sighted(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody assigned, one row each, in one order: what was known of them before, their side and their action."""

    look: Look
    features: Mapping[str, Column]
    sides: Sides
    action: Column
    assigned_twice: int


def sighted(campaign_id: str, campaign: Campaign, sources: Sources) -> Sighted:
    """Return the people of a campaign as assigned; a merged person counts under her first assignment."""
    lake, span = sources.lake, (campaign.starts_ms, campaign.ends_ms)
    assigned = lake.select(SQL["assignment"], [campaign_id, *span])
    look = Look(lake, Moments(statement="assigned_people", parameters=(campaign_id, campaign.starts_ms, *span)))
    held = assigned["held"].astype(np.bool_)
    features = features_at(look) if held.size else {}
    before = standard(scales_of(features), features, held.size) if held.size else np.zeros((0, 0))
    return Sighted(
        look=look,
        features=features,
        sides=Sides(held=held, before=before),
        action=assigned["action"],
        assigned_twice=int(lake.select(SQL["assigned_twice"], [campaign_id, *span])["people"][0]),
    )


def report(
    campaign_id: str, campaign: Campaign, record: PlanRecord, sources: Sources, seen: Sighted | None = None
) -> Report:
    """Return the report of a campaign as of now; `record` is the plan it was launched from.

    `seen` are its people where somebody has read them already.
    """
    seen = seen or sighted(campaign_id, campaign, sources)
    held = seen.sides.held
    told = 0 < int(held.sum()) < held.size and sources.now_ms > campaign.starts_ms
    broken = bool(held.size) and ratio_of_sides(seen.sides, campaign.holdout.share).mismatch
    return report_of(
        record,
        Facts(
            campaign_id=campaign_id,
            starts_ms=campaign.starts_ms,
            ends_ms=campaign.ends_ms,
            now_ms=sources.now_ms,
            looks=_looks(sources, record, seen.look, seen.sides, campaign) if held.size else (),
            broken=broken,
            treated=int((~held).sum()),
            held_out=int(held.sum()),
            spend=_spend(campaign_id, campaign, sources),
            assigned_twice=seen.assigned_twice,
            parts=_parts(campaign, record, sources, seen) if told else None,
            skew=_skew(campaign, record, sources, seen) if told else None,
            after=_after(campaign, record, sources, seen) if told else None,
            items=items_of_campaign(campaign, seen.look, seen.sides, seen.action, sources.now_ms)
            if told and not broken
            else None,
        ),
    )


def _parts(campaign: Campaign, record: PlanRecord, sources: Sources, seen: Sighted) -> RatioParts | None:
    """Return numerator and denominator of a ratio whose denominator treatment can move, as of now."""
    assert record.metric is not None
    found = components(sources.catalogue.by_id[record.metric.id], sources.catalogue)
    if not found:
        return None
    now_ms = min(sources.now_ms, campaign.ends_ms)
    values = [outcomes(seen.look, each.outcome, now_ms - campaign.starts_ms) for each in found]
    held = seen.sides.held
    over, under = ((float(each[~held].mean()), float(each[held].mean())) for each in values)
    return RatioParts(
        numerator=found[0].name,
        denominator=found[1].name,
        numerators=over,
        denominators=under,
        moved=_now(seen.sides, values[1], campaign, now_ms).difference,
    )


def _skew(campaign: Campaign, record: PlanRecord, sources: Sources, seen: Sighted) -> Skew | None:
    """Return how the outcome is spread where it is an amount."""
    assert record.metric is not None
    outcome = outcome_of(sources.catalogue.by_id[record.metric.id])
    if outcome is None or not outcome.summed:
        return None
    now_ms = min(sources.now_ms, campaign.ends_ms)
    return skew_of(outcomes(seen.look, outcome, now_ms - campaign.starts_ms))


def _now(sides: Sides, values: Floats, campaign: Campaign, now_ms: int) -> LookResult:
    """Return the last planned look at the end, and the band that holds at any time before it."""
    if now_ms >= campaign.ends_ms:
        return lift.look(sides, values, campaign.ends_ms, len(LOOKS) - 1)
    return glance(sides, values, now_ms, (now_ms - campaign.starts_ms) / (campaign.ends_ms - campaign.starts_ms))


def _after(campaign: Campaign, record: PlanRecord, sources: Sources, seen: Sighted) -> AfterTail | None:
    assert record.metric is not None
    outcome = outcome_of(sources.catalogue.by_id[record.metric.id])
    if record.tail_days is None or outcome is None:
        return None
    return after_tail(seen.look, outcome, campaign, seen.sides, (record.tail_days, sources.now_ms))


def _looks(
    sources: Sources, record: PlanRecord, look: Look, sides: Sides, campaign: Campaign
) -> tuple[LookResult, ...]:
    """Return the planned looks in order, those ahead without a lift, and between them a glance as of now."""
    assert record.metric is not None
    outcome = outcome_of(sources.catalogue.by_id[record.metric.id])
    assert outcome is not None
    planned = planned_looks(campaign.starts_ms, campaign.ends_ms)
    found: list[LookResult] = []

    def since_start(at_ms: int) -> Any:
        return outcomes(look, outcome, at_ms - campaign.starts_ms)

    for number, at_ms in enumerate(planned):
        if at_ms <= sources.now_ms:
            found.append(lift.look(sides, since_start(at_ms), at_ms, number))
        else:
            found.append(ahead(sides, at_ms))
    if sources.now_ms < campaign.ends_ms and sources.now_ms not in planned and sources.now_ms > campaign.starts_ms:
        elapsed = (sources.now_ms - campaign.starts_ms) / (campaign.ends_ms - campaign.starts_ms)
        found.append(glance(sides, since_start(sources.now_ms), sources.now_ms, elapsed))
    return tuple(sorted(found, key=lambda each: each.at_ms))


def _spend(campaign_id: str, campaign: Campaign, sources: Sources) -> SpendSoFar:
    """Return what was paid: messages handed over, and coupons that assigned people used while they were valid."""
    sent = sources.lake.select(SQL["sent"], [campaign_id])
    offers = {
        identity: msgspec.convert(
            {key: value for key, value in {**body, "id": identity}.items() if key in Offer.__struct_fields__},
            type=Offer,
            strict=False,
        )
        for identity, body in sources.definitions.offers.items()
    }
    paying = [action for action in campaign.actions if action.offer in offers and offers[action.offer].face_fen > 0]
    used = sources.lake.select(
        SQL["coupons_used"],
        [
            campaign_id,
            campaign.starts_ms,
            [action.id for action in paying],
            [action.offer for action in paying],
            [offers[action.offer].redemption_fen() for action in paying],
            [offers[action.offer].valid_days * DAY_MS for action in paying],
        ],
    )
    return SpendSoFar(
        messages_fen=int(sent["cost_fen"][0]),
        coupons_fen=int(used["cost_fen"][0]),
        redeemed=int(used["by_assigned"][0]),
        by_others=int(used["by_others"][0]),
    )
