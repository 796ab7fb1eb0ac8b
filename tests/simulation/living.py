"""Lives through a story on the real engine: log, fold, checkpoints, vault, lake and dispatcher, with deaths between."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from unittest import mock

import msgspec
import numpy as np
from provider import Deaths, Killed, Provider, lines
from story import (
    CHANNELS,
    LATE_ENOUGH_MS,
    START_MS,
    Act,
    Advance,
    Assign,
    Dispatch,
    Erase,
    Fill,
    Fold,
    Forget,
    Keep,
    Order,
    Post,
    Publish,
    Retire,
    Steer,
    Story,
)

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.dispatch import rounds as dispatch_module
from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.personal import Asked, Told
from liftloop.app.dispatch.rounds import Dispatcher, DispatchTools
from liftloop.app.facts import fact, published
from liftloop.app.following import Follower
from liftloop.app.steering.brakes import Brakes, NotRunning
from liftloop.app.tick.questions import answer
from liftloop.deliver.contract import Envelope
from liftloop.deliver.second_look import Stopped
from liftloop.identify.contract import USER
from liftloop.identify.reading import identifier_hash
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json, pack_columns
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.plan.contract import ASSIGNED, STEERED
from liftloop.runtime.catalog import RETIRED
from liftloop.storage.contract import Record
from liftloop.testing.installation import Installation

AUTHOR = "person:test"
ROUNDS_MAX = 400
"""Rounds in which everything must come to rest at the end."""


class Life:
    """One story lived; what it knows of itself outlives every death."""

    def __init__(self, story: Story, path: Path, *, deaths: bool) -> None:
        self.story = story
        self.deaths = Deaths(story.seed, armed=deaths)
        self.deaths.folder = path / "data"
        self.providers = {
            name: Provider(name, story.seed, self.deaths, "idempotent" if name == "push" else "neither")
            for name in CHANNELS
        }
        self.acknowledged: dict[str, tuple[Mapping[str, Any], int]] = {}
        """Every message that was acknowledged, and when it was first received."""
        self.received_ms: dict[str, int] = {}
        self.unasked: list[str] = []
        """Marketing that arrived without consent."""
        self.despite: list[str] = []
        """Marketing that left while its campaign was paused or stopped."""
        self.at_its_end: Callable[[Life], None] = lambda life: None
        """Called when all acts are done and everything is folded and filled; time then goes on until all rests."""
        self.shop = Installation(path / "data", START_MS, self.deaths)

    def live(self) -> None:
        """Do one act after another, each again after a death in it, until everything has come to rest."""
        with mock.patch.object(asyncio, "to_thread", _inline), mock.patch.object(dispatch_module, "POLL_S", 0.0005):
            for act in self.story.acts:
                self.do(lambda act=act: self.act(act))
                self.do(lambda: self.deaths.at("act.done"))
            self.do(self.take_in)
            self.at_its_end(self)
            self.do(self._come_to_rest)

    def do(self, work: Callable[[], None]) -> None:
        """Work, and begin anew after every death; what is done twice must count once."""
        while True:
            with contextlib.suppress(Killed):
                work()
            if not self.deaths.dead:
                return
            self._rise()

    def _rise(self) -> None:
        while True:
            self.shop.close()
            self.deaths.dead = False
            try:
                assert self.deaths.folder is not None
                self.shop = Installation(self.deaths.folder, START_MS, self.deaths)
                self.shop.fold_all()
            except Killed:
                continue
            return

    def act(self, act: Act) -> None:
        match act:
            case Post(messages=messages):
                self._post(messages)
            case Fold():
                self.shop.fold_all()
            case Publish() | Retire():
                self._define(act)
            case Fill():
                asyncio.run(self._fill())
            case Dispatch():
                self._dispatch()
            case Advance(to_ms=to_ms):
                self._advance(to_ms)
            case Keep(between=messages):
                self._post(messages)
                self.shop.worker.checkpoint()
            case Forget():
                self._forget()
            case Assign(actions=actions):
                self._assign(actions)
            case Steer(batch=batch, share=share):
                self._steer(batch, share)
            case Order(campaign=campaign, order=order):
                asyncio.run(self._order(campaign, order))
            case Erase(user=user):
                self.shop.vault.destroy([identifier_hash(USER, user)])

    def _post(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for message in messages:
            self.received_ms.setdefault(str(message["messageId"]), self.shop.now_ms())
        self.shop.receive(*messages)
        for message in messages:
            identity = str(message["messageId"])
            self.acknowledged.setdefault(identity, (message, self.received_ms[identity]))

    def _define(self, act: Publish | Retire) -> None:
        self.shop.fold_all()  # A tick takes definitions first: what came before must not depend on who died between.
        now_ms = self.shop.now_ms()
        if isinstance(act, Publish):
            self.shop.append([published(act.kind, act.id, act.version, act.body, AUTHOR, now_ms)])
        else:
            body = canonical_json({"kind": act.kind, "id": act.id, "version": act.version})
            self.shop.append([fact(RETIRED, f"{act.kind}/{act.id}", body, AUTHOR, now_ms)])
        self.shop.fold_all()

    def _assign(self, actions: Mapping[str, int]) -> None:
        self.shop.fold_all()
        asked = [{"identifier": user, "now_ms": self.shop.now_ms()} for user in actions]
        numbers = [answer(self.shop.fold, "person", each)["profile"] for each in asked]
        columns = {
            "profile": np.array(numbers, dtype=np.int64),
            "action": np.array(list(actions.values()), dtype=np.int64),
            "cell": np.zeros(len(numbers), dtype=np.int64),
        }
        self._say(ASSIGNED, pack_columns(columns))

    def _steer(self, batch: int, share: float) -> None:
        self._say(STEERED, canonical_json({"action": "greet", "batch": batch, "shares": [share, 1 - share]}))

    def _say(self, kind: str, body: bytes) -> None:
        self.shop.append([fact(kind, "spring", body, "system:test", self.shop.now_ms())])
        self.shop.fold_all()

    async def _order(self, campaign: str, order: Literal["pause", "continue", "stop"]) -> None:
        """Order as the desk does; done again after a death in it, it changes nothing more."""
        shop = self.shop
        shop.fold_all()
        brakes = Brakes(
            Definitions(shop.tick, shop.state, shop.clock, (), shop.vault), shop.tick, shop.state, shop.clock
        )
        with contextlib.suppress(NotRunning):
            await brakes.order(campaign, order, {"reason": "manual"}, AUTHOR)

    async def _fill(self) -> None:
        """Follow and fill as the desk does."""
        shop = self.shop
        follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
        await follower.catch_up()
        while await follower.fill():
            await follower.catch_up()

    def take_in(self) -> None:
        self.shop.fold_all()
        asyncio.run(self._fill())
        self.shop.fold_all()

    def _dispatch(self) -> None:
        attempts = AttemptFile(self.shop.folder.attempts, self.deaths)
        try:
            asyncio.run(self._run_dispatcher(attempts))
        finally:
            attempts.close()

    async def _run_dispatcher(self, attempts: AttemptFile) -> None:
        shop = self.shop
        tools = DispatchTools(
            state=shop.state,
            vault=shop.vault,
            clock=shop.clock,
            attempts=attempts,
            send_facts=self._send_facts,
            second_look=self._second_look,
            ask_people=self._ask_people,
            open_channel=lines(self.providers, self.deaths),  # pyright: ignore[reportArgumentType]
            paced=False,
            wall=shop.clock,
        )
        dispatcher, stop = Dispatcher(tools), asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        try:
            async with asyncio.timeout(30):
                await asyncio.sleep(0)
                while not running.done() and dispatcher.pending():
                    shop.fold_all()
                    await asyncio.sleep(0.0005)
                stop.set()
                await running
        finally:
            running.cancel()

    async def _second_look(self, channel: str, envelopes: Sequence[Envelope]) -> Sequence[Stopped]:
        about = {
            "channel": channel,
            "now_ms": self.shop.now_ms(),
            "keys": [envelope.key for envelope in envelopes],
            "profiles": [envelope.profile for envelope in envelopes],
            "campaigns": [envelope.campaign for envelope in envelopes],
            "purposes": [envelope.purpose for envelope in envelopes],
        }
        told = answer(self.shop.fold, "second_look", about)
        return msgspec.convert(told["stopped"], type=list[Stopped])

    async def _ask_people(self, asked: Asked) -> Told:
        given = {"now_ms": self.shop.now_ms(), **msgspec.to_builtins(asked)}
        return msgspec.convert(answer(self.shop.fold, "known", given), type=Told)

    async def _send_facts(self, records: Sequence[Record]) -> Offset:
        self.deaths.at("facts.sent")
        offset = self.shop.append(records)
        self.deaths.at("facts.appended")
        return offset

    def _advance(self, to_ms: int) -> None:
        left_s = (to_ms - self.shop.now_ms()) / 1000
        self.shop.advance(max(left_s, 0))

    def _forget(self) -> None:
        """Let go of what the lake holds and the fold has committed."""
        position = self.shop.lake.position()
        folded = self.shop.state.position()
        if folded is not None:
            self.shop.log.forget(before=Offset(min(position.offset, folded.offset)))
            self.shop.state.forget_facts(before=TickNumber(min(position.tick, folded.tick)))

    def _come_to_rest(self) -> None:
        """Go on until every wait is over, every message settled, every definition filled and all in the lake."""
        self.shop.fold_all()
        for _ in range(ROUNDS_MAX):
            asyncio.run(self._fill())
            self._dispatch()
            self.shop.fold_all()
            next_ms = self._next_ms()
            if next_ms is None:
                asyncio.run(self._fill())
                return
            self._advance(next_ms)
        raise AssertionError("it never comes to rest")

    def _next_ms(self) -> int | None:
        """Return the next instant of a message or a person in a journey, None where there is none."""
        rows = self.shop.state.rows("SELECT min(due_ms), min(body) FROM outbox")
        now_ms = self.shop.now_ms()
        end_ms = max(act.to_ms for act in (Advance(to_ms=START_MS), *self.story.acts) if isinstance(act, Advance))
        inside = self.shop.state.rows("SELECT count(*) FROM enrolment WHERE state = 'inside'")[0][0]
        if not rows[0][0] and not inside:
            return None
        assert now_ms < end_ms + LATE_ENOUGH_MS, "something stays for ever"
        due_ms = min(self.shop.fold.next_due_ms(), rows[0][0] or FAR_FUTURE_MS)
        return min(max(due_ms, now_ms), now_ms + HOUR_MS) if due_ms > now_ms else now_ms + HOUR_MS


async def _inline(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do in the loop what the product does in a thread: the same seed then meets the same order."""
    await asyncio.sleep(0)
    return work(*given, **named)
