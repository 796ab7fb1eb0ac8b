"""Graded offers as doses: through one channel, on one item, a larger face value never moves somebody less."""

import functools
import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.monotone import never_falling
from liftloop.plan.inputs import Floats, Integers
from liftloop.plan.options import Option

Chain = tuple[tuple[int, ...], ...]
"""Arms by rising face value; arms of one face value stand together."""
WEIGHT_MIN = 1e-6
"""Of the most precise arm: one that was never drawn yields to whatever is known of its neighbours."""


class Doses(Struct, frozen=True, kw_only=True, eq=False):
    """What is graded, and how precisely each arm is known: `weight` [1 + options]."""

    chains: tuple[Chain, ...]
    weight: Floats

    def raised(self, effects: Floats) -> Floats:
        """Return effects [people, 1 + options] in which no larger face value moves anybody less than a smaller one.

        The nearest such effects by the arms' precision; where several offers have one face value, their mean moves and
        each of them with it.
        """
        if not self.chains:
            return effects
        found = effects.copy()
        for chain in self.chains:
            arms = [arm for face in chain for arm in face]
            rows = _falling(found, chain)
            found[rows[:, None], arms] = _raised(found[rows], chain, self.weight)[:, arms]
        return found


UNGRADED = Doses(chains=(), weight=np.ones(0))


def chains_of(options: Sequence[Option]) -> tuple[Chain, ...]:
    """Return the chains of two face values or more: the same channel, the same item, recommended or not."""
    kinds: dict[tuple[str, str, bool], dict[int, list[int]]] = {}
    for arm, option in enumerate(options, start=1):
        kind = (option.channel.id, option.item.id if option.item else "", option.recommended)
        kinds.setdefault(kind, {}).setdefault(option.face_fen, []).append(arm)
    return tuple(tuple(tuple(faces[face]) for face in sorted(faces)) for faces in kinds.values() if len(faces) > 1)


def _falling(effects: Floats, chain: Chain) -> Integers:
    """Return the people whom some larger face value would move less than a smaller one."""
    falls = np.zeros(effects.shape[0], dtype=np.bool_)
    for smaller, larger in itertools.pairwise(chain):
        most = functools.reduce(np.maximum, (effects[:, arm] for arm in smaller))
        falls |= most > functools.reduce(np.minimum, (effects[:, arm] for arm in larger))
    return np.flatnonzero(falls)


def _raised(effects: Floats, chain: Chain, weight: Floats) -> Floats:
    precise = np.maximum(weight, WEIGHT_MIN * float(weight.max(initial=1.0)))
    level = np.column_stack([np.average(effects[:, list(arms)], axis=1, weights=precise[list(arms)]) for arms in chain])
    risen = never_falling(level, np.array([float(precise[list(arms)].sum()) for arms in chain]))
    found, least = effects.copy(), np.full(effects.shape[0], -np.inf)
    for place, arms in enumerate(chain):
        moved = effects[:, list(arms)] + (risen[:, place] - level[:, place])[:, None]
        found[:, list(arms)] = np.maximum(moved, least[:, None])
        least = found[:, list(arms)].max(axis=1)
    return found
