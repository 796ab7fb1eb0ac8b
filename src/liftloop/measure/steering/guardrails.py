"""What must not be harmed while a campaign runs, looked at as often as one likes without false alarms."""

import math
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.inference.alarms import alarmed, rate_evidence
from liftloop.measure.lift import LookResult
from liftloop.measure.report import lift_words
from liftloop.plan.contract import Guardrail
from liftloop.plan.record import Words
from liftloop.profile.metric import Metric

ALPHA = 0.05
"""One watch in twenty that is all right may cry wolf, however many looks it takes."""
RECEIPT_OF = {"complaint_rate": "complained", "unsubscribe_rate": "unsubscribed"}
"""Rates of messages, by what people answered."""
COMPLAINTS_MAX = 0.003
"""Above three complaints in a thousand mailbox providers begin to refuse a sender."""
UNSUBSCRIBES_MAX = 0.02
"""Four times what ordinary mailings see."""
DEFAULTS = (
    Guardrail(metric="complaint_rate", comparison="at_most", value=COMPLAINTS_MAX),
    Guardrail(metric="unsubscribe_rate", comparison="at_most", value=UNSUBSCRIBES_MAX),
    Guardrail(metric="refund_rate", comparison="no_rise"),
    Guardrail(metric="gross_profit", comparison="no_drop"),
)
"""Watched in every campaign, unless the goal says something else of the same metric."""

Gauge = Literal["quiet", "near", "crossed", "unknown"]
NEAR = 0.5
"""Half the evidence, on the scale of logarithms, that an alarm takes."""


class Answered(Struct, frozen=True, kw_only=True):
    """How many messages were sent, and how many of them were answered so."""

    sent: int
    answers: int


class Watched(Struct, frozen=True, kw_only=True):
    """One guardrail as it stands; `value` and `limit` are rates, or a change per person against doing nothing.

    `fill` says from 0 to 1 how much of the evidence for an alarm is there.
    """

    metric: str
    name: Words
    gauge: Gauge
    value: float | None
    limit: float | None
    fill: float
    sentence: Words


def guardrails_of(named: Sequence[Guardrail]) -> tuple[Guardrail, ...]:
    """Return what is watched: what the goal named, and the defaults for metrics of which it says nothing."""
    said = {each.metric for each in named}
    return (*named, *(each for each in DEFAULTS if each.metric not in said))


def rate_watched(guardrail: Guardrail, metric: Metric, answered: Answered) -> Watched:
    """Return a guardrail over a rate of messages: the evidence never fools who looks again and again."""
    default = next((each.value for each in DEFAULTS if each.metric == guardrail.metric), None)
    bound = guardrail.value if guardrail.value is not None else default
    name = Words(zh=metric.name_zh, en=metric.name_en)
    if not answered.sent or bound is None or not 0 < bound < 1:
        return _unknown(guardrail, name, bound)
    least = guardrail.comparison == "at_least"
    events, limit = (answered.sent - answered.answers, 1 - bound) if least else (answered.answers, bound)
    evidence = rate_evidence(min(events, answered.sent), answered.sent, limit)
    rate = answered.answers / answered.sent
    sign_zh, sign_en = ("不低于", "at least") if least else ("不超过", "at most")
    return Watched(
        metric=guardrail.metric,
        name=name,
        gauge=_gauge(evidence),
        value=rate,
        limit=bound,
        fill=_fill(evidence),
        sentence=Words(
            zh=f"{answered.sent:,} 条里 {answered.answers:,} 条，{rate:.2%}；要求{sign_zh} {bound:.2%}。",
            en=f"{answered.answers:,} of {answered.sent:,} messages, {rate:.2%}; it should be {sign_en} {bound:.2%}.",
        ),
    )


def look_watched(guardrail: Guardrail, metric: Metric, look: LookResult) -> Watched:
    """Return a guardrail over what people do: treated against left alone, by a band that holds at every look."""
    name = Words(zh=metric.name_zh, en=metric.name_en)
    found = look.difference
    if found is None:
        return _unknown(guardrail, name, guardrail.value)
    reach = found.high - found.value
    if guardrail.value is not None:
        harm = (
            look.treated_mean - guardrail.value
            if guardrail.comparison == "at_most"
            else guardrail.value - look.treated_mean
        )
    else:
        harm = found.value if guardrail.comparison == "no_rise" else -found.value
    fill = min(1.0, max(0.0, harm / reach)) if reach > 0 else 0.0
    crossed = reach > 0 and harm > reach
    relative = found.value / look.held_out_mean if look.held_out_mean else 0.0
    kind = "relative" if look.held_out_mean else "points"
    size = lift_words(abs(relative if look.held_out_mean else found.value), metric.unit, kind)
    return Watched(
        metric=guardrail.metric,
        name=name,
        gauge="crossed" if crossed else "near" if fill >= NEAR else "quiet",
        value=relative,
        limit=guardrail.value if guardrail.value is not None else 0.0,
        fill=fill,
        sentence=Words(
            zh=f"触达的人比没被触达的人{'多' if found.value >= 0 else '少'} {size.zh}（每人）。",
            en=f"{size.en} {'more' if found.value >= 0 else 'less'} per person than people left alone.",
        ),
    )


def why_paused(watched: Watched) -> Words:
    """Return what happened and how to go on, for whoever must decide."""
    return Words(
        zh=f"{watched.name.zh}越过了底线，活动已自动暂停：{watched.sentence.zh}"
        "还没发出的消息先留着。可以继续，也可以停止。",
        en=f"The campaign paused itself because {watched.name.en} crossed its limit: {watched.sentence.en} "
        "What was not sent yet is kept. Let it go on, or stop it.",
    )


def _gauge(evidence: float) -> Gauge:
    if alarmed(evidence, ALPHA):
        return "crossed"
    return "near" if _fill(evidence) >= NEAR else "quiet"


def _fill(evidence: float) -> float:
    return min(1.0, max(0.0, math.log(max(evidence, 1e-300)) / math.log(1 / ALPHA)))


def _unknown(guardrail: Guardrail, name: Words, limit: float | None) -> Watched:
    return Watched(
        metric=guardrail.metric,
        name=name,
        gauge="unknown",
        value=None,
        limit=limit,
        fill=0.0,
        sentence=Words(zh="还没有数据。", en="There is no data yet."),
    )
