"""What a change of traits comes to that depends on what is known: set once, added to, appended to, deleted.

The outcome is an ordinary value with an instant later than the one that it replaces, so that columns, tables and
fillings treat it like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.kernel.codec import canonical_json, parse_json, parse_object, unpack
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import Record

LIST_MAX = 1_000
"""Values that a list trait keeps; what is appended beyond them is dropped, as 神策 does beyond its own limit."""


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
    held = None if before is None else before.value
    match operation:
        case "once":
            return Known(at_ms, given.value, given.sealed) if held is None else None
        case "add" if not given.sealed:
            is_number = isinstance(held, int | float) and not isinstance(held, bool)
            return Known(at_ms, given.value + held if is_number else given.value)
        case "append" if not given.sealed:
            items = list(held) if isinstance(held, list) else []
            items += [item for item in given.value if item not in items]
            return Known(at_ms, items[:LIST_MAX])
        case _:
            return Known(at_ms, given.value, given.sealed)


def row_of(number: int, name: str, known: Known, actor: str) -> tuple[Any, ...]:
    """Return the row of the table `attribute` that a resolved trait puts."""
    value = known.value if known.sealed else canonical_json(known.value)
    return (number, name, value, int(known.sealed), known.at_ms, actor)
