"""Model-based tests of storage engines: any sequence of calls must leave what plain lists and dicts would hold."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import (
    ArraySpec,
    Block,
    Commit,
    FactBlock,
    Fenced,
    Log,
    Position,
    Row,
    StateStore,
    Update,
    Vault,
)

OpenLog = Callable[[Path], Log]
OpenState = Callable[[Path], StateStore]
OpenVault = Callable[[Path], Vault]

MODEL_SETTINGS = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run_model(machine: Callable[[], RuleBasedStateMachine]) -> None:
    """Run one of the machines below; raises the shortest story that an engine tells differently from its model."""
    # Hypothesis calls it like a factory, although it is annotated as a class.
    run_state_machine_as_test(machine, settings=MODEL_SETTINGS)  # pyright: ignore[reportArgumentType]


class StoryFolder:
    """A folder of its own for each story."""

    def __init__(self) -> None:
        self._made = tempfile.TemporaryDirectory()
        self.path = Path(self._made.name)

    def remove(self) -> None:
        self._made.cleanup()


class LogMachine(RuleBasedStateMachine):
    """A log is a list of entries from which the oldest may go."""

    def __init__(self, open_log: OpenLog) -> None:
        super().__init__()
        self._open = open_log
        self._folder = StoryFolder()
        self._log = open_log(self._folder.path)
        self._entries: list[tuple[int, int, bytes]] = []
        self._end = 0

    @rule(bodies=st.lists(st.tuples(st.integers(1, 4), st.binary(max_size=12)), max_size=3))
    def append(self, bodies: list[tuple[int, bytes]]) -> None:
        for count, body in bodies:
            self._entries.append((self._end, count, body))
            self._end += count
        assert self._log.append(bodies) == self._end

    @rule(after=st.integers(0, 30), limit=st.integers(1, 9))
    def read(self, after: int, limit: int) -> None:
        expected: list[tuple[int, int, bytes]] = []
        for entry in (entry for entry in self._entries if entry[0] >= after):
            if expected and sum(count for _, count, _ in expected) + entry[1] > limit:
                break
            expected.append(entry)
        found = self._log.read(after=Offset(after), limit=limit)
        assert [(entry.first, entry.count, entry.body) for entry in found] == expected

    @rule(before=st.integers(0, 30))
    def forget(self, before: int) -> None:
        gone = [entry for entry in self._entries if entry[0] + entry[1] <= before]
        assert self._log.forget(before=Offset(before)) == sum(count for _, count, _ in gone)
        self._entries = self._entries[len(gone) :]

    @rule()
    def reopen(self) -> None:
        self._log.close()
        self._log = self._open(self._folder.path)

    @invariant()
    def nothing_is_lost(self) -> None:
        found = self._log.read(after=Offset(0), limit=10**9)
        assert [(entry.first, entry.count, entry.body) for entry in found] == self._entries
        assert self._log.end() == self._end

    def teardown(self) -> None:
        self._log.close()
        self._folder.remove()


_TEXTS = st.text(max_size=5)
_PROFILES = st.integers(0, 2)
_TIMES = st.integers(0, 5)
_NAMES = st.sampled_from(["a", "名"])
_ATTRIBUTES = st.tuples(_PROFILES, _NAMES, st.binary(max_size=5), st.integers(0, 1), _TIMES, _TEXTS)
_IDENTIFIERS = st.tuples(st.sampled_from([-(2**63), -1, 1, 2**63 - 1]), _NAMES, _TEXTS, _PROFILES, _TIMES, _TEXTS)
_UPDATES = st.builds(
    lambda columns, rows: Update(table="identifier", columns=columns, rows=rows),
    columns=st.just(("profile", "source")),
    rows=st.lists(st.tuples(_PROFILES, _TEXTS, st.sampled_from([-1, 1, 7])), max_size=2),
)
_FACTS = st.lists(
    st.builds(
        FactBlock,
        kind=st.sampled_from(["x.happened", "y.happened"]),
        count=st.integers(1, 9),
        columns=st.binary(max_size=8),
    ),
    max_size=3,
)
_ARRAYS = {name: ArraySpec(name=name, dtype="<i8", fill=0) for name in ("m", "n")}
_BLOCKS = st.lists(
    st.builds(Block, array=st.sampled_from(sorted(_ARRAYS)), number=st.integers(0, 2), data=st.binary(max_size=6)),
    max_size=3,
)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit of the model does to the tables."""

    attributes: list[Row]
    identifiers: list[Row]
    updates: list[Update]
    forgotten: list[Row]


