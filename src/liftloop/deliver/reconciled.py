"""What becomes of messages that were uncertain: what their provider says when asked, or a receipt that comes late.

Only a row that is still `uncertain` changes; what was not sent after all gives back place, cost and consent.
"""

from collections.abc import Sequence

import numpy as np

from liftloop.deliver.contract import AttemptsReconciled, AttemptsSettled, ReceiptsReceived
from liftloop.kernel.ids import MessageKey
from liftloop.runtime.contract import Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Row, Update, Write

ONLY = ("state", "uncertain")
COLUMNS = ("state", "reason", "changed_ms")
STATES = {"accepted": "sent", "rejected": "failed", "uncertain": "uncertain"}
PROOFS = {
    "delivered": "sent",
    "opened": "sent",
    "clicked": "sent",
    "replied": "sent",
    "redeemed": "sent",
    "complained": "sent",
    "unsubscribed": "sent",
    "failed": "failed",
}
"""What a receipt says of a message of which nobody knew whether it had arrived."""


def doubted_array(channel: str) -> str:
    """Return the one-cell array of how many messages of a channel ever ended as uncertain."""
    return f"deliver.uncertain.{channel}"


def as_settled(reconciled: AttemptsReconciled) -> AttemptsSettled:
    """Return the same as an outcome, for what an outcome gives back."""
    return AttemptsSettled(
        channel=reconciled.channel,
        keys=reconciled.keys,
        attempts=[""] * len(reconciled.keys),
        outcomes=reconciled.outcomes,
        reasons=reconciled.reasons,
        provider_ids=reconciled.provider_ids,
        decided_ms=reconciled.decided_ms,
        costs_fen=reconciled.costs_fen,
        purposes=reconciled.purposes,
    )


def doubted(state: StateView, settled: Sequence[AttemptsSettled]) -> Delta:
    """Return the delta that counts what ends as uncertain, so that receipts elsewhere cost no look."""
    counts: dict[str, int] = {}
    for each in settled:
        lost = sum(outcome == "uncertain" for outcome in each.outcomes)
        if lost:
            counts[each.channel] = counts.get(each.channel, 0) + lost
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for channel, more in counts.items():
        name = doubted_array(channel)
        before = int(state[name][0]) if state.has(name) and len(state[name]) else 0
        allocate.append(ArraySpec(name=name, dtype="<i8", fill=0))
        writes.append(Write(name, np.zeros(1, dtype=np.int64), np.array([before + more], dtype=np.int64)))
    return Delta(allocate=allocate, writes=writes)


def rows_asked(reconciled: Sequence[AttemptsReconciled], moment: Moment) -> list[Update]:
    """Return what providers that were asked change in the ledger."""
    rows: list[Row] = [
        (STATES[outcome], reason, moment.now_ms, key)
        for each in reconciled
        for key, outcome, reason in zip(each.keys, each.outcomes, each.reasons, strict=True)
    ]
    return [Update(table="ledger", columns=COLUMNS, rows=rows, only=ONLY)] if rows else []


def rows_proved(state: StateView, received: Sequence[ReceiptsReceived], moment: Moment) -> list[Update]:
    """Return what receipts change of messages whose answer was lost."""
    rows: list[Row] = [
        (PROOFS[receipt], f"reconciled:receipt_{receipt}", moment.now_ms, MessageKey(key))
        for each in received
        if state.has(doubted_array(each.channel))
        for key, receipt in zip(each.keys, each.receipts, strict=True)
    ]
    return [Update(table="ledger", columns=COLUMNS, rows=rows, only=ONLY)] if rows else []
