import numpy as np
import pytest
from scipy import stats

from liftloop.simulate.chance import Stream, keys, normals, uniforms

PEOPLE = np.arange(200_000)


@pytest.mark.parametrize("key", [0, 1, 2**63 - 1])
def test_addressed_uniforms_are_uniform(key: int):
    """Draws by address are spread evenly over (0, 1), whatever the key."""
    drawn = uniforms(key, Stream.CONTACT, PEOPLE)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    assert stats.kstest(drawn, "uniform").pvalue > 1e-4


def test_neighbouring_addresses_do_not_know_each_other():
    """Streams, keys, people and turns that differ by one give draws without correlation."""
    base = uniforms(7, Stream.CONTACT, PEOPLE, np.array([3]))
    others = [
        uniforms(7, Stream.DELAY, PEOPLE, np.array([3])),
        uniforms(8, Stream.CONTACT, PEOPLE, np.array([3])),
        uniforms(7, Stream.CONTACT, PEOPLE, np.array([4])),
        uniforms(7, Stream.CONTACT, PEOPLE + 1, np.array([3])),
    ]
    for other in others:
        assert abs(np.corrcoef(base, other)[0, 1]) < 5.0 / np.sqrt(PEOPLE.size)


def test_a_draw_depends_on_its_address_alone():
    """Who else is asked, and in which order, changes nobody's luck."""
    rng = np.random.default_rng(3)
    some = rng.permutation(PEOPLE)[:1000]
    everyone = keys(5, Stream.ORDER_KEY, PEOPLE, np.array([2]))
    assert np.array_equal(keys(5, Stream.ORDER_KEY, some, np.array([2])), everyone[some])
    assert np.unique(everyone).size == PEOPLE.size


def test_normals_are_normal():
    """Normals by address follow the standard normal law."""
    assert stats.kstest(normals(9, Stream.MOOD, PEOPLE), "norm").pvalue > 1e-4
