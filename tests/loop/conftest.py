"""Lets these tests import their neighbours and the example market; one server for those who only want one that runs."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins" / "sources"))
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from serving import Running, serving

SHARED_NOW = "2026-09-10T09:00:00+08:00"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    """Give a server that stands for the whole session; who uses it leaves clock, processes and definitions alone."""
    with serving(tmp_path_factory.mktemp("shared") / "shop", LIFTLOOP_CLOCK_START=SHARED_NOW) as running:
        yield running
