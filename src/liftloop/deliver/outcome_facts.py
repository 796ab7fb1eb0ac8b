"""What the lake is told of outcomes, coupons and receipts: columns, one row each."""

import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.contract import AttemptsReconciled, AttemptsSettled, ReceiptsReceived
from liftloop.runtime.contract import Batch, Frame, Moment


def settled_facts(settled: list[AttemptsSettled], moment: Moment) -> Batch:
    """Return what became of each message."""
    keys = [key for each in settled for key in each.keys]
    at_ms: NDArray[np.int64] = np.full(len(keys), moment.now_ms, dtype=np.int64)
    return Batch(
        len(keys),
        {
            "message_key": keys,
            "outcome": [outcome for each in settled for outcome in each.outcomes],
            "reason": [reason for each in settled for reason in each.reasons],
            "channel": [each.channel for each in settled for _ in each.keys],
            "provider_id": [identity for each in settled for identity in each.provider_ids],
            "cost_fen": np.array([cost for each in settled for cost in each.costs_fen], dtype=np.int64),
            "at_ms": at_ms,
        },
    )


def reconciled_facts(reconciled: list[AttemptsReconciled]) -> Frame:
    """Return what became known of messages that were uncertain; no batch where nothing did."""
    rows = [row for each in reconciled for row in zip(each.keys, each.outcomes, each.reasons, strict=True)]
    if not rows:
        return {}
    keys, outcomes, reasons = (list(column) for column in zip(*rows, strict=True))
    return {"message.reconciled": Batch(len(keys), {"message_key": keys, "outcome": outcomes, "reason": reasons})}


def coupon_facts(settled: list[AttemptsSettled], moment: Moment) -> Frame:
    """Return who may have which coupon now; no batch where nobody was given one."""
    issued = [coupon for each in settled for coupon in each.coupons]
    if not issued:
        return {}
    batch = Batch(
        len(issued),
        {
            "message_key": [each.key for each in issued],
            "profile": np.array([each.profile for each in issued], dtype=np.int64),
            "pool": [each.pool for each in issued],
            "code": [each.code for each in issued],
            "offer": [each.offer for each in issued],
            "expires_ms": np.array([each.expires_ms for each in issued], dtype=np.int64),
            "at_ms": np.full(len(issued), moment.now_ms, dtype=np.int64),
        },
    )
    return {"coupon.issued": batch}


def receipt_facts(received: list[ReceiptsReceived]) -> Batch:
    """Return what came back of each."""
    keys = [key for each in received for key in each.keys]
    return Batch(
        len(keys),
        {
            "message_key": keys,
            "receipt": [receipt for each in received for receipt in each.receipts],
            "channel": [each.channel for each in received for _ in each.keys],
            "at_ms": np.array([at_ms for each in received for at_ms in each.at_ms], dtype=np.int64),
        },
    )
