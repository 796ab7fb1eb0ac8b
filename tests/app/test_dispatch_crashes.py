"""The dispatcher dies at every step and with every answer lost; what was promised still holds."""

import contextlib
import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from dispatch_world import CRASH_POINTS, NOW_MS, Killed, ScriptedChannel, Step, World
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.app.dispatch.attempts import Attempt, AttemptFile
from liftloop.app.dispatch.settle import Settled, Waiting, verdict
from liftloop.deliver.contract import Handover, Outcome
from liftloop.kernel.ids import MessageKey
from liftloop.storage.contract import DiskFull

BATCH_MAX = 130  # Half of what is written together, so that every group is one call.
SENT_FOR_CERTAIN_OR_MAYBE = {"accepted", "uncertain"}


def world_with(tmp_path: Path, *, count: int, transactional: int = 0, repeat: str = "neither") -> World:
    world = World(tmp_path)
    world.content("hello", "你好")
    world.channel(ScriptedChannel(repeat=repeat, batch_max=BATCH_MAX))  # pyright: ignore[reportArgumentType]
    for number in range(count):
        world.message(number, purpose="transactional" if number < transactional else "marketing")
    return world


def finish(world: World, restarts: int = 40) -> None:
    """Run, and start again after each death, until nothing is due any more, however far the clock must go."""
    for _ in range(restarts):
        with contextlib.suppress(Killed):
            world.run()
        world.clock.ms += 20 * 60_000
        if not world.state.rows("SELECT 1 FROM outbox LIMIT 1"):
            return
    raise AssertionError("the outbox was never emptied")


def assert_promises(world: World, keys: set[str], transactional: set[str]) -> None:
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    assert set(world.state.settled) == keys, "every message is settled, once"
    for key in keys:
        outcome = world.outcomes()[key]
        assert shop.taken[key] <= 1 or key in transactional, "marketing arrives at most once"
        assert not shop.taken[key] or outcome in SENT_FOR_CERTAIN_OR_MAYBE, "nothing that arrived is given back"
        assert outcome != "accepted" or shop.taken[key], "what is called accepted arrived"
        assert key not in transactional or outcome != "uncertain" or shop.calls, "at least once was tried"


@pytest.mark.parametrize("point", CRASH_POINTS)
@pytest.mark.parametrize("visit", [1, 2])
def test_death_at_any_step_loses_and_doubles_nothing(tmp_path: Path, point: str, visit: int) -> None:
    """Killed once at a named step, the next start finishes: marketing at most once, all settled once."""
    world = world_with(tmp_path, count=900)
    reached: Counter[str] = Counter()

    def crash_at(name: str) -> None:
        reached[name] += 1
        if name == point and reached[name] == visit:
            raise Killed(name)

    world.crash_at = crash_at
    finish(world)
    world.run()
    assert reached[point] >= visit, "the step was reached"
    assert world.starts >= 2, "what the dead process left was taken up"
    assert_promises(world, {f"c/send/{n}/0" for n in range(900)}, set())


def test_death_between_start_and_answer_is_uncertain_for_marketing_only(tmp_path: Path) -> None:
    """Nobody knows what a dead process sent: marketing stays uncertain, receipts go out again."""
    world = world_with(tmp_path, count=200, transactional=4)
    died: list[str] = []

    def crash_at(name: str) -> None:
        if name == "attempts.settle.written" and not died:
            died.append(name)
            raise Killed(name)

    world.crash_at = crash_at
    finish(world)
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    first_batch = {message.key for message in shop.calls[0]}
    for key, outcome in world.outcomes().items():
        marketing = int(key.split("/")[2]) >= 4
        assert outcome == ("uncertain" if key in first_batch and marketing else outcome)
        assert marketing or outcome == "accepted"
    assert any(world.outcomes()[key] == "uncertain" for key in first_batch)
    assert_promises(world, set(world.outcomes()), {f"c/send/{n}/0" for n in range(4)})


STEPS: tuple[Step, ...] = (
    "accepted",
    "accepted",
    "accepted",
    "later",
    "lost",
    "lost_before",
    "missing",
    "raise",
    "retry",
    "throttled",
    "credential_expired",
    "rejected",
)


@pytest.mark.parametrize("seed", range(20))
def test_any_story_keeps_the_promises(tmp_path: Path, seed: int) -> None:
    """Random answers, deaths and a slow tick: at most once for marketing, all settled once, nothing given back that
    arrived; on an idempotent channel nothing arrives twice at all."""
    dice = np.random.default_rng(seed)
    repeat = "idempotent" if dice.random() < 0.4 else "neither"
    world = world_with(tmp_path, count=400, transactional=50, repeat=repeat)
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    shop.script = [STEPS[int(step)] for step in dice.integers(len(STEPS), size=25)]
    world.state.fold_at_once = bool(dice.random() < 0.5)
    deaths = [0]

    def crash_at(name: str) -> None:
        if not world.state.fold_at_once and dice.random() < 0.3:
            world.state.fold()
        if deaths[0] < 12 and dice.random() < 0.05:
            deaths[0] += 1
            raise Killed(name)

    world.crash_at = crash_at
    for _ in range(80):
        with contextlib.suppress(Killed):
            world.run(until=lambda: quiet_or_told(world))
        world.state.fold()
        world.clock.ms += int(dice.integers(0, 20 * 60_000))
        if not world.state.rows("SELECT 1 FROM outbox LIMIT 1"):
            break
    transactional = {f"c/send/{n}/0" for n in range(50)}
    assert_promises(world, {f"c/send/{n}/0" for n in range(400)}, transactional)
    if repeat == "idempotent":
        assert max(shop.taken.values()) == 1


