"""What becomes of a message after an attempt: settled for good, or again later. Pure: no clock, no file, no socket."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import Struct
from msgspec.structs import astuple

from liftloop.app.dispatch.attempts import Attempt, Pause, Settlement, Started, Waiting
from liftloop.app.dispatch.doubts import ASKED_AFTER_MS, Doubted
from liftloop.app.dispatch.lane import back_off_ms
from liftloop.app.dispatch.words import Due, Unsaid
from liftloop.app.issued_links import NO_LINKS, NewLinks
from liftloop.deliver.contract import (
    ENVELOPE,
    AttemptsSettled,
    Channel,
    Envelope,
    Handover,
    Message,
    Purpose,
    Repeat,
    TryLater,
)
from liftloop.deliver.coupons import Coupon, CouponIssued
from liftloop.deliver.fallbacks import onward
from liftloop.kernel.clock import MINUTE_MS
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels.contract import Queried

NOT_ADMITTED = "credential_expired"
"""The provider does not let us in. Nothing left the house: the message waits, and the try does not count."""
ADMISSION_MS = MINUTE_MS  # Between tries to be let in, of one message.
TRIES_MAX = 12  # Back-off doubles from a second: half an hour of trying, as greylisting mail servers want it.
ASKS_FOR_PATIENCE = frozenset({"throttled", NOT_ADMITTED})
"""Outcomes that concern the whole channel when every message of a batch has them."""


class Settled(Struct, frozen=True):
    """One row of `AttemptsSettled`."""

    key: str
    attempt: str
    outcome: str
    reason: str
    provider_id: str
    decided_ms: int
    cost_fen: int
    spared_fen: int
    purpose: str


MAY_HAVE_ARRIVED = frozenset({"accepted", "uncertain"})


class StoppedDue(Struct, frozen=True, kw_only=True):
    """A message that does not leave: it came too late, or the second look refused it."""

    due: Due
    outcome: str
    reason: str


class Departure(Struct, frozen=True, kw_only=True):
    """A group on its way: what leaves, what cannot be said, what must not leave any more."""

    channel: Channel
    said: Sequence[tuple[Due, Message]]
    attempts: Sequence[Attempt]
    """One for each of `said`."""
    unsaid: Sequence[Unsaid]
    stopped: Sequence[StoppedDue]
    links: NewLinks = NO_LINKS
    """What its texts lead to."""
    coupons: bool = False
    """Whether any of them may name a coupon."""

    def calls(self) -> list[list[Message]]:
        """Return the messages in runs that the channel takes at once."""
        messages = [message for _, message in self.said]
        size = self.channel.limits.batch_max
        return [messages[first : first + size] for first in range(0, len(messages), size)]

    def behind(self) -> list[Due]:
        """Return what does not leave."""
        return [*(each.due for each in self.unsaid), *(each.due for each in self.stopped)]

    def dues(self) -> list[Due]:
        """Return every message of the group, whatever becomes of it."""
        return [
            *(due for due, _ in self.said),
            *(each.due for each in self.unsaid),
            *(each.due for each in self.stopped),
        ]


class LostAt(Struct, frozen=True, kw_only=True):
    """When a group left and when it is settled, should answers of it be lost."""

    now_ms: int
    left_ms: int
    """On the machine's own clock, which providers go by."""


class Answers(Struct, frozen=True, kw_only=True):
    """What the calls of a group came to."""

    handovers: Sequence[Handover] = ()
    returned: frozenset[str] = frozenset()
    """Keys of calls of which nothing left the house."""
    later: TryLater | None = None
    """The longest patience that one of those calls asked for."""


def attempt_of(due: Due, attempt: str, coupon: Coupon | None = None, spared_fen: int = 0) -> Attempt:
    """Return what to keep of a message; `spared_fen` of what was set aside for it its words do not take."""
    envelope = due.envelope
    return Attempt(
        key=envelope.key,
        attempt=attempt,
        tries=due.tries + 1,
        purpose=envelope.purpose,
        decided_ms=envelope.decided_ms,
        cost_fen=envelope.cost_fen - spared_fen,
        spared_fen=spared_fen,
        doubt=due.doubt,
        profile=envelope.profile,
        coupon=coupon,
        ways=pack(envelope) if envelope.fallbacks or envelope.arrived else b"",
    )


