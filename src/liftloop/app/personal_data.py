"""Personal data of one person: handed out whole, or erased for ever by destroying the keys that they are sealed under.

What was erased stands in the folder's register, so that a backup from before can be restored without them.
"""

import asyncio
import secrets
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.ledger import family, messages_of
from liftloop.app.people import attributes_of, find_profile, identifiers_of, shown_value
from liftloop.app.persons.points import points_account
from liftloop.app.relate.lists import notes, of_person
from liftloop.app.relate.scope import Scope
from liftloop.app.tags.holders import senders_of
from liftloop.app.upkeep.erased import REGISTER, Erasure, register
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import Json, canonical_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.ids import profile_id
from liftloop.storage.contract import Record, StateReader

SOURCE = "erasure"
ROWS_MAX = 100_000
"""Of one kind that are handed out; nobody has so many."""
plain = msgspec.to_builtins
_CONSENTS = """
SELECT channel, purpose, topic, status, source, text_version, at_ms FROM consent
WHERE profile IN (SELECT value FROM json_each(?)) ORDER BY at_ms, position
"""
_EVENTS = """
SELECT at_ms, name, properties FROM event WHERE profile IN (SELECT unnest($1::BIGINT[])) ORDER BY at_ms
"""


class NotConfirmed(LiftloopError):
    """An erasure must name whom it means once more."""

    def __init__(self, profile: str) -> None:
        super().__init__(
            "erasure_not_confirmed",
            zh="抹除后无法恢复，需要再写一遍这个人的编号来确认",
            en="what is erased cannot come back: name the person once more to confirm",
            next_zh=f"把 confirm 写成 {profile}",
            next_en=f"send confirm as {profile}",
            exit_code=EXIT_USAGE,
        )


class Held(Struct, frozen=True, kw_only=True):
    """Everything that is held of a person, in the clear."""

    profile: str
    taken_ms: int
    identifiers: Sequence[dict[str, Json]]
    attributes: Sequence[dict[str, Json]]
    consents: Sequence[dict[str, Json]]
    events: Sequence[dict[str, Json]]
    messages: Sequence[dict[str, Json]]
    """What became of every message, and why."""
    points: Sequence[dict[str, Json]]
    work: Sequence[dict[str, Json]]
    """Leads, deals, tasks and tickets, and notes about the person in the words of those who wrote them."""


class Erased(Struct, frozen=True, kw_only=True):
    """What an erasure came to."""

    profile: str
    at_ms: int
    keys: int
    """Keys that were destroyed; 0 where all were gone already."""
    consents: int
    """Consents that were withdrawn, so that no message goes to an id that was never sealed."""


async def held_of(desk: Desk, identity: str) -> Held:
    """Return everything that is held of a person; raises `NotFound`."""
    number = await find_profile(desk.tick, desk.clock, identity)
    numbers = await asyncio.to_thread(family, desk.state, number)
    attributes = await asyncio.to_thread(attributes_of, desk.state, desk.vault, number)
    by_name = {each.name: each for each in attributes}
    events = await desk.follower.select(_EVENTS, [numbers])
    consents = desk.state.rows(_CONSENTS, (msgspec.json.encode(numbers).decode(),))
    names = ("channel", "purpose", "topic", "status", "source", "text_version", "at_ms")
    return Held(
        profile=profile_id(number),
        taken_ms=desk.clock.now_ms(),
        identifiers=[
            {"kind": each.kind, "value": each.text or shown_value(each, by_name), "at_ms": each.at_ms}
            for each in identifiers_of(desk.state, number)
        ],
        attributes=[
            {"name": each.name, "value": each.value, "sealed": each.personal, "at_ms": each.at_ms}
            for each in attributes
        ],
        consents=[dict(zip(names, row, strict=True)) for row in consents],
        events=[
            {"at_ms": int(at_ms), "name": str(name), "properties": msgspec.json.decode(said or "{}")}
            for at_ms, name, said in zip(events["at_ms"], events["name"], events["properties"], strict=True)
        ],
        messages=[plain(each) for each in messages_of(desk.state, number, limit=ROWS_MAX)],
        points=await _points(desk, number),
        work=_work(desk, number, numbers),
    )


async def _points(desk: Desk, number: int) -> list[dict[str, Json]]:
    account = await points_account(desk, number, FAR_FUTURE_MS, ROWS_MAX)
    return [] if account is None else [plain(each) for each in account.changes]


def _work(desk: Desk, number: int, numbers: Sequence[int]) -> list[dict[str, Json]]:
    lines = [plain(each) for each in of_person(desk, number, Scope(None), ROWS_MAX)]
    return lines + [{"kind": "note", **plain(each)} for each in notes(desk, numbers, limit=ROWS_MAX)]


async def erase(desk: Desk, identity: str, confirm: str, actor: str) -> Erased:
    """Destroy every key of a person and withdraw their consents; calling twice does no more.

    Raises `NotFound`, and `NotConfirmed` where `confirm` is not the id of the profile.
    """
    number = await find_profile(desk.tick, desk.clock, identity)
    if confirm != profile_id(number):
        raise NotConfirmed(profile_id(number))
    now_ms = desk.clock.now_ms()
    withdrawn = await _withdraw(desk, number, actor)
    identifiers = tuple(sorted({each.hash for each in identifiers_of(desk.state, number)}))
    erasure = Erasure(at_ms=now_ms, actor=actor, identifiers=identifiers)
    # Before the keys: who is registered and not yet erased can be erased again, and the other way round not.
    await asyncio.to_thread(register, desk.folder.path / REGISTER, erasure)
    keys = await desk.tick.erase(identifiers)
    return Erased(profile=profile_id(number), at_ms=now_ms, keys=keys, consents=withdrawn)


async def _withdraw(desk: Desk, number: int, actor: str) -> int:
    """Withdraw what is granted, as the person would themselves."""
    granted = _granted(desk.state, number)
    sender = senders_of(desk.state, [number]).get(number)
    if not granted or sender is None:
        return 0
    now_ms = desk.clock.now_ms()
    consents = [
        {"channel": channel, "purpose": purpose, "topic": topic, "status": "withdrawn", "source": SOURCE}
        for channel, purpose, topic in granted
    ]
    record = Record(
        kind="identify",
        at_ms=now_ms,
        received_ms=now_ms,
        message_id=f"{SOURCE}:{number:x}:{secrets.token_hex(8)}",
        actor=actor,
        name="",
        context=canonical_json({"consents": consents}),
        **sender,
    )
    await desk.tick.facts([record])
    return len(granted)


def _granted(state: StateReader, number: int) -> list[tuple[str, str, str]]:
    rows = state.rows(_CONSENTS, (msgspec.json.encode(family(state, number)).decode(),))
    latest = {(channel, purpose, topic): status for channel, purpose, topic, status, *_ in rows}
    return [key for key, status in latest.items() if status == "granted"]
