"""What happens in a simulated shop, drawn from a seed before anything runs: the same story can be lived twice."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

START_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
USERS = tuple(f"u{number}" for number in range(14))
DEVICES = tuple(f"d{number}" for number in range(8))
CHANNELS = ("sms", "push")
"""`sms` forgets what it was sent; `push` knows a key that comes again."""
EVENTS = ("Bought", "Viewed")
AUDIENCES = ("buyers", "viewers", "shanghai", "mixed")
JOURNEYS = ("welcome", "thanks", "receipt")
CAPS = ({"count": 2, "days": 7},)
HOLDOUT = 0.25


class Post(Struct, frozen=True, kw_only=True, tag=True):
    """Senders post messages and repeat them until they are acknowledged."""

    messages: Sequence[Mapping[str, Any]]


class Fold(Struct, frozen=True, kw_only=True, tag=True):
    """Everything appended is folded."""


class Publish(Struct, frozen=True, kw_only=True, tag=True):
    kind: str
    id: str
    version: int
    body: Mapping[str, Any]


class Retire(Struct, frozen=True, kw_only=True, tag=True):
    kind: str
    id: str
    version: int


class Fill(Struct, frozen=True, kw_only=True, tag=True):
    """The desk follows, and gives definitions that wait their past."""


class Dispatch(Struct, frozen=True, kw_only=True, tag=True):
    """The dispatcher runs until nothing is left to do."""


class Advance(Struct, frozen=True, kw_only=True, tag=True):
    """The clock moves, from due instant to due instant."""

    to_ms: int


class Keep(Struct, frozen=True, kw_only=True, tag=True):
    """A checkpoint; what happens between its parts comes from the posts."""

    between: Sequence[Mapping[str, Any]]


class Forget(Struct, frozen=True, kw_only=True, tag=True):
    """Retention lets go of what lake and fold have taken in."""


class Assign(Struct, frozen=True, kw_only=True, tag=True):
    """A study says who is to get which action of `spring`."""

    actions: Mapping[str, int]


class Steer(Struct, frozen=True, kw_only=True, tag=True):
    """A study moves the shares of the variants of `spring`; some facts come too late to change anything."""

    batch: int
    share: float


class Order(Struct, frozen=True, kw_only=True, tag=True):
    """Somebody pauses a campaign, lets it go on or stops it."""

    campaign: str
    order: Literal["pause", "continue", "stop"]


class Erase(Struct, frozen=True, kw_only=True, tag=True):
    """The keys of a person's identifier are destroyed."""

    user: str


Act = Post | Fold | Publish | Retire | Fill | Dispatch | Advance | Keep | Forget | Assign | Steer | Order | Erase


class Story(Struct, frozen=True, kw_only=True):
    seed: int
    acts: Sequence[Act]