def settle(departure: Departure, batch: int, answers: Answers, at: LostAt, pause: Pause | None) -> Settlement:
    """Return what to keep after a group had its answers.

    A message without an answer is `uncertain`; of what never left there is nothing to keep.
    """
    by_key = handovers_by_key(answers.handovers)
    left = [attempt for attempt in departure.attempts if attempt.key not in answers.returned]
    answered = [by_key.get(attempt.key) or in_doubt(attempt.key, "no_single_handover") for attempt in left]
    verdicts = [verdict(*pair, departure.channel, at.now_ms) for pair in zip(left, answered, strict=True)]
    settled = [each for each in verdicts if isinstance(each, Settled)] + left_behind(departure)
    return Settlement(
        batch=batch,
        channel=departure.channel.name,
        at_ms=at.now_ms,
        report=report(departure.channel.name, settled, [*left, *(attempt_of(due, "") for due in departure.behind())]),
        waiting=[each for each in verdicts if isinstance(each, Waiting)],
        done=_done(departure, settled),
        pause=pause,
        outcomes=Counter([each.outcome for each in settled]),
        coupons={
            **_arrived(left, settled),
            **{each.due.envelope.key: each.due.doubt for each in (*departure.stopped, *departure.unsaid)},
        }
        if departure.coupons
        else {},
        doubts=_doubted(departure.channel, left, settled, at),
    )


def settle_after_restart(
    started: Started, channel: Channel, verdicts: Sequence[Settled | Waiting], at: LostAt, pause: Pause | None
) -> Settlement:
    """Return what to keep of a batch whose answers were lost with the process."""
    settled = [each for each in verdicts if isinstance(each, Settled)]
    return Settlement(
        batch=started.id,
        channel=started.channel,
        at_ms=at.now_ms,
        report=report(started.channel, settled, started.attempts),
        pause=pause,
        waiting=[each for each in verdicts if isinstance(each, Waiting)],
        done=[each.key for each in settled],
        outcomes=Counter([each.outcome for each in settled]),
        coupons=_arrived(started.attempts, settled),
        doubts=_doubted(channel, started.attempts, settled, at),
    )


def verdict(attempt: Attempt, handover: Handover, channel: Channel, now_ms: int) -> Settled | Waiting:
    """Return what becomes of one message.

    Marketing is at most once: after a lost answer it is not sent again, unless the provider takes a key only once.
    """
    match handover.outcome:
        case "accepted":
            again = False
        case "credential_expired":
            return _outside(attempt, handover, channel, now_ms)
        case "retry" | "throttled":
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


def not_admitted(reason: str) -> str:
    """Return why a channel or a message waits that the provider did not let in.

    >>> not_admitted("errcode_40001")
    'credential_expired:errcode_40001'
    """
    return f"{NOT_ADMITTED}:{reason}" if reason else NOT_ADMITTED


def _outside(attempt: Attempt, handover: Handover, channel: Channel, now_ms: int) -> Waiting:
    """Return when a message asks to be let in again; it waits as long as its own time lasts."""
    return Waiting(
        key=attempt.key,
        channel=channel.name,
        tries=attempt.tries - 1,
        next_ms=now_ms + max(ADMISSION_MS, handover.retry_after_ms),
        doubt=attempt.doubt,
        reason=not_admitted(handover.reason),
    )


def may_repeat(attempt: Attempt, repeat: Repeat) -> bool:
    """Tell whether a message whose answer was lost may be sent again."""
    return attempt.purpose != "marketing" or repeat == "idempotent"


def in_doubt(key: MessageKey, reason: str) -> Handover:
    """Return the hand-over of which nobody knows."""
    return Handover(key=key, outcome="uncertain", reason=reason)


def _for_good(attempt: Attempt, handover: Handover) -> Settled:
    outcome, reason = str(handover.outcome), handover.reason
    if outcome in {"retry", "throttled"}:
        outcome, reason = "rejected", f"retries_exhausted:{outcome}"
    return _row(attempt, outcome, reason, handover.provider_id)


def _row(attempt: Attempt, outcome: str, reason: str, provider_id: str) -> Settled:
    if attempt.doubt and outcome != "accepted":
        # An earlier attempt may have arrived: nothing that is given back may rest on this one alone.
        outcome, reason = "uncertain", f"earlier_attempt_unanswered:{outcome}"
    return Settled(
        attempt.key,
        attempt.attempt,
        outcome,
        reason,
        provider_id,
        attempt.decided_ms,
        attempt.cost_fen,
        attempt.spared_fen,
        attempt.purpose,
    )


def left_behind(departure: Departure) -> list[Settled]:
    """Return the rows of messages that never left: stopped, or not to be said."""
    rows = [_row(attempt_of(each.due, ""), each.outcome, each.reason, "") for each in departure.stopped]
    return rows + [_row(attempt_of(each.due, ""), "unrendered", each.reason, "") for each in departure.unsaid]


def handovers_by_key(handovers: Sequence[Handover]) -> Mapping[str, Handover]:
    """Return one hand-over a key; keys with contradicting ones have none."""
    by_key: dict[str, Handover] = {}
    contradicted: set[str] = set()
    for handover in handovers:
        if by_key.setdefault(handover.key, handover).outcome != handover.outcome:
            contradicted.add(handover.key)
    return {key: handover for key, handover in by_key.items() if key not in contradicted} if contradicted else by_key


