"""What this engine promises beyond the contract: bounded WALs, refused types, readers in other processes."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import ArraySpec, Block, DiskFull, FactBlock, Fenced, StorageError
from liftloop.storage.embedded.checkpoints import Checkpoints
from liftloop.storage.embedded.connections import named_queries, open_writer
from liftloop.storage.embedded.crash_points import NO_CRASHES
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.schema import STATE
from liftloop.storage.embedded.state import SqliteState, SqliteStateReader
from liftloop.storage.embedded.vault import SqliteVault
from liftloop.storage.tables import TABLES
from liftloop.testing.storage import attribute_row, commit_of

SPEC = ArraySpec(name="a", dtype="<i8", fill=0)


def test_the_tick_never_loads_duckdb() -> None:
    """Everything that the tick imports of this engine leaves duckdb alone."""
    code = (
        "import sys; import liftloop.storage.embedded.log, liftloop.storage.embedded.state;"
        "import liftloop.storage.embedded.vault, liftloop.storage.embedded.folder;"
        "sys.exit('duckdb' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_schema_is_that_of_the_contract(tmp_path: Path) -> None:
    """The file has each table of the contract with its columns in order, its key and its indexes."""
    state = SqliteState(tmp_path / "state.db")
    for table in TABLES:
        columns = state.rows(f"PRAGMA table_info({table.name})")
        assert [(name, kind) for _, name, kind, *_ in columns] == list(table.columns)
        assert [number for *_, number in columns if number] == list(range(1, table.key + 1))
        listed = state.rows(f"SELECT name FROM pragma_index_list('{table.name}') WHERE origin = 'c'")
        indexed = {
            tuple(column for (column,) in state.rows(f"SELECT name FROM pragma_index_info('{index}')"))
            for (index,) in listed
        }
        assert indexed == set(table.indexes)
    assert {table.name for table in TABLES} < {table.name for table in STATE}
    state.close()


@pytest.mark.parametrize("wrong", [np.int64(5), b"5", "five"])
def test_a_wrong_type_is_refused_and_changes_nothing(tmp_path: Path, wrong: object) -> None:
    """SQLite would store a numpy integer as a blob without a word; this file does not."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    with pytest.raises(sqlite3.IntegrityError):
        state.commit(commit_of(1, epoch, {"outbox": [("k", "sms", wrong, b"")]}))
    assert (state.position(), state.rows("SELECT * FROM outbox")) == (None, [])
    state.commit(commit_of(1, epoch, {"outbox": [("k", "sms", 5, b"")]}))
    state.close()


def test_a_reader_before_the_writer_is_told_so(tmp_path: Path) -> None:
    """A reader of a file that is missing, empty or not a database raises `StorageError` and creates nothing."""
    path = tmp_path / "state.db"
    with pytest.raises(StorageError):
        SqliteStateReader(path)
    assert not path.exists()
    path.write_bytes(b"")
    with pytest.raises(StorageError):
        SqliteStateReader(path)
    path.write_bytes(b"not a database at all, but long enough to have a header" * 9)
    with pytest.raises(StorageError):
        SqliteStateReader(path)
    with pytest.raises(StorageError):
        SqliteState(path)


def test_a_reader_sees_each_commit_and_cannot_write(tmp_path: Path) -> None:
    """Another process's reader is never behind a commit that returned, and changes nothing."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    reader = SqliteStateReader(tmp_path / "state.db")
    for tick in (1, 2):
        state.commit(commit_of(tick, epoch, {"attribute": [attribute_row(tick, b"x", 1)]}))
        position = reader.position()
        assert position is not None
        assert (position.tick, reader.rows("SELECT count(*) FROM attribute")) == (tick, [(tick,)])
    with pytest.raises(StorageError):
        reader.rows("DELETE FROM attribute")
    state.close()
    assert reader.rows("SELECT count(*) FROM attribute") == [(2,)]
    reader.close()


def test_reading_never_waits_for_a_commit(tmp_path: Path) -> None:
    """While a transaction is open, readers answer with what was committed before it."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    state.commit(commit_of(1, epoch, {}))
    writer = open_writer(tmp_path / "state.db")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM tick")
    position = state.position()
    assert position is not None
    assert position.tick == 1
    writer.execute("ROLLBACK")
    writer.close()
    state.close()


