"""Graded offers: a larger coupon is never predicted to move anybody less than a smaller one by the same channel."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import Floats, inputs
from small_world import options as shop_options

from liftloop.plan.effects.doses import Doses, chains_of
from liftloop.plan.effects.fit import effects_for, fit, keen_now, prepare
from liftloop.plan.options import ChannelChoice, ItemChoice, Offer, Option
from liftloop.plan.policy import selection
from liftloop.plan.policy.worth import Predicted, doses_of


def graded(faces: list[int], items: tuple[str, ...] = ("",)) -> tuple[Option, ...]:
    """Return offers of these face values, some alike, through two channels, on items or none."""
    channels = [ChannelChoice(id=name, medium=name, name_zh=name, name_en=name, cost_fen=1) for name in ("sms", "push")]
    things = {
        name: ItemChoice(id=name, name_zh=name, name_en=name, category="", price_fen=None, margin_fen=None, stock=None)
        for name in items
        if name
    }
    return tuple(
        Option(
            id=f"{place}.{channel.id}.{name}",
            offer=Offer(id=f"{place}", face_fen=face),
            item=things.get(name),
            channel=channel,
        )
        for channel, name, (place, face) in product(channels, items, enumerate(faces))
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 500, 1_000, 2_000]), min_size=1, max_size=5), st.integers(0, 10_000))
def test_no_larger_face_value_moves_anybody_less(faces: list[int], seed: int) -> None:
    """Within a channel and item no larger coupon is below a smaller one; nobody and single offers stay as they were."""
    options, dice = graded(faces, ("", "milk")), np.random.default_rng(seed)
    doses = Doses(chains=chains_of(options), weight=dice.uniform(0, 300, len(options) + 1))
    effects = dice.normal(size=(8, len(options) + 1))
    raised = doses.raised(effects)
    np.testing.assert_array_equal(raised[:, 0], effects[:, 0])
    for (one, small), (other, large) in product(enumerate(options, start=1), repeat=2):
        alike = (small.channel.id, small.item) == (large.channel.id, large.item)
        if alike and small.face_fen < large.face_fen:
            assert (raised[:, other] >= raised[:, one]).all()
    if len(set(faces)) == 1:
        assert raised is effects


def test_what_is_known_well_moves_little() -> None:
    """A coupon of which hardly anything is known yields to its neighbour and does not drag it along."""
    options = graded([500, 1_000])[:2]
    doses = Doses(chains=chains_of(options), weight=np.array([500.0, 400.0, 4.0]))
    (raised,) = doses.raised(np.array([[0.0, 0.05, 0.01]]))
    assert 0.049 < raised[1] == raised[2] < 0.05


def test_predictions_learned_from_a_log_never_fall_with_the_face_value() -> None:
    """Of everybody of now and everybody in the log, by average and by person, calibrated as plans are made."""

    def flat(trait: Floats, place: int) -> Floats:
        return 0.03 + 0.02 * trait * (place % 2)

    world = inputs(3, flat, people=2_000, rows=4_000)
    assert world.contacts is not None
    log = prepare(world.contacts, world.people, world.options, world.now_ms, world.salt)
    fits = fit(log)
    seen = selection.tested(log, fits)
    now = Predicted(
        simple=effects_for(fits.simple[None], log),
        personal=effects_for(fits.personal[None], log),
        keen=keen_now(fits, log),
        doses=doses_of(log),
    )
    for predicted, personal in product((seen.predicted, now), (False, True)):
        effects = predicted.effects(seen.calibration.slopes, personal=personal)
        for chain in chains_of(shop_options()):
            for (small,), (large,) in pairwise(chain):
                assert (effects[:, large] >= effects[:, small]).all()
