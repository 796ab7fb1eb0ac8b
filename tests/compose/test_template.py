"""What a template says, to whom it says nothing, and what it may never do."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.compose.check import check
from liftloop.compose.contract import Content, RenderFailed
from liftloop.compose.language import FILTERS, language
from liftloop.compose.limits import TEMPLATE_CHARS_MAX
from liftloop.compose.template import compile_template, has_markup, render, variables_used

REASONS = {"ok", "missing_variable", "loop_limit", "output_limit", "syntax", "aborted"}
PERSON = {"customer": {"name": "李雷", "phone": "13812345678", "level": "金卡", "tags": ["a", "b"], "points": 120}}


def text(template: str, variables: dict[str, Any] | None = None) -> str:
    return render(Content(id="c", body=template), PERSON if variables is None else variables).body


def outcome(rendering: Callable[[], str]) -> tuple[str, str]:
    try:
        return "ok", rendering()
    except RenderFailed as failed:
        return failed.reason, failed.detail


def reason(template: str, variables: dict[str, Any] | None = None) -> str:
    with pytest.raises(RenderFailed) as failed:
        text(template, variables)
    return failed.value.reason


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("你好{{ customer.name }}", "你好李雷"),
        ("{{ customer.nickname | default: '会员' }}", "会员"),
        ("{% if customer.nickname %}a{% else %}b{% endif %}", "b"),
        ("{% unless customer.nickname %}b{% endunless %}", "b"),
        ("{% if customer.nickname == 'x' %}a{% else %}b{% endif %}", "b"),
        ("{{ 1999 | money }}", "¥19.99"),
        ("{{ '2026-09-25T20:00:00+08:00' | zh_date }}", "2026年9月25日"),
        ("{{ '2026-09-25T20:05:00+08:00' | date: '%H:%M' }}", "20:05"),
        ("{{ customer.phone | mask_phone }}", "138****5678"),
        ("{{ '+8613812345678' | mask_phone }}", "+86138****5678"),
        ("{{ 'lilei@example.com' | mask_email }}", "l***@example.com"),
        ("{{ customer.tags | join: '、' }}", "a、b"),
        ("{% for tag in customer.tags %}{{ forloop.index }}{{ tag }}{% endfor %}", "1a2b"),
        ("{% assign half = customer.points | divided_by: 2 %}{{ half }}", "60"),
        ("{{ 7 | divided_by: 2.0 }}", "3.5"),
        ("{{ '12' | plus: 1 }}", "13"),
        ("{{ 2.5 | round }} {{ 2.345 | round: 2 }} {{ -1.5 | floor }}", "3 2.35 -2"),
        ("{% raw %}{{ customer.name }}{% endraw %}", "{{ customer.name }}"),
    ],
)
def test_template_says_what_its_author_expects(template: str, expected: str) -> None:
    """Liquid as marketers know it, with the filters of the guide."""
    assert text(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("你好{{ customer.nickname }}", "missing_variable"),
        ("你好{{ customer.nickname | upcase }}", "missing_variable"),
        ("你好{{ 'x' | append: customer.nickname }}", "missing_variable"),
        ("{% for tag in customer.labels %}{{ tag }}{% endfor %}", "missing_variable"),
        ("{{ customer.name.family }}", "missing_variable"),
        ("{{ now }}{{ today }}", "missing_variable"),
        ("{{ customer.nothing | first }}", "missing_variable"),
        ("{% if customer.name == '李雷' %}{% abort_message '不发给李雷' %}{% endif %}", "aborted"),
        ("{% for i in (1..1000) %}{% for j in (1..1000) %}{% assign x = j %}{% endfor %}{% endfor %}", "loop_limit"),
        ("{% for i in (1..999999999) %}{% endfor %}", "loop_limit"),
        ("{% for i in (1..999999999) offset: 999999990 %}{% endfor %}", "loop_limit"),
        ("{{ (1..999999999) | join: 'x' }}", "loop_limit"),
        ("{{ customer.long }}", "output_limit"),
        ("{{ customer.word | replace: 'a', customer.word | replace: 'a', customer.word }}", "output_limit"),
        ("{{ customer.word | split: '' | join: customer.word }}", "output_limit"),
        ("{% include 'other' %}", "syntax"),
        ("{{ customer.name", "syntax"),
        ("{% if customer.name %}", "syntax"),
        ("{{ customer.name | shout }}", "syntax"),
        ("{{ customer }}", "syntax"),
        ("{{ customer.name | plus: 1 }}", "syntax"),
        ("{{ '1e999999999' | times: 2 }}", "syntax"),
        ("{{ 'yesterday' | zh_date }}", "syntax"),
        ("{% break %}", "syntax"),
    ],
)
def test_failed_rendering_names_its_reason(template: str, expected: str) -> None:
    """Nobody is sent half a sentence: a message that cannot be said in full fails with one stable reason."""
    person = {"customer": {**PERSON["customer"], "long": "长" * 300_000, "word": "a" * 900, "nothing": []}}
    assert reason(template, person) == expected


def test_failure_names_the_variable() -> None:
    """The ledger can say which attribute the person lacks."""
    with pytest.raises(RenderFailed) as failed:
        text("{{ customer.nickname | upcase }}")
    assert failed.value.detail == "customer.nickname"


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"default", "asset"}))
@pytest.mark.parametrize(
    "place", ["{{ gone | F: 'x' }}", "{{ gone | F }}", "{{ 'x' | F: gone }}", "{{ '3' | F: 1, gone }}"]
)
def test_no_filter_swallows_a_missing_variable(name: str, place: str) -> None:
    """Only `default` may meet a missing value; every other filter fails; `asset` takes no variable at all."""
    assert reason(place.replace("F", name), {}) == "missing_variable"


@pytest.mark.parametrize(
    "part",
    [
        "{{",
        "{%",
        "{% raw %}",
        "{% doc %}",
        "{%!{{%}",
        "{{ a }}",
        "{{ '",
        "{% if a %}",
        "{% for i in (1..1000) %}x{% endfor %}",
        "{{ a | split: '' | uniq | join: ',' }}",
        "{% comment %}",
        "{{ a" + "[a" * 400 + "]" * 400 + " }}",
        "{% if " + "a and " * 300 + "a %}x{% endif %}",
        "{{ " + "(" * 900 + " }}",
        "{{" + " " * 70 + "}}",
        "{% assign a = a | append: a %}",
        "{% capture a %}{{ a }}{{ a }}{% endcapture %}",
    ],
)
@pytest.mark.parametrize("gap", ["", " " * 500])
def test_no_template_hangs(part: str, gap: str) -> None:
    """The longest template of hostile parts is read and rendered, or refused, within seconds."""
    template = ((part + gap) * (TEMPLATE_CHARS_MAX // len(part + gap)))[:TEMPLATE_CHARS_MAX]
    before = time.process_time()
    with contextlib.suppress(RenderFailed):
        text(template, {"a": "word,word" * 100})
    assert time.process_time() - before < 8, "the limits do not hold"


def test_attributes_of_objects_are_out_of_reach() -> None:
    """A path walks data only: no attribute, no method, no dunder of any value is ever read."""

    class Secret:
        password = "hunter2"

        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"{name} was read")

    for path in ("customer.password", "customer['password']", "customer.__class__", "customer.name.upper"):
        person = {"customer": Secret()} if "password" in path or "class" in path else PERSON
        assert reason(f"{{{{ {path} }}}}", person) == "missing_variable"


def test_html_escapes_every_value() -> None:
    """What a person typed as a name cannot become markup in somebody's mail."""
    content = Content(id="c", subject="你好 {{ customer.name }}\r\nBcc: x", body="<p>{{ customer.name }}</p>")
    person = {"customer": {"name": "<b>李</b>"}}
    rendered = render(content, person, "html")
    assert rendered.body == "<p>&lt;b&gt;李&lt;/b&gt;</p>"
    assert rendered.subject == "你好 <b>李</b> Bcc: x", "a subject is one line of plain text"


