"""When people were last seen, read on from where it was read before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from liftloop.app import last_seen
from liftloop.app.last_seen import LastSeen


class Events:
    """A lake of (profile, at_ms), and a state in which the first person was merged into the second."""

    def __init__(self) -> None:
        self.events: list[tuple[int, int]] = []
        self.read = 0
        self.state = self

    def rows(self, query: str, parameters: Sequence[Any]) -> list[tuple[int]]:
        return [(2,), (1,)] if parameters[0] == 2 else [(parameters[0],)]

    async def select(self, query: str, parameters: Sequence[Any]) -> Mapping[str, Any]:
        since = self.events[parameters[0] + 1 :]
        self.read += len(since)
        people = sorted({profile for profile, _ in since})
        return {
            "profile": np.array(people, dtype=np.int64),
            "at_ms": np.array([max(at for each, at in since if each == one) for one in people], dtype=np.int64),
            "newest": np.full(len(people), len(self.events) - 1),
        }


@pytest.mark.parametrize("apart", [0, 7, 1_000])
def test_it_says_what_a_look_at_all_events_says(apart: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes in between, late events too, each person's newest event is told, and each event read once."""
    monkeypatch.setattr(last_seen, "APART_MAX", apart)
    dice, lake = np.random.default_rng(apart), Events()

    async def story() -> None:
        seen = LastSeen(lake)  # pyright: ignore[reportArgumentType] it asks for no more than this
        for _ in range(12):
            for _ in range(int(dice.integers(0, 9))):
                lake.events.append((int(dice.integers(1, 20)), int(dice.integers(0, 1_000))))
            found = await seen.of(range(2, 22))
            people = {profile if profile > 1 else 2 for profile, _ in lake.events}
            expected = {
                person: max(at for profile, at in lake.events if max(profile, 2) == person) for person in people
            }
            assert found == expected
        await seen.close()

    asyncio.run(story())
    assert lake.read == len(lake.events)
