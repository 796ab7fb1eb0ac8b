"""Two pieces of work of which neither needs the other: one after the other here, side by side where threads may be."""

from collections.abc import Callable
from typing import Protocol, TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


class Beside(Protocol):
    """Do two things and return both results; which is done first makes no difference to either."""

    def __call__(self, one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]: ...


def in_turn(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Do one, then the other."""
    return one(), other()
