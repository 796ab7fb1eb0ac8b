"""Attributes that tell the outcome: written after the fact, they would hide what a contact does and foretell nothing.

What people did is counted as of each moment and cannot leak; an attribute was written once, nobody knows when.
"""

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from liftloop.inference.balance import determines, is_consequence
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.inputs import Column, Contacts, Floats, Integers, StudyInputs

ATTRIBUTES = ("is:", "age:")
"""How the names of features begin that are attributes."""
CELLS = 20
ROWS_MAX = 20_000  # What fixes an outcome does so among these too.
ROWS_MIN = 20 * CELLS  # With fewer, cells alone explain a part of any outcome.
MONTH_MS = 30 * DAY_MS


def without_leaks(inputs: StudyInputs) -> StudyInputs:
    """Return the inputs without attributes that all but fix the outcome of a past campaign; they are named."""
    contacts = inputs.contacts
    names = () if contacts is None else leaks_of(contacts)
    if contacts is None or not names:
        return inputs
    return replace(
        inputs,
        contacts=replace(contacts, features=_without(contacts.features, names)),
        people=replace(inputs.people, features=_without(inputs.people.features, names)),
        leaks=names,
    )


def leaks_of(contacts: Contacts) -> tuple[str, ...]:
    """Return the features that know too much of a month of some campaign: what is written late knows the last best."""
    suspects = [name for name in contacts.features if name.startswith(ATTRIBUTES)]
    rows = np.arange(0, contacts.count, max(1, -(-contacts.count // ROWS_MAX)))
    month = contacts.at_ms[rows] // MONTH_MS
    _, part = np.unique(np.column_stack([contacts.campaign[rows], month]), axis=0, return_inverse=True)
    parts = [rows[part.reshape(-1) == place] for place in range(int(part.max(initial=-1)) + 1)]
    found: list[str] = []
    for name in suspects:
        cells = _cells(contacts.features[name].astype(np.float64))
        if any(_tells(cells[mine], contacts.outcome[mine]) for mine in parts if mine.size >= ROWS_MIN):
            found.append(name)
    return tuple(found)


def _tells(cells: Integers, outcome: Floats) -> bool:
    return determines(cells, outcome) or is_consequence(cells, outcome)


def _cells(column: Floats) -> Integers:
    """Return a coarse cell of each row: a value of few, else a twentieth of the rows; 0 where it is unknown."""
    known = np.unique(column[np.isfinite(column)])
    edges = known if known.size <= CELLS else np.unique(np.quantile(known, np.arange(1, CELLS) / CELLS))
    return np.where(np.isfinite(column), np.searchsorted(edges, column) + 1, 0)


def _without(features: Mapping[str, Column], names: tuple[str, ...]) -> dict[str, Column]:
    return {name: column for name, column in features.items() if name not in names}
