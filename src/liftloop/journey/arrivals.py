"""How often people came to each node of each journey version, counted as they walk; merges and goals take none back."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from liftloop.journey import enrolments
from liftloop.journey.graph import NODES_MAX
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

ARRIVED = "journey.arrived"
"""One number a code and node; a folder of earlier versions counts from the first step on."""
_SPEC = ArraySpec(name=ARRIVED, dtype="<i8", fill=0)
_PLACES = NODES_MAX + 1

Places = Mapping[tuple[int, int], int]
"""How many came, by code and position of the node."""


def counted(state: StateView, came: Places) -> Delta:
    """Return the delta that adds who came to which node."""
    if not came:
        return Delta()
    places = np.array([code * _PLACES + position for code, position in came], dtype=np.int64)
    before = _at(state, places)
    return Delta(
        allocate=[] if state.has(ARRIVED) else [_SPEC],
        writes=[Write(ARRIVED, places, before + np.fromiter(came.values(), dtype=np.int64, count=len(came)))],
    )


def arrivals(state: StateView, code: int, nodes: int) -> NDArray[np.int64]:
    """Return how often people came to each node of a version; shape [nodes]."""
    return _at(state, code * _PLACES + np.arange(nodes, dtype=np.int64))


def waiting(state: StateView, code: int, nodes: int) -> NDArray[np.int64]:
    """Return how many people rest at each node of a version now; shape [nodes]."""
    if not enrolments.count(state):
        return np.zeros(nodes, dtype=np.int64)
    resting = (state[enrolments.CODE] == code) & (state[enrolments.INSIDE] == enrolments.STAYS)
    return np.bincount(state[enrolments.NODE][resting], minlength=nodes)[:nodes]


def _at(state: StateView, places: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.zeros(len(places), dtype=np.int64)
    if state.has(ARRIVED):
        kept = state[ARRIVED]
        known = places < len(kept)
        found[known] = kept[places[known]]
    return found
