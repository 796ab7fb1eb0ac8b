"""Structs whose fields are arrays of equal length: take rows, join parts."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict

from liftloop.simulate.arrays import Flags, Ints

Frame = TypeVar("Frame", bound=Struct)


def taken(frame: Frame, rows: Ints | Flags) -> Frame:
    """Return the chosen rows; a field that is itself a frame is taken alike."""
    columns: dict[str, Any] = {
        name: taken(column, rows) if isinstance(column, Struct) else column[rows]
        for name, column in asdict(frame).items()
    }
    return type(frame)(**columns)


def joined(parts: Sequence[Frame]) -> Frame:
    """Return the rows of all parts, of which there is at least one, in their order."""
    names: dict[str, Any] = {}
    for name, first in asdict(parts[0]).items():
        columns = [getattr(part, name) for part in parts]
        names[name] = joined(columns) if isinstance(first, Struct) else np.concatenate(columns)
    return type(parts[0])(**names)
