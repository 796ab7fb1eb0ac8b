"""Moves the manual clock from due instant to due instant, so that days pass in seconds and nothing is skipped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import FAR_FUTURE_MS, Clock
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StateReader

POLL_S = 0.01
QUIET_TIMEOUT_S = 120.0
"""Real seconds that due messages may take to be answered before the clock gives up."""


class ClockBusy(LiftloopError):
    """Another advance is under way."""

    def __init__(self) -> None:
        super().__init__(
            "clock_busy",
            zh="时钟正在前进",
            en="the clock is being advanced",
            next_zh="等这一次完成再推进",
            next_en="wait until it is done",
            status=409,
        )


class ClockNotManual(LiftloopError):
    """The clock is the machine's own and cannot be moved."""

    def __init__(self) -> None:
        super().__init__(
            "clock_not_manual",
            zh="现在用的是真实时钟，不能推进",
            en="the clock is the real one and cannot be moved",
            next_zh="用 LIFTLOOP_CLOCK=manual 启动测试实例",
            next_en="start a test instance with LIFTLOOP_CLOCK=manual",
            status=409,
        )


class NotQuiet(LiftloopError):
    """Due messages were not answered in time."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            "not_quiet",
            zh=f"还有 {waiting} 条到期消息没有得到渠道应答",
            en=f"{waiting} due messages have no answer from their channel",
            next_zh="检查渠道地址是否可达",
            next_en="check that the channel can be reached",
            status=504,
        )


class Advanced(Struct, frozen=True, kw_only=True):
    """What an advance came through."""

    now_ms: int
    timers: int
    """Due instants that something happened at."""
    messages: int
    errors: int


class Timed(Protocol):
    """A study with instants of its own, which the clock must not jump over."""

    def next_ms(self) -> int:
        """Return when it is due next; asked at every instant, so it must be quick."""
        ...

    async def run_if_due(self) -> None:
        """Do what is due now, over a lake that it brings up to date itself."""
        ...


class Together:
    """Several such studies as one; each runs what is due of its own."""

    def __init__(self, each: Sequence[Timed]) -> None:
        self._each = each

    def next_ms(self) -> int:
        return min((one.next_ms() for one in self._each), default=FAR_FUTURE_MS)

    async def run_if_due(self) -> None:
        for one in self._each:
            await one.run_if_due()


class Clockwork:
    """The one hand on the manual clock."""

    def __init__(
        self,
        tick: TickClient,
        state: StateReader,
        clock: Clock,
        pending: Callable[[int], tuple[int, int]],
        fill: Callable[[], Awaitable[None]],
        catch_up: Callable[[], Awaitable[None]],
        timed: Timed,
    ) -> None:
        self._tick = tick
        self._state = state
        self._clock = clock
        self._pending = pending
        """Given now, return (due messages without an answer, instant of the next retry)."""
        self._fill = fill
        """Switch on what waits for its past: what was published before an instant acts in it."""
        self._catch_up = catch_up
        self._timed = timed
        self._moving = asyncio.Lock()
        self._counted: tuple[int, int] | None = None
        """Messages and errors up to the end of the last advance: a count reads the whole ledger."""

    async def advance(self, seconds: int) -> Advanced:
        """Go forward; return when all that was due is folded, answered and in the lake. Raises `ClockBusy`."""
        if self._moving.locked():
            raise ClockBusy
        async with self._moving:
            target_ms = self._clock.now_ms() + seconds * 1000
            before, timers = self._counted or self._settled(), 0
            await self._fill()
            while True:
                due_ms = max(await self._quiet(), self._clock.now_ms())
                study_ms = self._timed.next_ms()
                if min(due_ms, study_ms) > target_ms:
                    break
                timers += due_ms <= study_ms
                await self._move(max(min(due_ms, study_ms), self._clock.now_ms()))
                if study_ms <= due_ms:
                    await self._quiet()
                    await self._timed.run_if_due()
            await self._move(target_ms)
            await self._quiet()
            await self._catch_up()
            after = self._counted = self._settled()
        # What was uncertain may have been sent after all: then there are fewer errors than before.
        errors = max(after[1] - before[1], 0)
        return Advanced(now_ms=target_ms, timers=timers, messages=after[0] - before[0], errors=errors)

    async def _move(self, now_ms: int) -> None:
        position = await self._tick.set_clock(now_ms)
        while position["next_due_ms"] <= now_ms:
            position = await self._tick.ask("position")

    async def _quiet(self) -> int:
        """Wait until every due message has its answer and all is folded; return the next due instant."""
        deadline = asyncio.get_running_loop().time() + QUIET_TIMEOUT_S
        while True:
            waiting, retry_ms = await asyncio.to_thread(self._pending, self._clock.now_ms())
            if not waiting:
                position = await self._tick.ask("position")
                return min(position["next_due_ms"], retry_ms, self._next_deferred())
            if asyncio.get_running_loop().time() > deadline:
                raise NotQuiet(waiting)
            await asyncio.sleep(POLL_S)

    def _next_deferred(self) -> int:
        rows = self._state.rows("SELECT min(due_ms) FROM outbox WHERE due_ms > ?", (self._clock.now_ms(),))
        return int(rows[0][0]) if rows[0][0] is not None else FAR_FUTURE_MS

    def _settled(self) -> tuple[int, int]:
        rows = self._state.rows(
            "SELECT sum(state = 'sent'), sum(state IN ('failed', 'uncertain')) FROM ledger WHERE state != 'queued'"
        )
        return int(rows[0][0] or 0), int(rows[0][1] or 0)
