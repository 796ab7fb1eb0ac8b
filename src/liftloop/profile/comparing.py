"""Numbers of many people held against comparisons."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.profile.contract import Truth


def passing(values: NDArray[Any], comparisons: Sequence[tuple[str, float]]) -> Truth:
    """Return which values pass all comparisons, each a word and a bound; NaN passes none. Shape of `values`."""
    truth = np.ones(len(values), dtype=np.bool_)
    for word, bound in comparisons:
        match word:
            case "gte":
                truth &= values >= bound
            case "gt":
                truth &= values > bound
            case "lte":
                truth &= values <= bound
            case "lt":
                truth &= values < bound
            case _:
                truth &= values == bound
    return truth
