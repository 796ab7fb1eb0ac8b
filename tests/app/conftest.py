from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shop_lake import UNTIL_MS, sources_of

from liftloop.app.planning.study import Sources
from liftloop.simulate.history import History, history
from liftloop.simulate.world import sample_shop


@pytest.fixture(scope="session")
def small_past() -> History:
    return history(sample_shop(6_000), np.random.default_rng(5), UNTIL_MS)


@pytest.fixture
def small_sources(small_past: History, tmp_path: Path) -> Callable[[str], Sources]:
    """Return a maker of sources over the small shop, damaged by the SQL given."""
    return lambda alter: sources_of(small_past, tmp_path, alter)