def quiet_or_told(world: World) -> bool:
    """Tell whether nothing is left to do but to fold, which this story does itself."""
    assert world.dispatcher is not None
    return world.dispatcher.pending() == 0 or world.dispatcher.waits_for_fold()


def test_report_told_twice_is_folded_once(tmp_path: Path) -> None:
    """A report whose telling was not noted is told again word for word, so that the tick drops it."""
    world = world_with(tmp_path, count=3)
    died: list[str] = []

    def crash_at(name: str) -> None:
        if name == "tell.after" and not died:
            died.append(name)
            raise Killed(name)

    world.crash_at = crash_at
    finish(world)
    assert len(world.state.told) == 1
    world.run()
    assert len(world.state.log) == 1


def test_tick_that_is_away_is_told_later(tmp_path: Path) -> None:
    """While the tick restarts, reports wait; nothing is lost and nothing is sent twice."""
    world = world_with(tmp_path, count=12)
    refused: list[int] = []
    original = world.state.send_facts

    async def away(records: object) -> object:
        if len(refused) < 3:
            refused.append(1)
            raise ConnectionRefusedError
        return await original(records)  # pyright: ignore[reportArgumentType]

    world.state.send_facts = away  # pyright: ignore[reportAttributeAccessIssue]
    world.run()
    assert len(refused) == 3
    assert set(world.outcomes().values()) == {"accepted"}
    assert_promises(world, {f"c/send/{n}/0" for n in range(12)}, set())


def test_full_disk_holds_messages_back(tmp_path: Path) -> None:
    """What cannot be noted does not leave; what left is noted as soon as there is room, without being sent again."""
    world = world_with(tmp_path, count=4)
    full = Counter({"attempts.start.written": 1, "attempts.settle.written": 1})

    def crash_at(name: str) -> None:
        if full[name]:
            full[name] -= 1
            raise DiskFull(name)

    world.crash_at = crash_at
    world.run(until=lambda: not full["attempts.start.written"])
    world.clock.ms += 60_000
    world.run()
    assert not +full
    assert set(world.outcomes().values()) == {"accepted"}
    assert_promises(world, {f"c/send/{n}/0" for n in range(4)}, set())


def test_file_forgets_what_was_folded(tmp_path: Path) -> None:
    """The file holds what is under way and nothing of the past but the last few batches."""
    world = world_with(tmp_path, count=500)
    world.run()
    world.run()
    with contextlib.closing(sqlite3.connect(world.path)) as file:
        assert file.execute("SELECT count(*) FROM batch").fetchone()[0] <= 20
        assert file.execute("SELECT count(*) FROM waiting").fetchone()[0] == 0


def test_attempt_is_durable_before_it_leaves(tmp_path: Path) -> None:
    """When the channel is called, another reader of the file already sees the attempts."""
    world = world_with(tmp_path, count=3)
    seen: list[int] = []
    shop = world.channels["shop"]
    original = shop.send

    async def send(messages: object) -> object:
        with contextlib.closing(sqlite3.connect(world.path)) as file:
            (started,) = file.execute("SELECT started FROM batch WHERE report IS NULL").fetchone()
            seen.append(started.count(b"c/send/"))
        return await original(messages)  # pyright: ignore[reportArgumentType]

    shop.send = send  # pyright: ignore[reportAttributeAccessIssue]
    world.run()
    assert seen == [6], "three keys and three attempt ids"


def test_file_is_written_through(tmp_path: Path) -> None:
    """Commits are flushed to the disk: write-ahead log with full synchronisation."""
    file = AttemptFile(tmp_path / "dispatch.db")
    pragma = file._connection.execute("PRAGMA synchronous").fetchone()
    file.close()
    assert pragma == (2,)


ATTEMPTS = st.builds(
    Attempt,
    key=st.just(MessageKey("k")),
    attempt=st.just("k.1"),
    tries=st.integers(1, 15),
    purpose=st.sampled_from(["marketing", "transactional", "service"]),
    decided_ms=st.just(0),
    cost_fen=st.just(0),
    doubt=st.booleans(),
)
OUTCOMES: tuple[Outcome, ...] = (
    "accepted",
    "rejected",
    "retry",
    "throttled",
    "credential_expired",
    "quota_exhausted",
    "invalid_recipient",
    "opted_out",
    "uncertain",
)


REPEATS = st.sampled_from(["idempotent", "reconcilable", "neither"])


@given(ATTEMPTS, st.sampled_from(OUTCOMES), REPEATS, st.integers(0, 10**8))
@settings(max_examples=300)
def test_verdict_is_safe(attempt: Attempt, outcome: Outcome, repeat: str, after_ms: int) -> None:
    """No doubt is forgotten, no marketing repeated blindly, no wait shorter than asked for, no try beyond the last."""
    channel = ScriptedChannel(repeat=repeat)  # pyright: ignore[reportArgumentType]
    handover = Handover(key=attempt.key, outcome=outcome, retry_after_ms=after_ms)
    result = verdict(attempt, handover, channel, NOW_MS)
    if isinstance(result, Waiting):
        assert outcome in {"retry", "throttled", "credential_expired", "uncertain"}
        assert result.next_ms >= NOW_MS + max(1_000, after_ms)
        assert result.doubt == (attempt.doubt or outcome == "uncertain")
        assert outcome != "uncertain" or attempt.purpose != "marketing" or repeat == "idempotent"
        if outcome == "credential_expired":
            assert result.tries == attempt.tries - 1, "what was not let in spends no try"
        else:
            assert result.tries == attempt.tries < 12
        return
    assert isinstance(result, Settled)
    assert outcome != "accepted" or result.outcome == "accepted"
    assert not attempt.doubt or result.outcome in SENT_FOR_CERTAIN_OR_MAYBE
    assert attempt.doubt or outcome in {"retry", "throttled"} or result.outcome == outcome
