"""What becomes of a verdict whatever it was about: keys, ledger rows, and what counts against the caps."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.deliver.gate import SENT, SHADOW, Verdict, would_be_sent
from liftloop.deliver.keys import message_key
from liftloop.deliver.settings import Rules
from liftloop.kernel.ids import MessageKey
from liftloop.runtime.contract import Moment, Slots, StateView
from liftloop.storage.contract import Row, Write


class Decided(Struct, frozen=True):
    """A verdict with the keys of its messages, parallel to its people.

    `cost_fen` is set aside for each of them, `parts` are those of an SMS that it pays for, 0 for what has none.
    """

    verdict: Verdict
    keys: list[MessageKey]
    cost_fen: int
    parts: int


def keys_of(verdict: Verdict) -> list[MessageKey]:
    """Return the key of each person's message."""
    intent = verdict.intent
    return [
        message_key(intent, enrolment, visit, life)
        for enrolment, visit, life in zip(
            intent.enrolments.tolist(), intent.visits.tolist(), verdict.lives.tolist(), strict=True
        )
    ]


def ledger_rows(decided: Decided, moment: Moment) -> list[Row]:
    """Return the ledger row of each person."""
    verdict, cost, now_ms = decided.verdict, decided.cost_fen, moment.now_ms
    intent, action = verdict.intent, verdict.intent.action
    passed = verdict.passed().tolist()
    return [
        (
            key,
            intent.campaign,
            intent.journey,
            intent.version,
            intent.node,
            enrolment,
            number,
            action.channel,
            action.content,
            action.id,
            intent.purpose,
            state,
            reason,
            now_ms,
            now_ms,
            cost if through else 0,
        )
        for key, enrolment, number, state, reason, through in zip(
            decided.keys,
            intent.enrolments.tolist(),
            verdict.numbers.tolist(),
            verdict.state.tolist(),
            verdict.reason.tolist(),
            passed,
            strict=True,
        )
    ]


def against_caps(state: StateView, verdicts: Sequence[Verdict], rules: Rules, moment: Moment) -> list[Write]:
    """Count whom these verdicts let through, and in shadow held-out people, under this instant."""
    horizon_ms = moment.now_ms - rules.remembered_ms()
    writes: list[Write] = []
    for windows, chosen in (
        (SENT, [verdict.slots[verdict.passed()] for verdict in verdicts]),
        (SHADOW, [verdict.slots[would_be_sent(verdict.reason)] for verdict in verdicts]),
    ):
        slots: Slots = np.concatenate([np.zeros(0, dtype=np.int64), *chosen])
        at_ms = np.full(len(slots), moment.now_ms, dtype=np.int64)
        writes += windows.add(state, slots, at_ms, np.ones(len(slots)), horizon_ms).writes
    return writes
