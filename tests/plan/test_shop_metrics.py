"""A shop's own metrics: what is checked before they are published, and that sentences know them at once."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN
from liftloop.plan.shop_metrics import CustomMetric, catalogue_with, custom_metric, metric_problem

DRIVEN = {"events": ["Test Drive Taken"], "side": "after"}
ASKED = {"events": ["Form Submitted"], "side": "before", "days": 30}
RATE: dict[str, Any] = {
    "name": "试驾率",
    "name_en": "test drive rate",
    "aliases": ["试驾转化", "test drives"],
    "numerator": {"type": "people", "where": [ASKED, DRIVEN]},
    "denominator": {"type": "people", "where": [ASKED]},
}


def problem(identity: str, body: dict[str, Any]) -> str:
    found = metric_problem(identity, msgspec.convert(body, type=CustomMetric), BUILT_IN)
    return found.en if found else ""


@pytest.mark.parametrize("text", ["30天试驾率 +5%", "raise the test drive rate by 5% in 30 days", "30天试驾转化提升5%"])
def test_a_published_metric_is_understood_by_its_names(text: str) -> None:
    """Name and alias in either language name it in a sentence, without anything else being told."""
    assert problem("test_drive_rate", RATE) == ""
    now = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
    read = parse_goal(text, language="zh-CN", catalogue=catalogue_with({"test_drive_rate": RATE}), now=now)
    assert (read.goal.metric, read.goal.size, read.questions) == ("test_drive_rate", 0.05, ())


def test_what_is_left_out_follows_from_the_measures() -> None:
    """Kind, unit and movability are worked out: a share, a mean, a sum, a ratio whose denominator can move."""
    whole = custom_metric("m", RATE)
    assert (whole.kind, whole.unit, whole.movable) == ("share", "share", False)
    spent = {"type": "total", "event": "Order Completed", "property": "revenue"}
    each = custom_metric("m", {"name": "m", "numerator": spent, "denominator": {"type": "people"}})
    assert (each.kind, each.unit, each.movable) == ("mean", "fen", False)
    orders = {"type": "occurrences", "events": ["Order Completed"]}
    ratio = custom_metric("m", {"name": "m", "numerator": spent, "denominator": orders})
    assert (ratio.kind, ratio.unit, ratio.movable) == ("ratio", "fen", True)
    assert custom_metric("m", {"name": "m", "numerator": orders}).kind == "sum"


@pytest.mark.parametrize(
    ("identity", "changed", "said"),
    [
        ("Bad Id", {}, "lower-case"),
        ("repurchase_rate", {}, "built-in"),
        ("m2", {"name": "复购率"}, "is the name of"),
        ("m2", {"name": " "}, "needs a name"),
        ("m2", {"denominator": {"type": "people", "where": [{**ASKED, "days": 60}]}}, "repeats every condition"),
        ("m2", {"numerator": {"type": "people", "where": [ASKED]}}, "side: after"),
        ("m2", {"numerator": {"type": "occurrences", "events": ["Message Opened"]}}, "no goal"),
        ("m2", {"numerator": {"type": "total", "event": "Order Completed", "property": "colour"}}, "added up"),
        ("m2", {"window_days": 0}, "days lie between"),
        ("m2", {"numerator": {"type": "people", "where": [ASKED, {**DRIVEN, "events": []}]}}, "names an event"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_words(identity: str, changed: dict[str, Any], said: str) -> None:
    """Each mistake is named for its author, never published."""
    assert said in problem(identity, {**RATE, **changed})
