"""The metric catalogue can be computed: every definition is closed, consistent and named in both languages."""

import msgspec
import pytest

from liftloop.plan.goal.catalogue import catalogue_of
from liftloop.plan.metric.catalogue import BUILT_IN, BUILT_IN_CATALOGUE
from liftloop.profile.metric import Condition, Measure, Metric, Occurrences, People, Total

EVENTS = {
    "Order Completed",
    "Order Refunded",
    "Product Viewed",
    "Product Added",
    "Store Visited",
    "Coupon Redeemed",
    "Coupon Issued",
    "Form Submitted",
    "Signed Up",
    "Message Delivered",
    "Message Opened",
    "Message Clicked",
    "Message Unsubscribed",
    "Message Complained",
    "Trial Booked",
    "Trial Attended",
    "Course Enrolled",
    "Course Completed",
    "Course Dropped",
    "Lesson Scheduled",
    "Lesson Attended",
    "Homework Submitted",
    "Quote Requested",
    "Policy Issued",
    "Policy Renewed",
    "Coverage Added",
    "Policy Surrendered",
    "Claim Filed",
    "Account Opened",
    "Funds Deposited",
    "Funds Withdrawn",
    "Fund Purchased",
    "Card Issued",
    "Card Activated",
    "Card Used",
    "Loan Applied",
    "Loan Approved",
    "Loan Drawn",
    "Appointment Booked",
    "Appointment Missed",
    "Consultation Completed",
    "Enquiry Made",
    "Checkup Completed",
    "Treatment Proposed",
    "Treatment Started",
    "Prescription Filled",
    "Subscription Started",
    "Subscription Renewed",
    "Subscription Cancelled",
    "Referral Made",
    "Points Redeemed",
    "Contact Added",
    "Product Reviewed",
}
PROPERTIES = {"revenue", "margin", "products[].quantity"}


def conditions(measure: Measure | None) -> tuple[Condition, ...]:
    return measure.where if isinstance(measure, People) else ()


def moves(measure: Measure | None) -> bool:
    """Whether something after the assignment decides the measure."""
    if isinstance(measure, People):
        return any(condition.side == "after" for condition in measure.where)
    return measure is not None


@pytest.mark.parametrize("metric", BUILT_IN, ids=lambda metric: metric.id)
def test_a_definition_can_be_computed(metric: Metric) -> None:
    """Events and properties are known; the kind fits the measures; what can move says so."""
    for measure in (metric.numerator, metric.denominator):
        match measure:
            case People():
                assert all(set(c.events) <= EVENTS for c in measure.where)
                assert all(c.times_max is None or c.times_min <= c.times_max for c in measure.where)
            case Occurrences():
                assert set(measure.events) <= EVENTS
            case Total():
                assert measure.event in EVENTS
                assert measure.property in PROPERTIES
            case None:
                assert metric.kind == "sum"
    assert (metric.denominator is None) == (metric.kind == "sum")
    assert metric.movable == (metric.denominator is not None and moves(metric.denominator))
    if metric.kind == "share":
        assert isinstance(metric.denominator, People)
        assert set(conditions(metric.denominator)) <= set(conditions(metric.numerator))
        assert metric.unit == "share"
    if metric.kind == "mean":
        assert isinstance(metric.denominator, People)
        assert not moves(metric.denominator)
    assert metric.sources
    assert metric.window_days > 0


@pytest.mark.parametrize("metric", BUILT_IN, ids=lambda metric: metric.id)
def test_a_metric_is_named_and_explained_in_both_languages(metric: Metric) -> None:
    """Every metric has a name and a meaning in Chinese and English, and is found by its own name alone."""
    assert all((metric.name_zh, metric.name_en, metric.meaning_zh, metric.meaning_en))
    for name in (metric.name_zh, metric.name_en):
        rows = BUILT_IN_CATALOGUE.phrases[name[0].lower()]
        owners = {ids for phrase, ids in rows if phrase == name.lower().replace("-", " ")}
        assert owners == {(metric.id,)}


def test_repurchase_is_what_the_contract_says() -> None:
    """复购率: people with an order in the 365 days before assignment, and of them those who order again within it."""
    before = Condition(events=("Order Completed",), side="before", days=365)
    again = Condition(events=("Order Completed",), side="after")
    metric = BUILT_IN_CATALOGUE.by_id["repurchase_rate"]
    assert metric.denominator == People(where=(before,))
    assert metric.numerator == People(where=(before, again))
    assert not metric.movable


def test_definitions_are_plain_data() -> None:
    """A metric survives JSON, so that it can be published as a definition."""
    for metric in BUILT_IN:
        assert msgspec.json.decode(msgspec.json.encode(metric), type=Metric) == metric


def test_an_id_is_given_once() -> None:
    """A shop cannot silently replace a built-in metric."""
    with pytest.raises(ValueError, match="one id"):
        catalogue_of([*BUILT_IN, BUILT_IN[0]])


def test_a_shop_may_add_its_own() -> None:
    """An added metric is understood by its names."""
    from test_goal_phrasings import NOW

    from liftloop.plan.goal.grammar import parse_goal

    own = msgspec.structs.replace(BUILT_IN[0], id="tea_rate", name_zh="奶茶率", name_en="tea rate", aliases_zh=())
    catalogue = catalogue_of([*BUILT_IN, msgspec.structs.replace(own, aliases_en=())])
    goal = parse_goal("奶茶率 +5%，30天", language="zh-CN", catalogue=catalogue, now=NOW).goal
    assert goal.metric == "tea_rate"
