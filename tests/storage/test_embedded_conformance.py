import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest

from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault
from liftloop.testing.storage import FullDisk, LogConformance, StateConformance, VaultConformance
from liftloop.testing.storage_lake import LakeConformance, OpenLake
from liftloop.testing.storage_models import OpenLog, OpenState, OpenVault


def no_room_for(writer: sqlite3.Connection) -> FullDisk:
    """Let the file grow by no page: what SQLite says on a full disk, without needing one."""

    @contextmanager
    def full_disk() -> Iterator[None]:
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        (before,) = writer.execute("PRAGMA max_page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        yield
        writer.execute(f"PRAGMA max_page_count = {before}")

    return full_disk


class TestSqliteLog(LogConformance):
    @pytest.fixture
    def open_log(self) -> OpenLog:
        return lambda folder: SqliteLog(folder / "log.db")

    @pytest.fixture
    def full_disk(self, log: SqliteLog) -> FullDisk:
        return no_room_for(log._writer)


class TestSqliteState(StateConformance):
    @pytest.fixture
    def open_state(self) -> OpenState:
        return lambda folder: SqliteState(folder / "state.db")

    @pytest.fixture
    def full_disk(self, state: SqliteState) -> FullDisk:
        return no_room_for(state._writer)


class TestSqliteVault(VaultConformance):
    @pytest.fixture
    def open_vault(self) -> OpenVault:
        return lambda folder: SqliteVault(folder / "vault.db", sha256(str(folder).encode()).digest())


class TestDuckLake(LakeConformance):
    @pytest.fixture
    def open_log(self) -> OpenLog:
        return lambda folder: SqliteLog(folder / "log.db")

    @pytest.fixture
    def open_state(self) -> OpenState:
        return lambda folder: SqliteState(folder / "state.db")

    @pytest.fixture
    def open_lake(self) -> OpenLake:
        return lambda folder: DuckLake(folder / "lake.duckdb", "256MB", 1)
