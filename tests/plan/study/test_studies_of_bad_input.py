"""Logs from which nothing should be concluded: a study answers with a trial or a refusal, never with a sure number."""

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import FACES, Floats, inputs

from liftloop.plan.finding import Finding
from liftloop.plan.inputs import Contacts, StudyInputs
from liftloop.plan.leaks import without_leaks
from liftloop.plan.study.whole import study


def by_money(trait: Floats, place: int) -> Floats:
    return np.full(trait.size, 0.02 + 0.00001 * FACES[place % len(FACES)])


def nothing(trait: Floats, place: int) -> Floats:
    return np.zeros(trait.size)


def _small(**changes: object) -> StudyInputs:
    return replace(inputs(2, by_money, people=3_000, rows=6_000), **changes)


def _log(**changes: object) -> Contacts:
    log = _small().contacts
    assert log is not None
    return replace(log, **changes)


def _tried(found: Finding, reason: str) -> None:
    """Say that the answer is a trial with an assumed range, and why."""
    assert (found.status, found.reason) == ("exploration", reason)
    assert found.forecast is not None
    assert found.forecast.assumed


def test_contacts_without_chances_lead_to_a_trial_that_says_so() -> None:
    """Who was contacted differs from who was not: without known chances nothing is learned from them."""
    _tried(study(_small(contacts=None, contacts_unusable=6_000)), "no_chances")


@pytest.mark.parametrize("arm", [0, 3])
def test_a_history_of_one_arm_leads_to_a_trial(arm: int) -> None:
    """Where everybody got the same, or everybody was left alone, there is nothing to compare with."""
    _tried(study(_small(contacts=_log(arm=np.full(6_000, arm, dtype=np.int64)))), "one_arm")
    _tried(study(_small(contacts=None, contacts_decided=6_000, arms_decided=1)), "one_arm")


def test_what_was_decided_and_not_drawn_leads_to_a_trial_that_says_so() -> None:
    """Zero overlap: where everybody could get but one thing, people alike never got different ones."""
    _tried(study(_small(contacts=None, contacts_decided=6_000, arms_decided=2)), "no_overlap")
    sure = np.zeros((6_000, 7))
    log = _log()
    sure[np.arange(6_000), log.arm] = 1.0
    _tried(study(_small(contacts=replace(log, chance=sure))), "no_overlap")


def test_two_hundred_customers_get_a_trial() -> None:
    """A shop with two hundred customers and as many past contacts is told what a trial would take."""
    found = study(inputs(3, by_money, people=200, rows=300))
    _tried(found, "thin_log")
    assert found.sizing is not None
    assert found.sizing.wanted > 200


def test_one_whale_among_zeros_is_no_effect() -> None:
    """A metric that is zero for 99 in 100, with one enormous order in a treated hand, makes nothing certain."""
    dice = np.random.default_rng(5)
    for seed in range(3):
        world = inputs(seed, nothing, people=3_000, rows=6_000)
        log = world.contacts
        assert log is not None
        spent = np.where(dice.random(log.count) < 0.01, 3_000.0, 0.0)
        spent[np.flatnonzero(log.arm > 0)[7]] = 50_000_000.0
        assert study(replace(world, contacts=replace(log, outcome=spent))).status != "ready"


def test_a_feature_that_tells_the_outcome_makes_nobody_sure() -> None:
    """A column that was filled after the fact cannot make a lift out of nothing."""
    world = inputs(4, nothing, people=3_000, rows=6_000)
    log = world.contacts
    assert log is not None
    leaked = {**log.features, "leaked": log.outcome + 0.0}
    people = replace(world.people, features={**world.people.features, "leaked": np.zeros(world.people.count)})
    found = study(replace(world, people=people, contacts=replace(log, features=leaked)))
    assert found.status != "ready"


def test_an_attribute_that_was_filled_afterwards_is_named_and_no_other() -> None:
    """What tells a month's outcomes is left out, even with some wrong; what merely foretells them stays."""
    world = inputs(6, by_money, people=3_000, rows=6_000)
    log = world.contacts
    assert log is not None
    dice = np.random.default_rng(6)
    last = log.campaign == 0
    paid = np.where(last & (dice.random(log.count) > 0.01), log.outcome, dice.integers(0, 2, log.count))
    foretells = dice.random(log.count) < 0.1 + 0.6 * log.outcome
    attributes = {"is:paid": paid, "is:fond": foretells * 1.0, "age:joined": dice.uniform(0, 900, log.count)}
    seen = replace(world, contacts=replace(log, features={**log.features, **attributes}))
    found = without_leaks(seen)
    assert found.leaks == ("is:paid",)
    assert found.contacts is not None
    assert "is:paid" not in found.contacts.features
    assert set(found.contacts.features) == {"trait", "noise", "is:fond", "age:joined"}
    assert without_leaks(world) is world