class _Teller:
    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng([seed, 7])
        self.now_ms = START_MS
        self.messages: list[dict[str, Any]] = []
        self.versions: dict[tuple[str, str], int] = {}
        self.live: set[tuple[str, str]] = set()
        self.batch = 0

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self.dice.integers(len(options)))]

    def below(self, limit: int) -> int:
        return int(self.dice.integers(limit))

    def chance(self, share: float) -> bool:
        return bool(self.dice.random() < share)

    def message(self) -> dict[str, Any]:
        if self.messages and self.chance(0.1):
            return self.one(self.messages)
        late_ms = self.one([0, 0, 0, self.below(MINUTE_MS), self.below(10 * DAY_MS), -self.below(20 * MINUTE_MS)])
        message: dict[str, Any] = {
            "messageId": f"m{len(self.messages)}",
            "timestamp": _iso(self.now_ms - late_ms - len(self.messages)),
            "sentAt": _iso(self.now_ms),
            **self._who(),
            **self.one([self._track, self._track, self._track, self._identify, self._page, self._alias])(),
        }
        self.messages.append(message)
        return message

    def _who(self) -> dict[str, Any]:
        who = {"userId": self.one(USERS)} if self.chance(0.8) else {}
        return who | ({"anonymousId": self.one(DEVICES)} if self.chance(0.3) or not who else {})

    def _track(self) -> dict[str, Any]:
        return {"type": "track", "event": self.one(EVENTS), "properties": {"v": self.one([1, 2.5, 3, "many"])}}

    def _page(self) -> dict[str, Any]:
        return {"type": "page", "name": "home", "properties": {"url": "https://shop.example/"}}

    def _alias(self) -> dict[str, Any]:
        if self.chance(0.7):
            return self._track()
        return {"type": "alias", "userId": self.one(USERS), "previousId": self.one([*DEVICES, *USERS])}

    def _identify(self) -> dict[str, Any]:
        traits: dict[str, Any] = {"city": self.one(["上海", "Bath"])}
        if self.chance(0.3):
            traits["phone"] = f"1390000{self.below(40):04d}"
        consents = [
            {
                "channel": channel,
                "purpose": "marketing",
                "status": self.one(["granted", "granted", "granted", "withdrawn"]),
            }
            for channel in CHANNELS
            if self.chance(0.7)
        ]
        return {"type": "identify", "traits": traits, "context": {"consents": consents}}

    def posts(self) -> list[dict[str, Any]]:
        return [self.message() for _ in range(1 + self.below(5))]

    def publish(self, kind: str, identity: str, body: Mapping[str, Any]) -> Publish:
        version = self.versions.get((kind, identity), 0) + 1
        self.versions[kind, identity] = version
        self.live.add((kind, identity))
        return Publish(kind=kind, id=identity, version=version, body=body)

    def definition(self) -> Act:
        kind = self.one(["audience", "audience", "trait", "journey", "content", "retire", "retire"])
        match kind:
            case "audience":
                return self.publish(kind, identity := self.one(AUDIENCES), {"name": identity, "where": self.tree()})
            case "trait":
                return self.publish(kind, "spent", self.trait())
            case "journey":
                return self.publish(kind, identity := self.one(JOURNEYS), self.journey(identity))
            case "content":
                return self.publish(kind, "hello", {"id": "hello", "body": f"你好 {self.below(100)}"})
            case _:
                return self.retired()

    def retired(self) -> Act:
        may_end = sorted(each for each in self.live if each[0] in ("audience", "trait", "journey"))
        if len(may_end) < 3:
            return Fold()
        kind, identity = self.one(may_end)
        self.live.discard((kind, identity))
        return Retire(kind=kind, id=identity, version=self.versions[kind, identity])

    def trait(self) -> dict[str, Any]:
        body = {"event": self.one(EVENTS), "property": "v", "aggregate": "sum"}
        return body | ({"within_days": self.one([1, 3, 10])} if self.chance(0.7) else {})

    def tree(self) -> dict[str, Any]:
        event: dict[str, Any] = {"event": self.one(EVENTS), "count": {"gte": self.one([1, 1, 2])}}
        event |= {"within_days": self.one([0.5, 1, 3, 10])} if self.chance(0.8) else {}
        leaf = self.one([{"trait": "city", "is": "上海"}, {"trait": "spent", "gte": 3}, {"not": {"event": "Viewed"}}])
        return self.one([event, event, {"all": [event, leaf]}, {"any": [event, leaf]}])

    def journey(self, identity: str) -> dict[str, Any]:
        wait = {"kind": "wait", "id": "pause", "duration_s": self.one([60, 3_600, 40_000]), "next": "second"}
        purpose = "transactional" if identity == "receipt" else "marketing"
        send = {"kind": "send", "content": "hello", "purpose": purpose, "expires_s": self.one([4_000, 200_000])}
        body: dict[str, Any] = {
            "name": identity,
            "nodes": [
                {**send, "id": "first", "channel": self.one(CHANNELS), "next": "pause"},
                wait,
                {**send, "id": "second", "channel": self.one(CHANNELS), "next": "out"},
                {"kind": "exit", "id": "out"},
            ],
            "reentry": self.one(["never", "after_leaving"]),
        }
        if identity == "welcome":
            body["trigger"] = {"on": "audience", "audience": "buyers"}
            body["campaign"] = "autumn"
        else:
            body["trigger"] = {"on": "event", "name": "Bought" if identity == "receipt" else "Viewed"}
        if purpose == "marketing":
            body["holdout"] = {"share": HOLDOUT, "salt": identity}
        return body | ({"goal_event": "Bought"} if identity == "thanks" else {})

    def opening(self) -> list[Act]:
        campaign = {
            "name": "autumn",
            "plan": "none",
            "actions": [{"id": "nobody"}],
            "cells": [[1.0]],
            "holdout": {"share": HOLDOUT, "salt": "welcome"},
            "starts_ms": START_MS,
            "ends_ms": START_MS + 300 * DAY_MS,
            "caps": [{"count": 1, "days": 1}],
            "budget_fen": self.one([30, 10_000]),
        }
        copies = [{"id": "A", "content": "hello"}, {"id": "B", "content": "hello"}]
        spring = {
            **campaign,
            "name": "spring",
            "actions": [{"id": "nobody"}, {"id": "greet", "channel": self.one(CHANNELS), "variants": copies}],
            "cells": [[0.3, 0.7]],
            "holdout": {"share": HOLDOUT, "salt": "spring"},
            "caps": [],
            "budget_fen": 0,
        }
        settings = {"caps": list(CAPS)} | ({"quiet_hours": None} if self.chance(0.5) else {})
        channels = [
            self.publish("channel", name, {"id": name, "kind": "webhook", "settings": {}, "cost_fen": 5})
            for name in CHANNELS
        ]
        audience = {"name": "buyers", "where": {"event": "Bought", "within_days": 3, "count": {"gte": 1}}}
        return [
            *channels,
            self.publish("setting", "delivery", settings),
            # Whose a shared or surplus identifier is depends on who came first: what is sent again after a crash comes
            # later, and the two lives that are compared would differ without a fault.
            self.publish("setting", "identity", {"detect_shared": False, "limits": {"phone": 255}}),
            self.publish("content", "hello", {"id": "hello", "body": "你好"}),
            self.publish("campaign", "autumn", campaign),
            self.publish("campaign", "spring", spring),
            self.publish("audience", "buyers", audience),
            self.publish("trait", "spent", self.trait()),
            *(self.publish("journey", name, self.journey(name)) for name in JOURNEYS),
            Post(messages=[self.consenting(user) for user in USERS]),
            Fold(),
            Assign(actions={user: int(self.chance(0.7)) for user in USERS[:10]}),
            self.publish("journey", "spring", self.launched()),
        ]

    def launched(self) -> dict[str, Any]:
        """Return the journey of a campaign that starts its people in waves, and says the same twice."""
        act = {"kind": "act", "expires_s": self.one([4_000, 200_000])}
        return {
            "name": "spring",
            "trigger": {"on": "campaign", "campaign": "spring", "at_ms": START_MS},
            "campaign": "spring",
            "nodes": [
                {"kind": "stagger", "id": "turn", "over_s": 90_000, "waves": 5, "salt": "spring", "next": "first"},
                {**act, "id": "first", "next": "pause"},
                {"kind": "wait", "id": "pause", "duration_s": self.one([60, 40_000]), "next": "second"},
                {**act, "id": "second", "next": "out"},
                {"kind": "exit", "id": "out"},
            ],
        }

    def ordered(self) -> Order:
        order = self.one(["pause", "pause", "continue", "continue", "continue", "stop"])
        return Order(campaign=self.one(["autumn", "spring"]) if order != "stop" else "spring", order=order)

    def consenting(self, user: str) -> dict[str, Any]:
        """Return a message in which a person says yes to everything."""
        consents = [{"channel": channel, "purpose": "marketing"} for channel in CHANNELS]
        message = {
            "messageId": f"m{len(self.messages)}",
            "timestamp": _iso(self.now_ms),
            "sentAt": _iso(self.now_ms),
            "userId": user,
            "type": "identify",
            "traits": {"city": "上海"},
            "context": {"consents": consents},
        }
        self.messages.append(message)
        return message

    def steer(self) -> Steer:
        """Return a move of the shares, now and then one that was made from old shares."""
        batch = max(self.batch + self.one([1, 1, 1, 0]), 1)
        self.batch = max(self.batch, batch)
        return Steer(batch=batch, share=float(self.dice.uniform(0.1, 0.9)))

    def act(self) -> Act:
        draw = self.dice.random()
        if draw < 0.07:
            return self.one([self.ordered, self.ordered, self.steer])()
        if draw < 0.42:
            return Post(messages=self.posts())
        if draw < 0.54:
            return Fold()
        if draw < 0.68:
            return Dispatch()
        if draw < 0.80:
            self.now_ms += self.one([5, 90, 3_600, 30_000, 100_000, 300_000]) * SECOND_MS
            return Advance(to_ms=self.now_ms)
        if draw < 0.87:
            return self.definition()
        erase = Erase(user=self.one(USERS))
        return self.one([Fill(), Fill(), Keep(between=self.posts()), Forget(), Forget(), erase, erase])


def story_of(seed: int, length: int) -> Story:
    """Return the story of a seed: an opening that defines the shop, then `length` acts."""
    teller = _Teller(seed)
    acts = [*teller.opening(), *(teller.act() for _ in range(length))]
    return Story(seed=seed, acts=acts)


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


LATE_ENOUGH_MS = 40 * DAY_MS + HOUR_MS
"""After the last act: every wait is over and every message has expired."""
