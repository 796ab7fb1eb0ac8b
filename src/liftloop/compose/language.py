"""Liquid as templates may use it: tags of text and choice, own filters; nothing that loads or tells the time."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, TextIO

from liquid.ast import Node
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    decrement_tag,
    echo_tag,
    for_tag,
    if_tag,
    increment_tag,
    inline_comment_tag,
    liquid_tag,
    unless_tag,
)
from liquid.context import RenderContext
from liquid.environment import Environment
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from liftloop.compose.filters import FILTERS
from liftloop.compose.limits import (
    CONTEXT_DEPTH_MAX,
    NAMESPACE_BYTES_MAX,
    OUTPUT_BYTES_MAX,
    WORK_MAX,
    MeteredContext,
    MeteredTemplate,
    Missing,
    extent,
    shown,
)

Form = Literal["text", "html"]
"""What a template becomes: `html` escapes every value, for e-mail bodies."""

_REASON = re.compile(r"""\(?\s*(?:'([^']*)'|"([^"]*)")?\s*\)?""")


class Aborted(LiquidError):
    """The template itself asked not to be sent."""


class PrintNode(output.OutputNode):
    """Print a value that people can read; anything else fails the rendering."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(shown(self.expression.evaluate(context), str(self.expression), context.autoescape))


class PrintTag(output.Output):
    node_class = PrintNode


class EchoTag(echo_tag.EchoTag):
    node_class = PrintNode  # pyright: ignore[reportAssignmentType]


class BoundedLoop(LoopExpression):
    """A loop of bounded length whose work, rounds times characters of its body, is charged before it starts."""

    __slots__ = ("body_chars",)

    @classmethod
    def of(cls, loop: LoopExpression, body: Node) -> "BoundedLoop":
        bounded = cls(
            loop.token,
            loop.identifier,
            loop.iterable,
            limit=loop.limit,
            offset=loop.offset,
            reversed_=loop.reversed,
            cols=loop.cols,
        )
        bounded.body_chars = len(str(body))
        return bounded

    def _to_iter(self, obj: object, context: RenderContext) -> tuple[Iterator[Any], int]:
        extent(obj)  # Before the library counts through `(1..999999999) offset: 999999990`.
        return super()._to_iter(obj, context)

    def evaluate(self, context: RenderContext) -> tuple[Iterator[object], int]:
        assert isinstance(context, MeteredContext)
        items, rounds = super().evaluate(context)
        context.meter.charge(rounds * self.body_chars)
        return items, rounds


class ForTag(for_tag.ForTag):
    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        assert isinstance(node, for_tag.ForNode)
        return for_tag.ForNode(node.token, BoundedLoop.of(node.expression, node.block), node.block, node.default)


class AbortNode(Node):
    """End the rendering: this person gets no message, and the ledger says why."""

    __slots__ = ("reason",)

    def __init__(self, token: Token, reason: str) -> None:
        super().__init__(token)
        self.reason = reason
        self.blank = False

    def __str__(self) -> str:
        return f"{{% abort_message '{self.reason}' %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        raise Aborted(self.reason, token=None)


class AbortTag(Tag):
    """`{% abort_message 'reason' %}`, in brackets too."""

    name = "abort_message"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        if stream.current.kind != TOKEN_EXPRESSION:
            stream.pos -= 1  # The parser steps over the last token of a tag.
            return AbortNode(token, "")
        reason = _REASON.fullmatch(stream.current.value.strip())
        if reason is None:
            raise LiquidSyntaxError("expected a text in quotes after abort_message", token=token)
        return AbortNode(token, reason[1] or reason[2] or "")


_TAGS: tuple[type[Tag], ...] = (
    content.Literal,
    PrintTag,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    cycle_tag.CycleTag,
    increment_tag.IncrementTag,
    decrement_tag.DecrementTag,
    EchoTag,
    liquid_tag.LiquidTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
    AbortTag,
)


class Language(Environment):
    """The library's environment with our limits, tags and filters and nothing else."""

    template_class = MeteredTemplate
    context_depth_limit = CONTEXT_DEPTH_MAX
    loop_iteration_limit = WORK_MAX
    local_namespace_limit = NAMESPACE_BYTES_MAX
    output_stream_limit = OUTPUT_BYTES_MAX

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        assert not extra, "the library's extras are not for templates of marketing"
        for tag in _TAGS:
            self.add_tag(tag)
        self.filters.update(FILTERS)


@lru_cache
def language(form: Form) -> Language:
    """Return the environment for texts or for HTML."""
    return Language(undefined=Missing, autoescape=form == "html")
