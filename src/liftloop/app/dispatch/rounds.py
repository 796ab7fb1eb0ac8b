"""The dispatch process: from the outbox into words, through channels, and what became of it back as facts.

Every attempt is on disk before it leaves. Marketing is at most once, everything else at least once.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from liftloop.app.dispatch.attempts import Attempt, AttemptFile, Pause, Report, Settlement, Started, Waiting
from liftloop.app.dispatch.carrying import cancelled, carried
from liftloop.app.dispatch.channels import Channels, OpenChannel, Opened
from liftloop.app.dispatch.coupons import Claimed
from liftloop.app.dispatch.lane import FOLLOWED_MAX, OUTSIDE_MS_MAX, PAUSE_MS_MAX, Lane, NoPace, Pace, longer_pause
from liftloop.app.dispatch.links import KEPT_MS, Links
from liftloop.app.dispatch.people import marks
from liftloop.app.dispatch.personal import AskPeople
from liftloop.app.dispatch.reports import Reports, SendFacts, keys_of
from liftloop.app.dispatch.settle import (
    NOT_ADMITTED,
    Departure,
    LostAt,
    Settled,
    StoppedDue,
    attempt_of,
    in_doubt,
    patience,
    settle,
    settle_after_restart,
    verdict,
)
from liftloop.app.dispatch.sms_parts import within_parts
from liftloop.app.dispatch.status import DispatchStatus, lane_status
from liftloop.app.dispatch.words import Due, Gathered, Wordings, coupon_of
from liftloop.app.tick.restored import NEVER_RESTORED, Restored
from liftloop.deliver.contract import Channel, Envelope, TryLater
from liftloop.deliver.keys import enrolment_of
from liftloop.deliver.second_look import HELD, Stopped
from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.storage.contract import DiskFull, Row, StateReader, Vault

SecondLook = Callable[[str, Sequence[Envelope]], Awaitable[Sequence[Stopped]]]
"""Ask the tick which of a channel's messages may still leave, one answer each, once it answers at all."""

MAY_HAVE_LEFT = Stopped("uncertain", "restored")
POLL_S = 0.02  # How often the outbox is looked at between sendings: a fiftieth of the second that S12 allows.
IDLE_POLL_S = 0.1  # And where nothing was sent for a while: fifty looks a second took a tenth of a core.
IDLE_AFTER_S = 1.0
LAND_SECONDS_MAX = 20.0  # After being told to stop; what is still in the air then is settled by the next start.
FOLLOW_S = 2.0  # Between looks at many messages that may have been stopped or moved while they waited.
CLAIM_MS = 60 * SECOND_MS  # A message that named a coupon so long ago and is nowhere any more was stopped.
STANDING = "stopped:"
STANDING_LOOK_MS = 60 * SECOND_MS  # What stands still is looked at seldom; whoever lets it go on is heard at once.
HELD_LOOK_MS = 5 * SECOND_MS  # What a pause holds back is rescheduled by the desk; until then it is looked at again.
NO_ROOM_S = 1.0  # Between tries to write while the disk is full.
NO_ROOM_PAUSE_MS = 5 * SECOND_MS

_STOPS = "SELECT version FROM definition WHERE kind = 'setting' AND id = 'stop' AND status = 'live'"

_log = logging.getLogger(__name__)


class DispatchTools(Struct, frozen=True, kw_only=True):
    """What the dispatcher is made with."""

    state: StateReader
    vault: Vault
    clock: Clock
    attempts: AttemptFile
    send_facts: SendFacts
    second_look: SecondLook
    ask_people: AskPeople
    open_channel: OpenChannel
    paced: bool
    """False on a manual clock, where time does not pass by itself: channels' `per_second_max` then holds nobody up."""
    wall: Clock
    """The machine's own clock, which providers go by whatever a manual clock says."""
    restored: Restored = NEVER_RESTORED


