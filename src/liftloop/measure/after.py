"""What is left of a lift when people had the time to buy what they would have bought anyway: after the tail."""

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.measure.lift import LiftEstimate


class AfterTail(Struct, frozen=True, kw_only=True):
    """The lift over window and tail, per person in the metric's unit; None while the tail of `days` is not over."""

    days: int
    until_ms: int
    difference: LiftEstimate | None = None

    def waits_days(self, now_ms: int) -> int:
        """Return how many days are still to be waited."""
        return max(-(-(self.until_ms - now_ms) // DAY_MS), 0)
