"""Finds what is wrong with a template before anybody is sent it; nothing is rendered."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.expression import Expression

from liftloop.compose.assets import ASSETS
from liftloop.compose.contract import Content, Problem, RenderFailed
from liftloop.compose.limits import LIST_ITEMS_MAX, known_part, walk
from liftloop.compose.template import Compiled, compile_template, markup_of
from liftloop.compose.tongues import in_language

PROBLEMS_MAX = 50  # Nobody mends more at a time.
NAMES_SHOWN_MAX = 5  # The one that was meant is among the likest.

_RANGE = re.compile(r"\((-?\d{1,18})\s*\.\.\s*(-?\d{1,18})\)")
_RANGE_BEYOND = re.compile(r"\(-?\d+\s*\.\.\s*-?\d{19,}\)")


def check(content: Content, known_variables: Collection[str], closed: Collection[str] = ()) -> list[Problem]:
    """Return what would fail for everybody, or for people of whom a variable is not known.

    `known_variables` are dotted names, `customer.name`; a known name covers all that lies below it. Below a word of
    `closed` nothing but what is known can ever be: a default does not excuse it.
    """
    problems: list[Problem] = []
    for text in _texts(content, problems):
        try:
            compiled = compile_template(text)
        except RenderFailed as failed:
            problems.append(_unreadable(failed.detail))
            continue
        strange = [name for name in sorted(compiled.variables) if not _covered(name, known_variables)]
        needed = _required(compiled)
        for name in strange:
            if name.startswith(f"{ASSETS}."):
                problems.append(_no_asset(name.removeprefix(f"{ASSETS}.")))
            elif name.split(".")[0] in closed:
                problems.append(_no_such(name, _beside(name, known_variables)))
            elif name in needed:
                problems.append(_unknown(name))
        problems.extend(_endless(text))
    if content.format != "page" and not content.body.strip():
        problems.append(Problem(code="empty", zh="正文是空的", en="the body is empty"))
    return problems[:PROBLEMS_MAX]


def _texts(content: Content, problems: list[Problem]) -> list[str]:
    """Return every template of a content in each language; MJML that cannot be read goes to the problems."""
    texts: list[str] = []
    for each in (content, *(in_language(content, language) for language in content.translations)):
        texts += [each.subject, *([each.preheader] if each.preheader else [])]
        try:
            texts.append(markup_of(each))
        except RenderFailed as failed:
            problems.append(_no_mjml() if failed.reason == "mjml_missing" else _unreadable(failed.detail))
    return texts


def _no_mjml() -> Problem:
    return Problem(
        code="mjml_missing",
        zh="这里没有安装 MJML 组件：运行 pip install 'liftloop[mjml]'，或改用 HTML",
        en="MJML is not installed here: pip install 'liftloop[mjml]', or write HTML",
    )


def _unreadable(detail: str) -> Problem:
    return Problem(code="syntax", zh=f"模板写法有误：{detail}", en=f"the template cannot be read: {detail}")


def _no_asset(named: str) -> Problem:
    return Problem(
        code="unknown_asset",
        zh=f"素材库里没有“{named}”：先上传，或改用已有的编号",
        en=f"the library has no asset {named}: upload it first, or name one that is there",
        variable=named,
    )


def _unknown(name: str) -> Problem:
    return Problem(
        code="unknown_variable",
        zh=f"没有“{name}”这个变量，也没有写缺省值；可写成 {{{{ {name} | default: '…' }}}}",
        en=f"nothing is known as {name} and no default is given; write {{{{ {name} | default: '…' }}}}",
        variable=name,
    )


def _no_such(name: str, others: Sequence[str]) -> Problem:
    known = ", ".join(others)
    return Problem(
        code="unknown_variable",
        zh=f"没有“{name}”这个变量；这里可以写：{known}",
        en=f"nothing can be known as {name}; what there is: {known}",
        variable=name,
    )


def _beside(name: str, known: Collection[str]) -> list[str]:
    """Return what is known below the first word of a name, the likest first."""
    group = name.split(".")[0] + "."
    below = [each for each in known if each.startswith(group)]
    return get_close_matches(name, below, n=NAMES_SHOWN_MAX, cutoff=0.0)


def _endless(text: str) -> list[Problem]:
    rounds = [int(found[2]) - int(found[1]) + 1 for found in _RANGE.finditer(text)]
    if not _RANGE_BEYOND.search(text) and max(rounds, default=0) <= LIST_ITEMS_MAX:
        return []
    return [
        Problem(
            code="loop_limit",
            zh=f"循环次数太多，最多 {LIST_ITEMS_MAX} 次",
            en=f"the loop runs too often; {LIST_ITEMS_MAX} rounds are the most",
        )
    ]


def _covered(name: str, known: Collection[str]) -> bool:
    words = name.split(".")
    return any(".".join(words[:count]) in known for count in range(1, len(words) + 1))


def _required(compiled: Compiled) -> set[str]:
    """Return variables from outside that fail the rendering when they are missing.

    `default` replaces a missing one and a condition takes it for false; everywhere else it is needed.
    """
    needed: set[str] = set()
    for node in walk(compiled.template):
        for expression in node.expressions():
            needed |= _needed(expression)
    return needed & compiled.variables


def _needed(expression: Expression) -> set[str]:
    match expression:
        case FilteredExpression():
            filters = expression.filters or []
            rescued = bool(filters) and filters[0].name == "default"
            found: set[str] = set() if rescued else _needed(expression.left)
            return found.union(*(_needed(child) for used in filters for child in used.children()))
        case LoopExpression():
            return _needed(expression.iterable)
        case Path():
            return {known_part(expression.path)}
        case _:
            return set()
