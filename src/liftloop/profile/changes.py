"""What a change of traits comes to that depends on what is known: set once, added to, appended to, deleted.

The outcome is an ordinary value with an instant later than the one that it replaces, so that columns, tables and
fillings treat it like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.kernel.codec import canonical_json, parse_json, parse_object, unpack
from liftloop.profile.values import number_of
from liftloop.runtime.contract import Batch, StateView
from liftloop.storage.contract import Record

TRAITS_RESOLVED = "traits.resolved"
"""The fact of what changes came to: a row for each trait that became something else, null where it was deleted.

What only the vault can read is left out; a change that came to nothing has one row without a name.
"""

LIST_MAX = 1_000
"""Values that a list trait keeps; what is appended beyond them is dropped, as 神策 does beyond its own limit."""
LIST_BYTES_MAX = 65_536
"""Of a list trait as JSON, twice what one message may bring: each change writes the whole list anew."""


class Known(Struct, frozen=True):
    """A value of a person's trait."""

    at_ms: int
    value: Any
    sealed: bool = False
    """Then `value` is what the vault made of it, and nobody here knows it."""


class Changes:
    """Resolves the changes of one tick, in order; reads what is on disk, and what the tick has said before."""

    def __init__(self, state: StateView, merged: Mapping[int, Sequence[int]]) -> None:
        self._state = state
        self._merged = merged
        """Numbers of those who were merged into a person in this very tick."""
        self._said: dict[tuple[int, str], Known] = {}

    def note(self, number: int, name: str, known: Known) -> Known:
        """Remember and return what the tick says of a person; an older word changes nothing that follows."""
        before = self._before(number, name)
        if before is None or known.at_ms >= before.at_ms:
            self._said[number, name] = known
        return known

    def resolve(self, record: Record, number: int) -> Iterator[tuple[str, Known]]:
        """Yield the traits that a record of kind `traits.changed` gives a person, by name."""
        named: dict[str, Known] = {
            name: Known(record.at_ms, value) for name, value in parse_object(record.body).items()
        }
        if record.sealed:
            for path, value in unpack(record.sealed).items():
                if path.startswith("traits."):
                    named[path.removeprefix("traits.")] = Known(record.at_ms, value, sealed=True)
        if record.name == "delete":
            named = dict.fromkeys(self._names(number), Known(record.at_ms, None))
        for name, given in named.items():
            outcome = _outcome(record.name, self._before(number, name), given)
            if outcome is not None:
                self._said[number, name] = outcome
                yield name, outcome

    def _before(self, number: int, name: str) -> Known | None:
        if (number, name) not in self._said:
            found = self._state.attribute([number, *self._merged.get(number, ())], name)
            if found is None:
                return None
            value, sealed, at_ms = found
            self._said[number, name] = Known(at_ms, value if sealed else parse_json(value), bool(sealed))
        return self._said[number, name]

    def _names(self, number: int) -> set[str]:
        told = {name for who, name in self._said if who == number}
        return told | self._state.attribute_names([number, *self._merged.get(number, ())])


def _outcome(operation: str, before: Known | None, given: Known) -> Known | None:
    """Return what a trait becomes, None where it stays as it is."""
    at_ms = given.at_ms if before is None else max(given.at_ms, before.at_ms + 1)
    held: Any = None if before is None else before.value
    match operation:
        case "once":
            return Known(at_ms, given.value, given.sealed) if held is None else None
        case "add" if not given.sealed:
            if isinstance(held, int | float) and not isinstance(held, bool):
                return _sum(at_ms, given.value, held)
            return Known(at_ms, given.value)
        case "append" if not given.sealed:
            return Known(at_ms, _appended(held if isinstance(held, list) else [], given.value))
        case _:
            return Known(at_ms, given.value, given.sealed)


def _appended(held: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """Return a list with what it did not hold, as much of it as there is room for."""
    items, known = list(held), {canonical_json(item) for item in held}
    room = LIST_BYTES_MAX - sum(len(item) + 1 for item in known)
    for item in given:
        written = canonical_json(item)
        if written in known or len(written) >= room or len(items) >= LIST_MAX:
            continue
        items.append(item)
        known.add(written)
        room -= len(written) + 1
    return items


def _sum(at_ms: int, given: float, held: float) -> Known | None:
    """Return the sum, None where no number is as large: the trait then stays as it is."""
    if not isfinite(number_of(given)) or not isfinite(number_of(held)):
        return None
    total = given + held
    return Known(at_ms, total) if isfinite(number_of(total)) else None


class Outcomes:
    """Gathers what the changes of one tick came to, for `TRAITS_RESOLVED`."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {
            name: [] for name in ("profile", "offset", "at_ms", "source", "name", "value")
        }

    def add(self, record: Record, offset: int, number: int, traits: Sequence[tuple[str, Known]]) -> None:
        """Take what a record gives a person, to whom it belongs whatever is merged later."""
        told = [(known.at_ms, name, canonical_json(known.value).decode()) for name, known in traits if not known.sealed]
        for at_ms, name, value in told or [(record.at_ms, None, None)]:
            row = (number, offset, at_ms, record.actor, name, value)
            for column, cell in zip(self._columns.values(), row, strict=True):
                column.append(cell)

    def facts(self) -> dict[str, Batch]:
        """Return the fact, none where there was no change."""
        count = len(self._columns["profile"])
        whole = {name: np.array(self._columns[name], dtype=np.int64) for name in ("profile", "offset", "at_ms")}
        return {TRAITS_RESOLVED: Batch(count, self._columns | whole)} if count else {}


def row_of(number: int, name: str, known: Known, actor: str) -> tuple[Any, ...]:
    """Return the row of the table `attribute` that a resolved trait puts."""
    value = known.value if known.sealed else canonical_json(known.value)
    return (number, name, value, int(known.sealed), known.at_ms, actor)
