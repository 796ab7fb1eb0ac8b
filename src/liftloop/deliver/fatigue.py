"""Fatigue: whoever answered none of so many marketing messages in a row is left in peace for a while.

Answered is what a receipt says (opened, clicked, replied, redeemed) or, where a channel has none, a visit or purchase.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.contract import AttemptsSettled, ReceiptsReceived
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.keys import enrolment_of
from liftloop.deliver.settings import Fatigue, Rules
from liftloop.journey.reading import persons
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS
from liftloop.runtime.contract import NOTHING, Frame, Moment, Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

COUNT = "deliver.unanswered"
LAST = "deliver.unanswered_ms"
COUNT_MAX = 100
SPECS = (
    ArraySpec(name=COUNT, dtype="|i1", fill=0, domain="profile"),
    ArraySpec(name=LAST, dtype="<i8", fill=0, domain="profile"),
)
RECEIPTS = frozenset({"opened", "clicked", "replied", "redeemed"})
ANSWERS = (
    "Store Visited",
    "Order Completed",
    "Coupon Redeemed",
    "Message Opened",
    "Message Clicked",
    "Message Replied",
    "Product Viewed",
    "Form Submitted",
)
"""Events by which somebody answers, whichever message it was."""


def tired(state: StateView, slots: Slots, fatigue: Fatigue, now_ms: int) -> NDArray[np.bool_]:
    """Return who has left so many messages in a row unanswered, the last of them not long ago; shape [len(slots)]."""
    if not state.has(COUNT):
        return np.zeros(len(slots), dtype=np.bool_)
    fresh = state[LAST][slots] > now_ms - int(fatigue.pause_days * DAY_MS)
    return (state[COUNT][slots] >= fatigue.unanswered) & fresh


class DeliverFatigue:
    """Reads `event`, `person`, `merge`, `system`; counts what stays unanswered. Without the rule it keeps nothing."""

    name = "deliver.fatigue"
    reads = frozenset({"event", "person", "merge"})
    writes = frozenset[str]()

    def __init__(self, rules: Callable[[StateView], Rules]) -> None:
        self._rules = rules

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if not state.has(COUNT):
            return (Delta(allocate=SPECS), {}) if self._rules(state).settings.fatigue is not None else NOTHING
        writes: list[Write] = []
        if "merge" in frame:
            kept, forwarded = frame["merge"]["kept"], frame["merge"]["forwarded"]
            # The same person was left unanswered under both names: as often as under the worse of them.
            writes += [
                Write(name, kept, np.maximum(state[name][kept], state[name][forwarded])) for name in (COUNT, LAST)
            ]
        if "person" in frame:
            answered = _answered(state, frame)
            if len(answered):
                writes.append(Write(COUNT, answered, np.zeros(len(answered), dtype=np.int8)))
        return (Delta(writes=writes), {}) if writes else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _answered(state: StateView, frame: Frame) -> Slots:
    """Return who did something after the last message."""
    events, slots = frame["event"], frame["person"]["slot"]
    did = np.zeros(len(slots), dtype=np.bool_)
    for name in ANSWERS:
        did |= events["name"].are(name)
    rows = np.flatnonzero(did & ~events["imported"] & (slots >= 0))
    at_ms = np.array([events["record"][row].at_ms for row in rows.tolist()], dtype=np.int64)
    return slots[rows][at_ms >= state[LAST][slots[rows]]]


def counted(
    state: StateView, settled: Sequence[AttemptsSettled], received: Sequence[ReceiptsReceived], now_ms: int
) -> Delta:
    """Return the delta of messages that left and of receipts that answer some."""
    if not state.has(COUNT):
        return Delta()
    sent = _people(
        state,
        [
            key
            for each in settled
            if each.channel != COUPON_CHANNEL
            for key, outcome, purpose in zip(each.keys, each.outcomes, each.purposes, strict=False)
            if outcome in ("accepted", "uncertain") and purpose == "marketing"
        ],
    )
    answered = _people(
        state,
        [
            key
            for each in received
            for key, receipt in zip(each.keys, each.receipts, strict=True)
            if receipt in RECEIPTS
        ],
    )
    slots, times = np.unique(sent, return_counts=True)
    counts = np.minimum(state[COUNT][slots].astype(np.int64) + times, COUNT_MAX).astype(np.int8)
    writes = [
        Write(COUNT, slots, counts),
        Write(LAST, slots, np.full(len(slots), now_ms, dtype=np.int64)),
        Write(COUNT, answered, np.zeros(len(answered), dtype=np.int8)),
    ]
    return Delta(writes=[write for write in writes if len(write.index)])


def _people(state: StateView, keys: Sequence[str]) -> Slots:
    if not keys:
        return np.zeros(0, dtype=np.int64)
    slots = persons(state, np.array([enrolment_of(key) for key in keys], dtype=np.int64))
    return slots[slots >= 0]
