"""A template and a person come in, a message in words or a named failure goes out; nothing is sent half said."""

import html
import re
from functools import lru_cache

from liquid.builtin.expressions import FilteredExpression
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.exceptions import (
    ContextDepthError,
    LiquidError,
    LoopIterationLimitError,
    ResourceLimitError,
    UndefinedError,
)

from liftloop.compose.assets import ASSETS, FILTER, NAMED
from liftloop.compose.blocks import template_of
from liftloop.compose.contract import Content, Rendered, RenderFailed, Variables
from liftloop.compose.language import Aborted, Form, language
from liftloop.compose.limits import OUTPUT_BYTES_MAX, TEMPLATE_CHARS_MAX, MeteredTemplate, known_part, walk
from liftloop.compose.mjml import mjml_html
from liftloop.compose.plain import plain
from liftloop.compose.text_part import text_part
from liftloop.compose.tongues import in_language

CACHE_TEMPLATES_MAX = 512  # Subjects and bodies of the campaigns of a busy month.
DETAIL_CHARS_MAX = 200  # Enough to find the place; details end in ledgers and tables.

STATEMENT_CHARS_MAX = 2_000  # Between the brackets; forty lines.
SPACES_MAX = 80  # In a row, between the brackets: room for deep indentation.
INDEXES_MAX = 20  # The library's analysis is quadratic in nested indexes.
VERBATIM_BLOCKS_MAX = 20  # The lexer reads to the end of the text for each that is not closed.

_OPENING = re.compile(r"\{\{|\{%")
_CLOSING = {"{{": "}}", "{%": "%}"}
_WIDE_SPACE = re.compile(rf"\s{{{SPACES_MAX + 1}}}")
_BODY = re.compile(r"<body\b[^<>]{0,2000}>", re.IGNORECASE)
_VERBATIM = re.compile(r"\{%-?\s{0,80}(?:raw|doc)\b")
_MARKUP = re.compile(r"<(?:!doctype|/?[a-z][a-z0-9]*)\b[^<>]{0,2000}>", re.IGNORECASE)
_DATA_ERRORS = (LiquidError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)
"""What rendering may raise over unexpected data; anything else is a programmer's error."""


class Compiled:
    """A template that was read once and renders many times."""

    __slots__ = ("_plain", "template", "variables")

    def __init__(self, template: MeteredTemplate) -> None:
        self.template = template
        self._plain = plain(template)
        self.variables = variables_of(template)
        """Paths of variables it takes from outside, `customer.name`; a path it computes counts as its first word."""

    def render(self, variables: Variables) -> str:
        """Return the text. Raises `RenderFailed`."""
        try:
            return self.template.render(variables) if self._plain is None else self._plain.render(variables)
        except _DATA_ERRORS as error:
            raise failure(error) from error

    def constant(self) -> str | None:
        """Return what it says to everybody, None where that depends on somebody or cannot be said."""
        says = self._plain.constant if self._plain else None
        return says if says is not None and len(says.encode()) <= OUTPUT_BYTES_MAX else None

    def render_in_full(self, variables: Variables) -> str:
        """Return what `render` returns, always the library's way; the oracle of the short way."""
        try:
            return self.template.render(variables)
        except _DATA_ERRORS as error:
            raise failure(error) from error


@lru_cache(maxsize=CACHE_TEMPLATES_MAX)
def compile_template(text: str, form: Form = "text") -> Compiled:
    """Read a template; the same text is read once. Raises `RenderFailed("syntax", …)`."""
    _readable(text)
    try:
        template = language(form).from_string(text)
        assert isinstance(template, MeteredTemplate)
        unknown = sorted(template.analyze().filters.keys() - template.env.filters.keys())
        if unknown:
            raise RenderFailed("syntax", f"unknown filter {unknown[0]}")
        return Compiled(template)
    except _DATA_ERRORS as error:
        raise RenderFailed("syntax", _detail(error)) from error


def _readable(text: str) -> None:
    """Refuse what the library would take minutes to read (its lexer is cubic in spaces)."""
    if len(text) > TEMPLATE_CHARS_MAX:
        raise RenderFailed("syntax", f"longer than {TEMPLATE_CHARS_MAX} characters")
    if len(_VERBATIM.findall(text)) > VERBATIM_BLOCKS_MAX:
        raise RenderFailed("syntax", f"more than {VERBATIM_BLOCKS_MAX} raw blocks")
    start = 0
    while opening := _OPENING.search(text, start):
        end = text.find(_CLOSING[opening[0]], opening.end(), opening.end() + STATEMENT_CHARS_MAX)
        statement = text[opening.start() : opening.start() + DETAIL_CHARS_MAX]
        if end < 0:
            raise RenderFailed("syntax", f"not closed within {STATEMENT_CHARS_MAX} characters: {statement}")
        if _OPENING.search(text, opening.end(), end):
            raise RenderFailed("syntax", f"brackets inside brackets: {statement}")
        if text.count("[", opening.end(), end) > INDEXES_MAX:
            raise RenderFailed("syntax", f"more than {INDEXES_MAX} square brackets: {statement}")
        if _WIDE_SPACE.search(text, opening.end(), end):
            raise RenderFailed("syntax", f"more than {SPACES_MAX} spaces in a row: {statement}")
        start = end + 2


