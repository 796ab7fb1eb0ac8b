"""Which fold a unit belongs to: fixed by its name and a salt, never by row order or chance.

All rows of one unit share a fold, so no model is judged on a person whom it was trained on.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from liftloop.inference.arrays import Integers

FOLDS = 5  # Five folds leave 80% of the rows to train on; ten cost twice as much and gain little.


def assign_folds(units: Sequence[str], *, count: int, salt: str) -> Integers:
    """Return the fold 0..count-1 of each unit; the same unit and salt give the same fold anywhere.

    >>> assign_folds(["a", "b", "a"], count=5, salt="s").tolist()[0::2]
    [0, 0]
    """
    assert count >= 2, "cross-fitting needs two folds"
    key = salt.encode()[:64]
    digests = b"".join(blake2b(unit.encode(), digest_size=8, key=key).digest() for unit in units)
    return (np.frombuffer(digests, dtype="<u8") % np.uint64(count)).astype(np.int64)


def unit_codes(units: Sequence[str]) -> Integers:
    """Return a code 0..distinct-1 for each row, equal exactly where the units are equal."""
    _, codes = np.unique(np.asarray(units, dtype=np.str_), return_inverse=True)
    return codes.astype(np.int64)
