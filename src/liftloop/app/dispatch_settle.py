"""What becomes of a message after an attempt: settled for good, or again later. Pure: no clock, no file, no socket."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.dispatch_attempts import Attempt, Pause, Settlement, Waiting
from liftloop.app.dispatch_lane import back_off_ms
from liftloop.app.dispatch_words import Due, Unsaid
from liftloop.deliver.contract import AttemptsSettled, Channel, Handover, Message, Repeat, TryLater
from liftloop.kernel.codec import canonical_json

TRIES_MAX = 12  # Back-off doubles from a second: half an hour of trying, as greylisting mail servers want it.
ASKS_FOR_PATIENCE = frozenset({"throttled", "credential_expired"})
"""Outcomes that concern the whole channel when every message of a batch has them."""


class Settled(Struct, frozen=True, kw_only=True):
    """One row of `AttemptsSettled`."""

    key: str
    attempt: str
    outcome: str
    reason: str
    provider_id: str
    decided_ms: int
    cost_fen: int


class Departure(Struct, frozen=True, kw_only=True):
    """A batch on its way: what leaves, what cannot be said, what came too late."""

    channel: Channel
    said: Sequence[tuple[Due, Message]]
    unsaid: Sequence[Unsaid]
    expired: Sequence[Due]

    def attempts(self) -> list[Attempt]:
        return [attempt_of(due) for due, _ in self.said]

    def messages(self) -> list[Message]:
        return [message for _, message in self.said]

    def dues(self) -> list[Due]:
        """Return every message of the batch, whatever becomes of it."""
        return [*(due for due, _ in self.said), *(each.due for each in self.unsaid), *self.expired]


def attempt_of(due: Due) -> Attempt:
    envelope = due.envelope
    return Attempt(
        key=envelope.key,
        attempt=due.attempt,
        tries=due.tries + 1,
        purpose=envelope.purpose,
        decided_ms=envelope.decided_ms,
        cost_fen=envelope.cost_fen,
        doubt=due.doubt,
    )


def settle(
    departure: Departure, batch: int, handovers: Sequence[Handover], now_ms: int, pause: Pause | None
) -> Settlement:
    """Return what to keep after a batch had its answers; a message without one is `uncertain`."""
    by_key = handovers_by_key(departure, handovers)
    verdicts = [verdict(attempt, by_key[attempt.key], departure.channel, now_ms) for attempt in departure.attempts()]
    settled = [each for each in verdicts if isinstance(each, Settled)] + left_behind(departure)
    return Settlement(
        batch=batch,
        channel=departure.channel.name,
        at_ms=now_ms,
        report=report(departure.channel.name, settled),
        waiting=[each for each in verdicts if isinstance(each, Waiting)],
        done=_done(departure, settled),
        pause=pause,
        outcomes=Counter(each.outcome for each in settled),
    )


def settle_nothing_left(departure: Departure, batch: int, now_ms: int, pause: Pause) -> Settlement:
    """Return what to keep when the channel handed nothing over: only what could not be said is settled."""
    settled = left_behind(departure)
    return Settlement(
        batch=batch,
        channel=departure.channel.name,
        at_ms=now_ms,
        report=report(departure.channel.name, settled),
        done=_done(departure, settled),
        pause=pause,
        outcomes=Counter(each.outcome for each in settled),
    )


def settle_after_restart(channel: str, batch: int, verdicts: Sequence[Settled | Waiting], now_ms: int) -> Settlement:
    """Return what to keep of a batch whose answers were lost with the process."""
    settled = [each for each in verdicts if isinstance(each, Settled)]
    return Settlement(
        batch=batch,
        channel=channel,
        at_ms=now_ms,
        report=report(channel, settled),
        waiting=[each for each in verdicts if isinstance(each, Waiting)],
        done=[each.key for each in settled],
        outcomes=Counter(each.outcome for each in settled),
    )


def verdict(attempt: Attempt, handover: Handover, channel: Channel, now_ms: int) -> Settled | Waiting:
    """Return what becomes of one message.

    Marketing is at most once: after a lost answer it is not sent again, unless the provider takes a key only once.
    """
    match handover.outcome:
        case "retry" | "throttled" | "credential_expired":
            again = attempt.tries < TRIES_MAX
        case "uncertain":
            again = attempt.tries < TRIES_MAX and may_repeat(attempt, channel.repeat)
        case _:
            again = False
    if not again:
        return _for_good(attempt, handover)
    own_ms = back_off_ms(attempt.tries, attempt.key)
    return Waiting(
        key=attempt.key,
        channel=channel.name,
        tries=attempt.tries,
        next_ms=now_ms + max(own_ms, handover.retry_after_ms),
        doubt=attempt.doubt or handover.outcome == "uncertain",
        reason=handover.reason or handover.outcome,
    )


def may_repeat(attempt: Attempt, repeat: Repeat) -> bool:
    """Tell whether a message whose answer was lost may be sent again."""
    return attempt.purpose != "marketing" or repeat == "idempotent"


def lost(attempt: Attempt, reason: str) -> Handover:
    """Return the hand-over of which nobody knows."""
    return Handover(key=attempt.key, outcome="uncertain", reason=reason)


def _for_good(attempt: Attempt, handover: Handover) -> Settled:
    outcome, reason = str(handover.outcome), handover.reason
    if outcome in {"retry", "throttled", "credential_expired"}:
        outcome, reason = "rejected", f"retries_exhausted:{outcome}"
    return _row(attempt, outcome, reason, handover.provider_id)


def _row(attempt: Attempt, outcome: str, reason: str, provider_id: str) -> Settled:
    if attempt.doubt and outcome != "accepted":
        # An earlier attempt may have arrived: nothing that is given back may rest on this one alone.
        outcome, reason = "uncertain", f"earlier_attempt_unanswered:{outcome}"
    return Settled(
        key=attempt.key,
        attempt=attempt.attempt,
        outcome=outcome,
        reason=reason,
        provider_id=provider_id,
        decided_ms=attempt.decided_ms,
        cost_fen=attempt.cost_fen,
    )


def left_behind(departure: Departure) -> list[Settled]:
    """Return the rows of messages that never left: too late, or not to be said."""
    rows = [_row(_never_made(due), "expired", "", "") for due in departure.expired]
    return rows + [_row(_never_made(each.due), "unrendered", each.reason, "") for each in departure.unsaid]


def _never_made(due: Due) -> Attempt:
    return replace(attempt_of(due), attempt="")


def handovers_by_key(departure: Departure, handovers: Sequence[Handover]) -> Mapping[str, Handover]:
    """Return one hand-over a message: missing or contradicting ones are `uncertain`, strangers are passed over."""
    by_key: dict[str, Handover] = {}
    contradicted: set[str] = set()
    for handover in handovers:
        if by_key.setdefault(handover.key, handover).outcome != handover.outcome:
            contradicted.add(handover.key)
    return {
        message.key: (
            by_key[message.key]
            if message.key in by_key and message.key not in contradicted
            else Handover(key=message.key, outcome="uncertain", reason="no_single_handover")
        )
        for _, message in departure.said
    }


def asks_for_patience(handovers: Sequence[Handover]) -> TryLater | None:
    """Return the pause that a whole batch asks for, None where any message got through."""
    if not handovers or any(handover.outcome not in ASKS_FOR_PATIENCE for handover in handovers):
        return None
    after_ms = max(handover.retry_after_ms for handover in handovers)
    return TryLater(after_ms, handovers[0].reason or handovers[0].outcome)


def report(channel: str, settled: Sequence[Settled]) -> bytes:
    """Return the body of `attempts.settled`, empty where there is nothing to tell."""
    if not settled:
        return b""
    return canonical_json(
        AttemptsSettled(
            channel=channel,
            keys=[each.key for each in settled],
            attempts=[each.attempt for each in settled],
            outcomes=[each.outcome for each in settled],
            reasons=[each.reason for each in settled],
            provider_ids=[each.provider_id for each in settled],
            decided_ms=[each.decided_ms for each in settled],
            costs_fen=[each.cost_fen for each in settled],
        )
    )


def _done(departure: Departure, settled: Sequence[Settled]) -> list[str]:
    """Return the keys that waited before and wait no more."""
    waited = {due.envelope.key for due in departure.dues() if due.waited is not None}
    return [each.key for each in settled if each.key in waited]
