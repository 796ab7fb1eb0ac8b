from collections.abc import Callable

import numpy as np
import pytest

from liftloop.simulate.history import History, history
from liftloop.simulate.market import Market
from liftloop.simulate.world import World, sample_shop

UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.


@pytest.fixture(scope="session")
def shop() -> World:
    return sample_shop(8_000)


@pytest.fixture(scope="session")
def past(shop: World) -> History:
    return history(shop, np.random.default_rng(11), UNTIL_MS)


@pytest.fixture(scope="session")
def full_past() -> History:
    """The shop of the demo in its full size, drawn once."""
    return history(sample_shop(), np.random.default_rng(5), UNTIL_MS)


@pytest.fixture
def market(past: History) -> Market:
    return Market(past)


@pytest.fixture(scope="session")
def past_of() -> Callable[[World, int], History]:
    """Draw the past of any world at a seed; nothing is remembered."""

    def draw(world: World, seed: int) -> History:
        return history(world, np.random.default_rng(seed), UNTIL_MS)

    return draw
