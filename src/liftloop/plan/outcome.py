"""From a metric to what is counted for one person: who is in it at an instant, and what of hers counts after it.

Effects and claims are per eligible person. Where treatment can move a metric's denominator, what counts is the
numerator of each eligible person, and the ratio is only shown.
"""

from msgspec import Struct

from liftloop.plan.metric.events import CLICKED, COMPLAINED, DELIVERED, ISSUE, OPENED, UNSUBSCRIBED
from liftloop.profile.metric import Condition, Metric, Occurrences, People, Total

EARLY_DAYS = 7
"""Most of what a contact moves, it moves within a week; what people do anyway comes evenly over the window."""

_BY_MESSAGE = frozenset({CLICKED, COMPLAINED, DELIVERED, ISSUE, OPENED, UNSUBSCRIBED})


class Outcome(Struct, frozen=True, kw_only=True):
    """How one person counts: she is in it if all of `before` hold; then either `after` (all hold: 1, else 0) or a sum.

    `counted` are events that add up, `summed` a property of orders: revenue, quantity or margin.
    """

    before: tuple[Condition, ...]
    after: tuple[Condition, ...] = ()
    counted: tuple[str, ...] = ()
    summed: str = ""

    @property
    def yes_or_no(self) -> bool:
        return not self.counted and not self.summed


def outcome_of(metric: Metric) -> Outcome | None:
    """Return what is counted a person; None where doing nothing has no value to compare with.

    Rates of messages (opened, clicked, unsubscribed) exist only where a message was sent: a person left alone has none.
    """
    if _about_messages(metric):
        return None
    before = _before(metric.denominator) if metric.denominator is not None else ()
    match metric.numerator:
        case People(where=where):
            early = tuple(condition for condition in where if condition.side == "before")
            late = tuple(condition for condition in where if condition.side == "after")
            return Outcome(before=_distinct(before, early), after=late) if late else None
        case Occurrences(events=events):
            return Outcome(before=before, counted=events)
        case Total(property=named):
            prop = {"products[].quantity": "quantity"}.get(named, named)
            return Outcome(before=before, summed=prop) if prop in ("revenue", "quantity", "margin") else None


def early_days(window_days: int) -> int | None:
    """Return how long the first part of a window is; None where the window is too short to be parted."""
    return EARLY_DAYS if window_days >= 2 * EARLY_DAYS else None


def _before(measure: People | Occurrences | Total) -> tuple[Condition, ...]:
    where = measure.where if isinstance(measure, People) else ()
    return tuple(condition for condition in where if condition.side == "before")


def _distinct(first: tuple[Condition, ...], second: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _about_messages(metric: Metric) -> bool:
    measures = (metric.numerator, metric.denominator)
    events = {event for measure in measures if isinstance(measure, Occurrences) for event in measure.events}
    return bool(events & _BY_MESSAGE)
