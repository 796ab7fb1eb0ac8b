"""How warm is somebody? Points for what they do, each rule's apart so that a score has its reasons; all fade."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import hash_text
from liftloop.relate.contract import LeadRules, ScoreRule
from liftloop.runtime.contract import Frame, Moment, Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Row, Write

REASONS_MAX = 16
"""Reasons told apart; points of any further one count under the last."""
LABELS = "relate.score.labels"
"""Hash of the reason of each column."""
POINTS = "relate.score.points"
AT_MS = "relate.score.at_ms"
_SPECS = (
    ArraySpec(name=LABELS, dtype="<u8", fill=0),
    ArraySpec(name=POINTS, dtype="<f4", fill=0, width=REASONS_MAX, domain="profile"),
    ArraySpec(name=AT_MS, dtype="<i8", fill=0, domain="profile"),
)


class Credit(Struct, frozen=True):
    """Points for people under one reason; the arrays are parallel."""

    reason: str
    slots: Slots
    points: NDArray[np.float64]
    most: float


class Scored(Struct, frozen=True, kw_only=True):
    """Who was scored in a step: shape [people]."""

    slots: Slots
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    points: NDArray[np.float32]
    """By reason, shape [people, REASONS_MAX]."""
    labels: Sequence[int]
    delta: Delta


def reason_hash(reason: str) -> int:
    return hash_text("lead reason", reason)


def credits_in(rules: LeadRules, frame: Frame, moment: Moment) -> list[Credit]:
    """Return the points that the events of a frame bring; imports bring none, late events what is left of theirs."""
    if "person" not in frame:
        return []
    events, slots = frame["event"], frame["person"]["slot"]
    asked = {rule.event for rule in rules.rules if rule.event}
    rows = np.flatnonzero(events["name"].among(asked) & ~events["imported"] & events["kind"].are("track"))
    if not len(rows):
        return []
    names = events["name"].at(rows)
    found: list[Credit] = []
    for rule in rules.rules:
        here = rows[names.are(rule.event)] if rule.event else rows[:0]
        if rule.where:
            here = here[[_matches(rule, events["record"][row].body) for row in here.tolist()]]
        if len(here):
            age_ms = np.maximum(moment.now_ms - events["at_ms"][here], 0)
            found.append(Credit(rule.id, slots[here], rule.points * faded(rules, age_ms), rule.most))
    return found


def _matches(rule: ScoreRule, body: bytes) -> bool:
    said = parse_object(body)
    return all(said.get(name) == value for name, value in rule.where.items())


def faded(rules: LeadRules, age_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what is left of a point after a time."""
    return np.power(0.5, age_ms / (rules.half_life_days * DAY_MS))


def scored(state: StateView, rules: LeadRules, earned: Sequence[Credit], now_ms: int) -> Scored:
    """Return scores before and after what was `earned`, and the delta that keeps them."""
    labels, fresh = _columns(state, [each.reason for each in earned], rules)
    slots, inverse = np.unique(np.concatenate([each.slots for each in earned]), return_inverse=True)
    points = current(state, rules, slots, now_ms)
    before = points.sum(axis=1, dtype=np.float64)
    start = 0
    for each in earned:
        column = labels.index(reason_hash(each.reason)) if reason_hash(each.reason) in labels else REASONS_MAX - 1
        people = inverse[start : start + len(each.slots)]
        start += len(each.slots)
        np.add.at(points[:, column], people, each.points)
        if each.most:
            points[:, column] = np.minimum(points[:, column], each.most)
    first = not state.has(POINTS)
    writes = [
        Write(LABELS, np.arange(REASONS_MAX), np.array(labels, dtype=np.uint64)),
        Write(POINTS, slots, points),
        Write(AT_MS, slots, np.full(len(slots), now_ms, dtype=np.int64)),
    ]
    return Scored(
        slots=slots,
        before=before,
        after=points.sum(axis=1, dtype=np.float64),
        points=points,
        labels=labels,
        delta=Delta(allocate=_SPECS if first else (), writes=writes, puts={"word": fresh} if fresh else {}),
    )


def current(state: StateView, rules: LeadRules, slots: Slots, now_ms: int) -> NDArray[np.float32]:
    """Return what is left of people's points by reason; shape [people, REASONS_MAX]."""
    if not state.has(POINTS):
        return np.zeros((len(slots), REASONS_MAX), dtype=np.float32)
    age_ms = np.maximum(now_ms - state[AT_MS][slots], 0)
    return (state[POINTS][slots] * faded(rules, age_ms)[:, None]).astype(np.float32)


def merged(state: StateView, rules: LeadRules, kept: Slots, forwarded: Slots, now_ms: int) -> Delta:
    """Return the delta after which whoever is kept has the points of those who turned out to be the same person."""
    if not state.has(POINTS):
        return Delta()
    heads, inverse = np.unique(kept, return_inverse=True)
    points = current(state, rules, heads, now_ms)
    np.add.at(points, inverse, current(state, rules, forwarded, now_ms))
    return Delta(
        writes=[
            Write(POINTS, heads, points),
            Write(AT_MS, heads, np.full(len(heads), now_ms, dtype=np.int64)),
            Write(POINTS, forwarded, np.zeros((len(forwarded), REASONS_MAX), dtype=np.float32)),
        ]
    )


def reasons_of(points: NDArray[np.float32], labels: Sequence[int]) -> Mapping[str, float]:
    """Return one person's points by the hash of the reason as text, the most first."""
    found = {str(label): round(float(each), 1) for label, each in zip(labels, points, strict=True) if each >= 0.05}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _columns(state: StateView, reasons: Sequence[str], rules: LeadRules) -> tuple[list[int], list[Row]]:
    """Return the reason of each column with new ones in free columns, and the words behind the new ones."""
    labels: list[int] = state[LABELS].tolist() if state.has(LABELS) and len(state[LABELS]) else [0] * REASONS_MAX
    fresh: list[Row] = []
    named: Mapping[str, Any] = {rule.id: rule.name for rule in rules.rules}
    for reason in dict.fromkeys(reasons):
        label = reason_hash(reason)
        if label not in labels and 0 in labels:
            labels[labels.index(0)] = label
            signed = label - 2**64 if label >= 2**63 else label
            fresh.append((signed, reason, str(named.get(reason, "")), ""))
    return labels, fresh
