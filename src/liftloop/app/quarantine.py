"""What could not be taken: shown with its reason, and read again once the cause is mended.

A replay keeps message id and event time; what is let out and the fact that it was are one run of the log, so that
nothing is taken twice or lost between the two.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.facts import fact
from liftloop.app.sealing import sealed, unsealed
from liftloop.app.senders import KINDS, rules_of, trait_rules_of
from liftloop.app.tick_client import TickClient
from liftloop.collect import forms, hooks, messages, sensors
from liftloop.collect.contract import REJECTED, RELEASED, Draft
from liftloop.collect.drafting import Inlet, Unusable, rejected
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


class Replayed(Struct, frozen=True, kw_only=True):
    """What became of the records that were read again."""

    taken: int
    refused: Mapping[str, int]
    """By the reason for which they stay."""


def counts(state: StateReader) -> dict[str, int]:
    """Return how many records wait, by reason, most first."""
    return dict(state.rows("SELECT reason, count(*) FROM quarantine GROUP BY reason ORDER BY 2 DESC, 1"))


def listed(state: StateReader, vault: Vault, reason: str, after: int, limit: int) -> list[Aside]:
    """Return records in quarantine, the oldest first."""
    return [_aside(row, vault) for row in _rows(state, reason, after, limit)]


class Quarantine:
    """The use case of letting records out."""

    def __init__(self, tick: TickClient, state: StateReader, vault: Vault, clock: Clock) -> None:
        self._tick = tick
        self._state = state
        self._vault = vault
        self._clock = clock

    async def replay(self, reason: str, ids: Sequence[int], actor: str) -> Replayed:
        """Read records again under today's rules; those of `reason`, or of `ids`, or all where neither is given."""
        taken, after, rules = 0, -1, _rules_now(self._state)
        refused: dict[str, int] = {}
        wanted = set(ids)
        for _ in range(REPLAYED_MAX // RUN):
            rows = _rows(self._state, reason, after, RUN)
            if not rows:
                break
            after = rows[-1][0]
            chosen = [row for row in rows if not wanted or row[0] in wanted]
            taken += await self._release(chosen, rules, actor, refused)
        return Replayed(taken=taken, refused=refused)

    async def _release(self, rows: Sequence[Row], rules: "_Rules", actor: str, refused: dict[str, int]) -> int:
        drafts: list[Draft] = []
        offsets: list[int] = []
        for row in rows:
            again = _again(row, self._vault, rules, self._clock.now_ms())
            if isinstance(again, str):
                refused[again] = refused.get(again, 0) + 1
            else:
                drafts += again
                offsets.append(row[0])
        if not drafts:
            return 0
        waiting = unsealed(drafts, self._vault.keyed_hash)
        records = sealed(waiting, await self._tick.seal(waiting.clear) if waiting.clear else [])
        released = fact(RELEASED, str(offsets[0]), canonical_json({"offsets": offsets}), actor, self._clock.now_ms())
        await self._tick.facts([*records, released])
        return len(offsets)


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


def _record(row: Row) -> Record:
    return msgspec.msgpack.decode(row[3], type=Record)


def _again(row: Row, vault: Vault, rules: _Rules, now_ms: int) -> list[Draft] | str:
    """Return the drafts of a record that is read again, or the reason for which it stays."""
    record = _record(row)
    if record.kind != REJECTED:
        if record.at_ms > now_ms + AHEAD_MAX_MS:
            return str(row[2])
        # Received now, or it would be taken for one from the future for ever.
        return [Draft(record=replace(record, received_ms=now_ms), personal={}, identifiers=())]
    raw = _raw(record, vault)
    if not raw:
        return record.name
    drafts = _read(raw, record, rules)
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


def _raw(record: Record, vault: Vault) -> bytes:
    """Return what was sent, empty where it was too large to keep or has been erased."""
    if not record.sealed:
        return b""
    (opened,) = vault.open([unpack(record.sealed)["raw"]])
    return str(msgspec.json.decode(opened)).encode() if opened is not None else b""


def _aside(row: Row, vault: Vault) -> Aside:
    record = _record(row)
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
    raw = _raw(record, vault)
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
