"""Names that are more than names: formulas in files, lines in mail headers, markup in mails, doors in templates."""

from email import message_from_bytes, policy

import msgspec
import pytest

from liftloop.collect.cleaning import neutralise_formula
from liftloop.compose.contract import Content, RenderFailed
from liftloop.compose.template import render
from liftloop.plugins.channels.mail import Sender, deliverable, mail
from liftloop.testing.channels import message

SCRIPT = "<script>alert(1)</script>"
INJECTED = "Hello\r\nBcc: victim@example.test\r\n\r\n<b>"


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_cell_of_an_export_is_a_formula(lead: str) -> None:
    """What a sheet program would carry out is written as text."""
    assert neutralise_formula(f"{lead}HYPERLINK(1)")[0] == "'"


def test_no_name_adds_a_header_to_a_mail() -> None:
    """Line ends in a subject or a sender's name end up inside these headers."""
    said = msgspec.structs.replace(message(1), subject=INJECTED, address="a@example.test")
    sender = Sender(name=INJECTED, address="n@brand.example", reply_to="", unsubscribe_url="")
    read = message_from_bytes(mail(said, sender, "a@example.test"), policy=policy.default)
    assert read["Bcc"] is None
    assert read["To"] == "a@example.test"
    assert "Bcc: victim" in read["Subject"]


@pytest.mark.parametrize(
    "address", ["a@x.test\r\nRCPT TO:<b@x.test>", "a@x.test\nb@x.test", "a@x.test>, <b@x.test", "a\0@x.test"]
)
def test_no_address_is_two(address: str) -> None:
    """An address with line ends, brackets or controls is nobody's."""
    assert deliverable(address) == ""


def test_a_name_is_text_in_a_mail() -> None:
    """Markup in a customer's name reaches a mail's HTML escaped, in texts and in attributes."""
    body = "<p title='{{ customer.name }}'>{{ customer.name }}</p>"
    content = Content(id="c", subject="{{ customer.name }}", body=body)
    said = render(content, {"customer": {"name": f"'\"{SCRIPT}"}}, "html").body
    assert "<script" not in said
    assert "'\"" not in said


@pytest.mark.parametrize(
    "path", ["__class__", "name.__class__.__mro__", "__init__.__globals__", "name.format", "__dict__"]
)
def test_a_template_reaches_no_python(path: str) -> None:
    """Attributes of Python's objects are no variables."""
    with pytest.raises(RenderFailed):
        render(Content(id="c", body=f"{{{{ customer.{path} }}}}"), {"customer": {"name": "x"}})


@pytest.mark.parametrize("tag", ["{% include '/etc/passwd' %}", "{% render 'x' %}", "{% extends 'x' %}"])
def test_a_template_reads_no_file(tag: str) -> None:
    """There is no tag that loads anything."""
    with pytest.raises(RenderFailed):
        render(Content(id="c", body=tag), {})
