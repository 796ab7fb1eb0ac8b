"""Reads how a campaign's guardrails stand: rates of messages from receipts, what people do from events."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.app.planning.reading import SQL as PLANNING
from liftloop.app.planning.reading import Look, Moments, outcomes
from liftloop.app.steering.reading import CONTINUED, Entry, answered
from liftloop.inference.trial import without_whales
from liftloop.measure.lift import Sides, glance
from liftloop.measure.steering.guardrails import RECEIPT_OF, Watched, guardrails_of, look_watched, rate_watched
from liftloop.plan.contract import Campaign, Guardrail
from liftloop.plan.outcome import outcome_of
from liftloop.profile.metric import Metric
from liftloop.storage.contract import LakeReader


class Running(Struct, frozen=True, kw_only=True):
    """A campaign as it is watched at an instant; `entries` are its log."""

    campaign_id: str
    campaign: Campaign
    entries: Sequence[Entry]
    now_ms: int
    metrics: Mapping[str, Metric]
    """Those that there are, by id."""


def watched(lake: LakeReader, running: Running) -> list[Watched]:
    """Return every guardrail as it stands.

    Somebody who let a paused campaign go on has seen the messages of before: their answers count no more.
    """
    known = running.metrics
    guardrails = [each for each in guardrails_of(running.campaign.guardrails) if each.metric in known]
    continued = [entry.at_ms for entry in running.entries if entry.kind == CONTINUED]
    since_ms = max(continued, default=running.campaign.starts_ms)
    people = _People(lake, running)
    found: list[Watched] = []
    for guardrail in guardrails:
        metric = known[guardrail.metric]
        if guardrail.metric in RECEIPT_OF:
            receipt = RECEIPT_OF[guardrail.metric]
            found.append(rate_watched(guardrail, metric, answered(lake, running.campaign_id, receipt, since_ms)))
        elif (one := people.watched(guardrail, metric)) is not None:
            found.append(one)
    return found


class _People:
    """Treated people against people left alone; read once, and only where a guardrail asks."""

    def __init__(self, lake: LakeReader, running: Running) -> None:
        self._lake = lake
        self._running = running
        self._read: tuple[Look, Sides] | None = None

    def watched(self, guardrail: Guardrail, metric: Metric) -> Watched | None:
        outcome = outcome_of(metric)
        if outcome is None:
            return None
        look, sides = self._sides()
        campaign, now_ms = self._running.campaign, min(self._running.now_ms, self._running.campaign.ends_ms)
        since_ms = max(now_ms - campaign.starts_ms, 1)
        elapsed = since_ms / max(campaign.ends_ms - campaign.starts_ms, 1)
        values = outcomes(look, outcome, since_ms) if look.count else np.zeros(0)
        if outcome.summed and values.any():
            values = without_whales(values)  # One customer's order of the year is no alarm, on either side.
        return look_watched(guardrail, metric, glance(sides, values, now_ms, min(elapsed, 1.0)))

    def _sides(self) -> tuple[Look, Sides]:
        if self._read is None:
            campaign, campaign_id = self._running.campaign, self._running.campaign_id
            span = (campaign.starts_ms, campaign.ends_ms)
            look = Look(
                self._lake,
                Moments(statement="assigned_people", parameters=(campaign_id, campaign.starts_ms, *span)),
            )
            held = self._lake.select(PLANNING["assignment"], [campaign_id, *span])["held"].astype(np.bool_)
            self._read = look, Sides(held=held, before=np.zeros((held.size, 0)))
        return self._read
