"""What comes of the first messages of a campaign: whether the others may follow, must wait, or a person decides."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.alarms import alarmed, rate_evidence
from liftloop.kernel.clock import SECOND_MS
from liftloop.measure.steering.guardrails import ALPHA
from liftloop.plan.contract import Canary
from liftloop.plan.record import Words

LEAST = 10
"""Messages that must have left before the others follow, unless the canary has fewer."""
SINGLE = 1
"""One complaint of twenty messages tells nothing of a rate: a limit is crossed by two at least."""

Standing = Literal["waits", "passes", "stops", "passed"]
Symptom = Literal["failures", "complaints", "opt_outs"]
NAMES: dict[Symptom, Words] = {
    "failures": Words(zh="没有送到", en="not delivered"),
    "complaints": Words(zh="投诉", en="complaints"),
    "opt_outs": Words(zh="退订", en="opt-outs"),
}


class Sent(Struct, frozen=True, kw_only=True):
    """What became of the first messages so far."""

    left: int
    """Messages that left, whatever became of them."""
    on_the_way: int
    behind: int
    """Messages that wait for the canary."""
    first_ms: int
    """When the first one had its answer; 0 before."""
    began_ms: int
    """When anything was first decided; 0 before."""
    failures: int
    complaints: int
    opt_outs: int


class Sign(Struct, frozen=True, kw_only=True):
    """One thing that is looked at: so many of the messages that left, beside the limit."""

    symptom: Symptom
    count: int
    left: int
    limit: float
    alarming: bool


class Judged(Struct, frozen=True, kw_only=True):
    """Where a canary stands."""

    standing: Standing
    symptom: Symptom | Literal["nobody", ""]
    """What stops it; `nobody` where no message left at all. Empty otherwise."""
    signs: Sequence[Sign]
    sent: Sent
    decides_ms: int
    """When it is decided at the earliest; 0 before the first message."""


def judged(canary: Canary, sent: Sent, now_ms: int) -> Judged:
    """Return where a canary stands.

    Evidence that fools nobody who looks again and again stops it at once; when its time is over a rate above its limit
    does. Where its time is over and nothing left at all, a person decides.
    """
    signs = [
        _sign("failures", sent.failures, sent.left, canary.failures_max),
        _sign("complaints", sent.complaints, sent.left, canary.complaints_max),
        _sign("opt_outs", sent.opt_outs, sent.left, canary.opt_outs_max),
    ]
    wait_ms = canary.wait_s * SECOND_MS
    decides_ms = sent.first_ms + wait_ms if sent.first_ms else 0
    told = Judged(standing="waits", symptom="", signs=signs, sent=sent, decides_ms=decides_ms)
    if canary.passed_ms:
        return replace(told, standing="passed")
    alarming = next((each for each in signs if each.alarming), None)
    if alarming is not None:
        return replace(told, standing="stops", symptom=alarming.symptom)
    if not sent.left:
        empty = sent.behind > 0 and not sent.on_the_way and now_ms >= sent.began_ms + wait_ms
        return replace(told, standing="stops", symptom="nobody") if empty else told
    if now_ms < decides_ms or (sent.left < LEAST and sent.on_the_way):
        return told
    above = next((each for each in signs if each.count > SINGLE and each.count > each.limit * each.left), None)
    if above is not None:
        return replace(told, standing="stops", symptom=above.symptom)
    return replace(told, standing="passes")


def why_passed(told: Judged) -> Words:
    """Return on what evidence the others follow."""
    zh, en = _counted(told)
    return Words(
        zh=f"先发的 {told.sent.left:,} 条没有异常（{zh}），其余的现在发。",
        en=f"Nothing is wrong with the first {told.sent.left:,} messages ({en}); the others follow now.",
    )


def why_stopped(told: Judged) -> Words:
    """Return what happened and what a person can do."""
    if told.symptom in ("nobody", ""):
        return Words(
            zh="试发时间到了，但一条都没有发出去（可能都不可联系），其余的先留着。看过账本再决定继续或停止。",
            en="The time of the canary is over and no message left; the others are kept. Look at the ledger, then "
            "let it go on or stop it.",
        )
    name = NAMES[told.symptom]
    zh, en = _counted(told)
    return Words(
        zh=f"先发的 {told.sent.left:,} 条里{name.zh}超过上限（{zh}），其余 {told.sent.behind:,} 条先留着。"
        "查清原因后可以继续，也可以停止。",
        en=f"Too many of the first {told.sent.left:,} messages: {name.en} ({en}); {told.sent.behind:,} others are "
        "kept. Find out why, then let it go on or stop it.",
    )


def _sign(symptom: Symptom, count: int, left: int, limit: float) -> Sign:
    count = min(count, left)
    alarming = left > 0 and count > SINGLE and alarmed(rate_evidence(count, left, limit), ALPHA)
    return Sign(symptom=symptom, count=count, left=left, limit=limit, alarming=alarming)


def _counted(told: Judged) -> tuple[str, str]:
    zh = "，".join(f"{NAMES[each.symptom].zh} {each.count:,} 条，上限 {each.limit:.1%}" for each in told.signs)
    en = ", ".join(f"{NAMES[each.symptom].en} {each.count:,}, limit {each.limit:.1%}" for each in told.signs)
    return zh, en
