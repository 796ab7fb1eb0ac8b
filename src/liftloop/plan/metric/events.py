"""The events that the built-in metrics count, and the conditions that recur in them."""

from typing import assert_never

from liftloop.profile.metric import Condition, Metric, Occurrences, People, Total

ORDER = "Order Completed"
REFUND = "Order Refunded"
VIEW = "Product Viewed"
CART = "Product Added"
VISIT = "Store Visited"
REDEEM = "Coupon Redeemed"
ISSUE = "Coupon Issued"
SIGN_UP = "Signed Up"
DELIVERED = "Message Delivered"
OPENED = "Message Opened"
CLICKED = "Message Clicked"
UNSUBSCRIBED = "Message Unsubscribed"
COMPLAINED = "Message Complained"
FORM = "Form Submitted"
ACTIVITY = (ORDER, VIEW, CART, VISIT, REDEEM, FORM)

# A year back finds customers of goods that are bought once a season; CONTRACTS fixes it for 复购率.
CUSTOMER_DAYS = 365
# Three months without an order is how retailers speak of a lapsed customer when nothing better is known.
LAPSED_DAYS = 90


def before(*events: str, days: int) -> Condition:
    return Condition(events=events, side="before", days=days)


def ordered_before(days: int) -> Condition:
    return Condition(events=(ORDER,), side="before", days=days)


def never_before(event: str) -> Condition:
    return Condition(events=(event,), side="before", times_min=0, times_max=0)


def after(*events: str) -> Condition:
    return Condition(events=events, side="after")


def none_after(*events: str) -> Condition:
    return Condition(events=events, side="after", times_min=0, times_max=0)


def none_before(event: str, days: int) -> Condition:
    return Condition(events=(event,), side="before", days=days, times_min=0, times_max=0)


def events_of(metric: Metric) -> tuple[str, ...]:
    """Return the events that a metric counts, each once."""
    found: list[str] = []
    for measure in (metric.numerator, metric.denominator):
        match measure:
            case People(where=where):
                found += [event for condition in where for event in condition.events]
            case Occurrences(events=events):
                found += events
            case Total(event=event):
                found.append(event)
            case None:
                pass
            case _:
                assert_never(measure)
    return tuple(dict.fromkeys(found))
