"""The short way for templates without tags: text and values one after the other, no context, same result.

Nine messages in ten are of this kind; a differential test holds both ways equal.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import FloatLiteral, IntegerLiteral, StringLiteral
from liquid.exceptions import OutputStreamLimitError, UndefinedError

from liftloop.compose.language import PrintNode
from liftloop.compose.limits import (
    OUTPUT_BYTES_MAX,
    VALUE_CHARS_MAX,
    Meter,
    MeteredContext,
    MeteredTemplate,
    Missing,
    dotted,
    shown,
)

BYTES_A_CHARACTER_MAX = 4  # UTF-8.

Printer = Callable[[Mapping[str, Any], MeteredContext], str]

_SPECIAL = frozenset({"size", "first", "last"})  # Segments to which the library gives a meaning of its own.
_LITERALS = (StringLiteral, IntegerLiteral, FloatLiteral)


class Plain:
    """A template without tags: a pattern and the printers of its values."""

    __slots__ = ("_context", "_pattern", "_printers", "constant")

    def __init__(self, parts: Sequence[str | Printer], context: MeteredContext) -> None:
        self._context = context
        self._printers = [part for part in parts if not isinstance(part, str)]
        self._pattern = "".join([part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts])
        self.constant = None if self._printers else self._pattern.replace("%%", "%")
        """What it says to everybody, where it has no values."""

    def render(self, variables: Mapping[str, Any]) -> str:
        """Return the text; raises what the library would raise."""
        context = self._context
        context.meter = Meter()
        text = self._pattern % tuple([printer(variables, context) for printer in self._printers])
        if len(text) > OUTPUT_BYTES_MAX // BYTES_A_CHARACTER_MAX and len(text.encode()) > OUTPUT_BYTES_MAX:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        return text


def plain(template: MeteredTemplate) -> Plain | None:
    """Return the template for the short way, None where only the library can render it."""
    context = MeteredContext(template)
    parts = [_part(node, context) for node in template.nodes]
    known = [part for part in parts if part is not None]
    return Plain(known, context) if len(known) == len(parts) else None


def _part(node: Node, context: MeteredContext) -> str | Printer | None:
    if isinstance(node, ContentNode):
        return node.text
    if isinstance(node, PrintNode) and isinstance(node.expression, FilteredExpression):
        return _printer(node.expression, context)
    return None


def _printer(expression: FilteredExpression, context: MeteredContext) -> Printer | None:
    if not isinstance(expression.left, Path):
        return None
    path = expression.left.path
    if any(not isinstance(segment, str) or segment in _SPECIAL for segment in path):
        return None
    filters: list[Callable[..., Any]] = []
    for used in expression.filters or ():
        if any(not isinstance(argument.value, _LITERALS) for argument in used.args):
            return None
        # The library looks a filter up and evaluates its literals each time; here it happens once.
        filters.append(_bound(context.env.filters[used.name], used.evaluate_args(context)))
    words = [str(segment) for segment in path]
    full = _walker(words, filters, str(expression), context.autoescape)
    if context.autoescape or not _only_default(expression):
        return full
    return _short_walker(words, full)


def _bound(function: Callable[..., Any], arguments: tuple[list[object], dict[str, object]]) -> Callable[..., Any]:
    positional, keyword = arguments
    return lambda value, context: function(value, *positional, context=context, **keyword)


def _only_default(expression: FilteredExpression) -> bool:
    return all(used.name == "default" for used in expression.filters or ())


def _short_walker(path: list[str], full: Printer) -> Printer:
    """Return a printer for the commonest case, a text of usual length that `default` leaves as it is."""
    if len(path) != 2:
        return full
    group, name = path

    def printer(variables: Mapping[str, Any], context: MeteredContext) -> str:
        try:
            value = variables[group][name]
        except (KeyError, TypeError):
            return full(variables, context)
        if type(value) is str and 0 < len(value) <= VALUE_CHARS_MAX:
            return value
        return full(variables, context)

    return printer


def _found(variables: Mapping[str, Any], path: list[str]) -> Any:
    value: Any = variables
    try:
        for segment in path:
            value = value[segment]
    except (KeyError, TypeError):
        return None
    return value


def _walker(path: list[str], filters: list[Callable[..., Any]], expression: str, autoescape: bool) -> Printer:
    name = dotted(list(path))

    def printer(variables: Mapping[str, Any], context: MeteredContext) -> str:
        value = _found(variables, path)
        if value is None:
            if not filters:
                raise UndefinedError(name, token=None)
            value = Missing(name, token=None)
        for function in filters:
            value = function(value, context)
        return shown(value, expression, autoescape)

    return printer
