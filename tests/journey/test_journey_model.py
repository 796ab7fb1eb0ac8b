"""Random journeys walked by the engine, set-wise, and by a plain model, one person at a time."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from engine import assert_same_arrays
from shop_engine import END, ShopEngine, send, wait

from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS, MINUTE_MS
from liftloop.kernel.dice import hash_text, uniform

USERS = tuple(f"u{number}" for number in range(8))
EVENTS = ("Signed Up", "Viewed", "Bought")
JOURNEYS = ("one", "two", "three")


KINDS = ("wait", "until", "until_event", "send", "send", "condition", "trait", "branch", "split")
REENTRIES: tuple[Mapping[str, Any], ...] = (
    {"reentry": "never"},
    {"reentry": "after_leaving"},
    {"reentry": "after_days", "reentry_days": 2},
    {"reentry": "always", "concurrent_max": 2},
)


class Enrolment:
    def __init__(self, version: int, user: str, now_ms: int) -> None:
        self.version, self.user, self.entered_ms = version, user, now_ms
        self.node, self.due_ms, self.state, self.reason, self.visits = 0, 0, "inside", "", 0
        self.clocked = False


class PlainJourney:
    """All versions of one journey and who is where, in lists."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.versions: list[Mapping[str, Any]] = []
        self.live = False
        self.enrolments: list[Enrolment] = []
        self.sent: Counter[tuple[str, str, int, int]] = Counter()
        self.visits: dict[str, int]
        """The trait `visits` of everybody, which all journeys of a shop add to."""
        self.numbers: Callable[[str], int]

    def change(self, now_ms: int) -> None:
        """Carry out what nodes change for those who came to one, before anything else happens in the tick."""
        for each in self.enrolments:
            if each.state == "inside" and each.due_ms <= now_ms and self._node(each)["kind"] == "trait":
                self.visits[each.user] = self.visits.get(each.user, 0) + self._node(each)["add"]

    def step(self, did: Mapping[str, set[str]], history: Sequence[tuple[str, str, int]], now_ms: int) -> None:
        before = [(each.user, each.state, each.entered_ms) for each in self.enrolments]
        reached = self._goals(did)
        moving = [each for each in self.enrolments if each.state == "inside" and self._wakes(each, did, now_ms)]
        moving += self._enter(did, before, now_ms)
        for each in moving:
            assert each not in reached
            self._walk(each, history, now_ms)

    def _wakes(self, one: Enrolment, did: Mapping[str, set[str]], now_ms: int) -> bool:
        """Let somebody whose wait is over stand at the node behind it."""
        node = self._node(one)
        answered = node["kind"] == "until_event" and one.user in did.get(node["name"], ())
        if one.due_ms > now_ms and not answered:
            return False
        onward = node["next"] if "next" in node else node["happened" if answered else "timed_out"]
        one.clocked = node["kind"] in ("until", "trait")
        one.node = self._place(one, onward)
        return True

    def is_due(self, now_ms: int) -> bool:
        return any(each.state == "inside" and each.due_ms <= now_ms for each in self.enrolments)

    def _goals(self, did: Mapping[str, set[str]]) -> list[Enrolment]:
        goal = self.versions[-1].get("goal_event", "") if self.live else ""
        reached = [each for each in self.enrolments if each.state == "inside" and each.user in did.get(goal, ())]
        for each in reached:
            each.state, each.reason = "left", "goal"
        for way in self.versions[-1].get("exits", ()) if self.live else ():
            gone = [
                each for each in self.enrolments if each.state == "inside" and each.user in did.get(way["name"], ())
            ]
            for each in gone:
                each.state, each.reason = "left", "exit"
            reached += gone
        return reached

    def _enter(
        self, did: Mapping[str, set[str]], before: Sequence[tuple[str, str, int]], now_ms: int
    ) -> list[Enrolment]:
        if not self.live:
            return []
        who = did.get(self.versions[-1]["trigger"]["name"], set())
        newcomers = [
            Enrolment(len(self.versions), user, now_ms)
            for user in sorted(who)
            if self._may_enter([(state, at_ms) for other, state, at_ms in before if other == user], now_ms)
        ]
        self.enrolments += newcomers
        return newcomers

    def _may_enter(self, earlier: Sequence[tuple[str, int]], now_ms: int) -> bool:
        body = self.versions[-1]
        times_inside = sum(state == "inside" for state, _ in earlier)
        match body["reentry"]:
            case "never":
                return not earlier
            case "after_leaving":
                return not times_inside
            case "after_days":
                return not times_inside and all(at + body["reentry_days"] * DAY_MS <= now_ms for _, at in earlier)
            case _:
                return times_inside < body["concurrent_max"]

    def _walk(self, one: Enrolment, history: Sequence[tuple[str, str, int]], now_ms: int) -> None:
        stay_days = self.versions[one.version - 1].get("stay_days", 0)
        ends_ms = one.entered_ms + stay_days * DAY_MS if stay_days else FAR_FUTURE_MS
        if ends_ms <= now_ms:
            one.state, one.reason = "left", "journey_over"
            return
        self._walk_on(one, history, now_ms)
        one.due_ms = min(one.due_ms, ends_ms)

    def _walk_on(self, one: Enrolment, history: Sequence[tuple[str, str, int]], now_ms: int) -> None:
        while True:
            node = self._node(one)
            match node["kind"]:
                case "wait":
                    one.due_ms = now_ms + node["duration_s"] * 1000
                    return
                case "until":
                    since_ms = now_ms + one.clocked
                    one.due_ms = since_ms + ((node["minute"] - 480) * MINUTE_MS - since_ms) % DAY_MS
                    return
                case "until_event":
                    one.due_ms = now_ms + node["timeout_s"] * 1000
                    return
                case "condition":
                    when = node["when"]
                    after_ms = now_ms - when["within_days"] * 86_400_000
                    times = sum(u == one.user and n == when["event"] and at > after_ms for u, n, at in history)
                    one.node = self._place(one, node["yes"] if times >= when["count"]["gte"] else node["no"])
                case "trait":
                    one.due_ms = now_ms
                    one.visits += 1
                    return
                case "branch":
                    visits = self.visits.get(one.user)
                    ways = [each["next"] for each in node["cases"] if visits == each["when"]["eq"]]
                    one.node = self._place(one, [*ways, node["otherwise"]][0])
                case "split":
                    salt = (
                        hash_text("split", node["salt"]) if node["salt"] else hash_text("split", self.name, node["id"])
                    )
                    drawn = uniform(np.array([self.numbers(one.user)], dtype=np.uint64), salt)[0]
                    ends = list(accumulate(arm["share"] for arm in node["arms"]))
                    arm = next(arm for arm, end in zip(node["arms"], ends, strict=True) if drawn < end)
                    one.node = self._place(one, arm["next"])
                case "send":
                    self.sent[one.user, node["id"], now_ms, one.visits] += 1
                    one.visits += 1
                    one.clocked = True
                    one.node = self._place(one, node["next"])
                case _:
                    one.state = "done"
                    return

    def _node(self, one: Enrolment) -> Mapping[str, Any]:
        return self.versions[one.version - 1]["nodes"][one.node]

    def _place(self, one: Enrolment, identity: str) -> int:
        return [node["id"] for node in self.versions[one.version - 1]["nodes"]].index(identity)


