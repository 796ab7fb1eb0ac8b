"""The folds of deliver: intents through the gate into ledger and outbox, outcomes and receipts back into the ledger."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.contract import (
    TELLING,
    AttemptsReconciled,
    AttemptsSettled,
    ChannelDefinition,
    Envelope,
    MessagesRescheduled,
    ReceiptsReceived,
)
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.credits import changed, given_back, together
from liftloop.deliver.decided import Decided, against_caps, keys_of, ledger_rows
from liftloop.deliver.decisions import decisions, repeated
from liftloop.deliver.fallbacks import Planted, answered, early, plant
from liftloop.deliver.fatigue import counted
from liftloop.deliver.gate import (
    SENT,
    SHADOW,
    Counters,
    Verdict,
    cost_of,
    judge,
    parts_of,
    suppressed_array,
)
from liftloop.deliver.keys import enrolment_of, visit_of
from liftloop.deliver.media import medium_of
from liftloop.deliver.outcome_facts import coupon_facts, receipt_facts, reconciled_facts, settled_facts
from liftloop.deliver.quotas import add as add_places
from liftloop.deliver.quotas import changed as booked_delta
from liftloop.deliver.quotas import given_back as quota_given_back
from liftloop.deliver.quotas import joined
from liftloop.deliver.reconciled import as_settled, doubted, rows_asked, rows_proved
from liftloop.deliver.rescheduled import due_rows, passed_rows
from liftloop.deliver.settings import Complaining, Rules, counts_consents, nobody_complains, rules_of
from liftloop.deliver.spending import RELEASING, cost_rows, released, spent
from liftloop.journey.contract import Intent
from liftloop.journey.reading import persons, reached
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import pack
from liftloop.kernel.sets import distinct
from liftloop.kernel.words import Words
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Update, Write

SETTLED = "attempts.settled"
RECONCILED = "attempts.reconciled"
RECEIVED = "receipts.received"
RESCHEDULED = "messages.rescheduled"

_SETTLED = msgspec.json.Decoder(AttemptsSettled)
_RECONCILED = msgspec.json.Decoder(AttemptsReconciled)
_RECEIVED = msgspec.json.Decoder(ReceiptsReceived)
_RESCHEDULED = msgspec.json.Decoder(MessagesRescheduled)

STATE_OF_OUTCOME = {
    "accepted": "sent",
    "rejected": "failed",
    "invalid_recipient": "failed",
    "quota_exhausted": "failed",
    "unrendered": "failed",
    "opted_out": "suppressed",
    "suppressed": "suppressed",
    "expired": "expired",
    "uncertain": "uncertain",
}
SUPPRESSING = frozenset({"invalid_recipient", "opted_out", "complained", "unsubscribed"})
"""What ends all contact through a medium."""


class CompiledRules:
    """The gate's rules, read once a generation and shared by its folds."""

    def __init__(self, complaining: Complaining = nobody_complains) -> None:
        self._complaining = complaining
        self._held: tuple[int, Rules] | None = None

    def rules(self, state: StateView) -> Rules:
        generation = state.definitions.generation
        if self._held is None or self._held[0] != generation:
            self._held = (generation, rules_of(state.definitions, self._complaining))
        return self._held[1]


