"""Conformance suites for storage engines: inherit one, say how to open the engine, and every promise is checked.

They need pytest and hypothesis. A suite's `open_…` fixture returns a function from a folder to an open store;
opened again in the same folder, the store must hold what was committed before.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import (
    ArraySpec,
    Block,
    Commit,
    DiskFull,
    FactBlock,
    Fenced,
    Log,
    Row,
    StateStore,
    Update,
    Vault,
    VaultDamaged,
)
from liftloop.testing.storage_models import (
    LogMachine,
    OpenLog,
    OpenState,
    OpenVault,
    StateMachine,
    VaultMachine,
    run_model,
)

FullDisk = Callable[[], AbstractContextManager[None]]
"""Inside it there is no room on the engine's disk."""


class LogConformance:
    """What every `Log` promises. Override `open_log`, and `full_disk` where the engine has a disk."""

    @pytest.fixture
    def open_log(self) -> OpenLog:
        raise NotImplementedError("say how to open the log")

    @pytest.fixture
    def log(self, open_log: OpenLog, tmp_path: Path) -> Iterator[Log]:
        log = open_log(tmp_path)
        yield log
        log.close()

    @pytest.fixture
    def full_disk(self, log: Log) -> FullDisk:
        pytest.skip("this engine says nothing of full disks")

    def test_any_story_ends_as_with_a_list(self, open_log: OpenLog) -> None:
        """A log behaves as a list does, for any sequence of appends, reads, forgettings and reopenings."""
        run_model(lambda: LogMachine(open_log))

    def test_offsets_count_records(self, log: Log) -> None:
        """Offsets count records from 0 without a gap, and one append may hold many runs."""
        assert log.end() == 0
        assert log.append([(3, b"a"), (2, b"b")]) == 5
        assert log.append([]) == 5
        assert log.append([(1, b"c")]) == 6
        assert [(entry.first, entry.count) for entry in log.read(after=Offset(0), limit=100)] == [
            (0, 3),
            (3, 2),
            (5, 1),
        ]

    def test_an_entry_larger_than_the_limit_is_still_read(self, log: Log) -> None:
        """A reader with a small limit moves on all the same."""
        log.append([(10, b"large"), (1, b"small")])
        assert [entry.body for entry in log.read(after=Offset(0), limit=1)] == [b"large"]
        assert [entry.body for entry in log.read(after=Offset(10), limit=1)] == [b"small"]

    def test_offsets_are_never_given_twice(self, open_log: OpenLog, tmp_path: Path) -> None:
        """After everything was forgotten and the log reopened, counting goes on."""
        log = open_log(tmp_path)
        log.append([(4, b"a")])
        assert log.forget(before=Offset(3)) == 0
        assert log.forget(before=Offset(4)) == 4
        log.close()
        log = open_log(tmp_path)
        assert (log.end(), log.read(after=Offset(0), limit=9)) == (4, [])
        assert log.append([(1, b"b")]) == 5
        log.close()

    def test_readers_beside_the_appender_see_a_growing_prefix(self, log: Log) -> None:
        """A reader in another thread sees whole entries in order, never a hole, and in the end all of them."""
        entries = 200
        seen: list[list[int]] = []

        def read() -> None:
            while not seen or len(seen[-1]) < entries:
                seen.append([entry.first for entry in log.read(after=Offset(0), limit=10**6)])

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(entries):
            log.append([(2, b"body")])
        reader.join(timeout=60)
        assert not reader.is_alive()
        assert all(firsts == list(range(0, 2 * len(firsts), 2)) for firsts in seen)

    def test_a_full_disk_appends_nothing(self, log: Log, full_disk: FullDisk) -> None:
        """`DiskFull` leaves the log as it was, and once there is room the same append succeeds."""
        log.append([(1, b"before")])
        runs = [(1, bytes(100_000))] * 20
        with full_disk(), pytest.raises(DiskFull):
            log.append(runs)
        assert (log.end(), len(log.read(after=Offset(0), limit=10**6))) == (1, 1)
        assert log.append(runs) == 21


def commit_of(tick: int, epoch: int, puts: Mapping[str, Sequence[Row]], delta: bytes = b"") -> Commit:
    """Return a commit without facts."""
    return Commit(
        tick=TickNumber(tick),
        now_ms=tick,
        seed=tick,
        offset=Offset(tick),
        epoch=epoch,
        delta=delta,
        facts=(),
        puts=puts,
        updates=(),
        removals={},
    )


def attribute_row(profile: int, value: bytes, at_ms: int) -> Row:
    return (profile, "city", value, 0, at_ms, "test")


