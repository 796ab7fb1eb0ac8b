"""Asks providers what became of messages whose answer was lost, and tells the tick what they say.

Nothing is ever sent again for it: a message that the provider denies having ends as failed and gives back its place,
one that it has ends as sent, and what it cannot say stays uncertain with the reason.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.dispatch.asking import again_and_again, asked_each
from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.doubts import Doubted, next_ms
from liftloop.app.dispatch.people import PeopleReader, marks
from liftloop.app.dispatch.reports import SendFacts
from liftloop.deliver.contract import ADDRESS_ATTRIBUTES, AttemptsReconciled, Channel, TryLater
from liftloop.deliver.stage import RECONCILED
from liftloop.kernel.clock import FAR_FUTURE_MS, MINUTE_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels.contract import Doubt, Finding, Queried
from liftloop.storage.contract import DiskFull, Record, StateReader, Vault

LOOK_S = 5.0
"""Between looks for what is due; a look that finds nothing is one query of our own file."""
TOGETHER_MAX = 500
ONCE_MAX = 20_000
"""Messages that one look asks for; the others follow in the next."""
DENIED_AFTER_MS = 10 * MINUTE_MS
"""A provider that has no record of a message may only be late with it; after so long it has none."""
ACTOR = "system:dispatch"
CANNOT = "cannot_be_asked"

_UNCERTAIN = "SELECT message_key FROM ledger WHERE state = 'uncertain' AND message_key IN ({marks})"
_TAKEN = "SELECT provider_id, message_key FROM carried WHERE channel = ? AND provider_id IN ({marks})"
_log = logging.getLogger("liftloop.dispatch")


class ReconcileTools(Struct, frozen=True, kw_only=True):
    """What asking takes."""

    state: StateReader
    vault: Vault
    clock: Clock
    attempts: AttemptFile
    channels: Callable[[], Sequence[Channel]]
    """Those that are open now."""
    send_facts: SendFacts


class Asked(Struct, frozen=True, kw_only=True):
    """What came of asking."""

    asked: int = 0
    sent: int = 0
    not_sent: int = 0
    open: int = 0
    """Asked for again later."""
    given_up: int = 0
    """Uncertain for good."""
    reason: str = ""
    """Why a provider could not be asked now; `cannot_be_asked` where it never can."""


class Reconciling:
    """Asks, one channel after the other."""

    def __init__(self, tools: ReconcileTools) -> None:
        self._tools = tools
        self._people = PeopleReader(tools.state, tools.vault)
        self._asking = asyncio.Lock()

    async def run(self) -> None:
        """Ask for what is due until cancelled."""
        await again_and_again(self.look, LOOK_S)

    def can_be_asked(self) -> list[str]:
        """Return the channels whose providers can be asked."""
        return sorted(each.name for each in self._tools.channels() if isinstance(each, Queried))

    async def look(self) -> Asked:
        """Ask every channel for what is due now."""
        total = Asked()
        now_ms = self._tools.clock.now_ms()
        due = {each.channel for each in self._tools.attempts.doubts.waiting() if each.next_ms <= now_ms}
        names = [channel.name for channel in self._tools.channels() if channel.name in due]
        for asked in await asked_each(names, lambda name: self.ask(name, now_ms)):
            total = _added(total, asked)
        return total

    async def ask(self, name: str, until_ms: int | None = None) -> Asked:
        """Ask a channel for what is due by an instant, for everything where none is given."""
        channel = next((each for each in self._tools.channels() if each.name == name), None)
        if not isinstance(channel, Queried):
            return Asked(reason=CANNOT)
        async with self._asking:
            return await self._ask_all(channel, name, until_ms)

    async def _ask_all(self, channel: Queried, name: str, until_ms: int | None) -> Asked:
        total = Asked()
        due = self._tools.attempts.doubts.due(name, FAR_FUTURE_MS if until_ms is None else until_ms, ONCE_MAX)
        for first in range(0, len(due), TOGETHER_MAX):
            try:
                total = _added(total, await self._ask(channel, name, due[first : first + TOGETHER_MAX]))
            except TryLater as later:
                _log.warning("channel %s cannot be asked now: %s", name, later.reason)
                return replace(total, reason=later.reason)
            except DiskFull:
                return replace(total, reason="disk_full")
        return total

    async def _ask(self, channel: Queried, name: str, due: Sequence[Doubted]) -> Asked:
        now_ms = self._tools.clock.now_ms()
        open_still = self._open_still(due)
        asking = [each for each in due if each.key in open_still]
        found = {each.key: each for each in await channel.found(self._doubts(channel, asking))} if asking else {}
        found = self._without_taken(name, found)
        known: list[tuple[Doubted, str, Finding]] = []
        later: list[Doubted] = []
        given_up: list[Doubted] = []
        for each in asking:
            finding = found.get(each.key, _UNKNOWN)
            if finding.what == "sent":
                known.append((each, "accepted", finding))
            elif finding.what == "not_sent" and now_ms - each.since_ms >= DENIED_AFTER_MS:
                known.append((each, "rejected", finding))
            elif (again := next_ms(each, now_ms)) is not None:
                later.append(replace(each, asked=each.asked + 1, next_ms=again))
            else:
                given_up.append(each)
                known.append((each, "uncertain", finding))
        if known:
            await self._tools.send_facts([_record(name, known, now_ms)])
        self._tools.attempts.doubts.asked(
            later, [each.key for each in due if each.key not in {kept.key for kept in later}]
        )
        return Asked(
            asked=len(asking),
            sent=sum(outcome == "accepted" for _, outcome, _ in known),
            not_sent=sum(outcome == "rejected" for _, outcome, _ in known),
            open=len(later),
            given_up=len(given_up),
        )

    def _open_still(self, due: Sequence[Doubted]) -> set[str]:
        """Return which of them no receipt has settled meanwhile."""
        query = _UNCERTAIN.format(marks=marks(len(due)))
        return {key for (key,) in self._tools.state.rows(query, [each.key for each in due])}

    def _doubts(self, channel: Queried, asking: Sequence[Doubted]) -> list[Doubt]:
        names = ADDRESS_ATTRIBUTES.get(channel.address_kind, ())
        people = self._people.read({each.profile for each in asking}, names)
        found: list[Doubt] = []
        for each in asking:
            person = people.attributes[each.profile]
            address = next((str(person[name]) for name in names if person.get(name)), "")
            if address or not names:
                found.append(Doubt(key=MessageKey(each.key), address=address, left_ms=each.left_ms))
        return found

    def _without_taken(self, name: str, found: Mapping[str, Finding]) -> dict[str, Finding]:
        """Take no record for ours that is another message's already."""
        ids = sorted({each.provider_id for each in found.values() if each.provider_id})
        if not ids:
            return dict(found)
        rows = self._tools.state.rows(_TAKEN.format(marks=marks(len(ids))), [name, *ids])
        taken = {str(provider_id): str(key) for provider_id, key in rows}
        return {
            key: each if taken.get(each.provider_id, key) == key else replace(_UNKNOWN, key=key)
            for key, each in found.items()
        }


