"""Consents to single messages: whoever accepts one may be sent one. They are counted, reserved and given back here.

The gate reserves; what was not sent for certain comes back, unless the provider says that there was none left.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from liftloop.deliver.contract import AttemptsSettled
from liftloop.deliver.keys import enrolment_of
from liftloop.deliver.settings import Rules, counts_consents
from liftloop.journey.reading import persons
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Write

ACCEPTED = "Subscription Accepted"
"""The event by which a person agrees to one message; `channel` names the channel, `count` how many."""
COUNT_MAX = 1_000
Change = dict[str, dict[int, int]]
"""What is added, by channel and slot."""
NONE_LEFT = frozenset({"errcode_43101"})
"""Reasons of a provider that knows of no consent: ours was one too many."""


def credit_array(channel: str) -> str:
    """Return the array of how many messages of a channel each person still agrees to."""
    return f"deliver.credit.{channel}"


def credits_of(state: StateView, channel: str, slots: Slots) -> Slots:
    """Return how many messages each person still agrees to, shape [len(slots)]."""
    name = credit_array(channel)
    return state[name][slots].astype(np.int64) if state.has(name) else np.zeros(len(slots), dtype=np.int64)


def changed(state: StateView, channel: str, change: Mapping[int, int]) -> Delta:
    """Return the delta that adds to people's counts, by slot; none falls below 0 or rises above COUNT_MAX."""
    if not change:
        return Delta()
    slots = np.fromiter(change, np.int64, len(change))
    counts = credits_of(state, channel, slots) + np.fromiter(change.values(), np.int64, len(change))
    name = credit_array(channel)
    return Delta(
        allocate=[ArraySpec(name=name, dtype="<i2", fill=0, domain="profile")],
        writes=[Write(name, slots, counts.clip(0, COUNT_MAX).astype(np.int16))],
    )


def together(deltas: Sequence[Delta]) -> Delta:
    """Return deltas of different channels as one."""
    return Delta(
        allocate=[spec for delta in deltas for spec in delta.allocate],
        writes=[write for delta in deltas for write in delta.writes],
    )


class DeliverCredits:
    """Reads `event`, `person`, `merge`; counts consents, and gives those of two people to the one they are."""

    name = "deliver.credits"
    reads = frozenset({"event", "person", "merge"})
    writes = frozenset[str]()

    def __init__(self, rules: Callable[[StateView], Rules]) -> None:
        self._rules = rules

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        change: Change = {}
        if "merge" in frame:
            _join(state, change, frame["merge"])
        if "person" in frame and frame["event"]["name"].are(ACCEPTED).any():
            _accept(change, frame, self._rules(state))
        deltas = [changed(state, channel, each) for channel, each in change.items()]
        return (together(deltas), {}) if deltas else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def given_back(state: StateView, settled: Sequence[AttemptsSettled], rules: Rules, unsent: frozenset[str]) -> Delta:
    """Return the delta that gives back what messages had reserved that were not sent; `unsent` are such outcomes."""
    deltas: list[Delta] = []
    for each in settled:
        channel = rules.channels.get(each.channel)
        if channel is None or not counts_consents(channel):
            continue
        rows = [
            (enrolment_of(key), 0 if reason in NONE_LEFT else 1)
            for key, outcome, reason in zip(each.keys, each.outcomes, each.reasons, strict=True)
            if outcome in unsent
        ]
        change: dict[int, int] = {}
        slots = persons(state, np.array([enrolment for enrolment, _ in rows], dtype=np.int64))
        for slot, (_, back) in zip(slots.tolist(), rows, strict=True):
            if slot >= 0:
                change[slot] = change.get(slot, 0) + (back or -COUNT_MAX)
        deltas.append(changed(state, each.channel, change))
    return together(deltas)


def _join(state: StateView, change: Change, merges: Batch) -> None:
    for name in state.names(credit_array("")):
        of_channel = change.setdefault(name.removeprefix(credit_array("")), {})
        counts = state[name]
        for kept, forwarded in zip(merges["kept"].tolist(), merges["forwarded"].tolist(), strict=True):
            theirs = int(counts[forwarded]) + of_channel.pop(forwarded, 0)
            if theirs:
                of_channel[kept] = of_channel.get(kept, 0) + theirs
                of_channel[forwarded] = -COUNT_MAX


def _accept(change: Change, frame: Frame, rules: Rules) -> None:
    events = frame["event"]
    for row in np.flatnonzero(events["name"].are(ACCEPTED) & ~events["imported"]).tolist():
        record: Record = events["record"][row]
        said = parse_object(record.body)
        channel = rules.channels.get(str(said.get("channel")))
        slot = int(frame["person"]["slot"][row])
        if slot < 0 or channel is None or not counts_consents(channel):
            continue
        count = said.get("count", 1)
        more = count if isinstance(count, int) and 0 < count <= COUNT_MAX else 1
        of_channel = change.setdefault(channel.id, {})
        of_channel[slot] = of_channel.get(slot, 0) + more