def test_plain_template_becomes_html_with_its_lines() -> None:
    """A mail written as plain text keeps its line breaks and gains no markup from data."""
    content = Content(id="c", body="{{ customer.name }} & 你\n1 < 2")
    assert not has_markup(content.body)
    assert render(content, {"customer": {"name": "<i>"}}, "html").body == "&lt;i&gt; &amp; 你<br>\n1 &lt; 2"


def test_variables_used_are_what_must_be_loaded() -> None:
    """Names that come from outside are listed, also inside tags; a computed name counts as the whole group."""
    content = Content(
        id="c",
        subject="{{ offer.value | money }}",
        body="{% assign x = item.name %}{{ x }}{% for t in customer.tags %}{{ t }}{% endfor %}{{ campaign[x] }}",
    )
    assert variables_used(content) == {"offer.value", "item.name", "customer.tags", "campaign"}


def test_check_finds_what_would_fail() -> None:
    """Unknown variables, endless loops, bad syntax and an empty body are told in both languages."""
    content = Content(
        id="c",
        subject="{{ customer.name }}",
        body="{% for i in (1..5000) %}{{ customer.nmae }}{% endfor %}{{ customer.pet | default: '猫' }}"
        "{% if customer.vip %}!{% endif %}{{ item.name | append: offer.nme }}",
    )
    problems = check(content, {"customer.name", "item"})
    assert [(problem.code, problem.variable) for problem in problems] == [
        ("unknown_variable", "customer.nmae"),
        ("unknown_variable", "offer.nme"),
        ("loop_limit", ""),
    ]
    assert all(problem.zh and problem.en for problem in problems)
    assert [problem.code for problem in check(Content(id="c", subject="{{", body=" "), ())] == ["syntax", "empty"]
    assert check(Content(id="c", body="{{ customer.name }}"), {"customer"}) == []


