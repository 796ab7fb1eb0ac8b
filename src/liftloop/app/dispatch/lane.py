"""One channel's way out of the house: what is held, what waits, what may leave now."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from msgspec.structs import replace

from liftloop.app.dispatch.attempts import Pause, Waiting
from liftloop.app.dispatch.people import marks
from liftloop.app.dispatch.words import Due
from liftloop.deliver.contract import ENVELOPE, Channel
from liftloop.kernel.clock import MINUTE_MS, SECOND_MS
from liftloop.kernel.dice import hash_text
from liftloop.storage.contract import Row, StateReader

FLIGHTS_MAX = 4  # Groups of one channel in the air at once: one is written while others wait for their answers.
GROUP_MESSAGES = 256  # Written together where the channel takes few at a time: a flush to disk costs as much as these.
HELD_MAX = 100_000  # Handed over and not folded yet, or waiting: beyond it the tick is behind, and we wait for it.
LOOK_GROUPS = 24  # A look passes over all that is held, so it takes several groups at a time.
LOOK_SECONDS = 2.0  # But no more than the pace lets out soon: what is taken early does not see a later stop.
NEWEST_MAX = 64  # Each look also takes some of the latest due: a welcome does not wait behind a blast.
FOLLOWED_AT_ONCE_MAX = 500  # Waiting messages looked for with every tick; a millisecond.
FOLLOWED_MAX = 10_000  # Waiting messages looked for at once; SQLite takes 32,766 parameters.
BACK_OFF_MS = SECOND_MS  # Doubled with each try.
BACK_OFF_MS_MAX = 60 * MINUTE_MS
PAUSE_MS_MAX = 5 * MINUTE_MS  # A channel that is away is asked again at least so often.
OUTSIDE_MS_MAX = 30 * MINUTE_MS  # One that does not let us in less often: providers lock who fails too much.

_DUE = "SELECT count(*) FROM outbox WHERE channel = ? AND due_ms <= ?"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE channel = ? AND due_ms <= ? LIMIT ?)"
_OLDEST = "SELECT message_key, due_ms, body FROM outbox WHERE channel = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?"
_NEWEST = "SELECT message_key, due_ms, body FROM outbox WHERE channel = ? AND due_ms <= ? ORDER BY due_ms DESC LIMIT ?"


class Pace:
    """A bucket of tokens: `per_second` a second, at most one second's worth at once."""

    def __init__(self, per_second: float, now_ms: int) -> None:
        self._per_second = per_second
        self._at_ms = now_ms
        self.burst = max(1, int(per_second))
        self._tokens = float(self.burst)

    def allows(self, count: int, now_ms: int) -> bool:
        """Tell whether `count` messages may leave now; `count` is at most `burst`."""
        gained = max(0, now_ms - self._at_ms) * self._per_second / SECOND_MS
        self._tokens = min(float(self.burst), self._tokens + gained)
        self._at_ms = now_ms
        return self._tokens >= count

    def take(self, count: int) -> None:
        self._tokens -= count


class NoPace:
    """Lets everything through: on a manual clock time does not pass by itself."""

    burst = 1 << 62

    def allows(self, count: int, now_ms: int) -> bool:
        return True

    def take(self, count: int) -> None:
        return