class DeliverColumns:
    """Makes room for the gate's counters."""

    name = "deliver.columns"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        wanted = [*SENT.specs(), *SHADOW.specs()]
        missing = [spec for spec in wanted if not state.has(spec.name)]
        return (Delta(allocate=missing), {}) if missing else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class DeliverMerges:
    """Reads `merge`; the person that two profiles become has used up the caps of both, and is suppressed as either."""

    name = "deliver.merges"
    reads = frozenset({"merge"})
    writes = frozenset[str]()

    def __init__(self, compiled: CompiledRules) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "merge" not in frame:
            return NOTHING
        kept, forwarded = frame["merge"]["kept"], frame["merge"]["forwarded"]
        horizon_ms = moment.now_ms - self._compiled.rules(state).remembered_ms()
        writes = [
            write for windows in (SENT, SHADOW) for write in windows.move(state, kept, forwarded, horizon_ms).writes
        ]
        for name in state.names(suppressed_array("")):
            heirs = distinct(kept[state[name][forwarded] != 0])
            writes.append(Write(name, heirs, np.ones(len(heirs), dtype=np.int8)))
        return Delta(writes=[*writes, *joined(state, frame["merge"])]), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class DeliverGate:
    """Reads `message.intended`; writes a ledger row for each, an outbox row for those let through, and the facts."""

    name = "deliver.gate"
    reads = frozenset({"message.intended"})
    writes = frozenset({"decision.made", "message.decided"})

    def __init__(self, compiled: CompiledRules) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        intents: list[Intent] = list(frame["message.intended"]["intent"]) if "message.intended" in frame else []
        if not intents:
            return NOTHING
        rules = self._compiled.rules(state)
        counters = Counters(state)
        verdicts = [judge(state, intent, rules, moment, counters) for intent in intents]
        decided = [_decided(verdict, rules) for verdict in verdicts]
        speaking = [
            verdict
            for verdict in verdicts
            if verdict.intent.purpose == "marketing" and verdict.intent.action.channel != COUPON_CHANNEL
        ]
        money = spent(state, counters.spent_fen)
        parts = [
            _used(state, verdicts, rules),
            *(booked_delta(state, channel, booked) for channel, booked in counters.booked.items()),
        ]
        return (
            Delta(
                allocate=[*money.allocate, *(spec for part in parts for spec in part.allocate)],
                writes=[
                    *against_caps(state, speaking, rules, moment),
                    *money.writes,
                    *(write for part in parts for write in part.writes),
                ],
                puts={
                    "ledger": [row for each in decided for row in ledger_rows(each, moment)],
                    "outbox": [row for each in decided for row in _outbox_rows(each, rules, moment)],
                },
            ),
            {"decision.made": decisions(verdicts, moment), "message.decided": _messages(decided, moment)},
        )

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class DeliverOutcomes:
    """Reads `system`; closes ledger rows with what became of their messages, gives back caps and budget."""

    name = "deliver.outcomes"
    reads = frozenset({"system"})
    writes = frozenset({"message.settled", "message.reconciled", "receipt.seen", "coupon.issued"})

    def __init__(self, compiled: CompiledRules) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        system = frame.get("system")
        records: list[Record] = list(system["record"]) if system is not None else []
        settled = [_SETTLED.decode(record.body) for record in records if record.kind == SETTLED]
        received = [_RECEIVED.decode(record.body) for record in records if record.kind == RECEIVED]
        rescheduled = [_RESCHEDULED.decode(record.body) for record in records if record.kind == RESCHEDULED]
        reconciled = [_RECONCILED.decode(record.body) for record in records if record.kind == RECONCILED]
        if not settled and not received and not rescheduled and not reconciled:
            return NOTHING
        rules = self._compiled.rules(state)
        said = answered(received)
        planted = plant(state, settled, rules, moment, frozenset(said))
        known = [*settled, *map(as_settled, reconciled)]
        updates = [
            *(_settle_rows(each, planted, moment) for each in settled),
            *(cost_rows(each) for each in settled if each.spared_fen),
            *(due_rows(each) for each in rescheduled),
            *(passed_rows(each) for each in rescheduled if each.passed),
            *rows_asked(reconciled, moment),
            *rows_proved(state, received, moment),
        ]
        parts = [
            released(state, known, planted),
            _suppressed(state, rules, settled, received),
            reached(state, *_arrived(settled)) if settled else Delta(),
            given_back(state, known, rules, RELEASING),
            counted(state, settled, received, moment.now_ms),
            doubted(state, settled),
            early(said),
            *_places(state, known, rules, moment, planted),
        ]
        return (
            Delta(
                allocate=[spec for part in parts for spec in part.allocate],
                writes=[write for part in parts for write in part.writes],
                puts={**_carried(known, rules, moment), "outbox": planted.rows},
                updates=updates,
                removals={"outbox": [*_done(settled, planted), *((key,) for key in said)]},
            ),
            {
                "message.settled": settled_facts(settled, moment),
                "receipt.seen": receipt_facts(received),
                **coupon_facts(settled, moment),
                **reconciled_facts(reconciled),
            },
        )

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _decided(verdict: Verdict, rules: Rules) -> Decided:
    intent = verdict.intent
    channel: ChannelDefinition | None = rules.channels.get(intent.action.channel)
    return Decided(
        verdict=verdict,
        keys=keys_of(verdict),
        cost_fen=cost_of(intent, channel, rules) if channel else 0,
        parts=parts_of(intent, channel, rules) if channel else 0,
    )


def _used(state: StateView, verdicts: list[Verdict], rules: Rules) -> Delta:
    """Take the consents to single messages that are used up by what was let through."""
    change: dict[str, dict[int, int]] = {}
    for verdict in verdicts:
        channel = rules.channels.get(verdict.intent.action.channel)
        if channel is not None and counts_consents(channel):
            of_channel = change.setdefault(channel.id, {})
            for slot in verdict.slots[verdict.passed()].tolist():
                of_channel[slot] = of_channel.get(slot, 0) - 1
    return together([changed(state, channel, each) for channel, each in change.items()])


def _outbox_rows(decided: Decided, rules: Rules, moment: Moment) -> list[Row]:
    verdict, keys = decided.verdict, decided.keys
    intent, action = verdict.intent, verdict.intent.action
    through = np.flatnonzero(verdict.passed())
    numbers, due_ms = verdict.numbers, verdict.due_ms
    return [
        (
            keys[row],
            action.channel,
            int(due_ms[row]),
            pack(
                Envelope(
                    key=keys[row],
                    profile=int(numbers[row]),
                    campaign=intent.campaign,
                    channel=action.channel,
                    content=action.content,
                    content_version=rules.version_of(action),
                    purpose=intent.purpose,
                    decided_ms=moment.now_ms,
                    expires_ms=verdict.expires_ms,
                    action=action.id,
                    offer=action.offer,
                    item=action.item,
                    cost_fen=decided.cost_fen,
                    fallbacks=action.fallbacks,
                    parts=decided.parts,
                )
            ),
        )
        for row in through.tolist()
    ]


