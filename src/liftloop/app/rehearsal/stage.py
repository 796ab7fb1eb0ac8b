"""The stage on which a plan is rehearsed: the tick's own fold over a state in memory that only the rehearsal sees."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.tick.pipeline import stages
from liftloop.deliver.gate import SENT, suppressed_array
from liftloop.kernel.ids import PARTITIONS, TickNumber
from liftloop.profile.contract import NO_CONSENT
from liftloop.profile.reading import consent_array
from liftloop.runtime import people
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import ArraySpec, Block, Commit, Delta, FactBlock, Position, Row, Write

Numbers = NDArray[np.int64]


class RehearsedState:
    """A `StateStore` that keeps ledger and outbox rows while a rehearsal lasts, and writes nothing anywhere."""

    def __init__(self) -> None:
        self.ledger: list[Row] = []
        self.outbox: list[Row] = []
        self._last: Position | None = None

    def take_lease(self) -> int:
        return 1

    def position(self) -> Position | None:
        return self._last

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return []

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        return []

    def commit(self, commit: Commit) -> None:
        self.ledger += commit.puts.get("ledger", ())
        self.outbox += commit.puts.get("outbox", ())
        self._last = Position(tick=commit.tick, now_ms=commit.now_ms, offset=commit.offset, epoch=commit.epoch)

    def deltas(self, *, after: TickNumber) -> Iterator[tuple[TickNumber, bytes]]:
        return iter(())

    def checkpoint(self) -> tuple[TickNumber, Sequence[ArraySpec]] | None:
        return None

    def blocks(self) -> Iterator[Block]:
        return iter(())

    def keep_blocks(self, blocks: Sequence[Block]) -> None: ...

    def forget_facts(self, *, before: TickNumber) -> int:
        return 0

    def forget_carried(self, *, before_ms: int) -> int:
        return 0

    def finish_checkpoint(self, *, tick: TickNumber, specs: Sequence[ArraySpec]) -> None: ...

    def close(self) -> None: ...


class Known(Struct, frozen=True, kw_only=True, eq=False):
    """What memory holds of the rehearsing people, as the tick tells it; parallel to `profile`, all of them heads.

    `consents` and `suppressed` by medium; `sent` are (place in `profile`, instant) of messages that caps still count.
    """

    profile: Numbers
    consents: Mapping[str, NDArray[np.int8]]
    suppressed: Mapping[str, NDArray[np.bool_]]
    sent: tuple[Numbers, Numbers]


def known_of(profile: Numbers, told: Mapping[str, Any]) -> Known:
    """Return what the tick told of these people in its answer to `rehearsing`."""
    return Known(
        profile=profile,
        consents={medium: np.frombuffer(column, dtype=np.int8) for medium, column in told["consents"].items()},
        suppressed={medium: np.frombuffer(column, dtype=np.bool_) for medium, column in told["suppressed"].items()},
        sent=(np.frombuffer(told["place"], dtype=np.int64), np.frombuffer(told["at_ms"], dtype=np.int64)),
    )


def fold_over(store: RehearsedState) -> Fold:
    """Return the tick's own fold with nobody in it yet; definitions and assignments come as records."""
    fold = Fold(store, stages())
    fold.restore()
    return fold


def settle(fold: Fold, known: Known) -> None:
    """Put the people where the rehearsal's fold looks for them, under their own numbers: chance goes by these."""
    fold.arrays.apply(_housed(known.profile))
    slots = people.slots(fold.state, known.profile)
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for medium, status in known.consents.items():
        name = consent_array(medium, "marketing", "status")
        allocate.append(ArraySpec(name=name, dtype="|i1", fill=NO_CONSENT, domain="profile"))
        writes.append(Write(name, slots, status))
    for medium, stopped in known.suppressed.items():
        name = suppressed_array(medium)
        allocate.append(ArraySpec(name=name, dtype="|i1", fill=0, domain="profile"))
        writes.append(Write(name, slots, stopped.astype(np.int8)))
    fold.arrays.apply(Delta(allocate=[*allocate, *SENT.specs()], writes=writes))
    place, at_ms = known.sent
    if place.size:
        fold.arrays.apply(SENT.add(fold.state, slots[place], at_ms, np.ones(place.size), 0))


def _housed(numbers: Numbers) -> Delta:
    """Return the delta that makes room for profile numbers: whole partitions up to the last of them."""
    filled = np.zeros(PARTITIONS, dtype=np.int64)
    np.maximum.at(filled, numbers & (PARTITIONS - 1), (numbers >> 6) + 1)
    blocks = -(-filled // people.BLOCK)
    owner = np.repeat(np.arange(PARTITIONS), blocks)
    ordinal = np.arange(owner.size) - np.repeat(np.cumsum(blocks) - blocks, blocks)
    return people.housed(filled, owner, ordinal)
