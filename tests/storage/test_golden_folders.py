"""Folders of every layout that was released open as they were left; what a newer version wrote is refused."""

import shutil
import sqlite3
import tarfile
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from liftloop.app.opening import Newer, open_folder
from liftloop.app.settings import Settings
from liftloop.app.tick.questions import answer
from liftloop.storage.contract import NewerFolder
from liftloop.storage.embedded.folder import LAYOUT
from liftloop.storage.tables import TABLES
from liftloop.testing.installation import Installation

FOLDERS = Path(__file__).parents[1] / "golden" / "folders"
PACKED = sorted(FOLDERS.glob("*.tar.xz"))
NOW_MS = 1_790_000_000_000
PEOPLE = 42
LOYAL = 28
"""Those of them who bought twice."""


@pytest.fixture(params=PACKED, ids=lambda path: path.name.partition(".")[0])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path / "data", filter="data")
    return tmp_path / "data"


def test_the_present_layout_has_its_folder() -> None:
    """A layout is a promise from the day on which its folder is kept."""
    assert f"{LAYOUT}.tar.xz" in [path.name for path in PACKED]


def test_a_golden_folder_opens_as_it_was_left(folder: Path) -> None:
    """People, memberships, ledger, personal fields and the lake are there, and it goes on."""
    open_folder(Settings(data=folder))
    installation = Installation(folder, NOW_MS)
    try:
        installation.fold_all()
        position = answer(installation.fold, "position", {})
        loyal = answer(installation.fold, "audience", {"id": "loyal"})
        ledger = Counter(state for (state,) in installation.state.rows("SELECT state FROM ledger"))
        installation.follow()
        events = installation.lake.select("SELECT count(*) AS n, count(DISTINCT profile) AS people FROM event_now")
        phones = [row[0] for row in installation.state.rows("SELECT value FROM attribute WHERE sealed = 1")]
        opened = installation.vault.open(phones)
        assert position["profiles"] == PEOPLE
        assert loyal["count"] == sum(number % 3 > 0 for number in range(PEOPLE)) == LOYAL
        assert dict(ledger) == {"sent": 13, "uncertain": 6, "held_out": 1, "suppressed": 6}
        assert (int(events["people"][0]), len(opened), None in opened) == (PEOPLE, PEOPLE, False)
        installation.advance(3_600)
        assert sum(1 for _ in installation.state.rows("SELECT 1 FROM ledger")) == LOYAL
    finally:
        installation.close()


def test_an_opened_folder_has_the_tables_that_are_written(folder: Path) -> None:
    """Whatever layout a folder comes from, once opened its tables have the columns that this version puts rows into."""
    installation = Installation(folder, NOW_MS)
    try:
        for table in TABLES:
            columns = [row[1] for row in installation.state.rows(f"PRAGMA table_info('{table.name}')")]
            assert columns == [name for name, _ in table.columns], table.name
    finally:
        installation.close()


@pytest.mark.parametrize("name", ["log.db", "state.db", "checkpoint.db", "vault.db", "dispatch.db"])
def test_a_newer_file_is_refused_by_name(folder: Path, name: str) -> None:
    """Whichever file a newer version wrote, nothing is started, and the error names it."""
    with sqlite3.connect(folder / name) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(Newer, match=name):
        open_folder(Settings(data=folder))


def test_a_newer_folder_or_lake_is_refused(folder: Path) -> None:
    """The folder's own layout and the lake's are looked at too."""
    with duckdb.connect(folder / "lake.duckdb") as lake:
        lake.execute("UPDATE layout SET number = 999")
    installation = Installation(folder, NOW_MS)
    with pytest.raises(NewerFolder, match=r"lake\.duckdb"):
        _ = installation.lake
    installation.close()
    shutil.copy(folder / "layout", folder / "layout.before")
    (folder / "layout").write_text('{"layout": 999, "created_by": "9.0.0"}')
    with pytest.raises(Newer, match="999"):
        open_folder(Settings(data=folder))
