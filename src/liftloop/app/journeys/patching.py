"""Changes of a definition as JSON Patch (RFC 6902), as far as fixes need it: add, replace, remove."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict


class Operation(Struct, frozen=True, kw_only=True):
    """One step of a patch; `path` is a JSON pointer (RFC 6901)."""

    op: Literal["add", "replace", "remove"]
    path: str
    value: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return the step as it is written: a removal has no value."""
        return {name: value for name, value in asdict(self).items() if name != "value" or self.op != "remove"}


def pointer(*steps: str | int) -> str:
    """Return the JSON pointer to a place.

    >>> pointer("nodes", 3, "next")
    '/nodes/3/next'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def patched(document: Any, patch: Sequence[Operation]) -> Any:
    """Return a document after a patch; the document stays as it was. Raises `LookupError` where a place is not there.

    >>> patched({"a": [1, 2]}, [Operation(op="remove", path="/a/0"), Operation(op="add", path="/a/-", value=3)])
    {'a': [2, 3]}
    """
    for operation in patch:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in operation.path.split("/")[1:]]
        document = _changed(document, steps, operation)
    return document


def _changed(document: Any, steps: Sequence[str], operation: Operation) -> Any:
    if not steps:
        return operation.value
    step, *rest = steps
    if isinstance(document, dict):
        if rest:
            return {**document, step: _changed(document[step], rest, operation)}
        if operation.op == "remove":
            return {name: value for name, value in document.items() if name != step}
        return {**document, step: operation.value}
    if not isinstance(document, list):
        raise LookupError(operation.path)
    items, place = list(document), len(document) if step == "-" else int(step)
    if rest:
        items[place] = _changed(items[place], rest, operation)
    elif operation.op == "remove":
        del items[place]
    elif operation.op == "replace":
        items[place] = operation.value
    else:
        items.insert(place, operation.value)
    return items
