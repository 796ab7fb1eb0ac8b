from typing import Any

import numpy as np
import pytest
from engine import Engine, assert_same_arrays, record
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.profile import consents as consents_module
from liftloop.profile.contract import GRANTED, NO_CONSENT, WITHDRAWN
from liftloop.profile.reading import consents_of

USERS, DEVICES, CHANNELS = ("u0", "u1"), ("d0", "d1", "d2"), ("sms", "shop-hook")
SAID = st.tuples(
    st.sampled_from(["", *USERS]),
    st.sampled_from(["", *DEVICES]),
    st.sampled_from(CHANNELS),
    st.sampled_from(["granted", "withdrawn"]),
    st.integers(0, 5),
    st.sampled_from(["", "", "", "news"]),
).filter(lambda said: said[0] or said[1])
TICKS = st.lists(st.lists(SAID, min_size=1, max_size=4), min_size=1, max_size=8)


class Plain:
    """Who is who by union of names; what holds is the latest word, a withdrawal where two are equally late."""

    def __init__(self) -> None:
        self.person: dict[str, list[Any]] = {}

    def say(self, user: str, device: str, said: Any) -> None:
        own, of_device = self.person.get(user), self.person.get(device)
        if user and own is None:
            own = of_device if of_device is not None and not self._has_user(of_device) else []
        person = own if own is not None else of_device if of_device is not None else []
        if own is not None and of_device is not None and own is not of_device and not self._has_user(of_device):
            own.extend(of_device)
            self.person |= {name: own for name, held in self.person.items() if held is of_device}
        if user:
            self.person[user] = person
        if device:
            self.person.setdefault(device, person)
        person.append(said)

    def _has_user(self, person: list[Any]) -> bool:
        return any(name in USERS and held is person for name, held in self.person.items())

    def holds(self, name: str, channel: str) -> int:
        words = [
            (at, status == "withdrawn") for of, status, at, topic in self.person[name] if of == channel and not topic
        ]
        return NO_CONSENT if not words else WITHDRAWN if max(words)[1] else GRANTED


@settings(max_examples=120, deadline=None)
@given(ticks=TICKS)
def test_the_latest_word_holds_whoever_is_merged(ticks: list[list[Any]]) -> None:
    """In any order and whoever is merged, for any channel: the latest consent holds, a withdrawal where equal."""
    engine, plain = Engine(), Plain()
    engine.publish("setting", "identity", {"detect_shared": False})
    for number, tick in enumerate(ticks):
        records = []
        for place, (user, device, channel, status, at, topic) in enumerate(tick):
            consent = {"channel": channel, "status": status, "at": engine.now_ms - 1000 + at, "topic": topic}
            names = {"user_id": user, "anonymous_id": device}
            records.append(
                record("identify", f"{number}/{place}", engine.now_ms, context={"consents": [consent]}, **names)
            )
            plain.say(user, device, (channel, status, at, topic))
        engine.step(records)
        for name in plain.person:
            slot = engine.slot(user=name) if name in USERS else engine.slot(anonymous=name)
            for channel in CHANNELS:
                found = consents_of(engine.fold.state, np.array([slot]), channel, "marketing")[0]
                assert found == plain.holds(name, channel), (name, channel)
    assert len(engine.table("consent")) == sum(map(len, ticks))
    assert_same_arrays(engine.fold, engine.restored())


def test_strangers_cannot_fill_the_memory_with_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many channels a sender invents, memory keeps a bounded number of columns and disk keeps every word."""
    monkeypatch.setattr(consents_module, "COLUMNS_MAX", 5)
    engine = Engine()
    for number in range(30):
        context = {"consents": [{"channel": f"c{number}-{more}"} for more in range(3)]}
        engine.step([record("identify", str(number), engine.now_ms, user_id="u", context=context)])
    assert len(engine.fold.state.names("consent.")) == 2 * 5
    assert len(engine.table("consent")) == 90
