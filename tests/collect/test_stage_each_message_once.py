import pytest
from engine import NOON_MS, Engine, assert_same_arrays, record
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect import stage as collect_stage
from liftloop.collect.stage import AHEAD_MAX_MS
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.runtime import hash_index

IDS = st.integers(0, 60).map(str)
DAYS = st.lists(st.tuples(st.integers(0, 5 * 24), st.lists(IDS, max_size=25)), min_size=1, max_size=12)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_index, "FIRST_CAPACITY", 8)
    monkeypatch.setattr(hash_index, "CAPACITY_MAX", 32)


@settings(max_examples=100, deadline=None)
@given(history=DAYS)
def test_a_repetition_within_seven_days_is_never_taken_twice(history: list[tuple[int, list[str]]]) -> None:
    """Every message is folded once in seven days, however batches and forgetting fall; new ones are never dropped."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(hash_index, "FIRST_CAPACITY", 8)
        monkeypatch.setattr(hash_index, "CAPACITY_MAX", 32)
        engine = Engine()
        taken_ms: dict[str, int] = {}
        for hours, ids in history:
            engine.now_ms += hours * HOUR_MS
            frame = engine.step([record("track", each, engine.now_ms, user_id="u", name="X") for each in ids])
            taken = [each.message_id for each in frame["event"]["record"]] if ids else []
            assert len(taken) == len(set(taken))
            for each in set(ids):
                if each not in taken_ms:
                    assert each in taken
                elif engine.now_ms - taken_ms[each] < 7 * DAY_MS:
                    assert each not in taken
            taken_ms |= dict.fromkeys(taken, engine.now_ms)
        assert_same_arrays(engine.fold, engine.restored())


def test_what_is_remembered_is_bounded(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the number of ids that may be remembered the oldest generation goes, and only it."""
    monkeypatch.setattr(collect_stage, "REMEMBERED_MAX", 60)
    engine = Engine()
    for start in range(0, 400, 10):
        ids = [str(number) for number in range(start, start + 10)]
        engine.step([record("track", each, engine.now_ms, user_id="u", name="X") for each in ids])
    cells = [spec.name for spec in engine.fold.arrays.specs() if spec.name.startswith("collect.seen.keys")]
    assert sum(len(engine.fold.state[name]) for name in cells) * hash_index.LOAD_MAX <= 60 + 32
    frame = engine.step(
        [record("track", str(number), engine.now_ms, user_id="u", name="X") for number in (399, 390, 0)]
    )
    assert [each.message_id for each in frame["event"]["record"]] == ["0"]


def test_the_future_waits_aside() -> None:
    """An event more than five minutes ahead is put aside with its reason and touches nobody; five minutes are taken."""
    engine = Engine()
    ahead = [
        record("track", "far", NOON_MS + AHEAD_MAX_MS + 1, user_id="far", name="X", received_ms=NOON_MS),
        record("track", "near", NOON_MS + AHEAD_MAX_MS, user_id="near", name="X", received_ms=NOON_MS),
    ]
    engine.step(ahead)
    assert engine.slot(user="far") == -1
    assert engine.slot(user="near") >= 0
    assert [(row["offset"], row["reason"]) for row in engine.table("quarantine")] == [(0, "from_the_future")]


def test_the_same_in_quarantine_is_kept_once() -> None:
    """A refused message that is sent again does not fill the quarantine."""
    engine = Engine()
    refused = record("message.rejected", "rejected:1", NOON_MS, name="no_identifier")
    for _ in range(3):
        engine.step([refused, refused])
    assert [row["reason"] for row in engine.table("quarantine")] == ["no_identifier"]


def test_the_future_sent_again_lies_aside_once_and_counts_when_its_clock_is_mended() -> None:
    """The same event from the future is put aside once; with an honest time it is taken, and only once."""
    engine = Engine()
    ahead = record("track", "far", NOON_MS + DAY_MS, user_id="far", name="X", received_ms=NOON_MS)
    for _ in range(3):
        engine.step([ahead, ahead])
    assert len(engine.table("quarantine")) == 1
    mended = record("track", "far", NOON_MS, user_id="far", name="X")
    assert [engine.step([mended])["event"].count for _ in range(2)] == [1, 0]
