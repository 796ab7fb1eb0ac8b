"""As much of a worker's state as the structures in arrays need: no stages, no catalog."""

from collections.abc import Sequence
from typing import Any

from liftloop.kernel.ids import TickNumber
from liftloop.runtime.arrays import Arrays
from liftloop.runtime.catalog import Catalog
from liftloop.runtime.fold import State
from liftloop.storage.contract import Delta, FactBlock, Position, Row


class NothingStored:
    """A store in which nothing has been committed yet."""

    def position(self) -> Position | None:
        return None

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return []

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        return []

    def close(self) -> None: ...


class PlainState(State):
    """A view of state to which deltas can be applied."""

    def __init__(self) -> None:
        self.arrays = Arrays()
        super().__init__(self.arrays, Catalog(), NothingStored())

    def apply(self, delta: Delta) -> None:
        self.arrays.apply(delta)


def rows_of(state: PlainState, name: str) -> list[Any]:
    return state[name].tolist()