class Story:
    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.shop = ShopEngine()
        self.shop.step([self.shop.message("page", user) for user in USERS])
        self.plain = {name: PlainJourney(name) for name in JOURNEYS}
        visits: dict[str, int] = {}
        for each in self.plain.values():
            each.visits, each.numbers = visits, self.shop.number
        self.history: list[tuple[str, str, int]] = []

    def body(self) -> dict[str, Any]:
        """Return a random graph; edges that do not wait lead onward only, so that nobody walks in circles."""
        count = int(self.chance.integers(1, 6))
        nodes: list[Mapping[str, Any]] = []
        for place in range(count):
            onward = [f"n{self.chance.integers(place + 1, count + 1)}" for _ in range(2)]
            match self.chance.choice(KINDS):
                case "until":
                    minute, onto = 60 * int(self.chance.integers(0, 24)), f"n{self.chance.integers(0, count + 1)}"
                    nodes.append({"kind": "until", "id": f"n{place}", "minute": minute, "next": onto})
                case "until_event":
                    ways = [f"n{self.chance.integers(0, count + 1)}" for _ in range(2)]
                    nodes.append(
                        {
                            "kind": "until_event",
                            "id": f"n{place}",
                            "name": self._event(),
                            "timeout_s": self._hours() * 3_600,
                            "happened": ways[0],
                            "timed_out": ways[1],
                        }
                    )
                case "trait":
                    nodes.append({"kind": "trait", "id": f"n{place}", "trait": "visits", "add": 1, "next": onward[0]})
                case "branch":
                    cases = [{"when": {"trait": "visits", "eq": n}, "next": way} for n, way in enumerate(onward, 1)]
                    nodes.append({"kind": "branch", "id": f"n{place}", "cases": cases, "otherwise": f"n{count}"})
                case "split":
                    arms = [{"id": way, "share": 0.5, "next": way} for way in dict.fromkeys([*onward, f"n{count}"])][:2]
                    arms = arms if len(arms) == 2 else [{**arms[0], "id": each} for each in ("a", "b")]
                    salt = str(self.chance.choice(["", "shared"]))
                    nodes.append({"kind": "split", "id": f"n{place}", "arms": arms, "salt": salt})
                case "wait":
                    nodes.append(wait(f"n{place}", f"n{self.chance.integers(0, count + 1)}", self._hours() / 24))
                case "send":
                    nodes.append(send(f"n{place}", onward[0], purpose="transactional"))
                case _:
                    tree = {"event": self._event(), "within_days": 1, "count": {"gte": int(self.chance.integers(1, 3))}}
                    nodes.append(
                        {"kind": "condition", "id": f"n{place}", "when": tree, "yes": onward[0], "no": onward[1]}
                    )
        return {
            "trigger": {"on": "event", "name": self._event()},
            "goal_event": str(self.chance.choice(["", "Bought"])),
            **REENTRIES[int(self.chance.integers(len(REENTRIES)))],
            "exits": [{"on": "event", "name": "Viewed"}] if self.chance.random() < 0.2 else [],
            "stay_days": int(self.chance.choice([0, 0, 0, 2])),
            "nodes": [*nodes, {**END, "id": f"n{count}"}],
        }

    def _hours(self) -> int:
        return int(self.chance.integers(1, 30))

    def _event(self) -> str:
        return str(self.chance.choice(EVENTS))

    def publish(self) -> None:
        name, body = str(self.chance.choice(JOURNEYS)), self.body()
        self.shop.publish("journey", name, {"name": name, **body})
        self.plain[name].versions.append(body)
        self.plain[name].live = True

    def retire(self) -> None:
        name = str(self.chance.choice(JOURNEYS))
        if self.plain[name].live:
            self.shop.retire("journey", name)
            self.plain[name].live = False

    def happen(self) -> None:
        """Let several people do things in one tick, some more than once."""
        records, did = [], dict[str, set[str]]()
        for _ in range(int(self.chance.integers(1, 7))):
            user, event = str(self.chance.choice(USERS)), self._event()
            records.append(self.shop.message("track", user, name=event))
            did.setdefault(event, set()).add(user)
            self.history.append((user, event, self.shop.now_ms))
        self.shop.step(records)
        self._follow(did)

    def time_passes(self) -> None:
        until_ms = self.shop.now_ms + self._hours() * HOUR_MS
        while (due_ms := self.shop.fold.next_due_ms()) <= until_ms:
            self.shop.now_ms = due_ms
            self.shop.step()
            self._follow({})
        self.shop.now_ms = until_ms

    def _follow(self, did: Mapping[str, set[str]]) -> None:
        for journey in self.plain.values():
            journey.change(self.shop.now_ms)
        for journey in self.plain.values():
            journey.step(did, self.history, self.shop.now_ms)
        assert any(each.is_due(self.shop.now_ms) for each in self.plain.values()) == (
            self.shop.fold.next_due_ms() <= self.shop.now_ms
        )
        if self.shop.fold.next_due_ms() <= self.shop.now_ms:
            self.shop.step()
            self._follow({})

    def restart(self) -> None:
        before = self.shop.fold
        self.shop.restart()
        assert_same_arrays(before, self.shop.fold)

    def check(self) -> None:
        user_of = {self.shop.number(user): user for user in USERS}
        for name, plain in self.plain.items():
            expected = Counter((e.version, e.user, e.entered_ms, e.state, e.reason) for e in plain.enrolments)
            rows = [row for row in self.shop.table("enrolment") if row["journey"] == name]
            assert expected == Counter(
                (r["version"], user_of[r["profile"]], r["entered_ms"], r["state"], r["reason"]) for r in rows
            )
            messages = [row for row in self.shop.table("ledger") if row["journey"] == name]
            assert plain.sent == Counter(
                (user_of[m["profile"]], m["node"], m["decided_ms"], int(m["message_key"].rsplit("/", 1)[1]))
                for m in messages
            )


