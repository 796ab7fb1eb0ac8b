"""Splits whose shares move by results: the shares in force, who goes which way, and what is kept of it.

A study learns the shares (`app/steering/bandits.py`) and says them as facts; here they are taken in and drawn from.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey.graph import Graph, read
from liftloop.journey.splits import Bandit, Way
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_text, uniform
from liftloop.kernel.words import Words
from liftloop.plan.contract import UNIFORM_SHARE
from liftloop.plan.reading import InForce
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

PARTED = "journey.parted"
"""The fact that people came to a bandit: a row a coming, with the chance that each way had."""
MOVED = "journey.steered"
"""The fact that the shares of a bandit have changed; its body is `Moved`, its name the journey."""

Numbers = NDArray[np.int64]


class Moved(Struct, frozen=True, kw_only=True):
    """The shares of one node from the tick on that folds it; `batch` is one more than the one in force."""

    node: str
    ways: Sequence[str]
    batch: int
    shares: Sequence[float]
    """In the order of `ways`; they sum to one."""


class Parted(Struct, frozen=True, kw_only=True, eq=False):
    """Who came to one bandit in a step, in parallel arrays; `profiles` are the numbers with which they entered."""

    journey: str
    version: int
    node: Bandit
    now: InForce
    profiles: Numbers
    arm: Numbers
    uniform: NDArray[np.bool_]
    """Who is never steered."""
    enrolments: Numbers
    visits: NDArray[np.int32]


def ways_of(arms: Sequence[Way]) -> str:
    """Return under which name the ways of a node are told apart: other ways are another test.

    >>> ways_of([Way(id="a", next="x"), Way(id="b", next="y")])
    'a/b'
    """
    return "/".join(arm.id for arm in arms)


def share_array(journey: str, node: Bandit) -> str:
    """Return the array of one node: how often its shares have changed, then the shares."""
    return f"bandit.{journey}.{node.id}.{hash_text('ways', ways_of(node.arms)):016x}"


def shares_now(state: StateView, journey: str, node: Bandit) -> InForce:
    """Return the shares in force; equal ones until a study has moved them."""
    name, count = share_array(journey, node), len(node.arms)
    kept = state[name][: count + 1] if state.has(name) else np.zeros(0)
    if len(kept) <= count or not kept[0]:
        return InForce(batch=0, shares=(1 / count,) * count)
    return InForce(batch=int(kept[0]), shares=tuple(kept[1:].tolist()))


def draw(state: StateView, graph: Graph, node: Bandit, profiles: Numbers) -> Parted:
    """Return which way each person goes, by the hash of person, node and batch: done again, it comes out the same."""
    now = shares_now(state, graph.id, node)
    numbers, count = profiles.astype(np.uint64), len(node.arms)
    never_steered = uniform(numbers, hash_text("bandit-uniform", graph.id, node.id)) < UNIFORM_SHARE
    dice = uniform(numbers, hash_text("bandit", graph.id, node.id, str(now.batch)))
    equal = np.minimum((dice * count).astype(np.int64), count - 1)
    steered = np.searchsorted(np.cumsum(now.shares)[:-1], dice, side="right").astype(np.int64)
    return Parted(
        journey=graph.id,
        version=graph.version,
        node=node,
        now=now,
        profiles=profiles,
        arm=np.where(never_steered, equal, steered),
        uniform=never_steered,
        enrolments=profiles[:0],
        visits=np.zeros(0, dtype=np.int32),
    )


def parted_facts(parted: Sequence[Parted], now_ms: int) -> Batch:
    """Return the batch `PARTED`: who came, which way they went, and the chances of all ways."""
    counts = [len(each.arm) for each in parted]
    if not sum(counts):
        return Batch(0, {})

    def said(texts: Sequence[str]) -> Words:
        return Words.joined([Words.alike(text, count) for text, count in zip(texts, counts, strict=True)])

    return Batch(
        sum(counts),
        {
            "enrolment": np.concatenate([each.enrolments for each in parted]),
            "visit": np.concatenate([each.visits for each in parted]).astype(np.int64),
            "profile": np.concatenate([each.profiles for each in parted]),
            "journey": said([each.journey for each in parted]),
            "version": np.repeat([each.version for each in parted], counts),
            "node": said([each.node.id for each in parted]),
            "ways": said([ways_of(each.node.arms) for each in parted]),
            "arm": Words.joined([Words.of([arm.id for arm in each.node.arms]).at(each.arm) for each in parted]),
            "uniform": np.concatenate([each.uniform for each in parted]),
            "batch": np.repeat([each.now.batch for each in parted], counts),
            "chances": said([canonical_json(list(each.now.chances())).decode() for each in parted]),
            "at_ms": np.full(sum(counts), now_ms, dtype=np.int64),
        },
    )


class BanditShares:
    """Reads `system`; what does not follow the shares in force, or is no distribution, changes nothing."""

    name = "journey.bandit_shares"
    reads = frozenset({"system"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        records = [each for each in frame["system"]["record"] if each.kind == MOVED] if "system" in frame else []
        in_force: dict[str, int] = {}
        kept: dict[str, list[float]] = {}
        for record in records:
            node, moved = _said(state, record.name, record.body)
            if node is None:
                continue
            name = share_array(record.name, node)
            if moved.batch == in_force.get(name, shares_now(state, record.name, node).batch) + 1:
                in_force[name] = moved.batch
                kept[name] = [float(moved.batch), *moved.shares]
        if not kept:
            return NOTHING
        return Delta(
            allocate=[ArraySpec(name=name, dtype="<f8", fill=0) for name in kept],
            writes=[Write(name, np.arange(len(row)), np.array(row)) for name, row in kept.items()],
        ), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


_SUM_ERROR_MAX = 1e-6


def _said(state: StateView, journey: str, body: bytes) -> tuple[Bandit | None, Moved]:
    """Return the node that a fact speaks of and what it says; no node where it cannot be carried out."""
    nothing = Moved(node="", ways=(), batch=0, shares=())
    live = state.definitions.live("journey").get(journey)
    try:
        moved = msgspec.json.decode(body, type=Moved)
    except msgspec.DecodeError:
        return None, nothing
    nodes = read(journey, live.version, live.body).journey.nodes if live is not None else ()
    node = next((each for each in nodes if isinstance(each, Bandit) and each.id == moved.node), None)
    if node is None or [arm.id for arm in node.arms] != list(moved.ways) or len(moved.shares) != len(moved.ways):
        return None, nothing
    shares = np.array(moved.shares, dtype=np.float64)
    sound = bool(np.isfinite(shares).all() and (shares > 0).all()) and abs(shares.sum() - 1) <= _SUM_ERROR_MAX
    return (node if sound else None), moved
