from collections.abc import Callable
from typing import Any

import pytest
from engine import Engine, assert_same_arrays, record
from plain_audiences import EVENTS, NAMES, TAGS, Chance, PlainAudiences, PlainPerson

from liftloop.audience.reading import is_member, members
from liftloop.audience.stage import NEXT_FLIP
from liftloop.kernel.clock import MINUTE_MS
from liftloop.runtime import people
from liftloop.runtime.contract import Frame
from liftloop.storage.contract import Record

USERS = ("u0", "u1", "u2", "u3")
DEVICES = tuple(f"d{number}" for number in range(12))
STEPS = 60


class World:
    """A worker, and beside it a plain list of everything that happened and of every definition."""

    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        self.engine = Engine()
        self.engine.publish("setting", "identity", {"detect_shared": False})  # Here a device stays with its first user.
        self.plain = PlainAudiences()
        self.person: dict[tuple[str, str], PlainPerson] = {}
        self.inside: dict[str, set[int]] = {name: set() for name in NAMES}
        """Who entered and did not leave since."""
        self.messages = self.flips = 0

    def step(self) -> None:
        act = self.chance.one(
            [self.happen] * 14
            + [self.time_passes] * 10
            + [self.publish, self.publish, self.publish_trait, self.publish_tag]
            + [
                self.one_in_three(self.retire),
                self.one_in_three(self.retire_tag),
                self.one_in_three(self.retire_trait),
                self.restart,
            ]
        )
        act()
        self.check()

    def one_in_three(self, act: Callable[[], None]) -> Callable[[], None]:
        return self.happen if self.chance.below(3) else act

    def happen(self) -> None:
        imported = not self.chance.below(5)
        records = [self._record(imported) for _ in range(1 + self.chance.below(6))]
        self._follow(self.engine.step(records), imported=imported)

    def _record(self, imported: bool) -> Record:
        user, device = self.chance.one(["", *USERS]), self.chance.one(["", "", "", *DEVICES])
        user = user or ("" if device else USERS[0])
        minutes = self.chance.one([self.chance.below(50), self.chance.below(5 * 24 * 60)])
        at_ms = self.engine.now_ms - minutes * MINUTE_MS
        self.messages += 1
        person = self._person(user, device)
        more: dict[str, Any] = {"user_id": user, "anonymous_id": device, "imported": imported}
        more["received_ms"] = self.engine.now_ms
        if not self.chance.below(4):
            known = {"city": self.chance.one(["上海", "Bath", None]), "level": self.chance.one([1, 2.5, "high"])}
            if not self.chance.below(2):
                until_ms = self.engine.now_ms + (self.chance.below(5 * 24 * 60) - 24 * 60) * MINUTE_MS
                known = {f"tag:{self.chance.one(TAGS)}": self.chance.one([until_ms, until_ms, None])}
            for name, value in known.items():
                person.know(name, at_ms, value)
            return record("identify", str(self.messages), at_ms, traits=known, **more)
        name, value = self.chance.one(EVENTS), self.chance.one([0.5, 1, 2.25, 3, -1, "many", None])
        person.events.append((name, at_ms, value))
        return record("track", str(self.messages), at_ms, name=name, properties={"v": value}, **more)

    def _person(self, user: str, device: str) -> PlainPerson:
        """Return who a message is of; a device belongs to the first user that names it."""
        own = self.person.get(("user", user)) if user else None
        of_device = self.person.get(("device", device)) if device else None
        if user and own is None:
            own = of_device if of_device is not None and not self._is_user(of_device) else PlainPerson()
        person = own or of_device or PlainPerson()
        if own is not None and of_device is not None and of_device is not own and not self._is_user(of_device):
            person.join(of_device)
            for name in [name for name, held in self.person.items() if held is of_device]:
                self.person[name] = person
        if user:
            self.person[("user", user)] = person
        if device and of_device is None:
            self.person[("device", device)] = person
        return person

    def _is_user(self, person: PlainPerson) -> bool:
        return any(kind == "user" and held is person for (kind, _), held in self.person.items())

    def time_passes(self) -> None:
        """Nothing happens but what falls due by itself; whoever looks in between sees the truth of that instant."""
        minutes, looks = self.chance.one([self.chance.below(90), self.chance.below(4 * 24 * 60)]), 3
        start_ms = self.engine.now_ms
        for look in range(1, looks + 1):
            for frame in self.engine.advance(start_ms + minutes * MINUTE_MS * look // looks):
                self._follow(frame, imported=False)
            self.check()

    def publish(self) -> None:
        name, tree = self.chance.one(NAMES), self.chance.tree()
        self.engine.publish("audience", name, {"name": name, "where": tree})
        self.plain.trees[name] = tree
        self._learn()

    def retire(self) -> None:
        name = self.chance.one(NAMES)
        if name in self.plain.trees:
            self.engine.retire("audience", name)
            del self.plain.trees[name]
            self._learn()

    def publish_trait(self) -> None:
        body = self.chance.trait()
        self.engine.publish("trait", "spent", body)
        self.plain.traits["spent"] = body
        self._learn()

    def retire_trait(self) -> None:
        if self.plain.traits:
            self.engine.retire("trait", "spent")
            self.plain.traits.clear()
            self._learn()

    def publish_tag(self) -> None:
        """A tag follows a rule or is put on people; one may become the other."""
        tag, tree = self.chance.one(TAGS), self.chance.one([self.chance.tree(), None])
        self.engine.publish("tag", tag, {"name": tag, "where": tree})
        self.plain.rules[tag] = tree
        self._learn()

    def retire_tag(self) -> None:
        tag = self.chance.one(TAGS)
        if self.engine.fold.catalog.newest("tag", tag):
            self.engine.retire("tag", tag)
            self.plain.rules.pop(tag, None)
            self._learn()

    def restart(self) -> None:
        """What a restart knows is what was known, and it goes on from there."""
        before = self.engine.fold
        if self.chance.below(2):
            self.engine.checkpoint()
        self.engine.restart()
        assert_same_arrays(before, self.engine.fold)

    def _follow(self, frame: Frame, *, imported: bool) -> None:
        """Entries are of people outside, exits of people inside."""
        for kind, change in (("audience.left", set[int].remove), ("audience.entered", set[int].add)):
            if kind not in frame:
                continue
            facts = frame[kind]
            self.flips += facts.count
            for name, number in zip(facts["audience"], facts["profile"].tolist(), strict=True):
                if name.startswith("tag:"):
                    continue
                assert (number in self.inside[name]) == (kind == "audience.left")
                change(self.inside[name], number)
            assert not (imported and facts["triggers"].any())

    def _learn(self) -> None:
        """A definition changes membership in silence."""
        self.inside = self._expected()

    def _expected(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {name: set() for name in NAMES}
        for (kind, text), person in self.person.items():
            number = self.engine.number(**{"user" if kind == "user" else "anonymous": text})
            for name in NAMES:
                if self.plain.member(name, person, number, self.engine.now_ms):
                    found[name].add(number)
        return found

    def check(self) -> None:
        state, expected = self.engine.fold.state, self._expected()
        for name in NAMES:
            slots = members(state, name)
            assert is_member(state, name, slots).all()
            assert set(people.numbers(state, slots).tolist()) == expected[name], name
            assert self.inside[name] == expected[name], name
        assert not state.has(NEXT_FLIP) or (state[NEXT_FLIP] > self.engine.now_ms).all()


def live_through(seed: int, steps: int) -> World:
    world = World(seed)
    for _ in range(6):
        world.publish()
    for _ in range(steps):
        world.step()
    return world


@pytest.mark.parametrize("seed", range(25))
def test_membership_is_the_plain_truth_at_every_instant(seed: int) -> None:
    """Whatever happens, late or joined, and whatever is published or ended: members are who plainly qualify."""
    live_through(seed, STEPS)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_membership_is_the_plain_truth_in_many_more_histories(seed: int) -> None:
    """The same promise over two hundred longer histories."""
    live_through(seed, 3 * STEPS)


def test_the_histories_are_not_idle() -> None:
    """The random histories make people enter and leave, by the hundred."""
    assert sum(live_through(seed, STEPS).flips for seed in range(5)) > 100
