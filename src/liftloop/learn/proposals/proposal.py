"""A proposal from numbers alone: the change that promises most where a node surely falls short, or none.

What it promises is no effect yet: it was seen of messages that chance did not draw. The trial says what it changes.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.power import Standard, binary_noise, people_needed
from liftloop.kernel.dice import hash_text
from liftloop.learn.proposals.change import Change, until_before, wait_before
from liftloop.learn.proposals.evidence import (
    SLICE_MIN,
    Cut,
    Expected,
    Finding,
    Sending,
    Tally,
    falls_short,
    findings,
    surely_more,
)

STANDARD = Standard(alpha=0.1, power=0.8)
TRUSTED_SHARE = 0.5
"""Of a gain that chance did not draw, half is believed when the trial is sized: what looks best is partly luck."""
DAYS_MIN, DAYS_MAX = 7, 90
"""A week has every weekday in it; beyond a quarter the season is what changed."""

Status = Literal["waits", "declined", "running", "kept", "rolled_back"]
Verdict = Literal["better", "worse", "unclear", "too_early"]


class Proposal(Struct, frozen=True, kw_only=True):
    """What is proposed, on which evidence, and what became of it.

    `base` is the journey as it was proposed for, `version` its number; `tried` and `kept` those of the versions that
    followed. `seen` is what is known of the changed way, wherever it was sent. The trial is the experiment of its id.
    """

    id: str
    status: Status
    at_ms: int
    actor: str
    journey: str
    journey_name: str
    node: str
    channel: str
    version: int
    base: Mapping[str, Any]
    whole: Tally
    expected: Expected
    findings: tuple[Finding, ...]
    change: Change
    seen: Tally
    people: int
    days: int
    tried: int = 0
    kept: int = 0
    starts_ms: int = 0
    ends_ms: int = 0
    verdict: Verdict = "too_early"
    headline_zh: str = ""
    headline_en: str = ""


def split_of(proposal: Proposal) -> str:
    """Return the id of the node that draws who goes the changed way."""
    return f"try-{proposal.id}"


def proposal_of(sending: Sending, body: Mapping[str, Any], now_ms: int, actor: str) -> Proposal | None:
    """Return what is proposed for a node; None where it does not fall short, or nothing is known to do better."""
    if not falls_short(sending):
        return None
    found = _best(sending, body)
    if found is None:
        return None
    change, seen = found
    identity = hash_text("proposal", sending.journey, sending.node, change.dimension, change.after, str(now_ms))
    gain = max((seen.rate - sending.whole.rate) * TRUSTED_SHARE, 1e-3)
    people = people_needed(gain, binary_noise(sending.whole.rate), held_out_share=0.5, standard=STANDARD)
    days = math.ceil(people / sending.entries_a_day) if sending.entries_a_day > 0 else DAYS_MAX
    return Proposal(
        id=f"proposal-{identity:016x}",
        status="waits",
        at_ms=now_ms,
        actor=actor,
        journey=sending.journey,
        journey_name=sending.journey_name,
        node=sending.node,
        channel=sending.channel,
        version=sending.version,
        base=body,
        whole=sending.whole,
        expected=sending.expected,
        findings=findings(sending),
        change=change,
        seen=seen,
        people=people,
        days=min(max(days, DAYS_MIN), DAYS_MAX),
    )


def approved(proposal: Proposal, *, tried: int, starts_ms: int, ends_ms: int, actor: str) -> Proposal:
    """Return the proposal as its trial begins."""
    return replace(proposal, status="running", tried=tried, starts_ms=starts_ms, ends_ms=ends_ms, actor=actor)


def _best(sending: Sending, body: Mapping[str, Any]) -> tuple[Change, Tally] | None:
    """Return the change whose evidence is best after allowing for all that were looked at."""
    options = [
        (change, each)
        for cut in sending.cuts
        for each in cut.alternatives()
        if (change := _change(sending, body, cut, each)) is not None and each.sent >= SLICE_MIN
    ]
    surely = [(surely_more(seen, sending.whole, len(options)), change, seen) for change, seen in options]
    better = [each for each in surely if each[0] > 0]
    if not better:
        return None
    _, change, seen = max(better, key=lambda each: (each[0], each[1].after))
    return change, seen


def _change(sending: Sending, body: Mapping[str, Any], cut: Cut, to: Tally) -> Change | None:
    """Return the change of a node to one value; None where it has it already, or cannot be changed so."""
    before: str | None = None
    match cut.dimension:
        case "content":
            before = sending.content
        case "channel":
            before = sending.channel
        case "hour":
            until = until_before(body, sending.node)
            before = str(int(until["minute"]) // 60) if until else ""
        case "wait":
            wait = wait_before(body, sending.node)
            before = str(wait["duration_s"]) if wait else None
        case "group":
            before = None
    if before is None or before == to.value:
        return None
    return Change(dimension=cut.dimension, before=before, after=to.value)
