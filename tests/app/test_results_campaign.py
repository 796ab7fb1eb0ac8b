"""Attribution within one campaign: whose touches count, and when its measured lift is divided into amounts."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from liftloop.app.results.attribution import money_of, of_campaign
from liftloop.app.results.touches import Source, Touched
from liftloop.measure.attribution import Conversions, Touches
from liftloop.measure.lift import LiftEstimate

SHARES = [np.array([0.75, 0.25]), np.array([0.2, 0.8])]


def reported(low: float, high: float) -> Any:
    """Return what is read of a campaign's report: 1,000 treated people, ¥5 more each."""
    return SimpleNamespace(
        difference=LiftEstimate(value=500.0, low=low, high=high),
        treated=1_000,
        metric=SimpleNamespace(unit="fen"),
        sentence=SimpleNamespace(zh="还看不出差别", en="No difference to be seen"),
    )


def test_a_proven_lift_is_divided_whole_by_every_model() -> None:
    """Where the interval excludes zero the amounts of each model add up to the measured total, and so do the bounds."""
    found = money_of(SHARES, reported(100.0, 900.0))
    assert found.total == (500_000.0, 100_000.0, 900_000.0)
    assert found.unit == "fen"
    for scaled in found.scaled:
        assert scaled.amount.sum() == pytest.approx(500_000.0)
        assert (scaled.low.sum(), scaled.high.sum()) == pytest.approx((100_000.0, 900_000.0))
    assert found.scaled[0].amount.tolist() == [375_000.0, 125_000.0]


def test_what_was_not_shown_is_not_divided_and_says_why() -> None:
    """A lift whose interval holds zero, one that is not there yet, and no campaign at all: no amounts, a reason."""
    unclear = money_of(SHARES, reported(-50.0, 900.0))
    assert (unclear.scaled, unclear.total) == ((), None)
    assert "No difference" in unclear.reason.en
    early = reported(1.0, 2.0)
    early.difference = None
    assert money_of(SHARES, early).scaled == ()
    assert "holdout" in money_of(SHARES, None).reason.en


def test_only_its_own_messages_to_its_treated_people_count() -> None:
    """Ads, other campaigns and people whom it left alone are no part of what a campaign's lift is divided among."""
    sources = (
        Source(channel="own:sms", campaign="c1", ad_group="coupon"),
        Source(channel="own:sms", campaign="c2", ad_group="coupon"),
        Source(channel="baidu", campaign="c1"),
    )
    touched = Touched(
        touches=Touches(profile=np.array([1, 1, 1, 2]), at_ms=np.array([5, 6, 7, 8]), channel=np.array([0, 1, 2, 0])),
        sources=sources,
    )
    conversions = Conversions(profile=np.array([1, 2]), at_ms=np.array([9, 9]), value=np.array([1.0, 1.0]))
    kept, theirs = of_campaign("c1", np.array([1]), touched, conversions)
    assert (kept.touches.profile.tolist(), kept.touches.at_ms.tolist()) == ([1], [5])
    assert theirs.profile.tolist() == [1]