def live_through(seed: int, steps: int) -> Story:
    story = Story(seed)
    for _ in range(5):
        story.publish()
    acts = [story.happen] * 9 + [story.time_passes] * 7 + [story.publish, story.publish, story.retire, story.restart]
    for _ in range(steps):
        acts[int(story.chance.integers(len(acts)))]()
        story.check()
    return story


@pytest.mark.parametrize("seed", range(12))
def test_everybody_walks_as_if_they_walked_alone(seed: int) -> None:
    """Whoever enters, waits, turns, reaches the goal, leaves or comes again does so as one person alone would."""
    live_through(seed, 40)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_everybody_walks_as_if_they_walked_alone_in_many_more_stories(seed: int) -> None:
    """The same promise over two hundred longer stories."""
    live_through(seed, 120)


def test_the_stories_are_not_idle() -> None:
    """People enter, are sent messages, reach goals and come again, by the dozen."""
    stories = [live_through(seed, 40) for seed in range(7)]
    enrolments = [each for story in stories for plain in story.plain.values() for each in plain.enrolments]
    assert sum(each.reason == "goal" for each in enrolments) > 5
    assert sum(each.visits for each in enrolments) > 40
    assert sum(visits for story in stories for visits in story.plain["one"].visits.values()) > 20
    assert sum(each.version > 1 for each in enrolments) > 5