class Prepared:
    """A content whose templates were read, for one form; renders many times."""

    __slots__ = ("_body", "_lines_to_html", "_preheader", "_subject", "_text_of_html", "_title")

    def __init__(self, content: Content, form: Form) -> None:
        body = markup_of(content)
        mjml = content.format == "mjml"
        self._lines_to_html = form == "html" and not has_markup(body)
        self._text_of_html = form == "text" and mjml
        self._subject = compile_template(content.subject)
        self._preheader = compile_template(content.preheader) if content.preheader and form == "html" else None
        self._body = compile_template(body, "html" if mjml else "text" if self._lines_to_html else form)
        constant = self._subject.constant()
        self._title = None if constant is None else _one_line(constant)

    def render(self, variables: Variables) -> Rendered:
        """Return subject and body in words. Raises `RenderFailed`."""
        subject = _one_line(self._subject.render(variables)) if self._title is None else self._title
        body = self._body.render(variables)
        if self._lines_to_html:
            body = lines_as_html(body)
        elif self._text_of_html:
            body = text_part(body)
        preheader = _one_line(self._preheader.render(variables)) if self._preheader else ""
        return Rendered(
            subject=subject, body=with_preheader(body, preheader) if preheader else body, preheader=preheader
        )


def _one_line(subject: str) -> str:
    """Return a subject without line breaks: each would begin a header of its own."""
    return " ".join(subject.split())


def lines_as_html(text: str) -> str:
    """Return plain text as HTML that reads the same."""
    return html.escape(text).replace("\n", "<br>\n")


def with_preheader(body: str, preheader: str) -> str:
    """Return HTML that begins with a line that only the list of an inbox shows."""
    hidden = f'<div style="display:none;max-height:0;overflow:hidden">{html.escape(preheader)}</div>'
    opening = _BODY.search(body)
    place = opening.end() if opening else 0
    return body[:place] + hidden + body[place:]


def markup_of(content: Content) -> str:
    """Return the template of a body as it is rendered: of MJML the HTML, of a page what its blocks say.

    Raises `RenderFailed`.
    """
    match content.format:
        case "mjml":
            return mjml_html(content.body)
        case "page":
            return template_of(content.blocks)
        case "text":
            return content.body


def render(content: Content, variables: Variables, form: Form = "text") -> Rendered:
    """Return subject and body in words. Raises `RenderFailed`.

    With `html` the body becomes HTML: values are escaped; a body without markup keeps its line breaks.
    """
    return Prepared(content, form).render(variables)


def has_markup(template: str) -> bool:
    """Tell whether a template was written as HTML. Ask the template, never what came out of it."""
    return _MARKUP.search(template) is not None


def variables_used(content: Content) -> frozenset[str]:
    """Return the variables that its texts take from outside, in any language. Raises `RenderFailed("syntax", …)`."""
    spoken = [content, *(in_language(content, each) for each in content.translations)]
    texts = {text for each in spoken for text in (each.subject, each.preheader, markup_of(each))}
    return frozenset[str]().union(*(compile_template(text).variables for text in texts))


def variables_of(template: MeteredTemplate) -> frozenset[str]:
    """Return paths such as `customer.name`; where a part of the path is computed, what comes before it."""
    uses = [variable for found in template.analyze().globals.values() for variable in found]
    return frozenset(known_part(use.segments) for use in uses) - {""} | assets_of(template)


def assets_of(template: MeteredTemplate) -> frozenset[str]:
    """Return the assets that a template names, as `assets.hero`; raises `RenderFailed` where a name is computed."""
    named = [
        expression.left.value
        for node in walk(template)
        for expression in node.expressions()
        if isinstance(expression, FilteredExpression) and expression.filters and expression.filters[0].name == FILTER
        if isinstance(expression.left, StringLiteral)
    ]
    used = len(template.analyze().filters.get(FILTER, ()))
    if used != len(named) or not all(NAMED.fullmatch(each) for each in named):
        raise RenderFailed("syntax", "asset takes a name in quotes: {{ 'hero' | asset }}, {{ 'hero@3' | asset }}")
    return frozenset(f"{ASSETS}.{each}" for each in named)


def failure(error: Exception) -> RenderFailed:
    """Return what went wrong in the contract's words."""
    match error:
        case Aborted():
            return RenderFailed("aborted", _detail(error))
        case UndefinedError():
            return RenderFailed("missing_variable", _detail(error))
        case LoopIterationLimitError() | ContextDepthError():
            return RenderFailed("loop_limit", _detail(error))
        case ResourceLimitError():
            return RenderFailed("output_limit", _detail(error))
        case _:
            return RenderFailed("syntax", _detail(error))


def _detail(error: Exception) -> str:
    # Names and types only: details end in the ledger, where no value of a person may stand.
    message: object = error.message if isinstance(error, LiquidError) else type(error).__name__
    return str(message or "")[:DETAIL_CHARS_MAX]