WORDS = st.sampled_from(
    ["customer.name", "customer.age", "customer.none", "item.price", "gone", "customer", "item.tags"]
)
LITERALS = st.sampled_from(["'a'", "3", "1.5", "'<b>'"])
USED = st.sampled_from(
    [
        "upcase",
        "default: 'x'",
        "append: 'y'",
        "plus: 2",
        "money",
        "truncate: 3",
        "size",
        "first",
        "escape",
        "split: ','",
        "strip",
        "times: 1.5",
        "replace: 'a', '&'",
        "default: 0, allow_false: true",
        "newline_to_br",
        "url_encode",
    ]
)
STATEMENTS = st.builds(
    lambda left, filters: "{{ " + " | ".join([left, *filters]) + " }}",
    WORDS | LITERALS,
    st.lists(USED, max_size=3),
)
LITERAL_TEXT = st.text("ab <&>'\"\n中", max_size=6)
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("a<,1 ", max_size=4)
VARIABLES = st.fixed_dictionaries(
    {
        "customer": st.fixed_dictionaries({}, optional={"name": VALUES, "age": VALUES}),
        "item": st.fixed_dictionaries({}, optional={"price": VALUES, "tags": st.lists(VALUES, max_size=3)}),
    }
)


@given(st.lists(STATEMENTS | LITERAL_TEXT, max_size=5).map("".join), VARIABLES, st.sampled_from(["text", "html"]))
@settings(max_examples=200, deadline=None)
def test_short_way_equals_the_library(template: str, variables: dict[str, Any], form: Any) -> None:
    """The fast renderer says exactly what the library says, or fails for the same reason."""
    compiled = compile_template(template, form)

    assert outcome(lambda: compiled.render(variables)) == outcome(lambda: compiled.render_in_full(variables))


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "if",
        "endif",
        "for",
        "endfor",
        "in",
        "assign",
        "=",
        "capture",
        "endcapture",
        "case",
        "when",
        "|",
        ":",
        "'",
        '"',
        "(",
        "..",
        ")",
        "[",
        "]",
        ".",
        ",",
        "customer",
        "name",
        "a",
        "9",
        "size",
        "first",
        "raw",
        "endraw",
        "comment",
        "endcomment",
        "cycle",
        "increment",
        "else",
        "elsif",
        "unless",
        "and",
        "or",
        "contains",
        "abort_message",
        "-",
        "liquid",
        "1e9",
    ]
)


@given(st.lists(PIECES | LITERAL_TEXT, max_size=25).map(" ".join), VARIABLES)
@settings(max_examples=200, deadline=2_000)
def test_any_text_is_rendered_or_refused(template: str, variables: dict[str, Any]) -> None:
    """Whatever is typed into the editor gives a text or a named failure, never another exception."""
    content = Content(id="c", subject=template, body=template)
    assert outcome(lambda: render(content, variables).body)[0] in REASONS
    assert isinstance(check(content, ()), list)


def test_language_has_no_doors() -> None:
    """No tag loads another template and no filter opens anything: both lists are closed."""
    assert not {"include", "render", "extends", "import"} & set(language("text").tags)
    assert not {"safe", "json", "base64_decode"} & set(language("text").filters)
