"""What a person says of messages by their own link: a page, one click, and the links that mails carry."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from dispatch_world import ScriptedChannel

from liftloop.app.dispatch.words import Due, Gathered, Wordings
from liftloop.app.preference_links import Link, mark_of, read_mark
from liftloop.deliver.contract import Envelope, Message
from liftloop.identify.contract import USER
from liftloop.identify.reading import find, identifier_hash
from liftloop.kernel.ids import MessageKey
from liftloop.runtime import people
from liftloop.testing.asgi import Answer, Caller
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
FORM = "application/x-www-form-urlencoded"


class Site:
    """An installation with a mail channel and one person who agreed to mails."""

    def __init__(self, path: Path) -> None:
        self.site = Installation(path, NOW_MS)
        self.site.publish("channel", "mail", {"id": "mail", "kind": "smtp", "settings": {"sender": "a@b.cn"}})
        self.site.publish("setting", "contents", {"public_url": "https://t.shop.cn/"})
        consents = [{"channel": "email", "purpose": "marketing", "source": "registration"}]
        self.site.receive(
            {
                "type": "identify",
                "messageId": "1",
                "userId": "u1",
                "traits": {"email": "a@b.cn", "language": "en-GB"},
                "context": {"consents": consents},
            }
        )
        self.site.fold_all()

    @property
    def number(self) -> int:
        slots = find(self.site.fold.state, np.array([identifier_hash(USER, "u1")], np.uint64))
        return int(people.numbers(self.site.fold.state, slots)[0])

    @property
    def mark(self) -> str:
        return mark_of(self.site.vault, Link(number=self.number, medium="email"))

    def get(self, path: str, **query: str) -> Answer:
        return asyncio.run(Caller(app=self.site.app, token="").call("GET", path, query=query))

    def post(self, path: str, filled: dict[str, str]) -> Answer:
        caller = Caller(app=self.site.app, token="")
        answer = asyncio.run(caller.call("POST", path, body=urlencode(filled).encode(), kind=FORM))
        self.site.fold_all()
        return answer

    def consents(self) -> list[Any]:
        query = "SELECT channel, purpose, status, source, text_version FROM consent ORDER BY tick, position"
        return [tuple(row) for row in self.site.state.rows(query, ())]

    def mail(self, body: str, **content: Any) -> Message:
        version = self.site.publish("content", "news", {"id": "news", "subject": "s", "body": body, **content})
        envelope = Envelope(
            key=MessageKey("k"),
            profile=self.number,
            campaign="c",
            channel="mail",
            content="news",
            content_version=version,
            purpose="marketing",
            decided_ms=NOW_MS,
            expires_ms=NOW_MS * 2,
        )
        channel = ScriptedChannel()
        channel.name, channel.address_kind = "mail", "email"
        due = Due(envelope=envelope, due_ms=NOW_MS, waited=None)
        said, unsaid = Wordings(self.site.state, self.site.vault).say([due], channel, NOW_MS, Gathered())
        assert not unsaid, unsaid
        return said[0][1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data")
    yield made
    made.site.close()


def hidden(page: Answer) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page.body.decode())
    assert found
    return found[1]


def test_a_person_sees_and_changes_what_may_be_sent(site: Site) -> None:
    """The page shows what holds; a change is a consent with source and text version; saving it again says nothing."""
    path = f"/preferences/{site.mark}"
    page = site.get(path, lang="en")
    assert (page.status, 'name="marketing:email" value="yes" checked' in page.body.decode()) == (200, True)
    assert "script" not in page.body.decode()
    assert page.headers["referrer-policy"] == "no-referrer"
    filled = {"mark": hidden(page), "lang": "en", "profiling:all": "yes"}
    saved = site.post(path, filled)
    assert "Saved" in saved.body.decode()
    assert site.consents()[1:] == [("email", "marketing", "withdrawn", "preferences", "preferences-2026-11")]
    site.post(path, filled)
    assert len(site.consents()) == 2
    site.post(path, {**filled, "marketing:email": "yes", "none": "yes"})
    assert site.consents()[2:] == [("all", "profiling", "withdrawn", "preferences", "preferences-2026-11")]


def test_one_click_ends_mails_and_a_look_does_not(site: Site) -> None:
    """RFC 8058: the post alone withdraws; a program that opens the link sees a page."""
    path = f"/unsubscribe/{site.mark}"
    assert site.get(path).status == 200
    assert len(site.consents()) == 1
    assert site.post(path, {"List-Unsubscribe": "One-Click"}).status == 200
    assert site.consents()[1:] == [("email", "marketing", "withdrawn", "one_click", "preferences-2026-11")]


def test_nobody_makes_up_a_link(site: Site) -> None:
    """A changed number, medium or signature is no link at all, and a stale or foreign page saves nothing."""
    number, _, rest = site.mark.partition(".")
    for forged in (
        f"{int(number, 16) + 64:x}.{rest}",
        site.mark.replace("email", "sms"),
        f"{site.mark[:-1]}x",
        "..",
        "",
    ):
        assert read_mark(site.site.vault, forged) is None, forged
        assert site.get(f"/preferences/{forged}").status == 404
    assert "打开太久" in site.post(f"/preferences/{site.mark}", {"mark": "1.2.3", "none": "yes"}).body.decode()
    assert len(site.consents()) == 1


def test_marketing_mails_carry_the_persons_own_links(site: Site) -> None:
    """The header always; a footer where the words have no link themselves, in the language that the person reads."""
    english = {"en": {"subject": "e", "body": "<p>Hello</p>"}}
    plain = site.mail("<p>你好</p>", translations=english)
    link = f"https://t.shop.cn/unsubscribe/{site.mark}"
    assert (plain.subject, plain.unsubscribe_url) == ("e", link)
    assert plain.body.startswith("<p>Hello</p>")
    assert f'<a href="{link}">Unsubscribe</a>' in plain.body
    own = site.mail('<p>你好 <a href="{{ unsubscribe_url }}">退</a></p>')
    assert own.body == f'<p>你好 <a href="{link}">退</a></p>'


def test_mjml_becomes_html_with_the_preheader(site: Site) -> None:
    """Liquid with quotes and comparisons comes through MJML; the footer stands inside the body."""
    pytest.importorskip("mrml")
    body = (
        '<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.name | default: "a b" }}'
        "{% if customer.language == 'en-GB' and 1 < 2 %}!{% endif %}"
        "</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    mail = site.mail(body, format="mjml", preheader="只在列表里")
    assert "a b!" in mail.body
    assert mail.body.index("<body") < mail.body.index("只在列表里")
    assert mail.body.index("unsubscribe/") < mail.body.index("</body>")
