"""Where time comes from. Nobody else reads the machine's clock; a manual clock stands still until it is moved."""

import time
from pathlib import Path
from typing import Protocol

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
FOR_EVER_MS = 2**53
"""The end of a tag that has none: the year 287396, and exact in JSON."""
FAR_FUTURE_MS = 2**62
"""Later than any timer: a column of timers is filled with it."""


class Clock(Protocol):
    """Tell the time in milliseconds since 1970, UTC."""

    def now_ms(self) -> int: ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock kept in a file and shared by all processes of one folder; it moves only when told.

    The file holds the milliseconds as text, replaced in one step, so that a reader never sees half a number.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now_ms(self) -> int:
        return int(self._path.read_text())

    def set_ms(self, now_ms: int) -> None:
        """Move to `now_ms`; a step back is a programmer's error."""
        assert not self._path.exists() or now_ms >= self.now_ms(), "the manual clock never goes back"
        beside = self._path.with_suffix(".new")
        beside.write_text(str(now_ms))
        beside.replace(self._path)
