"""Other ways for the same message: another provider where one refuses it, another medium where it stays unread.

A way onward has the key of its message, hence its one place under caps, and its one row in the ledger. It lies in the
outbox until it is due; whoever answers before takes it out. Consent for its medium is asked when it leaves.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.deliver.contract import ENVELOPE, AttemptsSettled, Envelope, Onward, ReceiptsReceived
from liftloop.deliver.gate import spent_array
from liftloop.deliver.keys import enrolment_of, origin_of
from liftloop.deliver.quotas import Asked, Booked, book, over_their_own, places
from liftloop.deliver.settings import Rules, opening_ms
from liftloop.journey.reading import persons
from liftloop.kernel.clock import FAR_FUTURE_MS, SECOND_MS
from liftloop.kernel.codec import pack
from liftloop.kernel.dice import hash_texts
from liftloop.kernel.ids import MessageKey
from liftloop.runtime.contract import NOTHING, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Write

ANSWERED = frozenset({"opened", "clicked", "replied", "redeemed"})
"""Receipts after which nobody is told the same by another medium."""
ANSWERS = ("Message Opened", "Message Clicked")
"""Events that say the same, with the message's key."""
ARRIVED = frozenset({"accepted", "uncertain"})
NOT_ARRIVED = frozenset({"rejected", "invalid_recipient", "quota_exhausted", "unrendered"})
"""Outcomes after which another way is tried; whoever opted out or came too late is left alone."""


class Planted(Struct, frozen=True, kw_only=True):
    """Ways onward that lie in the outbox now."""

    rows: Sequence[Row]
    keys: frozenset[str]
    """Their messages."""
    pending: dict[str, str]
    """Of these, those of which nothing has arrived: the channel that is tried next."""
    costs_fen: dict[str, int]
    """What they cost more than what was reserved."""
    booked: Mapping[str, Booked]
    """Places that they take under the quotas of their channels. One that somebody answers before is not given back."""


class _Said(Struct):
    message_key: str = ""


_SAID = msgspec.json.Decoder(_Said)


def onward(envelope: Envelope, outcome: str) -> Onward | None:
    """Return the next way of a message after an outcome, None where there is none."""
    arrived = outcome in ARRIVED
    if not envelope.fallbacks or (not arrived and outcome not in NOT_ARRIVED):
        return None
    way, rest = envelope.fallbacks[0], envelope.fallbacks[1:]
    if arrived and way.unless == "accepted":
        return None
    then = replace(
        envelope,
        channel=way.channel,
        content=way.content,
        content_version=0,
        fallbacks=rest,
        step=envelope.step + 1,
        arrived=envelope.arrived or arrived,
    )
    return Onward(envelope=pack(then), after_s=way.after_s if arrived else 0)


EARLY = "deliver.answered_early"
EARLY_ROWS = 65_536
"""Answers remembered, in place of each other: an answer overtakes the outcome of its message by seconds at most."""


def early(keys: Sequence[str]) -> Delta:
    """Return the delta that remembers which messages were answered, for an outcome that comes after its answer."""
    if not keys:
        return Delta()
    hashes = hash_texts(keys).view(np.int64)
    return Delta(
        allocate=[ArraySpec(name=EARLY, dtype="<i8", fill=0)],
        writes=[Write(EARLY, hashes & (EARLY_ROWS - 1), hashes)],
    )


def _answered_before(state: StateView, key: MessageKey) -> bool:
    if not state.has(EARLY):
        return False
    hashed = int(hash_texts([key]).view(np.int64)[0])
    place = hashed & (EARLY_ROWS - 1)
    return place < len(state[EARLY]) and int(state[EARLY][place]) == hashed


def plant(
    state: StateView, settled: Sequence[AttemptsSettled], rules: Rules, moment: Moment, now: Collection[str]
) -> Planted:
    """Return the ways onward that may be gone: channel and words are there, and their time is not over.

    None is gone that costs more than is left of its campaign's budget. Each takes a place under its channel's quotas
    as a message of the gate does: it waits for a later window, or is not gone where none has room in time.
    None is where somebody answered already, in this step (`now`) or before the outcome was told.
    """
    rows: list[Row] = []
    pending: dict[str, str] = {}
    costs_fen: dict[str, int] = {}
    booked: dict[str, Booked] = {}
    for each in settled:
        for way in each.onward:
            envelope = _ready(ENVELOPE.decode(way.envelope), rules)
            if envelope is None or envelope.key in now or _answered_before(state, envelope.key):
                continue
            due_ms = moment.now_ms + way.after_s * SECOND_MS
            if envelope.purpose == "marketing":
                due_ms = opening_ms(rules, rules.channels[envelope.channel], due_ms)
            before_fen = 0 if envelope.arrived else ENVELOPE.decode(way.envelope).cost_fen
            more_fen = envelope.cost_fen - before_fen
            limited = rules.limited(envelope.campaign, envelope.purpose)
            if limited and more_fen > _left_fen(state, rules, envelope.campaign, costs_fen):
                continue
            due_ms = _place(state, envelope, rules, (moment.now_ms, due_ms), booked)
            if due_ms >= envelope.expires_ms:
                continue
            rows.append((envelope.key, envelope.channel, due_ms, pack(envelope)))
            if envelope.purpose == "marketing":
                costs_fen[envelope.key] = more_fen
            if not envelope.arrived:
                pending[envelope.key] = envelope.channel
    keys = frozenset(row[0] for row in rows)
    return Planted(rows=rows, keys=keys, pending=pending, costs_fen=costs_fen, booked=booked)


