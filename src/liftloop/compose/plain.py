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
    MeteredContext,
    MeteredTemplate,
    Missing,
    dotted,
    shown,
)

Printer = Callable[[Mapping[str, Any], MeteredContext], str]

_SPECIAL = frozenset({"size", "first", "last"})  # Segments to which the library gives a meaning of its own.
_LITERALS = (StringLiteral, IntegerLiteral, FloatLiteral)
_BYTES_A_CHARACTER_MAX = 4  # UTF-8.


def plain_parts(template: MeteredTemplate) -> Sequence[str | Printer] | None:
    """Return the template as texts and printers, or None where only the library can render it."""
    context = MeteredContext(template)
    parts = [_part(node, context) for node in template.nodes]
    if any(part is None for part in parts):
        return None
    return [part for part in parts if part is not None]


def render_plain(parts: Sequence[str | Printer], variables: Mapping[str, Any], context: MeteredContext) -> str:
    """Return the text; raises what the library would raise."""
    text = "".join([part if isinstance(part, str) else part(variables, context) for part in parts])
    if len(text) * _BYTES_A_CHARACTER_MAX > OUTPUT_BYTES_MAX and len(text.encode()) > OUTPUT_BYTES_MAX:
        raise OutputStreamLimitError("output stream limit reached", token=None)
    return text


def constant_text(parts: Sequence[str | Printer] | None) -> str | None:
    """Return what a template without values says to everybody; None where it has values or is too long to say."""
    if parts is None or any(not isinstance(part, str) for part in parts):
        return None
    text = "".join(str(part) for part in parts)
    return text if len(text.encode()) <= OUTPUT_BYTES_MAX else None


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

    def printer(variables: Mapping[str, Any], context: MeteredContext) -> str:
        value = _found(variables, path)
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
