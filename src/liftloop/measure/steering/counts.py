"""What the variants of one action brought, in batches of people who were given theirs under the same shares."""

import numpy as np
from msgspec import Struct

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

    `batch` says how often the shares had changed; people are all but the held-out ones.
    """

    began_ms: Integers
    batch: Integers
    people: Floats
    total: Floats
    chance: Floats

    def matured(self, now_ms: int, maturity_ms: int) -> "Cells":
        """Return the pieces in which everybody has had the same time to convert."""
        return self.at(self.began_ms + CELL_MS + maturity_ms <= now_ms)

    def at(self, chosen: np.ndarray) -> "Cells":
        return Cells(**{name: getattr(self, name)[chosen] for name in self.__struct_fields__})

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
        people, total = (np.add.reduceat(part[:whole], starts, axis=0) for part in (self.people, self.total))
        return Cells(
            began_ms=self.began_ms[starts],
            batch=self.batch[starts],
            people=people,
            total=total,
            chance=self.chance[starts],
        )

    def _full(self, start: int, row: int) -> bool:
        """Return whether the batch from `start` is complete without `row`, which may be one past the end."""
        if row < len(self.batch) and self.batch[row] != self.batch[start]:
            return True
        end_ms = int(self.began_ms[row]) if row < len(self.began_ms) else int(self.began_ms[-1]) + CELL_MS
        enough = float(self.total[start:row].sum(axis=0).min()) >= BATCH_CONVERSIONS
        return enough or end_ms - int(self.began_ms[start]) >= BATCH_MS

    def batches(self) -> Batches:
        return Batches(people=self.people, total=self.total)

    def sums(self) -> BatchSums:
        """Return the sums from which claims are made; an outcome is yes or no, so its square is itself."""
        return BatchSums(people=self.people, total=self.total, square=self.total, chance=self.chance)
