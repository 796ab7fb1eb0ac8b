"""What the variants of one action brought, in batches of people who were given theirs under the same shares."""

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.adaptive import BatchSums
from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.thompson import Batches
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS

CELL_MS = 10 * MINUTE_MS
"""Time is counted in pieces of this length; batches are made of them."""
BATCH_MS = HOUR_MS
BATCH_CONVERSIONS = 50.0
"""A batch closes after an hour, or sooner once every variant has so many conversions."""


class Cells(Struct, frozen=True, kw_only=True, eq=False):
    """Counts by piece of time, in order; people, conversions and chances are [cells, variants].

    `batch` says how often the shares had changed; people are all but the held-out ones. `amount` and `square` are
    what those who responded brought, and its squares; None where it counts only that they did.
    """

    began_ms: Integers
    batch: Integers
    people: Floats
    total: Floats
    chance: Floats
    amount: Floats | None = None
    square: Floats | None = None

    def matured(self, now_ms: int, maturity_ms: int) -> "Cells":
        """Return the pieces in which everybody has had the same time to convert."""
        return self.at(self.began_ms + CELL_MS + maturity_ms <= now_ms)

    def at(self, chosen: np.ndarray) -> "Cells":
        parts = {name: getattr(self, name) for name in self.__struct_fields__}
        return replace(self, **{name: part[chosen] for name, part in parts.items() if part is not None})

    def closed(self, in_force: int) -> "Cells":
        """Return batches made of these pieces, without the last where it may still grow."""
        starts: list[int] = []
        for row in range(len(self.began_ms)):
            if not starts or self._full(starts[-1], row):
                starts.append(row)
        if starts and int(self.batch[-1]) == in_force and not self._full(starts[-1], len(self.began_ms)):
            starts, whole = starts[:-1], starts[-1]
        else:
            whole = len(self.began_ms)
        if not starts:
            return self.at(np.zeros(len(self.began_ms), dtype=np.bool_))

        def added(part: Floats | None) -> Floats | None:
            return None if part is None else np.add.reduceat(part[:whole], starts, axis=0)

        return Cells(
            began_ms=self.began_ms[starts],
            batch=self.batch[starts],
            people=np.add.reduceat(self.people[:whole], starts, axis=0),
            total=np.add.reduceat(self.total[:whole], starts, axis=0),
            chance=self.chance[starts],
            amount=added(self.amount),
            square=added(self.square),
        )

    def _full(self, start: int, row: int) -> bool:
        """Return whether the batch from `start` is complete without `row`, which may be one past the end."""
        if row < len(self.batch) and self.batch[row] != self.batch[start]:
            return True
        end_ms = int(self.began_ms[row]) if row < len(self.began_ms) else int(self.began_ms[-1]) + CELL_MS
        enough = float(self.total[start:row].sum(axis=0).min()) >= BATCH_CONVERSIONS
        return enough or end_ms - int(self.began_ms[start]) >= BATCH_MS

    def batches(self) -> Batches:
        return Batches(people=self.people, total=self.total if self.amount is None else self.amount)

    def sums(self) -> BatchSums:
        """Return the sums from which claims are made; where an outcome is yes or no its square is itself."""
        amount = self.total if self.amount is None else self.amount
        square = amount if self.square is None else self.square
        return BatchSums(people=self.people, total=amount, square=square, chance=self.chance)

    def deviation(self) -> float:
        """Return the standard deviation of what one person brings, over all variants."""
        people = float(self.people.sum())
        sums = self.sums()
        mean = float(sums.total.sum()) / max(people, 1.0)
        return math.sqrt(max(float(sums.square.sum()) / max(people, 1.0) - mean**2, 0.0))
