"""What could not be taken: shown with its reason, and read again once the cause is mended.

A replay keeps message id and event time; what is let out and the fact that it was are one run of the log, so that
nothing is taken twice or lost between the two.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from liftloop.app.facts import fact
from liftloop.app.tick.sealing import sealed, unsealed
from liftloop.app.tick.senders import KINDS, rules_of, trait_rules_of
from liftloop.app.tick_client import TickClient
from liftloop.collect import forms, hooks, messages, sensors
from liftloop.collect.contract import DROPPED, REJECTED, RELEASED, Draft
from liftloop.collect.drafting import Inlet, Unusable, rejected
from liftloop.collect.mending import NO_MENDING, Mending, mended
from liftloop.collect.sources import Source, WebhookSource
from liftloop.collect.stage import AHEAD_MAX_MS
from liftloop.collect.tracking_plan import RuleBook
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json, parse_object, unpack
from liftloop.storage.contract import Record, Row, StateReader, Vault

PAGE_MAX = 200
REPLAYED_MAX = 10_000
"""Records that one call reads again: a few seconds of work; whoever has more calls again."""
RUN = 500


class Aside(Struct, frozen=True, kw_only=True):
    """One record in quarantine, without any value that somebody sent."""

    id: int
    at_ms: int
    reason: str
    detail: Mapping[str, Any]
    kind: str
    name: str
    message_id: str
    sender: str
    replayable: bool


class Chosen(Struct, frozen=True, kw_only=True):
    """Which records are read again, and how: what is not given does not matter."""

    reason: str = ""
    sender: str = ""
    ids: tuple[int, ...] = ()
    mending: Mending = NO_MENDING
    rehearsed: bool = False
    """Only tell what would become of them."""


class Replayed(Struct, frozen=True, kw_only=True):
    """What became of the records that were read again."""

    taken: int
    refused: Mapping[str, int]
    """By the reason for which they stay."""
    whole: bool = True
    """False where there are more than one call reads: call again."""


def counts(state: StateReader) -> dict[str, int]:
    """Return how many records wait, by reason, most first."""
    return dict(state.rows("SELECT reason, count(*) FROM quarantine GROUP BY reason ORDER BY 2 DESC, 1"))


def waiting_by_sender(state: StateReader) -> dict[str, int]:
    """Return how many records of each source wait."""
    found: Counter[str] = Counter()
    for row in every_row(state):
        found[record_of(row).actor.removeprefix("key:")] += 1
    return dict(found)


def every_row(state: StateReader, reason: str = "") -> Iterator[Row]:
    """Yield all rows, or those of a reason, the oldest first, a run at a time: all may be larger than the memory."""
    after = -1
    while rows := _rows(state, reason, after, RUN):
        yield from rows
        after = rows[-1][0]


def listed(state: StateReader, vault: Vault, reason: str, after: int, limit: int) -> list[Aside]:
    """Return records in quarantine, the oldest first."""
    return [_aside(row, vault) for row in _rows(state, reason, after, limit)]


class Quarantine:
    """The use case of letting records out."""

    def __init__(self, tick: TickClient, state: StateReader, vault: Vault, clock: Clock) -> None:
        self._tick = tick
        self._state = state
        self._vault = vault
        self.clock = clock

    async def replay(self, chosen: Chosen, actor: str) -> Replayed:
        """Read records again under today's rules, mended where a person says how; those that still fail stay."""
        taken, rules = 0, _rules_now(self._state)
        refused: dict[str, int] = {}
        whole = True
        for rows in _runs(_chosen(self._state, chosen), REPLAYED_MAX):
            if rows is None:
                whole = False
                break
            taken += await self._release(rows, rules, chosen, actor, refused)
        return Replayed(taken=taken, refused=refused, whole=whole)

    async def let_go(self, *, before_ms: int, bytes_max: int) -> int:
        """Give up what came before an instant, and the oldest of what is more than so many bytes; return how many.

        The fact names all of them: what a person lets out meanwhile is only named once more.
        """
        gone = await asyncio.to_thread(_too_old_or_much, self._state, before_ms, bytes_max)
        for start in range(0, len(gone), REPLAYED_MAX):
            some = gone[start : start + REPLAYED_MAX]
            body = canonical_json({"offsets": some})
            await self._tick.facts([fact(DROPPED, str(some[0]), body, "system:desk", self.clock.now_ms())])
        return len(gone)

    async def _release(
        self, rows: Sequence[Row], rules: "_Rules", chosen: Chosen, actor: str, refused: dict[str, int]
    ) -> int:
        drafts: list[Draft] = []
        offsets: list[int] = []
        for row in rows:
            again = _again(row, self._vault, rules, chosen.mending, self.clock.now_ms())
            if isinstance(again, str):
                refused[again] = refused.get(again, 0) + 1
            else:
                drafts += again
                offsets.append(row[0])
        if drafts and not chosen.rehearsed:
            waiting = unsealed(drafts, self._vault.keyed_hash)
            records = sealed(waiting, await self._tick.seal(waiting.clear) if waiting.clear else [])
            body = canonical_json({"offsets": offsets, "mending": to_builtins(chosen.mending)})
            released = fact(RELEASED, str(offsets[0]), body, actor, self.clock.now_ms())
            await self._tick.facts([*records, released])
        return len(offsets)