def _left_fen(state: StateView, rules: Rules, campaign: str, planted_fen: Mapping[str, int]) -> int:
    """Return what is left of a limited budget, beside what ways planted in this step take; never below nothing."""
    name = spent_array(campaign)
    spent = int(state[name][0]) if state.has(name) and len(state[name]) else 0
    more = sum(fen for key, fen in planted_fen.items() if origin_of(key) == campaign)
    return max((rules.campaigns[campaign].budget_fen or 0) - spent - more, 0)


def _place(state: StateView, envelope: Envelope, rules: Rules, at: tuple[int, int], booked: dict[str, Booked]) -> int:
    """Return when a way leaves that would leave at `at[1]`, its place taken; its end where no window has room."""
    channel, (now_ms, due_ms) = rules.channels[envelope.channel], at
    if not channel.quotas or due_ms >= envelope.expires_ms:
        return due_ms
    mine = booked.setdefault(channel.id, Booked(channel={}, people={}))
    slots = persons(state, np.array([enrolment_of(envelope.key)], dtype=np.int64))
    if slots[0] < 0 or any(bool(who[0]) for _, who in over_their_own(state, channel, mine, slots, due_ms)):
        return envelope.expires_ms
    marketing = envelope.purpose == "marketing"
    asked = Asked(
        count=1,
        now_ms=now_ms,
        due_ms=due_ms,
        expires_ms=envelope.expires_ms,
        marketing=marketing,
        opening_ms=lambda at_ms: opening_ms(rules, channel, at_ms) if marketing else at_ms,
    )
    place = next(places(state, channel, mine, asked))
    if not place.count:
        return envelope.expires_ms
    book(channel, mine, slots, np.array([place.due_ms], dtype=np.int64))
    return place.due_ms


def _ready(envelope: Envelope, rules: Rules) -> Envelope | None:
    channel = rules.channels.get(envelope.channel)
    if channel is None or envelope.content not in rules.content_versions:
        return None
    if rules.law.refusal(envelope.content, channel, envelope.purpose):
        return None
    parts = rules.law.parts(envelope.content, channel, envelope.purpose)
    return replace(
        envelope,
        content_version=rules.content_versions[envelope.content],
        cost_fen=channel.cost_fen * max(parts, 1),
        parts=parts,
    )


def answered(received: Sequence[ReceiptsReceived]) -> list[str]:
    """Return the keys of messages that were answered: whatever way lay ahead of them is gone."""
    return [
        key for each in received for key, receipt in zip(each.keys, each.receipts, strict=True) if receipt in ANSWERED
    ]


class DeliverAnswers:
    """Reads `event`, `person`; takes ways onward out of the outbox whose messages somebody says were opened."""

    name = "deliver.answers"
    reads = frozenset({"event", "person"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "event" not in frame:
            return NOTHING
        names = frame["event"]["name"]
        rows = np.flatnonzero(names.are(ANSWERS[0]) | names.are(ANSWERS[1]))
        if not len(rows) or "person" not in frame:
            return NOTHING
        records: list[Record] = [frame["event"]["record"][row] for row in rows.tolist()]
        keys = [_key(record) for record in records]
        # Keys can be guessed: nobody answers for somebody else.
        whose = persons(state, np.array([enrolment_of(key) for key in keys], dtype=np.int64))
        own = (whose >= 0) & (whose == frame["person"]["slot"][rows])
        said = sorted({key for key, mine in zip(keys, own.tolist(), strict=True) if mine})
        if not said:
            return NOTHING
        return msgspec.structs.replace(early(said), removals={"outbox": [(key,) for key in said]}), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _key(record: Record) -> str:
    try:
        return MessageKey(_SAID.decode(record.body).message_key)
    except msgspec.DecodeError:
        return ""
