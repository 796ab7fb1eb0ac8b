"""What campaigns have spent and set aside: taken at the gate, given back by what became of their messages."""

from collections.abc import Mapping, Sequence

import numpy as np

from liftloop.deliver.contract import NEVER_LEFT, AttemptsSettled
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.fallbacks import Planted
from liftloop.deliver.gate import SENT, spent_array
from liftloop.deliver.keys import enrolment_of, origin_of
from liftloop.journey.reading import persons
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Delta, Row, Update, Write

RELEASING = NEVER_LEFT | {"rejected", "invalid_recipient", "quota_exhausted", "opted_out"}
"""Outcomes after which nothing was sent for certain: cap and budget come back."""


def spent(state: StateView, change_fen: Mapping[str, int]) -> Delta:
    """Return the delta that adds to what campaigns have set aside and spent, in fen."""
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for campaign, fen in change_fen.items():
        name = spent_array(campaign)
        before = int(state[name][0]) if state.has(name) and len(state[name]) else 0
        allocate.append(ArraySpec(name=name, dtype="<i8", fill=0))
        writes.append(Write(name, np.zeros(1, dtype=np.int64), np.array([before + fen], dtype=np.int64)))
    return Delta(allocate=allocate, writes=writes)


def released(state: StateView, settled: Sequence[AttemptsSettled], planted: Planted) -> Delta:
    """Give back the cap and the budget of messages that were not sent for certain; count what other ways cost.

    Of those that were sent, what was set aside beyond their cost comes back.
    """
    rows = [
        (key, decided_ms, cost_fen, purpose)
        for each in settled
        if each.channel != COUPON_CHANNEL  # It was never counted.
        for key, outcome, decided_ms, cost_fen, purpose in zip(
            each.keys, each.outcomes, each.decided_ms, _set_aside(each), _purposes(each), strict=True
        )
        if outcome in RELEASING and key not in planted.pending
    ]
    slots = persons(state, np.array([enrolment_of(key) for key, _, _, _ in rows], dtype=np.int64))
    # A receipt was never counted: taking it back would free the place of a marketing message of the same instant.
    known = (slots >= 0) & np.array([purpose == "marketing" for *_, purpose in rows], dtype=np.bool_)
    at_ms = np.array([decided_ms for _, decided_ms, _, _ in rows], dtype=np.int64)
    writes = list(SENT.remove(state, slots[known], at_ms[known]).writes) if known.any() else []
    back: dict[str, int] = {}  # Only marketing was taken from budgets.
    withdrawn = [pair for each in settled for pair in zip(each.withdrawn, each.withdrawn_fen, strict=True)]
    spared = [
        (key, spared_fen)
        for each in settled
        if each.spared_fen
        for key, outcome, spared_fen, purpose in zip(
            each.keys, each.outcomes, each.spared_fen, _purposes(each), strict=True
        )
        if outcome not in RELEASING and purpose == "marketing"
    ]
    unspent = [(key, cost_fen) for key, _, cost_fen, purpose in rows if purpose == "marketing"] + withdrawn + spared
    for key, cost_fen in unspent + [(key, -more) for key, more in planted.costs_fen.items()]:
        campaign = origin_of(key)
        if cost_fen and state.has(spent_array(campaign)):
            back[campaign] = back.get(campaign, 0) - cost_fen
    change = spent(state, back)
    return Delta(allocate=change.allocate, writes=[*writes, *change.writes])


def cost_rows(settled: AttemptsSettled) -> Update:
    """Return what messages cost that took less than was set aside for them."""
    rows: list[Row] = [
        (cost_fen, key)
        for key, cost_fen, spared_fen in zip(settled.keys, settled.costs_fen, settled.spared_fen, strict=True)
        if spared_fen
    ]
    return Update(table="ledger", columns=("cost_fen",), rows=rows)


def _set_aside(settled: AttemptsSettled) -> list[int]:
    if not settled.spared_fen:
        return settled.costs_fen
    return [cost + spared for cost, spared in zip(settled.costs_fen, settled.spared_fen, strict=True)]


def _purposes(settled: AttemptsSettled) -> list[str]:
    return settled.purposes or ["marketing"] * len(settled.keys)
