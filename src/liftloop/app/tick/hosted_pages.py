"""Serves landing pages: what was approved and nothing else; visits by people's own links become events, apart from
machines. A stranger who only looks leaves nothing behind: every name makes a profile, and a crawler has thousands.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
from msgspec import Struct

from liftloop.app.form_page import form_html, mark_of
from liftloop.app.public_pages import (
    PAGES,
    POLICY,
    VIA,
    WHO,
    Link,
    Public,
    PublicPage,
    public_page,
    read_mark,
    whole_page,
)
from liftloop.app.requests import Answer, Scope, language
from liftloop.app.tick.following_links import WAITING_MAX, Inward, visit_of
from liftloop.app.tick.preferences import named
from liftloop.app.tick.sealing import seal
from liftloop.app.tick.worker import Worker
from liftloop.collect import forms
from liftloop.collect.forms import Form
from liftloop.collect.messages import read
from liftloop.compose.blocks import Button, FormBlock
from liftloop.compose.page import Shown
from liftloop.compose.tongues import in_language, language_for
from liftloop.deliver.links import SETTING, LinkSettings, machine, networks_of
from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json, pack
from liftloop.storage.contract import DiskFull, Vault

VIEWED, CLICKED = "Landing Page Viewed", "Landing Page Clicked"
GO = "/go/"
SHOWN_KINDS = ("content", "content_review", "asset", "item", "offer", "pool", "form")
_HEADERS = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store, private"),
)
_WORDS = {
    404: ("没有这个页面", "There is no such page."),
    410: ("这个页面已经下线", "This page has ended."),
}


class Visited(Struct, frozen=True, kw_only=True):
    """Somebody at a page: by whose link, None for a stranger."""

    identity: str
    mark: str
    link: Link | None


class HostedPages:
    """Answers whoever opens a landing page or presses one of its buttons."""

    def __init__(self, worker: Worker, vault: Vault, clock: Clock, key: bytes, inlet: Inward) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._key = key
        self._inlet = inlet
        self._kept: dict[str, Public] = {}
        self._generation: tuple[int, ...] = ()
        self._counting: set[asyncio.Task[None]] = set()

    async def respond(self, scope: Scope) -> Answer:
        """Show a page, or send on whoever pressed a button."""
        rest = str(scope["path"]).removeprefix(PAGES)
        identity, _, pressed = rest.partition(GO)
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        page = await self._public(identity)
        if not isinstance(page, PublicPage):
            return _ended(410 if page == "gone" else 404)
        mark = asked.get(WHO, "")
        visited = Visited(identity=identity, mark=mark, link=read_mark(self._vault, identity, mark) if mark else None)
        if pressed:
            return self._sent_on(scope, page, visited, pressed)
        spoken = language_for(page.content, asked.get("lang") or language(scope))
        if visited.link is not None:
            self._count(scope, visited, VIEWED, {"language": spoken})
        made = await asyncio.wrap_future(self._worker.ask(lambda: self._body(page, visited, spoken)))
        body = made.encode("utf-8", "replace")
        headers = (*_HEADERS, (b"content-language", spoken.encode("ascii", "ignore")))
        return Answer(200, b"" if scope["method"] == "HEAD" else body, b"text/html; charset=utf-8", headers)

    async def campaign_of(self, form: str, asked: Mapping[str, str]) -> tuple[str, Link | None] | None:
        """Return by which public page a form is answered and whose link led there; None where no page bears it."""
        identity = asked.get(VIA, "")
        page = await self._public(identity)
        if not isinstance(page, PublicPage):
            return None
        spoken = [page.content, *(in_language(page.content, each) for each in page.content.translations)]
        if not any(isinstance(each, FormBlock) and each.form == form for said in spoken for each in said.blocks):
            return None
        return identity, read_mark(self._vault, identity, asked.get(WHO, ""))

    async def _public(self, identity: str) -> Public:
        catalog = self._worker.fold.catalog
        generation = tuple(map(catalog.generation_of, SHOWN_KINDS))
        if generation != self._generation or len(self._kept) > WAITING_MAX:
            self._generation, self._kept = generation, {}
        if identity not in self._kept:
            looked: Public = await asyncio.wrap_future(self._worker.ask(lambda: self._looked_up(identity)))
            if self._generation == generation:
                self._kept[identity] = looked
            return looked
        return self._kept[identity]

    def _looked_up(self, identity: str) -> Public:
        return public_page(self._worker.fold.rows, identity)

    def _body(self, page: PublicPage, visited: Visited, spoken: str) -> str:
        catalog = self._worker.fold.catalog
        who = f"?{WHO}={quote(visited.mark, safe='')}" if visited.link else ""
        base = f"{PAGES}{quote(visited.identity, safe='')}"

        def form(identity: str) -> str:
            found = catalog.live("form").get(identity)
            if found is None:
                return ""
            asked = msgspec.convert(found.body, type=Form, strict=False)
            asked = forms.own(asked) if visited.link else asked
            fresh = mark_of(self._key, identity, token_hex(8), self._clock.now_ms())
            via = f"{VIA}={quote(visited.identity, safe='')}" + who.replace("?", "&")
            action = f"/forms/{quote(identity, safe='')}?{via}"
            return f"<h2>{escape(asked.title)}</h2>{form_html(asked, fresh, action)}"

        shown = Shown(
            live=lambda kind: {each: found.body for each, found in catalog.live(kind).items()},
            language=spoken,
            media=lambda path: path,
            go=lambda place: f"{base}{GO}{page.version}/{spoken}/{place}{who}",
            form=form,
        )
        return whole_page(page.content, shown)

    def _sent_on(self, scope: Scope, page: PublicPage, visited: Visited, pressed: str) -> Answer:
        """Send on to where the button leads; to the page itself where it has changed since it was opened."""
        version, _, rest = pressed.partition("/")
        spoken, _, place = rest.partition("/")
        blocks = in_language(page.content, spoken).blocks
        known = version == str(page.version) and place.isascii() and place.isdecimal() and len(place) < 4
        block = blocks[int(place)] if known and int(place) < len(blocks) else None
        who = f"?{WHO}={quote(visited.mark, safe='')}" if visited.link else ""
        to = f"{PAGES}{quote(visited.identity, safe='')}{who}"
        if isinstance(block, Button):
            to = block.url
            if visited.link is not None:
                self._count(scope, visited, CLICKED, {"place": int(place), "label": block.label, "url": block.url})
        return Answer(302, b"", b"text/plain", ((b"location", to.encode("latin-1", "ignore")), *_HEADERS))

    def _count(self, scope: Scope, visited: Visited, event: str, more: Mapping[str, Any]) -> None:
        if len(self._counting) >= WAITING_MAX:
            self._worker.meter.counts["refused"] += 1
            return
        counting = asyncio.create_task(self._written(scope, visited, event, more))
        self._counting.add(counting)
        counting.add_done_callback(self._counting.discard)

    async def _written(self, scope: Scope, visited: Visited, event: str, more: Mapping[str, Any]) -> None:
        link = visited.link
        assert link is not None
        now_ms = self._clock.now_ms()

        def looked() -> tuple[LinkSettings, Mapping[str, str] | None]:
            live = self._worker.fold.catalog.live("setting").get(SETTING)
            settings = msgspec.convert(live.body, type=LinkSettings, strict=False) if live else LinkSettings()
            return settings, named(self._worker, link.number)

        settings, who = await asyncio.wrap_future(self._worker.ask(looked))
        visit = visit_of(scope, now_ms - link.at_s * SECOND_MS, picture=False)
        if who is None or machine(visit, networks_of(settings.machine_networks)):
            return
        told = {"page": visited.identity, "campaign": link.campaign, **more}
        message = {
            **who,
            "type": "track",
            "event": event,
            "messageId": f"page:{visited.mark}:{more.get('place', '')}:{now_ms}",
            "timestamp": datetime.fromtimestamp(now_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds"),
            "properties": told,
        }
        inlet = await self._inlet(f"page:{visited.identity}")
        records = seal(read(canonical_json({"batch": [message]}), inlet), self._vault)
        try:
            await asyncio.wrap_future(self._worker.append(len(records), pack(records), records))
        except DiskFull:
            self._worker.meter.counts["refused"] += len(records)


def _ended(status: int) -> Answer:
    zh, en = _WORDS[status]
    html = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{zh}</title><body style="font:16px/1.6 system-ui;text-align:center;padding:20vh 24px">'
        f'<p>{zh}</p><p lang="en">{en}</p></body></html>'
    )
    return Answer(status, html.encode(), b"text/html; charset=utf-8", _HEADERS)
