import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from plain_state import PlainState

from liftloop.runtime import arrays as arrays_module
from liftloop.runtime.arrays import Arrays, pack_deltas, unpack_deltas
from liftloop.storage.contract import ArraySpec, Block, Delta, Write

DTYPES = {"<i8": -1, "<f8": 0.5, "<u8": 0, "|i1": 3, "<i4": 0}
SPECS = [
    *(
        ArraySpec(name=f"p{place}", dtype=dtype, fill=fill, domain="profile")
        for place, (dtype, fill) in enumerate(DTYPES.items())
    ),
    ArraySpec(name="wide", dtype="<i8", fill=7, width=3, domain="profile"),
    ArraySpec(name="free", dtype="<f8", fill=0),
    ArraySpec(name="pages", dtype="<i8", fill=0, width=4),
]
CELLS = st.dictionaries(st.integers(0, 40), st.integers(-100, 100), min_size=1, max_size=5)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays_module, "BLOCK_ROWS", 8)


class Plain:
    """Arrays as dicts of written cells; what was never written holds the fill."""

    def __init__(self) -> None:
        self.rows = 0
        self.cells: dict[str, dict[int, int]] = {}

    def expected(self, spec: ArraySpec, rows: int) -> np.ndarray:
        shape = (rows,) if spec.width == 1 else (rows, spec.width)
        whole = np.full(shape, spec.fill, dtype=np.dtype(spec.dtype))
        for row, value in self.cells[spec.name].items():
            whole[row] = np.asarray(value).astype(np.dtype(spec.dtype))
        return whole


def write_of(spec: ArraySpec, cells: dict[int, int]) -> Write:
    values = np.array(list(cells.values())).astype(np.dtype(spec.dtype))
    if spec.width > 1:
        values = np.repeat(values[:, None], spec.width, axis=1)
    return Write(spec.name, np.array(list(cells), dtype=np.int64), values)


def check(arrays: Arrays, plain: Plain) -> None:
    assert {spec.name for spec in arrays.specs() if not spec.name.startswith("rows of")} == set(plain.cells)
    for spec in SPECS:
        if spec.name in plain.cells:
            held = arrays[spec.name]
            needed = plain.rows if spec.domain else max(plain.cells[spec.name], default=-1) + 1
            assert len(held) >= needed
            np.testing.assert_array_equal(held, plain.expected(spec, len(held)), err_msg=spec.name)


class ArraysMachine(RuleBasedStateMachine):
    """Arrays hold what was written; a checkpoint taken piece by piece between steps, then deltas, gives them again."""

    @initialize()
    def empty(self) -> None:
        self.live = Arrays()
        self.plain = Plain()
        self.tick = 0
        self.journal: list[tuple[int, bytes]] = []
        self.kept: dict[tuple[str, int], Block] = {}
        self.running: dict[tuple[str, int], Block] = {}
        self.finished: tuple[int, list[ArraySpec]] | None = None
        self.round: tuple[int, list[tuple[str, int]]] | None = None

    def _step(self, delta: Delta) -> None:
        self.tick += 1
        self.live.apply(delta)
        self.journal.append((self.tick, pack_deltas([delta])))

    @rule(spec=st.sampled_from(SPECS))
    def allocate(self, spec: ArraySpec) -> None:
        self._step(Delta(allocate=[spec]))
        self.plain.cells.setdefault(spec.name, {})

    @rule(rows=st.integers(1, 41))
    def grow(self, rows: int) -> None:
        self._step(Delta(grow={"profile": rows}))
        self.plain.rows = max(rows, self.plain.rows)

    @rule(spec=st.sampled_from(SPECS), cells=CELLS)
    def write(self, spec: ArraySpec, cells: dict[int, int]) -> None:
        if spec.domain:
            cells = {row: value for row, value in cells.items() if row < self.plain.rows}
        self._step(Delta(allocate=[spec], writes=[write_of(spec, cells)] if cells else []))
        self.plain.cells.setdefault(spec.name, {}).update(cells)

    @rule(spec=st.sampled_from(SPECS))
    def drop(self, spec: ArraySpec) -> None:
        self._step(Delta(drop=[spec.name]))
        self.plain.cells.pop(spec.name, None)

    @precondition(lambda self: self.round is None)
    @rule()
    def begin_round(self) -> None:
        self.round = (self.tick, self.live.dirty_blocks())

    @precondition(lambda self: self.round is not None)
    @rule(count=st.integers(1, 4))
    def keep_some(self, count: int) -> None:
        assert self.round is not None
        for name, number in self.round[1][:count]:
            block = self.live.take_block(name, number)
            if block is not None:
                self.running[name, number] = block
        del self.round[1][:count]

    @precondition(lambda self: self.round is not None and not self.round[1])
    @rule()
    def finish_round(self) -> None:
        """Keep what the round took, as the store does: blocks of arrays that are gone or described anew go."""
        assert self.round is not None
        specs = self.live.specs()
        before = {spec.name: spec for spec in self.finished[1]} if self.finished else {}
        old = {key: block for key, block in self.kept.items() if before[key[0]] in specs}
        names = {spec.name for spec in specs}
        self.kept = {key: block for key, block in {**old, **self.running}.items() if key[0] in names}
        self.finished, self.running = (self.round[0], specs), {}
        self.journal = [(tick, data) for tick, data in self.journal if tick > self.round[0]]
        self.round = None

    @rule()
    def crash(self) -> None:
        """Go on with what a restart finds; the blocks of an unfinished round do not count."""
        self.live, self.running, self.round = self._restored(), {}, None

    def _restored(self) -> Arrays:
        restored = Arrays()
        if self.finished is not None:
            restored.restore(self.finished[1], self.kept.values())
        for _, data in self.journal:
            for delta in unpack_deltas(data):
                restored.replay(delta)
        return restored

    @invariant()
    def holds_what_was_written(self) -> None:
        if hasattr(self, "plain"):
            check(self.live, self.plain)

    @invariant()
    def a_restart_would_know_the_same(self) -> None:
        if hasattr(self, "plain"):
            check(self._restored(), self.plain)