_CHANGES = st.builds(
    Changes,
    attributes=st.lists(_ATTRIBUTES, max_size=4),
    identifiers=st.lists(_IDENTIFIERS, max_size=3),
    updates=st.lists(_UPDATES, max_size=1),
    forgotten=st.lists(st.tuples(st.sampled_from([-1, 2**63 - 1])), max_size=1),
)


class StateMachine(RuleBasedStateMachine):
    """A state store is dicts of rows, a list of deltas, a list of facts and the blocks of finished rounds."""

    def __init__(self, open_state: OpenState) -> None:
        super().__init__()
        self._open = open_state
        self._folder = StoryFolder()
        self._store = open_state(self._folder.path)
        self._epoch = self._store.take_lease()
        self._position: Position | None = None
        self._attributes: dict[tuple[int, str], Row] = {}
        self._identifiers: dict[int, Row] = {}
        self._deltas: dict[int, bytes] = {}
        self._facts: list[tuple[int, FactBlock]] = []
        self._checkpoint: tuple[int, list[ArraySpec]] | None = None
        self._may_hold: dict[tuple[str, int], set[bytes | None]] = {}
        self._running: dict[tuple[str, int], bytes] = {}

    @rule(changes=_CHANGES, facts=_FACTS, delta=st.binary(max_size=6))
    def commit(self, changes: Changes, facts: list[FactBlock], delta: bytes) -> None:
        tick = (self._position.tick if self._position else 0) + 1
        self._store.commit(self._a_commit(tick, changes, facts, delta))
        self._position = Position(tick=TickNumber(tick), now_ms=tick * 10, offset=Offset(tick * 2), epoch=self._epoch)
        self._deltas[tick] = delta
        self._facts += [(tick, block) for block in facts]
        self._apply(changes)

    @rule(changes=_CHANGES, facts=_FACTS)
    def commit_after_another_took_the_lease(self, changes: Changes, facts: list[FactBlock]) -> None:
        stale = self._a_commit((self._position.tick if self._position else 0) + 1, changes, facts, b"")
        self._epoch = self._store.take_lease()
        with pytest.raises(Fenced):
            self._store.commit(stale)

    @rule(blocks=_BLOCKS)
    def keep_blocks(self, blocks: list[Block]) -> None:
        self._store.keep_blocks(blocks)
        for block in blocks:
            key = block.array, block.number
            self._running[key] = block.data
            self._may_hold[key] = self._may_hold.get(key, {None}) | {block.data}

    @rule(arrays=st.sets(st.sampled_from(sorted(_ARRAYS))), behind=st.integers(0, 2))
    def finish_checkpoint(self, arrays: set[str], behind: int) -> None:
        last = self._position.tick if self._position else 0
        tick = max(last - behind, self._checkpoint[0] if self._checkpoint else 0)
        specs = [_ARRAYS[name] for name in sorted(arrays)]
        self._store.finish_checkpoint(tick=TickNumber(tick), specs=specs)
        self._checkpoint = tick, specs
        self._deltas = {at: delta for at, delta in self._deltas.items() if at > tick}
        self._may_hold |= {key: {data} for key, data in self._running.items()}
        self._may_hold = {key: data for key, data in self._may_hold.items() if key[0] in arrays}
        self._running = {}

    @rule()
    def reopen(self) -> None:
        """A round that was not finished need not survive; what it replaces must."""
        self._store.close()
        self._store = self._open(self._folder.path)
        self._epoch = self._store.take_lease()
        self._running = {}

    @rule(after=st.integers(0, 6), limit=st.integers(1, 4))
    def facts_come_in_whole_ticks(self, after: int, limit: int) -> None:
        found = self._store.facts(after=TickNumber(after), limit=limit)
        rest = [(tick, block) for tick, block in self._facts if tick > after]
        assert list(found) == rest[: len(found)]
        assert len(found) >= min(limit, len(rest))
        assert len(found) == len(rest) or not found or rest[len(found)][0] != found[-1][0]

    @invariant()
    def rows_are_those_of_the_model(self) -> None:
        attributes = self._store.rows("SELECT * FROM attribute ORDER BY profile, name")
        assert attributes == [self._attributes[key] for key in sorted(self._attributes)]
        identifiers = self._store.rows("SELECT * FROM identifier ORDER BY hash")
        assert identifiers == [self._identifiers[key] for key in sorted(self._identifiers)]

    @invariant()
    def the_journal_is_that_of_the_model(self) -> None:
        assert self._store.position() == self._position
        assert list(self._store.deltas(after=TickNumber(0))) == sorted(self._deltas.items())
        checkpoint = self._store.checkpoint()
        assert (checkpoint and (checkpoint[0], list(checkpoint[1]))) == self._checkpoint
        kept = {(block.array, block.number): block.data for block in self._store.blocks()}
        assert kept.keys() <= self._may_hold.keys()
        for key, values in self._may_hold.items():
            assert kept.get(key) in values

    def teardown(self) -> None:
        self._store.close()
        self._folder.remove()

    def _a_commit(self, tick: int, changes: Changes, facts: Sequence[FactBlock], delta: bytes) -> Commit:
        return Commit(
            tick=TickNumber(tick),
            now_ms=tick * 10,
            seed=tick,
            offset=Offset(tick * 2),
            epoch=self._epoch,
            delta=delta,
            facts=facts,
            puts={"attribute": changes.attributes, "identifier": changes.identifiers},
            updates=changes.updates,
            removals={"identifier": changes.forgotten},
        )

    def _apply(self, changes: Changes) -> None:
        for row in changes.attributes:
            key = row[0], row[1]
            if key not in self._attributes or row[4] >= self._attributes[key][4]:
                self._attributes[key] = row
        self._identifiers |= {row[0]: row for row in changes.identifiers}
        for profile, source, key in (row for update in changes.updates for row in update.rows):
            if key in self._identifiers:
                hashed, kind, text, _, at_ms, _ = self._identifiers[key]
                self._identifiers[key] = (hashed, kind, text, profile, at_ms, source)
        for (key,) in changes.forgotten:
            self._identifiers.pop(key, None)


