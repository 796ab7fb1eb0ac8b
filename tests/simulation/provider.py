"""What stands outside: the providers that messages are handed to, and the deaths that a process may die.

Both outlive every crash.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from liftloop.deliver.contract import ChannelDefinition, ChannelLimits, Handover, Message, Outcome, Repeat, TryLater
from liftloop.kernel.dice import hash_text
from liftloop.storage.embedded.crash_points import CRASH_POINTS, CrashPoint

OUTSIDE_POINTS = ("channel.called", "channel.taken", "facts.sent", "facts.appended", "act.done")
POINTS: tuple[str, ...] = (*CRASH_POINTS, *OUTSIDE_POINTS)
"""Every instant at which the simulation may end the process."""
DEATHS = 14
"""Points of one story at which it ends; each is drawn with the visit at which it does."""

_BEHAVIOUR: Sequence[tuple[str, float]] = (
    ("accepted", 0.62),
    ("later", 0.05),
    ("lost", 0.07),
    ("lost_before", 0.04),
    ("missing", 0.05),
    ("raise", 0.02),
    ("retry", 0.04),
    ("throttled", 0.03),
    ("rejected", 0.04),
    ("invalid_recipient", 0.02),
    ("opted_out", 0.02),
)


class Killed(BaseException):
    """The process ends here."""


class Deaths:
    """Ends the process at drawn visits of drawn points, and keeps what the disk held at that instant."""

    def __init__(self, seed: int, armed: bool) -> None:
        dice = np.random.default_rng([seed, 11])
        self.visits: Counter[str] = Counter()
        self.died: list[str] = []
        self._at: dict[str, int] = {}
        if armed:
            chosen = [POINTS[(DEATHS * seed + number) % len(POINTS)] for number in range(DEATHS)]
            self._at = {point: int(dice.choice([1, 1, 2, 3, 5])) for point in chosen}
        self.folder: Path | None = None
        """Where the process works now."""
        self.dead = False
        """Whether the process has ended and not risen: code that swallows its own death gets no further."""

    def reach(self, point: CrashPoint) -> None:
        self.at(point)

    def at(self, point: str) -> None:
        assert point in POINTS, point
        if self.dead:
            raise Killed("dead already")
        self.visits[point] += 1
        if self._at.get(point) == self.visits[point]:
            del self._at[point]
            self.died.append(point)
            self._keep_image()
            self.dead = True
            raise Killed(point)

    def _keep_image(self) -> None:
        """Copy the files as they are now, half-written transactions and all; the process goes on in the copy."""
        assert self.folder is not None
        image = self.folder.with_name(f"after{len(self.died)}")
        shutil.copytree(self.folder, image, ignore=shutil.ignore_patterns("*-shm"))
        self.folder = image


class Provider:
    """One channel's other end: it takes messages and answers as the seed says, for each key and try the same."""

    def __init__(self, name: str, seed: int, deaths: Deaths, repeat: Repeat) -> None:
        self.name = name
        self.repeat: Repeat = repeat
        self._seed = seed
        self._deaths = deaths
        self.calls: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        """How often a message arrived at its person."""
        self.faults: Counter[str] = Counter()
        """Calls that it did not answer with a plain yes, by what it did instead."""
        self.before_taking: Callable[[Sequence[Message]], None] = lambda messages: None

    def step(self, key: str) -> str:
        draw = hash_text("provider", str(self._seed), key, str(self.calls[key])) / 2**64
        for step, share in _BEHAVIOUR:
            draw -= share
            if draw < 0:
                return step
        return "accepted"

    def take(self, messages: Sequence[Message]) -> None:
        self.before_taking(messages)
        for message in messages:
            if self.repeat != "idempotent" or not self.taken[message.key]:
                self.taken[message.key] += 1


class Line:
    """A `Channel` to a provider, as one run of the dispatcher opens it."""

    address_kind = "customer_id"

    def __init__(self, provider: Provider, deaths: Deaths) -> None:
        self.name = provider.name
        self.repeat: Repeat = provider.repeat
        self.limits = ChannelLimits(batch_max=4, body_bytes_max=1_000_000, per_second_max=1_000.0)
        self._provider = provider
        self._deaths = deaths

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        self._deaths.at("channel.called")
        provider = self._provider
        step = provider.step(messages[0].key)
        provider.calls.update(message.key for message in messages)
        if step != "accepted":
            provider.faults[step] += 1
        if step == "later":
            raise TryLater(30_000, "busy")
        if step in ("accepted", "lost", "missing", "raise"):
            provider.take(messages)
            self._deaths.at("channel.taken")
        if step == "raise":
            raise RuntimeError("a bug in a plug-in")
        if step == "missing":
            return _all(messages[::2], "accepted")
        return _all(messages, "uncertain" if step.startswith("lost") else step)  # pyright: ignore[reportArgumentType]

    async def close(self) -> None: ...


def lines(providers: Mapping[str, Provider], deaths: Deaths) -> Callable[[ChannelDefinition], Line]:
    return lambda definition: Line(providers[definition.id], deaths)


def _all(messages: Sequence[Message], outcome: Outcome) -> list[Handover]:
    return [Handover(key=message.key, outcome=outcome) for message in messages]