def test_wals_stay_short(tmp_path: Path) -> None:
    """With maintenance now and then, 60 MB of commits leave a WAL of a few, and nothing is lost."""
    state, log = SqliteState(tmp_path / "state.db"), SqliteLog(tmp_path / "log.db")
    epoch = state.take_lease()
    for tick in range(1, 61):
        state.commit(commit_of(tick, epoch, {}, bytes(500_000)))
        log.append([(1, bytes(500_000))])
        if tick % 10 == 0:
            state.maintain()
            log.maintain()
    for name in ("state.db-wal", "log.db-wal"):
        assert (tmp_path / name).stat().st_size < 20_000_000
    assert sum(1 for _ in state.deltas(after=TickNumber(0))) == log.end() == 60
    state.close()
    log.close()


def test_maintenance_beside_commits(tmp_path: Path) -> None:
    """Maintenance from another thread neither fails nor makes a commit fail."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    done = threading.Event()
    failures: list[Exception] = []

    def maintain() -> None:
        while not done.is_set():
            try:
                state.maintain()
            except StorageError as error:
                failures.append(error)

    thread = threading.Thread(target=maintain)
    thread.start()
    for tick in range(1, 101):
        state.commit(commit_of(tick, epoch, {}, bytes(50_000)))
    done.set()
    thread.join()
    assert failures == []
    assert sum(1 for _ in state.deltas(after=TickNumber(0))) == 100
    state.close()


def test_an_unfinished_round_leaves_no_trace(tmp_path: Path) -> None:
    """Blocks of a round that a crash cut short are never shown, even beside those of the next one."""
    checkpoints = Checkpoints(tmp_path / "checkpoint.db", NO_CRASHES)
    checkpoints.keep([Block(array="a", number=0, data=b"one")])
    checkpoints.finish(TickNumber(1), [SPEC])
    checkpoints.keep([Block(array="a", number=number, data=b"lost") for number in (0, 1)])
    assert [block.data for block in checkpoints.blocks()] == [b"one"]
    checkpoints.close()
    checkpoints = Checkpoints(tmp_path / "checkpoint.db", NO_CRASHES)
    checkpoints.finish(TickNumber(2), [SPEC])
    assert [(block.number, block.data) for block in checkpoints.blocks()] == [(0, b"one")]
    checkpoints.close()


def test_an_array_that_changed_its_meaning_starts_empty(tmp_path: Path) -> None:
    """Blocks of an array with another description are dropped unless the round kept them anew."""
    state = SqliteState(tmp_path / "state.db")
    state.keep_blocks([Block(array="a", number=number, data=b"ints") for number in (0, 1)])
    state.finish_checkpoint(tick=TickNumber(0), specs=[SPEC])
    state.keep_blocks([Block(array="a", number=0, data=b"floats")])
    state.finish_checkpoint(tick=TickNumber(0), specs=[ArraySpec(name="a", dtype="<f8", fill=0)])
    assert [(block.number, block.data) for block in state.blocks()] == [(0, b"floats")]
    state.close()


def test_a_checkpoint_older_than_the_journal_is_refused(tmp_path: Path) -> None:
    """Where the checkpoint file was lost or restored from before, opening fails instead of starting with less."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    for tick in (1, 2):
        state.commit(commit_of(tick, epoch, {}))
    state.finish_checkpoint(tick=TickNumber(1), specs=[SPEC])
    state.close()
    (tmp_path / "checkpoint.db").unlink()
    with pytest.raises(StorageError, match="checkpoint"):
        SqliteState(tmp_path / "state.db")


