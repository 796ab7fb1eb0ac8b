"""Who is in an audience, said one person at a time from a list of what happened: the oracle of the live membership."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.dice import hash_text, uniform

NAMES = tuple(f"a{number}" for number in range(8))
TAGS = ("vip", "new")
EVENTS = ("Bought", "Viewed")
DAYS = (0.5, 1, 3, 10)
AGGREGATES = (
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "distinct",
    "first",
    "last",
    "days_since_first",
    "days_since_last",
)
SIGN = {
    "gte": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "lte": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
    "eq": lambda value, bound: value == bound,
}


class Chance:
    """Draws definitions and happenings from a seed."""

    def __init__(self, seed: int) -> None:
        self._numbers = np.random.default_rng(seed)

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self._numbers.integers(len(options)))]

    def below(self, limit: int) -> int:
        return int(self._numbers.integers(limit))

    def tree(self, depth: int = 2) -> dict[str, Any]:
        kind = self.one(
            ["event"] * 8
            + ["since", "words", "sequence"]
            + ["trait", "trait", "percent", "audience", "audience", "tag", "tag"]
            + ["all", "any", "not"] * (2 * depth)
        )
        match kind:
            case "all" | "any":
                return {kind: [self.tree(depth - 1) for _ in range(1 + self.below(3))]}
            case "not":
                return {"not": self.tree(depth - 1)}
            case "percent":
                return {"percent": self.one([[0, 50], [25, 100]]), "salt": self.one(["x", "y"])}
            case "audience":
                return {"audience": self.one([*NAMES, "nowhere"])}
            case "tag":
                return {"tag": self.one(TAGS)}
            case "trait":
                return self._trait_leaf()
            case "since":
                return self._since_leaf()
            case "words":
                return {
                    "event": self.one(EVENTS),
                    "within_days": self.one(DAYS),
                    "property": "v",
                    "distinct": self._comparison(),
                }
            case "sequence":
                return self._sequence_leaf()
            case _:
                return self._event_leaf()

    def trait(self) -> dict[str, Any]:
        body = {"event": self.one(EVENTS), "property": "v", "aggregate": self.one(["sum", "avg", "count"])}
        if self.below(3):
            body["within_days"] = self.one(DAYS)
            body["aggregate"] = self.one(["sum", "avg", "count", "min", "max", "distinct", "first", "last"])
        elif self.below(2):
            body["aggregate"] = self.one(["days_since_first", "days_since_last"])
        return body

    def _since_leaf(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {"event": self.one(EVENTS)}
        if not self.below(3):
            leaf["where"] = [{"property": "v", "gte": 1}]
        names = self.one([["days_since_first"], ["days_since_last"], ["days_since_first", "days_since_last"]])
        return leaf | {name: self._comparison() for name in names}

    def _sequence_leaf(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {
            "sequence": [self._step(), self._step()],
            "within_days": self.one(DAYS),
            "gap_days": self.one([0.02, 0.5, 2, 10]),
        }
        return leaf | ({"without": self._step()} if self.below(2) else {})

    def _step(self) -> dict[str, Any]:
        step: dict[str, Any] = {"event": self.one(EVENTS)}
        return step | ({"where": [{"property": "v", "gte": 1}]} if not self.below(3) else {})

    def _event_leaf(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {"event": self.one(EVENTS)}
        aggregates = ["count", "count", "count", "sum", "avg"]
        if self.below(2):
            leaf["property"] = "v"
        if self.below(4):
            leaf["within_days"] = self.one(DAYS)
            aggregates += ["min", "max"] + (["first", "last"] if "property" in leaf else [])
        if not self.below(4):
            leaf["where"] = [{"property": "v", "gte": 1}]
        return leaf | {self.one(aggregates): self._comparison() for _ in range(self.one([0, 1, 1, 1, 2]))}

    def _comparison(self) -> dict[str, float]:
        words = self.one([["gte"], ["gte"], ["gt"], ["lt"], ["lte"], ["eq"], ["gte", "lt"]])
        return {word: self.one([-1, 0, 1, 1, 1.5, 2, 2, 3]) + (word == "lt") for word in words}

    def _trait_leaf(self) -> dict[str, Any]:
        return self.one(
            [
                {"trait": "city", "is": self.one(["上海", "Bath"])},
                {"trait": "city", "is_not": self.one(["上海", 7])},
                {"trait": "city", "exists": bool(self.below(2))},
                {"trait": self.one(["city", "level"]), "gte": self.one([1, 2])},
                {"trait": "spent", **self._comparison()},
            ]
        )


class PlainPerson:
    """All that was ever known of one person."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, Any]] = []
        self.attributes: dict[str, tuple[int, Any]] = {}

    def know(self, name: str, at_ms: int, value: Any) -> None:
        if name not in self.attributes or at_ms >= self.attributes[name][0]:
            self.attributes[name] = (at_ms, value)

    def join(self, other: "PlainPerson") -> None:
        self.events += other.events
        for name, (at_ms, value) in other.attributes.items():
            if name not in self.attributes or at_ms > self.attributes[name][0]:
                self.attributes[name] = (at_ms, value)