class VaultMachine(RuleBasedStateMachine):
    """A vault is a dict from what was sealed to what it said, from which whole identifiers disappear."""

    def __init__(self, open_vault: OpenVault) -> None:
        super().__init__()
        self._open = open_vault
        self._folder = StoryFolder()
        self._vault = open_vault(self._folder.path)
        self._clear: list[tuple[bytes, int, bytes | None]] = []
        self._known: set[int] = set()

    @rule(items=st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=20)), max_size=4))
    def seal(self, items: list[tuple[int, bytes]]) -> None:
        hashed = [(self._vault.keyed_hash("phone", str(person)), clear) for person, clear in items]
        sealed = self._vault.seal(hashed)
        self._clear += [(one, person, clear) for one, (person, clear) in zip(sealed, hashed, strict=True)]
        self._known |= {person for person, _ in hashed}

    @rule(persons=st.sets(st.integers(0, 3)))
    def destroy(self, persons: set[int]) -> None:
        hashed = {self._vault.keyed_hash("phone", str(person)) for person in persons}
        assert self._vault.destroy(sorted(hashed)) == len(hashed & self._known)
        assert self._vault.destroy(sorted(hashed)) == 0
        self._known -= hashed
        self._clear = [(one, who, None if who in hashed else clear) for one, who, clear in self._clear]

    @rule()
    def reopen(self) -> None:
        self._vault.close()
        self._vault = self._open(self._folder.path)

    @invariant()
    def everything_else_can_be_read(self) -> None:
        expected: list[Any] = [clear for _, _, clear in self._clear]
        assert self._vault.open([sealed for sealed, _, _ in self._clear]) == expected

    def teardown(self) -> None:
        self._vault.close()
        self._folder.remove()
