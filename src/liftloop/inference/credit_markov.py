"""Markov attribution: what share of the conversions would be lost if a channel were taken out of the walk.

States are the last one to three channels of a walk (order 1 to 3); it ends converted or lost. Anderl, Becker, von
Wangenheim and Schumann (2016), "Mapping the customer journey".
"""

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.credit_rules import normalised
from liftloop.inference.late import csr_array, diags_array, eye_array
from liftloop.inference.touch_paths import Paths, check_paths, summed

if TYPE_CHECKING:
    from scipy import sparse

ORDER_MAX = 3
STATES_DENSE = 400  # Below, one dense solve is faster than many sparse steps.
CHANGE_LEAST = 1e-13
STEPS_MAX = 20_000  # A step is a touch: what is left after so many walks nobody has walked.


class Walk(Struct, frozen=True, kw_only=True, eq=False):
    """The chain: `step` [states, states] chances, `converts` [states], `begins` [states] (weights of first states).

    `channel` [states] is the channel just touched.
    """

    step: "sparse.csr_array"
    converts: Floats
    begins: Floats
    channel: Integers


class Removal(Struct, frozen=True, kw_only=True, eq=False):
    """`share` [channels] sums to one; `effect` [channels] is the share of conversions lost without the channel."""

    share: Floats
    effect: Floats
    conversion: float


def removal_effects(paths: Paths, order: int) -> Removal:
    """Return each channel's removal effect in the chain of this order, and their division into shares.

    A walk that comes to a removed channel is lost. Immediate repeats of a state stay in it (a loop changes no
    absorption); paths without a touch are left out. Counts `converted`, not `value`.
    """
    check_paths(paths)
    assert 1 <= order <= ORDER_MAX
    walk = walk_of(paths, order)
    if walk.channel.size == 0 or float(walk.begins.sum()) == 0:
        nothing = np.zeros(paths.channels)
        return Removal(share=nothing, effect=nothing, conversion=0.0)
    whole = _converted(walk, np.ones(walk.channel.size, dtype=np.bool_))
    effect = np.zeros(paths.channels)
    for channel in np.unique(walk.channel):
        without = _converted(walk, walk.channel != channel)
        effect[channel] = 1 - without / whole if whole > 0 else 0.0
    effect = np.clip(effect, 0.0, 1.0)
    return Removal(share=normalised(effect), effect=effect, conversion=whole)


def walk_of(paths: Paths, order: int) -> Walk:
    """Return the chain estimated from the paths by counting, each path as often as it ended."""
    weight = paths.converted + paths.lost
    path, place = paths.path_of(), paths.place_of()
    base = paths.channels + 1  # Code 0 stands for "nothing yet" in the early touches of a walk.
    key = paths.touch + 1
    for back in range(1, order):
        earlier = np.zeros_like(key)
        earlier[back:] = paths.touch[: paths.touch.size - back] + 1
        key = key + np.where(place >= back, earlier, 0) * base**back
    kinds, state = np.unique(key, return_inverse=True)
    states = kinds.size
    visits = summed(state, weight[path], states)
    inner = np.flatnonzero(path[1:] == path[:-1])
    last = paths.start[1:][paths.lengths() > 0] - 1
    first = paths.start[:-1][paths.lengths() > 0]
    chance = np.divide(1.0, visits, out=np.zeros(states), where=visits > 0)
    pairs = state[inner] * states + state[inner + 1]
    kind, where = np.unique(pairs, return_inverse=True)
    moved = summed(where, weight[path[inner]], kind.size)
    origin = kind // max(states, 1)
    step = csr_array((moved * chance[origin], (origin, kind % max(states, 1))), shape=(states, states))
    converts = summed(state[last], paths.converted[path[last]], states) * chance
    begins = summed(state[first], weight[path[first]], states)
    return Walk(step=step, converts=converts, begins=begins, channel=(kinds % base - 1).astype(np.int64))


def _converted(walk: Walk, kept: Flags) -> float:
    """Return the share of walks that convert when those that come to a state not kept are lost.

    Solves (I - Q) h = r for the chance h of converting from each state (Kemeny and Snell 1960, theorem 3.3.7).
    """
    if not kept.any():
        return 0.0
    rows = np.flatnonzero(kept)
    system = eye_array(rows.size, format="csr") - _among(walk.step, rows)
    chance = _solved(system, walk.converts[rows])
    return float(walk.begins[rows] @ chance) / float(walk.begins.sum())


def _among(step: "sparse.csr_array", rows: Integers) -> "sparse.csr_array":
    chosen = csr_array(step[rows])
    return csr_array(chosen[:, rows])


def _solved(system: "sparse.csr_array", right: Floats) -> Floats:
    """Return the solution: dense where small, else by Jacobi steps, whose fill is none and which count short walks.

    A direct sparse solve of 8,000 states of order three fills the whole matrix.
    """
    if right.size <= STATES_DENSE:
        return np.asarray(np.linalg.solve(system.toarray(), right), dtype=np.float64)
    own = np.asarray(system.diagonal(), dtype=np.float64)
    rest = diags_array(own).tocsr() - system
    found: Floats = right / own
    for _ in range(STEPS_MAX):
        better = np.asarray((right + rest @ found) / own, dtype=np.float64)
        change = float(np.abs(better - found).max())
        found = better
        if change <= CHANGE_LEAST:
            break
    return found
