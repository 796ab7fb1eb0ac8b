"""As much of a worker's state as the structures in arrays need: no stages, no catalog."""

from typing import Any

from liftloop.runtime.arrays import Arrays
from liftloop.runtime.catalog import Catalog
from liftloop.runtime.fold import State
from liftloop.storage.contract import Delta


class PlainState(State):
    """A view of state to which deltas can be applied."""

    def __init__(self) -> None:
        self.arrays = Arrays()
        super().__init__(self.arrays, Catalog())

    def apply(self, delta: Delta) -> None:
        self.arrays.apply(delta)


def rows_of(state: PlainState, name: str) -> list[Any]:
    return state[name].tolist()