class Dispatcher:
    """Carries messages out until told to stop. One runs on a data folder at a time."""

    def __init__(self, tools: DispatchTools) -> None:
        self._tools = tools
        self._channels = Channels(tools.state, tools.open_channel)
        self._wordings = Wordings(tools.state, tools.vault)
        self._links = Links(tools.state, tools.vault, self._channels.medium, tools.attempts.rows)
        self._reports = Reports(tools.attempts, tools.clock, tools.send_facts)
        self._lanes: dict[str, Lane] = {}
        self._flights: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._outcomes: Counter[str] = Counter()
        self._by_channel: dict[str, Counter[str]] = {}
        self._tick: int | None = None
        self._followed_s = 0.0
        self._stops: list[Row] = []
        self._sent_s = 0.0
        """When something was last on its way."""
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then wait a little for what is in the air, and tell of it.

        Raises what a programmer's error or a crash raises; what was in the air is then settled by the next start.
        """
        self._refresh_channels()
        self._recover()
        telling = asyncio.create_task(self._reports.tell_forever())
        try:
            while not stop.is_set():
                self._reap(telling)
                if not self._depart():
                    await self._idle(stop)
                await asyncio.sleep(0)
            await self._land(telling)
        finally:
            await cancelled({telling, *self._flights, *self._leaving})
            for lane in self._lanes.values():
                await lane.channel.close()

    def wake(self) -> None:
        """Look at the outbox at once, because something was put into it."""
        self._wake.set()

    def pending(self) -> int:
        """Return how many due messages have no folded answer and wait for none; 0 means quiet."""
        now_ms = self._tools.clock.now_ms()
        count = 0
        for lane in self._lanes.values():
            if not lane.paused(now_ms):
                count += lane.due_count(self._tools.state, now_ms)
        return count + self._reports.untold_count()

    def waits_for_fold(self) -> bool:
        """Tell whether all that is due was answered and told, and only the tick's fold is missing."""
        now_ms = self._tools.clock.now_ms()
        if self._flights or self._reports.untold_count():
            return False
        return not any(lane.something_new(self._tools.state, now_ms) for lane in self._lanes.values())

    def open_channels(self) -> list[Channel]:
        return [lane.channel for lane in self._lanes.values()]

    def status(self) -> DispatchStatus:
        return DispatchStatus(
            lanes=[lane_status(lane) for lane in self._lanes.values()],
            untold=self._reports.untold_count(),
            outcomes=dict(self._outcomes),
            by_channel={channel: dict(outcomes) for channel, outcomes in self._by_channel.items()},
        )

    def _depart(self) -> bool:
        """Send one group of each channel on its way; tell whether there was any."""
        self._follow_tick()
        if self._reports.full():
            return False
        now_ms = self._tools.clock.now_ms()
        departed = False
        for lane in self._lanes.values():
            dues = lane.take(self._tools.state, now_ms)
            if dues:
                departed = True
                flight = asyncio.create_task(self._fly(lane, dues))
                for flights in (lane.flights, self._flights):
                    flights.add(flight)
                flight.add_done_callback(lane.flights.discard)
        return departed

    def _follow_tick(self) -> None:
        """Take over what the tick changed: channels, and reports that it has folded."""
        position = self._tools.state.position()
        if position is None:
            return
        for channel, keys in self._reports.folded(position.offset):
            self._lane(channel).release(keys)
        if position.tick != self._tick:
            self._tick = position.tick
            self._refresh_channels()
            self._follow_stops()
            self._follow_waiting()

    def _follow_stops(self) -> None:
        """Look again at what stood still as soon as what stands still has changed."""
        stops = self._tools.state.rows(_STOPS)
        if stops != self._stops:
            self._stops = stops
            for lane in self._lanes.values():
                lane.hasten(STANDING, self._tools.clock.now_ms())

    def _follow_waiting(self) -> None:
        """Forget waiting messages that were stopped, see those that were moved; many of them are seen now and then."""
        now_ms, now_s = self._tools.clock.now_ms(), asyncio.get_running_loop().time()
        rests = now_s < self._followed_s + FOLLOW_S
        for lane in self._lanes.values():
            gone = lane.follow(self._tools.state, now_ms) if lane.few_wait() or not rests else ()
            if gone:
                with suppress(DiskFull):  # Found again after a restart.
                    self._tools.attempts.forget_waiting(gone, now_ms)
        if rests:
            return
        self._followed_s = now_s
        self._forget_claims()
        with suppress(DiskFull):
            self._tools.attempts.forget_links(now_ms - KEPT_MS)

    def _forget_claims(self) -> None:
        """Give back coupons of messages that were stopped after one was reserved."""
        now_ms = self._tools.clock.now_ms()
        claims = self._tools.attempts.coupons.claims(now_ms - CLAIM_MS, FOLLOWED_MAX)
        lost = [key for key in claims if not any(lane.knows(key) for lane in self._lanes.values())]
        if lost:
            query = f"SELECT message_key FROM outbox WHERE message_key IN ({marks(len(lost))})"
            there = {key for (key,) in self._tools.state.rows(query, lost)}
            with suppress(DiskFull):  # Found again by the next look.
                self._tools.attempts.forget_waiting([key for key in lost if key not in there], now_ms)

    async def _prepare(self, lane: Lane, dues: Sequence[Due]) -> Departure:
        """Return a group in words; what must not leave or cannot be said stays behind, with the reason."""
        name = lane.channel.name
        looked = await self._tools.second_look(name, [due.envelope for due in dues])
        now_ms = self._tools.clock.now_ms()
        dues, looked, held = _without_held(dues, looked, now_ms)
        lane.wait(held)
        await self._keep_standing(lane, held, now_ms)
        dues, looked = self._without_rivals(lane, dues, looked)
        verdicts = [
            self._not_again(due, _too_late(due, stopped, now_ms)) for due, stopped in zip(dues, looked, strict=True)
        ]
        leaving = [due for due, stopped in zip(dues, verdicts, strict=True) if not stopped.outcome]
        asked = self._wordings.asks(leaving)
        answered = None if asked is None else (asked, await self._tools.ask_people(asked))
        coupons = await self._claimed(leaving, now_ms)
        said, unsaid = self._wordings.say(leaving, lane.channel, now_ms, Gathered(told=answered, coupons=coupons))
        said, links = self._links.marked(said, lane.channel, now_ms)
        fitting = within_parts(self._tools.state, said, lane.channel.name)
        return Departure(
            channel=lane.channel,
            said=fitting.said,
            attempts=[
                attempt_of(due, message.attempt, coupon_of(coupons, message.key), spared_fen)
                for (due, message), spared_fen in zip(fitting.said, fitting.spared_fen, strict=True)
            ],
            unsaid=[*unsaid, *fitting.too_long],
            stopped=[
                StoppedDue(due=due, outcome=stopped.outcome, reason=stopped.reason)
                for due, stopped in zip(dues, verdicts, strict=True)
                if stopped.outcome
            ],
            links=links,
            coupons=bool(coupons) or any(due.waited is not None for due in dues),
        )

    async def _keep_standing(self, lane: Lane, held: Sequence[Waiting], now_ms: int) -> None:
        """Write what stands still, so that nobody waits for its answer; a full disk only makes it looked at sooner."""
        standing = [each for each in held if each.reason.startswith(STANDING)]
        if standing:
            name = lane.channel.name
            settlement = Settlement(batch=0, channel=name, at_ms=now_ms, report=b"", waiting=standing, pause=lane.pause)
            with suppress(DiskFull):
                await asyncio.to_thread(self._tools.attempts.settle, settlement)

    async def _claimed(self, dues: Sequence[Due], now_ms: int) -> Mapping[str, Claimed]:
        """Return the coupons that messages name, reserved on disk before anybody reads of them."""
        wanted = self._wordings.coupons(dues)
        if not wanted:
            return {}
        return await asyncio.to_thread(self._tools.attempts.coupons.claim, wanted, self._wordings.pools(), now_ms)

    def _without_rivals(
        self, lane: Lane, dues: Sequence[Due], looked: Sequence[Stopped]
    ) -> tuple[Sequence[Due], Sequence[Stopped]]:
        """Put back what its person may be sent just now by another name; it is looked at again once that is known."""
        if not any(stopped.rivals for stopped in looked):
            return dues, looked
        flying = {_sender(key) for each in self._lanes.values() for key in each.in_the_air()}
        waits = [
            any((_sender(due.envelope.key)[0], rival) in flying for rival in stopped.rivals)
            for due, stopped in zip(dues, looked, strict=True)
        ]
        lane.put_back(due for due, wait in zip(dues, waits, strict=True) if wait)
        going = [pair for pair, wait in zip(zip(dues, looked, strict=True), waits, strict=True) if not wait]
        return [due for due, _ in going], [stopped for _, stopped in going]

    def _not_again(self, due: Due, stopped: Stopped) -> Stopped:
        """Return the verdict so far, or that a lost server may have sent the message before a restore."""
        return MAY_HAVE_LEFT if self._tools.restored.may_have_sent(due.envelope, due.due_ms) else stopped

    async def _fly(self, lane: Lane, dues: Sequence[Due]) -> None:
        """Carry one group: looked at again, on disk, out of the house, outcomes on disk, a report to be told."""
        tools, batch = self._tools, 0
        try:
            departure = await self._prepare(lane, dues)
        except DiskFull:
            _log.warning("no room to reserve coupons; channel %s waits", lane.channel.name)
            lane.pause = longer_pause(lane, tools.clock.now_ms(), NO_ROOM_PAUSE_MS, "disk_full")
            lane.put_back(dues)
            return
        if not departure.dues():
            return
        started_ms = tools.clock.now_ms()
        if departure.said:
            name = departure.channel.name
            try:
                batch = await asyncio.to_thread(
                    tools.attempts.start, name, started_ms, departure.attempts, departure.links
                )
            except DiskFull:
                _log.warning("no room to note attempts; channel %s waits", name)
                lane.pause = longer_pause(lane, started_ms, NO_ROOM_PAUSE_MS, "disk_full")
                lane.put_back(departure.dues())
                return
        answers = await carried(departure)
        now_ms = tools.clock.now_ms()
        asked = patience(answers)
        pause = _pause(lane, now_ms, asked) if asked else None
        at = LostAt(now_ms=now_ms, left_ms=self._left_ms(started_ms))
        await self._keep(lane, settle(departure, batch, answers, at, pause))
        lane.put_back(due for due, message in departure.said if message.key in answers.returned)

    def _left_ms(self, started_ms: int) -> int:
        """Return the same instant on the machine's own clock."""
        return self._tools.wall.now_ms() - max(0, self._tools.clock.now_ms() - started_ms)

    async def _keep(self, lane: Lane, settlement: Settlement) -> None:
        """Write what became of a batch, however long the disk is full: it happened, and must not happen again."""
        while True:
            try:
                number = await asyncio.to_thread(self._tools.attempts.settle, settlement)
                break
            except DiskFull:
                _log.warning("no room to note outcomes; trying again")
                await asyncio.sleep(NO_ROOM_S)
        self._kept(lane, settlement, number)

    def _kept(self, lane: Lane, settlement: Settlement, number: int) -> None:
        lane.pause = settlement.pause
        lane.wait(settlement.waiting)
        if settlement.waiting:
            self._tick = None  # They may have been moved or stopped while they were in the air.
        self._outcomes.update(settlement.outcomes)
        self._by_channel.setdefault(settlement.channel, Counter()).update(settlement.outcomes)
        if number:
            self._reports.add(Report(id=number, channel=settlement.channel, body=settlement.report, offset=None))

    def _recover(self) -> None:
        """Take up what the last run left: reports, retries, and batches whose answers it never saw."""
        attempts = self._tools.attempts
        for waiting in attempts.waiting():
            self._lane(waiting.channel).wait([waiting])
        for pause in attempts.pauses():
            if not pause.reason.startswith(NOT_ADMITTED):  # Credentials may be new since: a start asks again at once.
                self._lane(pause.channel).pause = pause
        for lane in self._lanes.values():
            lane.hasten(NOT_ADMITTED, self._tools.clock.now_ms())
        for report in attempts.reports():
            self._lane(report.channel).hold(keys_of(report))
            self._reports.add(report)
        for started in attempts.unfinished():
            self._settle_lost(started)

    def _settle_lost(self, started: Started) -> None:
        lane = self._lane(started.channel)
        now_ms = self._tools.clock.now_ms()
        lane.hold(attempt.key for attempt in started.attempts)
        verdicts = [_verdict_of_lost(attempt, lane.channel, now_ms) for attempt in started.attempts]
        at = LostAt(now_ms=now_ms, left_ms=self._left_ms(started.started_ms))
        settlement = settle_after_restart(started, lane.channel, verdicts, at, lane.pause)
        self._kept(lane, settlement, self._tools.attempts.settle(settlement))

    def _refresh_channels(self) -> None:
        for opened in self._channels.refresh():
            name = opened.channel.name
            pace = self._pace(opened)
            lane = self._lanes.get(name)
            if lane is None:
                self._lanes[name] = Lane(opened.channel, pace)
                continue
            before, lane.channel, lane.pace = lane.channel, opened.channel, pace
            self._resume(lane)
            self._leaving.add(asyncio.create_task(_close_after(set(lane.flights), before)))

    def resume(self, channel: str) -> bool:
        """Let a channel go on before its pause ends; tell whether it paused."""
        lane = self._lanes.get(channel)
        paused = lane is not None and lane.paused(self._tools.clock.now_ms())
        if lane is not None and paused:
            self._resume(lane)
            self.wake()
        return paused

    def _resume(self, lane: Lane) -> None:
        """Let a channel go on at once: somebody has just changed its settings, or what stood in its way elsewhere."""
        lane.hasten(NOT_ADMITTED, self._tools.clock.now_ms())
        if lane.pause is not None:
            lane.pause = None
            with suppress(DiskFull):  # The next settlement ends the pause on disk.
                self._tools.attempts.resume(lane.channel.name)

    def _lane(self, name: str) -> Lane:
        """Return a channel's lane, also where the channel is gone and only its messages are left."""
        if name not in self._lanes:
            self._lanes[name] = Lane(self._channels.get(name), NoPace())
        return self._lanes[name]

    def _pace(self, opened: Opened) -> Pace | NoPace:
        if not self._tools.paced:
            return NoPace()
        return Pace(opened.channel.limits.per_second_max, self._tools.clock.now_ms())

    async def _idle(self, stop: asyncio.Event) -> None:
        """Wait a little, or until something lands, is put in or is to stop."""
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(stop.wait()), asyncio.create_task(self._wake.wait())}
        now_s = asyncio.get_running_loop().time()
        if self._flights:
            self._sent_s = now_s
        timeout_s = POLL_S if now_s < self._sent_s + IDLE_AFTER_S else IDLE_POLL_S
        await asyncio.wait({*waits, *self._flights}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        self._wake.clear()
        await cancelled(waits)

    async def _land(self, telling: asyncio.Task[None]) -> None:
        """Wait for what is in the air and until it was told, but not for ever: the next start takes up the rest."""
        loop = asyncio.get_running_loop()
        last_s = loop.time() + LAND_SECONDS_MAX
        while (self._flights or self._reports.untold_count()) and loop.time() < last_s:
            self._reap(telling)
            await asyncio.sleep(POLL_S)
        self._reap(telling)

    def _reap(self, telling: asyncio.Task[None]) -> None:
        """Let go of tasks that ended; raise what one of them raised."""
        for tasks in (self._flights, self._leaving, {telling}):
            for task in [task for task in tasks if task.done()]:
                tasks.discard(task)
                task.result()


def _pause(lane: Lane, now_ms: int, asked: TryLater) -> Pause:
    longest_ms = OUTSIDE_MS_MAX if asked.reason.startswith(NOT_ADMITTED) else PAUSE_MS_MAX
    return longer_pause(lane, now_ms, asked.after_ms, asked.reason, longest_ms)


def _without_held(
    dues: Sequence[Due], looked: Sequence[Stopped], now_ms: int
) -> tuple[Sequence[Due], Sequence[Stopped], Sequence[Waiting]]:
    """Return what may go on, and what a pause or a stop holds back, unless its own time is over."""
    if not any(stopped.outcome == HELD for stopped in looked):
        return dues, looked, ()
    going: list[tuple[Due, Stopped]] = []
    held: list[Waiting] = []
    for due, stopped in zip(dues, looked, strict=True):
        if stopped.outcome != HELD:
            going.append((due, stopped))
        elif due.envelope.expires_ms < now_ms:
            going.append((due, Stopped("expired", stopped.reason)))
        else:
            after_ms = STANDING_LOOK_MS if stopped.reason.startswith(STANDING) else HELD_LOOK_MS
            held.append(_later(due, now_ms + after_ms, stopped.reason))
    return [due for due, _ in going], [stopped for _, stopped in going], held


def _later(due: Due, next_ms: int, reason: str) -> Waiting:
    envelope = due.envelope
    return Waiting(
        key=envelope.key, channel=envelope.channel, tries=due.tries, next_ms=next_ms, doubt=due.doubt, reason=reason
    )


def _sender(key: str) -> tuple[str, int]:
    """Return origin and node of a message, and its enrolment."""
    return key.rsplit("/", 2)[0], enrolment_of(key)


def _too_late(due: Due, stopped: Stopped, now_ms: int) -> Stopped:
    """Return the second look's answer, or that the message's own time is over."""
    late = not stopped.outcome and due.envelope.expires_ms < now_ms
    outside = due.waited is not None and due.waited.reason.startswith(NOT_ADMITTED)
    return Stopped("expired", "expired:not_admitted" if outside else "") if late else stopped


def _verdict_of_lost(attempt: Attempt, channel: Channel, now_ms: int) -> Settled | Waiting:
    return verdict(attempt, in_doubt(attempt.key, "no_answer:restart"), channel, now_ms)


async def _close_after(flights: set[asyncio.Task[None]], channel: Channel) -> None:
    if flights:
        await asyncio.wait(flights)
    await channel.close()