class Lane:
    """A channel with what is under way through it. It knows neither sockets nor files."""

    def __init__(self, channel: Channel, pace: Pace | NoPace) -> None:
        self.channel = channel
        self.pace = pace
        self.pause: Pause | None = None
        self.flights: set[asyncio.Task[None]] = set()
        self._ready: list[Due] = []
        self._held: set[str] = set()
        self._waiting: dict[str, Waiting] = {}
        self._moved: dict[str, int] = {}
        """When waiting messages are due that were moved to a later time, behind a pause for example."""

    def hold(self, keys: Iterable[str]) -> None:
        """Take keys as under way: they are not looked for again."""
        self._held.update(keys)

    def release(self, keys: Iterable[str]) -> None:
        """Let go of keys that have left the outbox."""
        self._held.difference_update(keys)

    def wait(self, waiting: Iterable[Waiting]) -> None:
        """Let messages come again when their time has come."""
        for each in waiting:
            self._waiting[each.key] = each
            self._held.discard(each.key)

    def hasten(self, reason: str, now_ms: int) -> None:
        """Let messages that wait for a reason of this kind come again at once."""
        for key, each in self._waiting.items():
            if each.reason.startswith(reason) and each.next_ms > now_ms:
                self._waiting[key] = replace(each, next_ms=now_ms)

    def put_back(self, dues: Iterable[Due]) -> None:
        """Take messages back that did not leave after all."""
        for due in dues:
            self._held.discard(due.envelope.key)
            if due.waited is not None:
                self._waiting[due.envelope.key] = due.waited

    def follow(self, state: StateReader, now_ms: int) -> list[str]:
        """Look at what became of waiting messages in the outbox; let go of those that somebody stopped, return them."""
        keys = list(islice(self._waiting, FOLLOWED_MAX))
        rows = state.rows(f"SELECT message_key, due_ms FROM outbox WHERE message_key IN ({marks(len(keys))})", keys)
        due_ms: dict[str, int] = dict(rows)
        gone: list[str] = []
        for key in keys:  # Those that were looked at go to the end, so that the next call looks at others.
            waiting = self._forget(key)
            if key not in due_ms:
                gone.append(key)
                continue
            self._waiting[key] = waiting
            if due_ms[key] > now_ms:
                self._moved[key] = due_ms[key]
        return gone

    def under_way(self) -> int:
        """Return how many messages are held or wait."""
        return len(self._held) + len(self._waiting)

    def knows(self, key: str) -> bool:
        """Tell whether a message is held or waits."""
        return key in self._held or key in self._waiting

    def in_the_air(self) -> set[str]:
        """Return the keys of messages on their way out or just settled, of which the tick does not know yet."""
        return self._held - {due.envelope.key for due in self._ready}

    def waiting_count(self, now_ms: int) -> int:
        """Return how many messages are due and wait for a later time all the same."""
        moved = self._moved
        return sum(each.next_ms > now_ms and moved.get(key, 0) <= now_ms for key, each in self._waiting.items())

    def few_wait(self) -> bool:
        """Tell whether so few wait that they can be followed with every tick."""
        return len(self._waiting) <= FOLLOWED_AT_ONCE_MAX

    def paused(self, now_ms: int) -> bool:
        return self.pause is not None and self.pause.until_ms > now_ms

    def take(self, state: StateReader, now_ms: int) -> list[Due]:
        """Return the next group, held from now on; empty where nothing may leave: pause, pace, or enough in the air.

        A group is written together and handed over in calls of the channel's `batch_max`.
        """
        if self.paused(now_ms) or len(self.flights) >= FLIGHTS_MAX:
            return []
        batch = self.channel.limits.batch_max
        count_max = min(batch * max(1, GROUP_MESSAGES // batch), self.pace.burst)
        if len(self._ready) < count_max and len(self._held) < HELD_MAX and self.something_new(state, now_ms):
            self._look(state, now_ms, count_max)
        count = min(len(self._ready), count_max)
        if not count or not self.pace.allows(count, now_ms):
            return []
        self.pace.take(count)
        group, self._ready = self._ready[:count], self._ready[count:]
        return group

    def due_count(self, state: StateReader, now_ms: int) -> int:
        """Return how many messages of the outbox are due and wait for nothing, handed over or not."""
        return state.rows(_DUE, (self.channel.name, now_ms))[0][0] - self.waiting_count(now_ms)

    def something_new(self, state: StateReader, now_ms: int) -> bool:
        """Tell whether more is due than is under way; what was folded but not released yet hides it for one pass."""
        if self.paused(now_ms):
            return False
        known = len(self._held) + self.waiting_count(now_ms)
        return state.rows(_COUNT, (self.channel.name, now_ms, known + 1))[0][0] > known

    def _look(self, state: StateReader, now_ms: int, group: int) -> None:
        wanted = max(group, int(min(group * LOOK_GROUPS, LOOK_SECONDS * self.pace.burst)))
        name = self.channel.name
        newest = state.rows(_NEWEST, (name, now_ms, NEWEST_MAX))
        # All that is under way, and no more, can stand before what is new.
        oldest = state.rows(_OLDEST, (name, now_ms, self.under_way() + wanted))
        self._ready = [*self._dues(newest, now_ms), *self._ready, *self._dues(oldest, now_ms)]

    def _forget(self, key: str) -> Waiting:
        self._moved.pop(key, None)
        return self._waiting.pop(key)

    def _dues(self, rows: Iterable[Row], now_ms: int) -> list[Due]:
        dues: list[Due] = []
        for key, due_ms, body in rows:
            waited = self._waiting.get(key)
            if key not in self._held and (waited is None or waited.next_ms <= now_ms):
                waited = self._forget(key) if waited else None
                dues.append(Due(envelope=ENVELOPE.decode(body), due_ms=due_ms, waited=waited))
                self._held.add(key)
        return dues


def back_off_ms(tries: int, salt: str) -> int:
    """Return how long to wait after `tries` failures: doubled each time, spread by a tenth so that few come at once."""
    whole = min(BACK_OFF_MS * 2 ** min(tries - 1, 30), BACK_OFF_MS_MAX)
    return whole + hash_text("back-off", salt, str(tries)) % max(1, whole // 10)


def longer_pause(lane: Lane, now_ms: int, after_ms: int, reason: str, longest_ms: int = PAUSE_MS_MAX) -> Pause:
    """Return a longer pause each time a channel takes nothing, and never a shorter one than it asked for."""
    failures = lane.pause.failures + 1 if lane.pause else 1
    name = lane.channel.name
    own_ms = min(back_off_ms(failures, name), longest_ms)
    return Pause(channel=name, until_ms=now_ms + max(own_ms, after_ms), failures=failures, reason=reason)