def test_providers_ids_are_forgotten_in_order(tmp_path: Path) -> None:
    """What was handed over before an instant goes, however much; the rest stays and can be matched."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    rows = [("sms", f"id{number}", f"c/send/{number}/0", number) for number in range(12_000)]
    state.commit(commit_of(1, epoch, {"carried": rows}))
    assert state.forget_carried(before_ms=11_000) == 11_000
    assert state.forget_carried(before_ms=11_000) == 0
    assert state.rows("SELECT min(at_ms), count(*) FROM carried") == [(11_000, 1_000)]
    state.close()


def test_forgetting_facts_keeps_the_position(tmp_path: Path) -> None:
    """Old facts and moments go, the last tick stays, and so does everything after the given one."""
    state = SqliteState(tmp_path / "state.db")
    epoch = state.take_lease()
    for tick in range(1, 6):
        block = FactBlock(kind="x.happened", count=1, columns=b"")
        state.commit(msgspec.structs.replace(commit_of(tick, epoch, {}), facts=[block]))
    state.forget_facts(before=TickNumber(4))
    assert [tick for tick, _ in state.facts(after=TickNumber(0), limit=99)] == [4, 5]
    state.forget_facts(before=TickNumber(99))
    position = state.position()
    assert position is not None
    assert (position.tick, list(state.facts(after=TickNumber(0), limit=9))) == (5, [])
    state.close()


def test_two_stores_on_one_file_fence_each_other(tmp_path: Path) -> None:
    """Where two processes open the state all the same, only the one that took the lease last commits."""
    old, new = SqliteState(tmp_path / "state.db"), SqliteState(tmp_path / "state.db")
    old_epoch = old.take_lease()
    old.commit(commit_of(1, old_epoch, {}))
    new_epoch = new.take_lease()
    with pytest.raises(Fenced):
        old.commit(commit_of(2, old_epoch, {}))
    new.commit(commit_of(2, new_epoch, {}))
    old.close()
    new.close()


def test_destroyed_keys_are_gone_from_the_files(tmp_path: Path) -> None:
    """Neither the vault's file nor its WAL holds a wrapped key after it was destroyed."""
    vault = SqliteVault(tmp_path / "vault.db", bytes(32))
    vault.seal([(number, b"x") for number in range(100)])
    ((wrapped,),) = sqlite3.connect(tmp_path / "vault.db").execute(
        "SELECT wrapped FROM identifier_key WHERE identifier = 7"
    )
    files = [tmp_path / "vault.db", tmp_path / "vault.db-wal"]
    assert any(wrapped in file.read_bytes() for file in files)
    vault.destroy([7])
    assert not any(wrapped in file.read_bytes() for file in files if file.exists())
    vault.close()


def test_one_process_owns_the_lake(tmp_path: Path) -> None:
    """While the lake is open, another process is refused."""
    lake = DuckLake(tmp_path / "lake.duckdb", "256MB", 1)
    code = (
        "import sys; from pathlib import Path; from liftloop.storage.embedded.lake import DuckLake;"
        "DuckLake(Path(sys.argv[1]), '256MB', 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "lake.duckdb"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "StorageError" in done.stderr
    lake.close()


def test_a_query_beyond_the_memory_is_spilt(tmp_path: Path) -> None:
    """A sort of more than the memory limit succeeds, its overflow beside the file."""
    lake = DuckLake(tmp_path / "lake.duckdb", "100MB", 1)
    texts = "SELECT repeat('x', 200) || n AS text FROM range(1000000) numbers(n) ORDER BY hash(n)"
    query = f"SELECT sum(length(text)) AS total FROM ({texts})"
    assert lake.select(query)["total"].tolist() == [200 * 1_000_000 + 5_888_890]
    lake.close()


def test_every_statement_has_its_place() -> None:
    """Names of statements are unique and each is used by the code."""
    package = Path(__file__).parents[2] / "src" / "liftloop" / "storage" / "embedded"
    code = "".join(file.read_text() for file in package.glob("*.py"))
    for file in ("queries.sql", "lake.sql"):
        for name in named_queries(file):
            assert f'"{name}"' in code


def test_disk_full_keeps_the_vault_whole(tmp_path: Path) -> None:
    """Where a new key finds no room, nothing is sealed, and known identifiers are still served."""
    vault = SqliteVault(tmp_path / "vault.db", bytes(32))
    (sealed,) = vault.seal([(1, b"known")])
    (pages,) = vault._connection.execute("PRAGMA page_count").fetchone()
    vault._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        vault.seal([(number, b"x") for number in range(2, 2_000)])
    vault.seal([(1, b"again")])
    assert vault.open([sealed]) == [b"known"]
    vault._connection.execute("PRAGMA max_page_count = 1000000")
    assert vault.open(vault.seal([(5, b"x")])) == [b"x"]
    vault.close()


def test_appending_beside_forgetting(tmp_path: Path) -> None:
    """Retention in another thread takes the oldest only, and never an offset twice."""
    log = SqliteLog(tmp_path / "log.db")
    for _ in range(1_000):
        log.append([(1, b"x" * 100)])
    thread = threading.Thread(target=lambda: log.forget(before=Offset(900)))
    thread.start()
    ends = [log.append([(1, b"y")]) for _ in range(50)]
    thread.join()
    assert ends == list(range(1_001, 1_051))
    assert [entry.first for entry in log.read(after=Offset(0), limit=10**6)] == list(range(900, 1_050))
    log.close()
