"""Real data where they are, and workbooks made by hand."""

import os
from pathlib import Path

import pytest

DEFAULT_DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data; skips where there is none, fails where one was promised and is missing."""
    promised = os.environ.get("LIFTLOOP_TEST_DATA")
    folder = Path(promised) if promised else DEFAULT_DATA
    if not (folder / "online_retail").is_dir():
        if promised:
            pytest.fail(f"LIFTLOOP_TEST_DATA is {promised}, which holds no online_retail")
        pytest.skip(f"no real data in {folder}; set LIFTLOOP_TEST_DATA to run this test")
    return folder
