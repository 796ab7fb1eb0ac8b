"""What a plan must not harm: named by the goal or always looked at, and counted so that more orders are no harm."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from liftloop.app.planning import guarded as module
from liftloop.app.planning.guarded import guarded_of, guarded_outcomes
from liftloop.app.planning.reading import Look
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.inputs import Floats, Guarded
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.outcome import Outcome

NOW = datetime(2026, 9, 1, tzinfo=timezone(timedelta(hours=8)))


def of_sentence(text: str) -> dict[str, tuple[str, bool]]:
    goal = parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW, answers={}).goal
    metric = BUILT_IN_CATALOGUE.by_id[goal.metric or ""]
    found = guarded_of(goal, metric, BUILT_IN_CATALOGUE)
    return {each.metric.id: (each.comparison, each.named) for each in found}


def test_margin_and_refunds_are_always_looked_at_and_what_a_goal_names_is_kept() -> None:
    assert of_sentence("30天内复购率 +5%") == {"refund_rate": ("no_rise", False), "gross_profit": ("no_drop", False)}
    assert of_sentence("30天内复购率 +5%，毛利额不下降")["gross_profit"] == ("no_drop", True)


def test_the_goals_own_metric_is_not_guarded_against_itself() -> None:
    assert "gross_profit" not in of_sentence("30天内毛利额 +5%")


def test_rates_of_messages_are_not_foretold() -> None:
    assert "unsubscribe_rate" not in of_sentence("30天内复购率 +5%，退订率不上升")


def test_more_orders_alone_are_no_more_refunds_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the people order twice as often and return the same share of it."""
    orders = np.array([10.0, 10.0, 20.0, 20.0])
    answers = {("refund",): orders / 10, ("order",): orders}

    def counted(_look: object, outcome: Outcome, _window_ms: int) -> Floats:
        return answers[("refund",) if "Refund" in outcome.counted[0] else ("order",)]

    monkeypatch.setattr(module, "outcomes", counted)
    refunds = Guarded(metric=BUILT_IN_CATALOGUE.by_id["refund_rate"], comparison="no_rise", named=True)
    look: Look = object()  # type: ignore[assignment]
    found = guarded_outcomes(look, (refunds,), (BUILT_IN_CATALOGUE, 1, np.ones(4, dtype=np.bool_)))
    assert found[:, 0] == pytest.approx(np.zeros(4))
