"""How many distinct hashes there are among very many, in memory that does not grow with them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT_MAX = 4_194_304
"""Hashes kept: 32 MB, and three times that for the moment in which they are sorted."""
PENDING_MIN = 262_144
"""Hashes gathered before they are sorted in; few of them would cost a look at all that are kept."""


class DistinctCount:
    """Counts distinct 64-bit hashes, and those that came again: exactly while `kept_max` hold them all.

    Beyond, only hashes whose low `k` bits are nought are kept, and what is counted of them stands for 2**k times as
    many (adaptive sampling: Wegman; Flajolet, Computing 43, 1990). The error of a count n is near sqrt(n * 2**k);
    where nothing ever came again, that is still said exactly.
    """

    def __init__(self, dtype: type[np.integer[Any]], kept_max: int = KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._bits = 0
        self._known: NDArray[Any] = np.zeros(0, dtype=dtype)
        self._pending: list[NDArray[Any]] = []
        self._pending_count = 0
        self._repeated = 0

    @property
    def estimated(self) -> bool:
        """Whether the counts are of a sample by now."""
        return self._bits > 0

    def add(self, hashes: NDArray[Any]) -> None:
        kept = self._sampled(hashes)
        self._pending.append(kept)
        self._pending_count += len(kept)
        if self._pending_count > max(PENDING_MIN, len(self._known) // 4):
            self._settle()

    def count(self) -> int:
        """Return how many distinct hashes were added."""
        self._settle()
        return len(self._known) << self._bits

    def repeated(self) -> int:
        """Return how many hashes had been added before."""
        self._settle()
        return self._repeated

    def _sampled(self, hashes: NDArray[Any]) -> NDArray[Any]:
        return hashes[(hashes & hashes.dtype.type((1 << self._bits) - 1)) == 0] if self._bits else hashes

    def _settle(self) -> None:
        if not self._pending_count:
            return
        merged = np.concatenate([self._known, *self._pending])
        self._pending, self._pending_count = [], 0
        # NumPy's `unique` hashes integers: fifty times the time of a sort, and 54 bytes each.
        merged.sort()
        first = np.ones(len(merged), dtype=bool)
        np.not_equal(merged[1:], merged[:-1], out=first[1:])
        known = merged[first]
        self._repeated += (len(merged) - len(known)) << self._bits
        while len(known) > self._kept_max:
            self._bits += 1
            known = self._sampled(known)
        self._known = known
