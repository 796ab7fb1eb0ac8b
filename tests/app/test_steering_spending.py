"""What is told of money while a campaign runs: beside the plan's own course, and only where the two truly part."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from liftloop.app.steering.spending import Spending, spending
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.plan.contract import Action, Campaign, Holdout, Phase, Spread
from liftloop.plan.phases import started_by

START_MS = 1_795_233_600_000
PEOPLE, FEN = 1_000, 5
PHASES = (
    Phase(name="warm_up", share=0.2, from_s=0, over_s=86_400, waves=1),
    Phase(name="main", share=0.8, from_s=2 * 86_400, over_s=86_400, waves=4),
)
SPREAD = Spread(over_s=3 * 86_400, waves=5, phases=PHASES)


def spent(by_hour: dict[int, int], now_ms: int, spread: Spread | None = SPREAD, lead_s: int = 0) -> Spending:
    """Return what is told where so many messages left in each hour of a campaign of a thousand people."""
    actions = [Action(id="nobody"), Action(id="a", channel="sms", cost_fen=FEN, lead_s=lead_s)]
    campaign = Campaign(
        name="c",
        plan="p",
        actions=tuple(actions),
        cells=((0.0, 1.0),),
        holdout=Holdout(share=0.1, salt="c"),
        starts_ms=START_MS,
        ends_ms=START_MS + 30 * DAY_MS,
        spread=spread,
    )
    record: Any = SimpleNamespace(actions=[SimpleNamespace(id="a", people=PEOPLE)])
    rows = {"piece": np.array(sorted(by_hour)), "cost_fen": np.array([FEN * by_hour[hour] for hour in sorted(by_hour)])}
    return spending(rows, campaign, record, START_MS + now_ms)


def test_turns_come_by_phase_and_add_up_to_everybody() -> None:
    """Nobody's turn comes before the start, a fifth's at once, the rest's in four waves; else all at once."""
    days = [-0.1, 0, 1.9, 2, 2.3, 2.9, 30]
    shares = [started_by(SPREAD, day * 86_400) for day in days]
    assert shares == pytest.approx([0, 0.2, 0.2, 0.4, 0.6, 1, 1])
    assert (started_by(None, -1), started_by(None, 0)) == (0, 1)


@pytest.mark.parametrize(
    ("by_hour", "hours", "pace"),
    [
        ({0: 200}, 1, "even"),
        ({0: 200}, 47, "even"),
        ({0: 5}, 3, "even"),
        ({0: 5}, 13, "behind"),
        ({}, 13, "behind"),
        ({0: 400}, 3, "ahead"),
        ({0: 200, 48: 200}, 49, "even"),
        ({0: 200, 48: 200}, 80, "behind"),
    ],
)
def test_money_is_told_beside_the_plans_own_course(by_hour: dict[int, int], hours: int, pace: str) -> None:
    """A pause between phases is no delay, a night is waited for, and what parts by a tenth is told with what to do."""
    found = spent(by_hour, hours * HOUR_MS)
    assert found.pace == pace
    assert found.sentence is not None
    assert ("名单" in found.sentence.zh) == (pace == "behind")
    assert ("预算" in found.sentence.zh) == (pace == "ahead")
    assert [point.spent_fen for point in found.points] == [
        FEN * sum(each for hour, each in by_hour.items() if hour <= last) for last in sorted(by_hour)
    ]


def test_what_waits_for_approval_is_not_late() -> None:
    """Words with a lead of two days are planned for nobody before; no plan, no sentence."""
    assert spent({}, 40 * HOUR_MS, spread=None, lead_s=2 * 86_400).pace == "early"
    assert spent({}, 61 * HOUR_MS, spread=None, lead_s=2 * 86_400).pace == "behind"
    campaign: Any = SimpleNamespace(starts_ms=START_MS, ends_ms=START_MS + DAY_MS, actions=(), spread=None)
    none = spending({"piece": np.zeros(0), "cost_fen": np.zeros(0)}, campaign, None, START_MS + DAY_MS)
    assert none.sentence is None
