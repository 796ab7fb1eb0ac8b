"""What one rendering may cost, and the context that counts it: no template hangs, none meets a clock."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, ClassVar

from liquid.ast import Node
from liquid.context import RenderContext
from liquid.exceptions import LiquidTypeError, LoopIterationLimitError, OutputStreamLimitError, UndefinedError
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate
from liquid.token import Token
from liquid.undefined import UNDEFINED, FalsyStrictUndefined
from liquid.utils import ReadOnlyChainMap

TEMPLATE_CHARS_MAX = 100_000  # Gmail cuts mails at 102 kB.
OUTPUT_BYTES_MAX = 256_000  # Two and a half times the longest template: room for loops over recommended items.
NAMESPACE_BYTES_MAX = 256_000  # As much as the output: what is assigned is there to be printed.
CONTEXT_DEPTH_MAX = 12  # Loops and captures inside each other; nobody reads deeper.
WORK_MAX = 2_000_000  # Characters of template or value touched; about half a second on a slow core.
VALUE_CHARS_MAX = 20_000  # A chapter of text; `replace` and `join` can multiply lengths, so no value may be longer.
LIST_ITEMS_MAX = 1_000  # `uniq` compares each item with each.

_ABSENT = object()


class Missing(FalsyStrictUndefined):
    """A variable that is not there: false in a condition, replaced by `default`, an error wherever it would be used."""

    force_liquid_default: ClassVar[bool] = True

    def __init__(self, name: str, *, token: Token | None, obj: object = UNDEFINED, hint: str | None = None) -> None:
        super().__init__(name, token=token, obj=obj, hint=name)


class Meter:
    """Adds up the work of one rendering."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = WORK_MAX

    def charge(self, work: int) -> None:
        """Count `work` characters; raises `LoopIterationLimitError` where it is too much."""
        self.left -= work
        if self.left < 0:
            raise LoopIterationLimitError("the template does too much work", token=None)


class MeteredContext(RenderContext):
    """A render context over plain data: no `now`, None counts as missing, every look-up is charged."""

    __slots__ = ("meter",)

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        # Without the library's `now` and `today`: a message rendered twice must read the same.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.meter = Meter()

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        value = super().get(path, token=token, default=_ABSENT)
        if value is _ABSENT or value is None:
            return Missing(dotted(path), token=token) if default is UNDEFINED else default
        self.meter.charge(1 + (len(value) >> 5) if isinstance(value, str | list | dict) else 1)
        return value


class MeteredTemplate(BoundTemplate):
    """A template that renders in a `MeteredContext`."""

    context_class = MeteredContext


def dotted(path: list[object]) -> str:
    """Return a path as people write it: customer.name."""
    return ".".join(str(segment) for segment in path)


def extent(value: object) -> int:
    """Return how much work a value is: its characters or items; raises where it is beyond the limits."""
    if isinstance(value, str):
        if len(value) > VALUE_CHARS_MAX:
            raise OutputStreamLimitError(f"a value of more than {VALUE_CHARS_MAX} characters", token=None)
        return len(value)
    if isinstance(value, list | tuple | range | dict):
        if len(value) > LIST_ITEMS_MAX:
            raise LoopIterationLimitError(f"a list of more than {LIST_ITEMS_MAX} items", token=None)
        return len(value)
    return 1


def shown(value: object, expression: str, autoescape: bool) -> str:
    """Return the text of a value; raises where there is nothing, or an object, to show."""
    if value is None:
        raise UndefinedError(expression, token=None)
    if isinstance(value, list | tuple):
        extent(value)
        if any(not isinstance(item, str | int | float) for item in value):
            raise LiquidTypeError(f"{expression}: a list of objects has no text, loop over it", token=None)
    elif isinstance(value, Mapping) and not isinstance(value, Missing):
        raise LiquidTypeError(f"{expression}: an object has no text, print one of its fields", token=None)
    return to_liquid_string(value, autoescape)


def known_part(segments: Iterable[object]) -> str:
    """Return the dotted words of a path before its first computed part."""
    return ".".join(str(word) for word in takewhile(lambda segment: isinstance(segment, str), segments))


def walk(template: BoundTemplate) -> Iterator[Node]:
    """Yield every node of a template, parents first."""
    context = RenderContext(template)
    waiting = list(template.nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children(context, include_partials=False))