_UNKNOWN = Finding(key="", what="unknown", evidence="no_record")


def _record(name: str, known: Sequence[tuple[Doubted, str, Finding]], now_ms: int) -> Record:
    body = canonical_json(
        AttemptsReconciled(
            channel=name,
            keys=[each.key for each, _, _ in known],
            outcomes=[outcome for _, outcome, _ in known],
            reasons=[_reason(*each) for each in known],
            provider_ids=[finding.provider_id for _, _, finding in known],
            decided_ms=[each.decided_ms for each, _, _ in known],
            costs_fen=[each.cost_fen for each, _, _ in known],
            purposes=[each.purpose for each, _, _ in known],
        )
    )
    return Record(
        kind=RECONCILED,
        at_ms=now_ms,
        received_ms=now_ms,
        message_id=f"{RECONCILED}:{blake2b(body, digest_size=16).hexdigest()}",
        actor=ACTOR,
        name=name,
        body=body,
    )


def _reason(doubted: Doubted, outcome: str, finding: Finding) -> str:
    return f"asked_in_vain:{doubted.reason}" if outcome == "uncertain" else f"reconciled:{finding.evidence}"


def _added(one: Asked, other: Asked) -> Asked:
    return Asked(
        asked=one.asked + other.asked,
        sent=one.sent + other.sent,
        not_sent=one.not_sent + other.not_sent,
        open=one.open + other.open,
        given_up=one.given_up + other.given_up,
        reason=other.reason or one.reason,
    )
