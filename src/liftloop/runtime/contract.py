"""What a stage is and what it is given: columns for many people, a view of state, and the moment."""

from collections.abc import Mapping, Sequence
from typing import Any, NewType, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.words import Words
from liftloop.storage.contract import Array, Delta

Slots = NDArray[np.int64]
"""Rows of people in the arrays of domain `profile`."""
Kind = NewType("Kind", str)


class Moment(Struct, frozen=True, kw_only=True):
    """The only way in for time and chance; both are committed with the tick, so a replay meets the same moment."""

    now_ms: int
    seed: int
    tick: int


class Batch(Struct, frozen=True):
    """Facts of one kind in one tick, as columns of equal length."""

    count: int
    columns: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def take(self, chosen: Array) -> "Batch":
        """Return the rows at `chosen` (indices or a mask), in that order."""
        if chosen.dtype == np.bool_ and chosen.all():
            return self
        index = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return Batch(len(index), {name: _taken(column, index) for name, column in self.columns.items()})


def _taken(column: Any, index: Array) -> Any:
    match column:
        case np.ndarray():
            return column[index]
        case Words():
            return column.at(index)
        case _:
            return [column[place] for place in index.tolist()]


Frame = Mapping[str, Batch]
"""All facts of one tick by kind. Each stage sees what earlier stages made of it."""


class Definition(Struct, frozen=True, kw_only=True):
    """One version of something a person defined: an audience, a journey, an offer, a channel."""

    kind: str
    id: str
    version: int
    body: Mapping[str, Any]
    at_ms: int
    actor: str


class Definitions(Protocol):
    """Read the definitions that hold at this tick."""

    @property
    def generation(self) -> int:
        """Return a number that changes whenever any definition does; what is compiled is kept until then."""
        ...

    def generation_of(self, kind: str) -> int:
        """Return a number that changes whenever a definition of this kind does; may be asked from any thread."""
        ...

    def live(self, kind: str) -> Mapping[str, Definition]:
        """Return the newest live version of each id."""
        ...

    def filling(self, kind: str) -> Mapping[str, Definition]:
        """Return the versions that wait for their history; they collect from now on and do not act yet."""
        ...

    def versions(self, kind: str) -> Sequence[Definition]:
        """Return every version there ever was, whatever its status."""
        ...

    def version(self, kind: str, identity: str, version: int) -> Definition | None:
        """Return one version, live or not: people inside a journey keep the one they entered."""
        ...


class StateView(Protocol):
    """Read hot state; the arrays cannot be written through it."""

    @property
    def definitions(self) -> Definitions: ...

    def __getitem__(self, name: str) -> Array: ...

    def has(self, name: str) -> bool: ...

    def names(self, prefix: str) -> Sequence[str]:
        """Return the names of all arrays that begin so."""
        ...

    def rows(self, domain: str) -> int: ...

    def attribute(self, profiles: Sequence[int], name: str) -> tuple[bytes, int, int] | None:
        """Return (value, sealed, at_ms) of an attribute as committed, None where there is none.

        The newest of `profiles` and of all who were merged into them. A read from disk: for the rare fact that needs
        it, not for every event.
        """
        ...

    def attribute_names(self, profiles: Sequence[int]) -> set[str]:
        """Return the names of all attributes of `profiles` and of those who were merged into them, as committed."""
        ...


class Stage(Protocol):
    """Turn a frame of facts into a delta of state and new facts; touch nothing else."""

    name: str
    reads: frozenset[str]
    writes: frozenset[str]

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        """Return what changes and what follows. Called every tick, with whatever kinds are there; may be empty."""
        ...

    def next_due_ms(self, state: StateView) -> int:
        """Return the earliest instant at which this stage must step though nothing comes in."""
        ...


NOTHING: tuple[Delta, Frame] = (Delta(), {})
"""What a stage returns when nothing happens."""
