"""From how a campaign stands to what the app shows of it while it runs."""

import numpy as np

from liftloop.api.present.words import at, text
from liftloop.api.views import live as views
from liftloop.api.views.values import Text
from liftloop.app.steering.comparison import Comparison
from liftloop.app.steering.live import Live, Told
from liftloop.app.steering.study import SYSTEM, Seen
from liftloop.app.words import pause_words
from liftloop.kernel.clock import HOUR_MS
from liftloop.measure.steering.canary import NAMES, Judged
from liftloop.measure.steering.claims import claim_words, gain_words
from liftloop.measure.steering.guardrails import Watched
from liftloop.measure.steering.moves import where_it_stands
from liftloop.plan.contract import STEERED
from liftloop.plan.record import Words

KINDS = {
    "campaign.steered": "steered",
    "campaign.paused": "paused",
    "campaign.continued": "continued",
    "campaign.stopped": "stopped",
    "campaign.canary_passed": "canary_passed",
    "plan.launched": "launched",
}


def live_view(live: Live) -> views.CampaignLive:
    """Return the page of a running campaign as the API shows it."""
    seen = live.seen
    return views.CampaignLive(
        campaign_id=seen.running.campaign_id,
        as_of=at(seen.running.now_ms),
        state=live.state,
        paused=_paused(live),
        started=live.started,
        next_look_at=None if live.next_look_ms is None else at(live.next_look_ms),
        tests=[_test(each, seen) for each in seen.comparisons],
        guardrails=[_guardrail(each) for each in seen.watched],
        canary=_canary(seen.canary) if seen.canary else None,
        log=[_entry(each) for each in live.log],
        spend=[
            views.SpendPoint(at=at(each.at_ms), spent=each.spent_fen, planned=each.planned_fen)
            for each in live.spending.points
        ],
        pace=live.spending.pace,
        pace_words=None if live.spending.sentence is None else text(live.spending.sentence),
    )


def _canary(judged: Judged) -> views.LiveCanary:
    return views.LiveCanary(
        standing=judged.standing,
        sent=judged.sent.left,
        behind=judged.sent.behind if judged.standing != "passed" else 0,
        decides_at=at(judged.decides_ms) if judged.decides_ms else None,
        signs=[
            views.CanarySign(name=_words(NAMES[each.symptom]), count=each.count, limit=each.limit)
            for each in judged.signs
        ],
    )


def _paused(live: Live) -> Text | None:
    """Return why it stands still: what the log says of it, or the code in words."""
    if live.state != "paused":
        return None
    entry = next((each.entry for each in live.log if each.entry.kind == "campaign.paused"), None)
    if entry is not None and entry.why.zh:
        return _words(entry.why)
    why = pause_words(live.seen.running.campaign.paused)
    return Text(zh=f"活动暂停中：{why.zh}。", en=f"The campaign is paused: {why.en}.")


def _test(compared: Comparison, seen: Seen) -> views.LiveTest:
    found, in_force = compared.found, compared.in_force
    systems = {entry.at_ms for entry in seen.running.entries if entry.kind == STEERED and entry.actor == SYSTEM}
    return views.LiveTest(
        action=compared.action,
        variants=[
            views.LiveVariant(
                id=name,
                content=compared.contents[place],
                share=in_force.shares[place],
                best=found.best[place],
                people=found.people[place],
                responses=found.conversions[place],
            )
            for place, name in enumerate(compared.names)
        ],
        standing=_words(where_it_stands(compared.names, found)),
        claim=_words(claim_words(compared.names, compared.claims, seen.running.campaign.steering)),
        gain=_words(gain_words(compared.gain, seen.running.campaign.steering)),
        second_opinion=[claim.second for claim in compared.claims],
        held=in_force.held,
        moves=[
            views.LiveMove(at=at(each.since_ms), shares=list(each.shares), by_system=each.since_ms in systems)
            for each in compared.history
        ],
        river=_river(compared, seen),
    )


def _river(compared: Comparison, seen: Seen) -> list[views.RiverPoint]:
    """Return people by hour and variant."""
    starts_ms = seen.running.campaign.starts_ms
    hours = (compared.cells.began_ms - starts_ms) // HOUR_MS
    return [
        views.RiverPoint(
            at=at(starts_ms + int(hour) * HOUR_MS),
            people=[int(each) for each in compared.cells.people[hours == hour].sum(axis=0)],
        )
        for hour in np.unique(hours)
    ]


def _guardrail(watched: Watched) -> views.LiveGuardrail:
    return views.LiveGuardrail(
        metric=watched.metric,
        name=_words(watched.name),
        gauge=watched.gauge,
        value=watched.value,
        limit=watched.limit,
        fill=watched.fill,
        sentence=_words(watched.sentence),
    )


def _entry(told: Told) -> views.LiveEntry:
    entry = told.entry
    return views.LiveEntry(
        number=entry.number,
        at=at(entry.at_ms),
        kind=KINDS[entry.kind],  # pyright: ignore[reportArgumentType]
        by_system=told.by_system,
        sentence=text(told.sentence),
        why=_words(entry.why) if entry.why.zh else None,
        undo=text(told.undo) if told.undo else None,
    )


def _words(words: Words) -> Text:
    return Text(zh=words.zh, en=words.en)
