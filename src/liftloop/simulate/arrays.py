"""The array types that the simulator speaks; one person or one event a row."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Keys: TypeAlias = NDArray[np.uint64]
Bytes: TypeAlias = NDArray[np.bytes_]

DAY_MS = 86_400_000
NONE = -1  # No item, no contact, no coupon: an index that points nowhere.
