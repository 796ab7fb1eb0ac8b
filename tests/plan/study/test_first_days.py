"""Effects told by what people do in the first days after a contact, against worlds whose truth is known."""

import numpy as np
from msgspec.structs import replace
from small_world import Floats, inputs

from liftloop.plan.finding import Finding
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.study.whole import study

MOVED = 0.017  # Of everybody contacted; a fifth buys anyway within the month.


def _nothing(trait: Floats, place: int) -> Floats:
    return np.zeros(trait.size)


def _world(seed: int, moved: float, *, late: bool = False, forward: bool = False) -> StudyInputs:
    """Own orders lie evenly in the month; `moved` is the share of those contacted who order because of it, at once.

    `late`: in the weeks after. `forward`: only those who would have ordered anyway, so that nothing is won.
    """
    given = inputs(seed, _nothing, people=10_000, rows=20_000)
    contacts = given.contacts
    assert contacts is not None
    dice = np.random.default_rng(seed + 1_000)
    own = contacts.outcome > 0
    soon = own & (dice.random(own.size) < 7 / 30)
    pulled = (contacts.arm > 0) & (dice.random(own.size) < (moved / 0.2 if forward else moved))
    pulled &= own if forward else True
    early = soon if late else soon | pulled
    return replace(
        given,
        contacts=replace(contacts, outcome=(own | pulled).astype(np.float64), early=early.astype(np.float64)),
    )


def _without_days(given: StudyInputs) -> Finding:
    assert given.contacts is not None
    return study(replace(given, contacts=replace(given.contacts, early=None)))


def test_the_first_days_show_what_a_month_hides() -> None:
    worlds = [_world(seed, MOVED) for seed in range(4)]
    assert sum(study(one).status == "ready" for one in worlds) >= 3
    assert sum(_without_days(one).status == "ready" for one in worlds) <= 1


def test_where_nothing_works_the_first_days_claim_nothing() -> None:
    assert sum(study(_world(seed, 0.0)).status == "ready" for seed in range(4)) <= 1


def test_what_is_only_bought_forward_is_not_taken_for_an_effect() -> None:
    """Ordering now instead of in three weeks wins nothing: what lasts of it is told by the whole month."""
    found = study(_world(2, 0.06, forward=True))
    assert found.status != "ready" or (found.judged is not None and found.judged.calibration.lasting < 0.5)


def test_answers_that_come_late_are_found_in_the_whole_window() -> None:
    given = _world(3, 0.05, late=True)
    found, without = study(given), _without_days(given)
    assert found.status == without.status == "ready"
    assert found.judged is not None
    assert found.judged.calibration.lasting == 1.0