def _messages(decided: list[Decided], moment: Moment) -> Batch:
    keys = [key for each in decided for key in each.keys]
    verdicts = [each.verdict for each in decided]
    counts = [len(verdict.slots) for verdict in verdicts]
    intents = [verdict.intent for verdict in verdicts]
    return Batch(
        len(keys),
        {
            "message_key": keys,
            "campaign": repeated([each.campaign for each in intents], counts),
            "journey": repeated([each.journey for each in intents], counts),
            "profile": np.concatenate([verdict.numbers for verdict in verdicts]),
            "channel": repeated([each.action.channel for each in intents], counts),
            "action": repeated([each.action.id for each in intents], counts),
            "state": Words.of([state for verdict in verdicts for state in verdict.state.tolist()]),
            "reason": Words.of([reason for verdict in verdicts for reason in verdict.reason.tolist()]),
            "decided_ms": np.full(len(keys), moment.now_ms, dtype=np.int64),
        },
    )


def _done(settled: list[AttemptsSettled], planted: Planted) -> list[Row]:
    """Return the keys of messages that have no other way."""
    return [(key,) for each in settled for key in (*each.keys, *each.withdrawn) if key not in planted.keys]


def _settle_rows(settled: AttemptsSettled, planted: Planted, moment: Moment) -> Update:
    rows: list[Row] = [
        ("queued", f"fallback:{planted.pending[key]}", moment.now_ms, key)
        if key in planted.pending
        else (STATE_OF_OUTCOME[outcome], reason or ("" if outcome == "accepted" else outcome), moment.now_ms, key)
        for key, outcome, reason in zip(settled.keys, settled.outcomes, settled.reasons, strict=True)
    ]
    return Update(table="ledger", columns=("state", "reason", "changed_ms"), rows=rows)


def _carried(settled: list[AttemptsSettled], rules: Rules, moment: Moment) -> dict[str, list[Row]]:
    """Return under which id a provider will speak of each message."""
    telling = [each for each in settled if each.channel in rules.channels]
    rows: list[Row] = [
        (each.channel, provider_id, key, moment.now_ms)
        for each in telling
        if rules.channels[each.channel].kind in TELLING
        for provider_id, key in zip(each.provider_ids, each.keys, strict=True)
        if provider_id
    ]
    return {"carried": rows} if rows else {}


def _places(
    state: StateView, known: list[AttemptsSettled], rules: Rules, moment: Moment, planted: Planted
) -> list[Delta]:
    """Return the deltas of places under quotas: back from what was not sent, taken by the ways that come next."""
    both = quota_given_back(state, known, rules.channels, moment.now_ms, RELEASING)
    for channel, booked in planted.booked.items():
        add_places(both, channel, booked, 1)
    return [booked_delta(state, channel, booked) for channel, booked in both.items()]


def _arrived(settled: list[AttemptsSettled]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the enrolments and visits of messages that may have arrived."""
    keys = [
        key
        for each in settled
        for key, outcome in zip(each.keys, each.outcomes, strict=True)
        if outcome in ("accepted", "uncertain")
    ]
    enrolments = np.array([enrolment_of(key) for key in keys], dtype=np.int64)
    return enrolments, np.array([visit_of(key) for key in keys], dtype=np.int64)


def _suppressed(
    state: StateView, rules: Rules, settled: list[AttemptsSettled], received: list[ReceiptsReceived]
) -> Delta:
    """Mark people who must not be contacted again through the medium that they refused or that does not reach them."""
    by_channel: dict[str, list[int]] = {}
    for each in settled:
        pairs = zip(each.keys, each.outcomes, strict=True)
        by_channel.setdefault(each.channel, []).extend(enrolment_of(k) for k, what in pairs if what in SUPPRESSING)
    for each in received:
        pairs = zip(each.keys, each.receipts, strict=True)
        by_channel.setdefault(each.channel, []).extend(enrolment_of(k) for k, what in pairs if what in SUPPRESSING)
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for channel, enrolments in by_channel.items():
        if not enrolments or channel not in rules.channels:
            continue
        name = suppressed_array(medium_of(rules.channels[channel]))
        slots = distinct(persons(state, np.array(enrolments, dtype=np.int64)))
        slots = slots[slots >= 0]
        allocate.append(ArraySpec(name=name, dtype="|i1", fill=0, domain="profile"))
        writes.append(Write(name, slots, np.ones(len(slots), dtype=np.int8)))
    return Delta(allocate=allocate, writes=writes)