class StateConformance:
    """What every `StateStore` promises. Override `open_state`, and `full_disk` where the engine has a disk."""

    @pytest.fixture
    def open_state(self) -> OpenState:
        raise NotImplementedError("say how to open the state")

    @pytest.fixture
    def state(self, open_state: OpenState, tmp_path: Path) -> Iterator[StateStore]:
        state = open_state(tmp_path)
        yield state
        state.close()

    @pytest.fixture
    def full_disk(self, state: StateStore) -> FullDisk:
        pytest.skip("this engine says nothing of full disks")

    def test_any_story_ends_as_with_dicts(self, open_state: OpenState) -> None:
        """A state store behaves as dicts do, for any sequence of commits, leases, checkpoints and reopenings."""
        run_model(lambda: StateMachine(open_state))

    def test_a_fresh_store_is_empty(self, state: StateStore) -> None:
        """Before the first commit there is no position, no delta, no fact and no checkpoint."""
        assert (state.position(), state.checkpoint()) == (None, None)
        assert (list(state.deltas(after=TickNumber(-1))), list(state.blocks())) == ([], [])
        assert list(state.facts(after=TickNumber(-1), limit=9)) == []

    def test_nobody_commits_without_the_lease(self, state: StateStore) -> None:
        """A commit is fenced before any lease was taken, and after a later one was; epochs only grow."""
        with pytest.raises(Fenced):
            state.commit(commit_of(1, 0, {}))
        first, second = state.take_lease(), state.take_lease()
        assert second > first
        with pytest.raises(Fenced):
            state.commit(commit_of(1, first, {"attribute": [attribute_row(1, b"x", 1)]}))
        assert (state.position(), state.rows("SELECT * FROM attribute")) == (None, [])
        state.commit(commit_of(1, second, {}))

    def test_puts_then_updates_then_removals(self, state: StateStore) -> None:
        """Within one commit rows are put, then updated, then removed; updates of missing or other rows pass."""
        epoch = state.take_lease()
        rows: list[Row] = [(key, "phone", "", 1, 1, "a") for key in (1, 2)]
        made = commit_of(1, epoch, {"identifier": rows})
        update = Update(table="identifier", columns=("profile",), rows=[(7, 1), (8, 2), (9, 3)])
        others = Update(table="identifier", columns=("profile",), rows=[(5, 1)], only=("source", "another"))
        state.commit(
            Commit(
                tick=made.tick,
                now_ms=made.now_ms,
                seed=made.seed,
                offset=made.offset,
                epoch=epoch,
                delta=b"",
                facts=[FactBlock(kind="x.happened", count=1, columns=b"")],
                puts=made.puts,
                updates=[update, others],
                removals={"identifier": [(2,)]},
            )
        )
        assert state.rows("SELECT hash, profile FROM identifier") == [(1, 7)]

    def test_many_rows_in_one_commit(self, state: StateStore) -> None:
        """Thousands of rows are all there, whatever their number; of equal keys the last counts."""
        epoch = state.take_lease()
        for tick, count in enumerate((1, 249, 666, 4_001), start=1):
            rows = [attribute_row(number, b"old", tick) for number in range(count)]
            rows += [attribute_row(number, b"new", tick) for number in range(0, count, 2)]
            state.commit(commit_of(tick, epoch, {"attribute": rows}))
            found = state.rows("SELECT value, count(*) FROM attribute GROUP BY value ORDER BY value")
            assert dict(found) == {b"new": (count + 1) // 2} | ({b"old": count // 2} if count > 1 else {})

    def test_a_late_row_does_not_undo_a_newer_one(self, state: StateStore) -> None:
        """In a table with `newest_by` an older row is passed over, one of the same instant counts."""
        epoch = state.take_lease()
        for tick, at_ms in enumerate((5, 3, 5, 4), start=1):
            state.commit(commit_of(tick, epoch, {"attribute": [attribute_row(1, bytes([tick]), at_ms)]}))
        assert state.rows("SELECT value, at_ms FROM attribute") == [(bytes([3]), 5)]

    def test_a_running_round_leaves_the_last_one_usable(self, open_state: OpenState, tmp_path: Path) -> None:
        """After a crash inside a round, deltas since the last finished round are there to be replayed."""
        state = open_state(tmp_path)
        epoch = state.take_lease()
        spec = ArraySpec(name="a", dtype="<i8", fill=0)
        for tick in (1, 2, 3):
            state.commit(commit_of(tick, epoch, {}, bytes([tick])))
        state.keep_blocks([Block(array="a", number=0, data=b"one")])
        state.finish_checkpoint(tick=TickNumber(2), specs=[spec])
        state.commit(commit_of(4, epoch, {}, bytes([4])))
        state.keep_blocks([Block(array="a", number=0, data=b"two"), Block(array="a", number=1, data=b"two")])
        state.close()
        state = open_state(tmp_path)
        assert state.checkpoint() == (2, [spec])
        assert list(state.deltas(after=TickNumber(2))) == [(3, bytes([3])), (4, bytes([4]))]
        assert {block.number: block.data for block in state.blocks()}[0] in (b"one", b"two")
        state.close()

    def test_what_is_empty_may_be_no_number(self, open_state: OpenState, tmp_path: Path) -> None:
        """Columns filled with NaN come back as such, and blocks of an earlier round stay while they are clean."""
        spec = ArraySpec(name="attribute.age.number", dtype="<f8", fill=float("nan"), domain="profile")
        state = open_state(tmp_path)
        epoch = state.take_lease()
        state.commit(commit_of(1, epoch, {}))
        state.keep_blocks([Block(array=spec.name, number=0, data=bytes(8))])
        for _ in range(2):
            state.finish_checkpoint(tick=TickNumber(1), specs=[spec])
            state.close()
            state = open_state(tmp_path)
        kept = state.checkpoint()
        assert kept is not None
        assert [(each.name, each.fill != each.fill) for each in kept[1]] == [(spec.name, True)]
        assert [block.data for block in state.blocks()] == [bytes(8)]
        state.close()

    def test_a_full_disk_commits_nothing(self, state: StateStore, full_disk: FullDisk) -> None:
        """`DiskFull` leaves rows, position and journal as they were; once there is room the commit succeeds."""
        epoch = state.take_lease()
        state.commit(commit_of(1, epoch, {"attribute": [attribute_row(1, b"x", 1)]}))
        rows = [attribute_row(number, bytes(1_000), 2) for number in range(2_000)]
        large = commit_of(2, epoch, {"attribute": rows}, bytes(1_000_000))
        with full_disk(), pytest.raises(DiskFull):
            state.commit(large)
        position = state.position()
        assert position is not None
        assert (position.tick, len(list(state.deltas(after=TickNumber(0))))) == (1, 1)
        assert state.rows("SELECT profile, value FROM attribute") == [(1, b"x")]
        state.commit(large)
        assert state.rows("SELECT count(*) FROM attribute") == [(2_000,)]


class VaultConformance:
    """What every `Vault` promises. Override `open_vault`; it must use the same master key for the same folder."""

    @pytest.fixture
    def open_vault(self) -> OpenVault:
        raise NotImplementedError("say how to open the vault")

    @pytest.fixture
    def vault(self, open_vault: OpenVault, tmp_path: Path) -> Iterator[Vault]:
        vault = open_vault(tmp_path)
        yield vault
        vault.close()

    def test_any_story_ends_as_with_a_dict(self, open_vault: OpenVault) -> None:
        """A vault behaves as a dict does, for any sequence of sealing, destroying and reopening."""
        run_model(lambda: VaultMachine(open_vault))

    def test_sealed_bytes_hide_and_differ(self, vault: Vault) -> None:
        """The clear bytes are not among the sealed ones, and sealing the same twice gives different bytes."""
        one, two = vault.seal([(1, b"+8613800000000"), (1, b"+8613800000000")])
        assert one != two
        assert b"138" not in one + two
        assert vault.open([one, two]) == [b"+8613800000000"] * 2

    def test_unsigned_and_signed_identifiers_are_the_same(self, vault: Vault) -> None:
        """An identifier is 64 bits, however the caller counts them."""
        (sealed,) = vault.seal([(2**64 - 5, b"x")])
        assert vault.destroy([-5]) == 1
        assert vault.open([sealed]) == [None]

    def test_what_was_erased_stays_erased(self, vault: Vault) -> None:
        """When the person comes back, new bytes open and the old ones still do not."""
        (old,) = vault.seal([(7, b"old")])
        assert vault.destroy([7, 8]) == 1
        (new,) = vault.seal([(7, b"new")])
        assert vault.open([old, new]) == [None, b"new"]

    def test_another_process_sees_an_erasure_at_once(self, open_vault: OpenVault, tmp_path: Path) -> None:
        """A second vault on the same folder, which has the key in memory, cannot open any more."""
        here, there = open_vault(tmp_path), open_vault(tmp_path)
        (sealed,) = here.seal([(7, b"x")])
        assert there.open([sealed]) == [b"x"]
        here.destroy([7])
        assert there.open([sealed]) == [None]
        here.close()
        there.close()

    def test_every_altered_bit_is_noticed(self, vault: Vault) -> None:
        """Whichever bit is flipped, and wherever the bytes are cut, opening raises `VaultDamaged`."""
        (sealed,) = vault.seal([(7, b"clear")])
        for bit in range(8 * len(sealed)):
            altered = bytearray(sealed)
            altered[bit // 8] ^= 1 << bit % 8
            with pytest.raises(VaultDamaged):
                vault.open([bytes(altered)])
        for length in range(len(sealed)):
            with pytest.raises(VaultDamaged):
                vault.open([sealed[:length]])

    def test_hashes_are_this_installations_own(self, open_vault: OpenVault, tmp_path: Path) -> None:
        """A keyed hash is fixed for kind and value, never 0, and another installation computes another."""
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        vault, other = open_vault(tmp_path / "a"), open_vault(tmp_path / "b")
        again = open_vault(tmp_path / "a")
        hashes = {vault.keyed_hash(kind, value) for kind in ("phone", "email") for value in ("a", "b", "")}
        assert len(hashes) == 6
        assert 0 not in hashes
        assert vault.keyed_hash("phone", "a") == again.keyed_hash("phone", "a") != other.keyed_hash("phone", "a")
        for each in (vault, other, again):
            each.close()