class PlainAudiences:
    """Definitions that are live, and the plain answer to who is in them."""

    def __init__(self) -> None:
        self.trees: dict[str, Any] = {}
        self.traits: dict[str, Mapping[str, Any]] = {}
        self.rules: dict[str, Any] = {}
        """Rules of tags by id, None for one that is put on people."""

    def member(self, identity: str, person: PlainPerson, number: int, now_ms: int) -> bool:
        if identity not in self.trees or self._circular(identity, ()):
            return False
        return self._holds(self.trees[identity], person, number, now_ms)

    def _circular(self, identity: str, path: tuple[str, ...]) -> bool:
        if identity in path:
            return True
        tree = self.rules.get(identity[4:]) if identity.startswith("tag:") else self.trees.get(identity)
        return any(self._circular(other, (*path, identity)) for other in _references(tree))

    def _tagged(self, tag: str, person: PlainPerson, number: int, now_ms: int) -> bool:
        if tag not in self.rules:
            return False
        if self.rules[tag] is not None:
            circular = self._circular(f"tag:{tag}", ())
            return not circular and self._holds(self.rules[tag], person, number, now_ms)
        until_ms = person.attributes.get(f"tag:{tag}", (0, None))[1]
        return until_ms is not None and now_ms < until_ms

    def _holds(self, tree: Any, person: PlainPerson, number: int, now_ms: int) -> bool:
        match tree:
            case {"all": parts}:
                return all(self._holds(part, person, number, now_ms) for part in parts)
            case {"any": parts}:
                return any(self._holds(part, person, number, now_ms) for part in parts)
            case {"not": part}:
                return not self._holds(part, person, number, now_ms)
            case {"percent": [low, high]}:
                bucket = 100 * uniform(np.array([number], dtype=np.uint64), hash_text("percent", tree["salt"]))[0]
                return low <= bucket < high
            case {"audience": identity}:
                return self.member(identity, person, number, now_ms)
            case {"tag": tag}:
                return self._tagged(tag, person, number, now_ms)
            case {"sequence": [first, then]}:
                return _follows(person, (first, then, tree.get("without")), tree, now_ms)
            case {"event": _}:
                asked = [name for name in AGGREGATES if name in tree] or ["count"]
                return all(
                    _compares(_aggregate(person, tree, name, now_ms), tree.get(name, {"gte": 1})) for name in asked
                )
            case _:
                return self._trait(tree, person, now_ms)

    def _trait(self, leaf: Any, person: PlainPerson, now_ms: int) -> bool:
        tests = {word: value for word, value in leaf.items() if word != "trait"}
        body = self.traits.get(leaf["trait"])
        if body is not None:
            value = _aggregate(person, body, body.get("aggregate", "count"), now_ms)
            return set(tests) <= set(SIGN) and _compares(value, tests)
        value = person.attributes.get(leaf["trait"], (0, None))[1]
        for word, wanted in tests.items():
            if word in SIGN:
                passes = isinstance(value, int | float) and SIGN[word](value, wanted)
            else:
                passes = {"is": value == wanted, "is_not": value != wanted, "exists": (value is not None) == wanted}[
                    word
                ]
            if not passes:
                return False
        return True


def _references(tree: Any) -> set[str]:
    match tree:
        case {"all": parts} | {"any": parts}:
            return set[str]().union(*map(_references, parts))
        case {"not": part}:
            return _references(part)
        case {"audience": identity}:
            return {identity}
        case {"tag": tag}:
            return {f"tag:{tag}"}
        case _:
            return set()


def _happened(person: PlainPerson, leaf: Any, span_ms: float | None, now_ms: int) -> list[tuple[int, Any]]:
    return [
        (at_ms, value)
        for event, at_ms, value in person.events
        if event == leaf["event"]
        and (span_ms is None or at_ms > now_ms - span_ms)
        and ("where" not in leaf or (isinstance(value, int | float) and value >= 1))
    ]


def _follows(person: PlainPerson, steps: tuple[Any, Any, Any], leaf: Any, now_ms: int) -> bool:
    """Any pair in time will do, with no third between: the engine looks at the nearest only."""
    first, then, without = (
        [at_ms for at_ms, _ in _happened(person, step, None, now_ms)] if step else [] for step in steps
    )
    return any(
        a > now_ms - leaf["within_days"] * DAY_MS
        and a < b <= a + leaf["gap_days"] * DAY_MS
        and not any(a < c < b for c in without)
        for a in first
        for b in then
    )


def _aggregate(person: PlainPerson, leaf: Any, name: str, now_ms: int) -> float | None:
    span_ms = leaf["within_days"] * DAY_MS if "within_days" in leaf else None
    happened = _happened(person, leaf, span_ms, now_ms)
    if name == "distinct":
        return len({(isinstance(value, str), value) for _, value in happened if value is not None})
    counted = [
        (at_ms, (value if isinstance(value, int | float) else 0.0) if leaf.get("property") else 1.0)
        for at_ms, value in happened
    ]
    values = [value for _, value in counted]
    match name:
        case "count":
            return len(values)
        case "sum":
            return sum(values)
        case _ if not values:
            return None
        case "avg":
            return sum(values) / len(values)
        case "first":
            return min(counted, key=lambda each: (each[0], -each[1]))[1]
        case "last":
            return max(counted)[1]
        case "days_since_first" | "days_since_last":
            times = [at_ms for at_ms, _ in happened]
            return (now_ms - (min(times) if name == "days_since_first" else max(times))) / DAY_MS
        case _:
            return min(values) if name == "min" else max(values)


def _compares(value: float | None, comparison: Any) -> bool:
    return value is not None and all(SIGN[word](value, bound) for word, bound in comparison.items())
