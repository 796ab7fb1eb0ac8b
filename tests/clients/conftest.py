"""One server for all clients."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "loop"))

from serving import serving
from told_shop import Shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    with serving(tmp_path_factory.mktemp("clients") / "shop", LIFTLOOP_CLOCK="system") as running:
        yield Shop(running)
