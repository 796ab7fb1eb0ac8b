"""Two computations at once, for what waits on the database and on numbers: both let the interpreter's lock go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


def side_by_side(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Return both results; where either raises, so does this, once both have ended."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as pool:
        second = pool.submit(other)
        first = one()
        return first, second.result()