def _too_old_or_much(state: StateReader, before_ms: int, bytes_max: int) -> list[int]:
    """Return the offsets of what is given up; how old a record is says when it came, not when it says it happened."""
    gone: list[int] = []
    room = bytes_max
    for offset, size, received_ms in reversed(list(_sizes(state))):
        room -= size
        if room < 0 or received_ms < before_ms:
            gone.append(offset)
    return gone[::-1]


def _sizes(state: StateReader) -> Iterator[tuple[int, int, int]]:
    """Yield offset, bytes and instant of arrival of every record, the oldest first."""
    for row in every_row(state):
        yield row[0], len(row[3]), record_of(row).received_ms


def _chosen(state: StateReader, chosen: Chosen) -> Iterator[Row]:
    wanted = set(chosen.ids)
    for row in every_row(state, chosen.reason):
        if (not wanted or row[0] in wanted) and chosen.sender in ("", record_of(row).actor):
            yield row


def _runs(rows: Iterator[Row], most: int) -> Iterator[list[Row] | None]:
    """Yield at most so many rows in runs; None where there are more."""
    count = 0
    while run := list(islice(rows, RUN)):
        if count >= most:
            yield None
            return
        count += len(run)
        yield run


class _Rules(Struct, frozen=True, kw_only=True):
    """What messages are read by, as it is committed now."""

    book: RuleBook
    hooks: Mapping[str, WebhookSource]
    forms: Mapping[str, forms.Form]


def _rules_now(state: StateReader) -> _Rules:
    bodies: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, identity, body in state.rows(
        "SELECT kind, id, body FROM definition WHERE status IN ('live', 'filling')"
        " AND kind IN (SELECT value FROM json_each(?)) ORDER BY version",
        (canonical_json(KINDS).decode(),),
    ):
        bodies[kind][identity] = parse_object(body)
    sources = {
        identity: msgspec.convert(body, type=Source, strict=False) for identity, body in bodies["source"].items()
    }
    return _Rules(
        book=rules_of(bodies["tracking_plan"], trait_rules_of(bodies["field"], bodies["tag"])),
        hooks={identity: each for identity, each in sources.items() if isinstance(each, WebhookSource)},
        forms={
            identity: msgspec.convert(body, type=forms.Form, strict=False) for identity, body in bodies["form"].items()
        },
    )


def _rows(state: StateReader, reason: str, after: int, limit: int) -> list[Row]:
    return state.rows(
        'SELECT "offset", at_ms, reason, record FROM quarantine WHERE "offset" > ? AND (? = \'\' OR reason = ?)'
        ' ORDER BY "offset" LIMIT ?',
        (after, reason, reason, limit),
    )


def record_of(row: Row) -> Record:
    """Return the record of a row, its content still sealed."""
    return msgspec.msgpack.decode(row[3], type=Record)


def _again(row: Row, vault: Vault, rules: _Rules, mending: Mending, now_ms: int) -> list[Draft] | str:
    """Return the drafts of a record that is read again, or the reason for which it stays."""
    record = record_of(row)
    if record.kind != REJECTED:
        if record.at_ms > now_ms + AHEAD_MAX_MS:
            return str(row[2])
        # Received now, or it would be taken for one from the future for ever.
        return [Draft(record=replace(record, received_ms=now_ms), personal={}, identifiers=())]
    raw = raw_of(record, vault)
    if not raw:
        return record.name
    drafts = _read(mended(raw, mending), record, rules)
    stays = [draft.record.name for draft in drafts if draft.record.kind == REJECTED]
    return stays[0] if stays else drafts


def _read(raw: bytes, record: Record, rules: _Rules) -> list[Draft]:
    told = parse_object(record.body)
    inlet = Inlet(
        type=str(told.get("type", "batch")),
        received_ms=record.received_ms,
        actor=record.actor,
        protocol=str(told.get("protocol", "segment")),
        rules=rules.book,
    )
    match inlet.protocol:
        case "sensors":
            return [sensors.read_one(raw, inlet)]
        case hooks.PROTOCOL:
            source = rules.hooks.get(record.actor.removeprefix("key:"))
            return hooks.read(raw, source, inlet) if source else [rejected(raw, Unusable(record.name), inlet)]
        case forms.PROTOCOL:
            form = rules.forms.get(inlet.type)
            answer = msgspec.json.decode(raw, type=forms.Submission)
            return forms.read(answer, form, inlet) if form else [rejected(raw, Unusable(record.name), inlet)]
        case _:
            return [messages.read_one(raw, inlet, told.get("sent_at"))]


def raw_of(record: Record, vault: Vault) -> bytes:
    """Return what was sent, empty where it was too large to keep or has been erased."""
    if not record.sealed:
        return b""
    (opened,) = vault.open([unpack(record.sealed)["raw"]])
    return str(msgspec.json.decode(opened)).encode() if opened is not None else b""


def _aside(row: Row, vault: Vault) -> Aside:
    record = record_of(row)
    if record.kind != REJECTED:
        return Aside(
            id=row[0],
            at_ms=row[1],
            reason=row[2],
            detail={},
            kind=record.kind,
            name=record.name,
            message_id=record.message_id,
            sender=record.actor,
            replayable=True,
        )
    raw = raw_of(record, vault)
    sent = parse_object(raw)
    return Aside(
        id=row[0],
        at_ms=row[1],
        reason=row[2],
        detail=parse_object(record.body).get("detail") or {},
        kind=_text(sent.get("type")),
        name=_text(sent.get("event") or sent.get("name")),
        message_id=_text(sent.get("messageId")),
        sender=record.actor,
        replayable=bool(raw),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
