"""What the planner learns of options from a random log is what EconML's double machine learning says, or nearer."""

from pathlib import Path

import numpy as np
import pytest
import small_world

from liftloop.plan.effects.fit import effects_for, fit, prepare
from second_environment import ask

ORACLE = Path(__file__).parents[2] / "inference" / "econml_oracle.py"


def effect(trait: np.ndarray, place: int) -> np.ndarray:
    """Dearer offers move more people, the second channel fewer, and some people twice as strongly."""
    return (0.02 + 0.03 * (place % 3)) * (1 + trait) * (1.0 if place < 3 else 0.7)


@pytest.mark.long
def test_the_planner_and_econml_learn_the_same_effects(tmp_path: Path) -> None:
    """Over six options the planner's effects lie nearer to the truth than those of a LinearDML that knows the chances,
    each option's average within two of its errors, and both rank people alike.
    """
    given = small_world.inputs(41, effect)
    assert given.contacts is not None
    log = prepare(given.contacts, given.people, given.options, given.now_ms, given.salt)
    ours = effects_for(fit(log).personal[None], log)[:, 1:]
    contacts, traits = given.contacts, np.column_stack(list(given.contacts.features.values()))
    asked = np.column_stack(list(given.people.features.values()))
    arrays = {"traits": traits, "arm": contacts.arm, "outcome": contacts.outcome, "chance": contacts.chance}
    told = ask(ORACLE, tmp_path, arrays | {"asked": asked, "learner": "residual"})
    theirs = np.array(told["effects"]).T
    truth = np.column_stack([effect(given.people.features["trait"], place) for place in range(6)])
    missed = [float(np.sqrt(np.square(one - truth).mean())) for one in (ours, theirs)]
    assert missed[0] < missed[1]
    assert np.abs(ours.mean(axis=0) - theirs.mean(axis=0)).max() < 2 * max(told["error"])
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9
