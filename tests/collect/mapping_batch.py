"""A batch made by hand, as a reader would deliver it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liftloop.collect.mapping_rows import ImportContext

CONTEXT = ImportContext(now_ms=1_800_000_000_000, identity_key=b"a key that stays")


class HandBatch(NamedTuple):
    columns: dict[str, NDArray[Any]]
    lines: NDArray[np.int64]
    hashes: NDArray[np.uint64]


def batch_of(columns: Mapping[str, Sequence[Any]]) -> HandBatch:
    """Return a batch of text columns (or arrays as they are); line 2 is the first row, equal rows hash alike."""
    arrays = {
        name: values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
        for name, values in columns.items()
    }
    rows = list(zip(*(array.tolist() for array in arrays.values()), strict=True))
    return HandBatch(
        columns=arrays,
        lines=np.arange(2, len(rows) + 2),
        hashes=np.array([hash(row) % 2**64 for row in rows], dtype=np.uint64),
    )