def patience(answers: Answers) -> TryLater | None:
    """Return the pause that a channel asks for: by taking nothing, or by telling every message to wait."""
    if answers.later is not None:
        return answers.later
    handovers = answers.handovers
    if not handovers or any(handover.outcome not in ASKS_FOR_PATIENCE for handover in handovers):
        return None
    after_ms = max(handover.retry_after_ms for handover in handovers)
    refused = next((handover for handover in handovers if handover.outcome == NOT_ADMITTED), None)
    first = handovers[0]
    return TryLater(after_ms, not_admitted(refused.reason) if refused else first.reason or first.outcome)


def report(channel: str, every: Sequence[Settled], left: Sequence[Attempt]) -> bytes:
    """Return the body of `attempts.settled`, empty where there is nothing to tell."""
    if not every:
        return b""
    ways = {attempt.key: ENVELOPE.decode(attempt.ways) for attempt in left if attempt.ways}
    onwards = [onward(ways[MessageKey(each.key)], each.outcome) for each in every if each.key in ways] if ways else []
    withdrawn = [each for each in every if _had_arrived(each, ways)] if ways else []
    settled = [each for each in every if not _had_arrived(each, ways)] if withdrawn else every
    columns = [list(column) for column in zip(*map(astuple, settled), strict=True)] or [[] for _ in range(9)]
    keys, attempts, outcomes, reasons, provider_ids, decided_ms, costs_fen, spared_fen, purposes = columns
    return canonical_json(
        AttemptsSettled(
            channel=channel,
            keys=keys,
            attempts=attempts,
            outcomes=outcomes,
            reasons=reasons,
            provider_ids=provider_ids,
            decided_ms=decided_ms,
            costs_fen=costs_fen,
            spared_fen=spared_fen if any(spared_fen) else [],
            purposes=purposes,
            coupons=_issued(settled, left),
            onward=[each for each in onwards if each is not None],
            withdrawn=[each.key for each in withdrawn],
            withdrawn_fen=[each.cost_fen + each.spared_fen if each.purpose == "marketing" else 0 for each in withdrawn],
        )
    )


def _had_arrived(settled: Settled, ways: Mapping[MessageKey, Envelope]) -> bool:
    """Tell whether a way before may have reached the person, and this one did not: the message counts as sent."""
    envelope = ways.get(MessageKey(settled.key))
    return envelope is not None and envelope.arrived and settled.outcome not in MAY_HAVE_ARRIVED


def _issued(settled: Sequence[Settled], attempts: Sequence[Attempt]) -> list[CouponIssued]:
    """Return the coupons that may be in their people's hands now."""
    naming = {attempt.key: attempt for attempt in attempts if attempt.coupon is not None}
    if not naming:
        return []
    return [
        CouponIssued(
            key=attempt.key,
            profile=attempt.profile,
            pool=coupon.pool,
            code=coupon.code,
            offer=coupon.offer,
            expires_ms=coupon.expires_ms,
        )
        for each in settled
        if each.outcome in MAY_HAVE_ARRIVED
        and (attempt := naming.get(MessageKey(each.key)))
        and (coupon := attempt.coupon)
    ]


def _arrived(attempts: Sequence[Attempt], settled: Sequence[Settled]) -> dict[str, bool]:
    """Return for settled messages that name a coupon whether it may have arrived."""
    naming = {attempt.key for attempt in attempts if attempt.coupon is not None}
    return {each.key: each.outcome in MAY_HAVE_ARRIVED for each in settled if each.key in naming} if naming else {}


def _doubted(
    channel: Channel, attempts: Sequence[Attempt], settled: Sequence[Settled], at: LostAt
) -> Sequence[Doubted]:
    """Return what the provider is to be asked for: not where another way of the message may answer for it."""
    if not isinstance(channel, Queried):
        return ()
    profiles = {attempt.key: attempt.profile for attempt in attempts if not attempt.ways}
    return [
        Doubted(
            key=each.key,
            channel=channel.name,
            profile=profiles[MessageKey(each.key)],
            purpose=cast(Purpose, each.purpose),
            decided_ms=each.decided_ms,
            cost_fen=each.cost_fen,
            reason=each.reason or each.outcome,
            since_ms=at.now_ms,
            left_ms=at.left_ms,
            next_ms=at.now_ms + ASKED_AFTER_MS[0],
        )
        for each in settled
        if each.outcome == "uncertain" and profiles.get(MessageKey(each.key), -1) >= 0
    ]


def _done(departure: Departure, settled: Sequence[Settled]) -> list[str]:
    """Return the keys that waited before and wait no more."""
    waited = {due.envelope.key for due in departure.dues() if due.waited is not None}
    return [each.key for each in settled if each.key in waited]