TestArraysMachine = pytest.mark.usefixtures("small_blocks")(ArraysMachine.TestCase)
TestArraysMachine.settings = settings(max_examples=80, stateful_step_count=30, deadline=None, derandomize=True)


@given(
    cells=CELLS,
    spec=st.sampled_from(SPECS),
    grow=st.dictionaries(st.sampled_from(["profile", "other"]), st.integers(0, 99)),
    drop=st.lists(st.sampled_from(["a", "b"])),
)
def test_deltas_survive_packing(cells: dict[int, int], spec: ArraySpec, grow: dict[str, int], drop: list[str]) -> None:
    """What the journal gives back is what went in; deltas that touch no array leave no trace."""
    delta = Delta(allocate=[spec], grow=grow, writes=[write_of(spec, cells)], drop=drop)
    (again,) = unpack_deltas(pack_deltas([Delta(puts={"ledger": [(1,)]}), delta]))
    assert (again.allocate, again.grow, again.drop) == ([spec], grow, drop)
    (mine,), (theirs,) = delta.writes, again.writes
    assert (mine.array, mine.value.dtype, mine.value.shape) == (theirs.array, theirs.value.dtype, theirs.value.shape)
    np.testing.assert_array_equal(mine.index, theirs.index)
    np.testing.assert_array_equal(mine.value, theirs.value)


def test_views_refuse_to_be_written() -> None:
    """A stage cannot change state behind the runtime's back."""
    state = PlainState()
    state.apply(Delta(allocate=[SPECS[0]], grow={"profile": 3}))
    with pytest.raises(ValueError, match="read-only"):
        state["p0"][0] = 1


def test_a_write_to_an_array_that_is_not_there_is_a_fault() -> None:
    """While the fold runs, a misspelt array is found at once; only a replay knows arrays that were dropped since."""
    with pytest.raises(KeyError):
        Arrays().apply(Delta(writes=[Write("nowhere", np.array([0]), np.array([1]))]))


def test_an_array_that_comes_back_does_not_find_its_old_blocks(small_blocks: None) -> None:
    """Dropped and allocated anew between two rounds, an array is restored as the new one, not as a mixture."""
    machine = ArraysMachine()
    free = next(spec for spec in SPECS if spec.name == "free")
    machine.empty()
    for cells in ({0: 5, 20: 6}, {20: 1}):
        machine.write(free, cells)
        machine.begin_round()
        machine.keep_some(99)
        machine.finish_round()
        machine.drop(free)
    machine.allocate(free)
    machine.write(free, {30: 2})
    machine.begin_round()
    machine.keep_some(99)
    machine.finish_round()
    machine.a_restart_would_know_the_same()
