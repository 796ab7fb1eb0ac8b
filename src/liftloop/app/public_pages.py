"""Landing pages as the public sees them: which version is public, its own links, and the whole page without scripts.

Public is the version whose words were last approved, until they are rejected or the content is ended.
"""

import re
from collections.abc import Callable, Sequence
from hmac import compare_digest
from html import escape
from typing import Any, Literal
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from liftloop.app.form_page import STYLE
from liftloop.compose.contract import Content, ContentReview
from liftloop.compose.page import PAGE_STYLE, Shown, page_html
from liftloop.compose.reading import REVIEW, words_mark
from liftloop.compose.tongues import in_language
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import parse_json, parse_object
from liftloop.storage.contract import Row, Vault

PAGES = "/pages/"
WHO, VIA = "p", "v"
"""The parameters that say whose link it is, and by which page a form is reached."""
POLICY = b"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
KIND = "page"
"""Under which the vault signs."""
CAMPAIGN_CHARACTERS_MAX = 200
_MARK = re.compile(r"([0-9a-f]{1,16})\.([0-9a-f]{1,12})\.([A-Za-z0-9_~%-]{0,600})\.([0-9a-f]{16})")
_VERSIONS = "SELECT version, body, status FROM definition WHERE kind = 'content' AND id = ? ORDER BY version DESC"
_REVIEWS = "SELECT body FROM definition WHERE kind = ? AND id = ? ORDER BY version DESC"

Rows = Callable[[str, Sequence[Any]], Sequence[Row]]
"""Answers a query over the committed tables."""


class PublicPage(Struct, frozen=True, kw_only=True):
    """A page that everybody may see."""

    content: Content
    version: int


class Link(Struct, frozen=True, kw_only=True):
    """A person's own link to a page: whose, of which campaign, since when."""

    number: int
    campaign: str
    at_s: int


Public = PublicPage | Literal["none", "gone"]
"""What everybody sees of a page: `gone` where there was one, `none` where nobody approved any."""


def public_page(rows: Rows, identity: str) -> Public:
    """Return the public version of a page; `gone` where there was one, `none` where nobody approved any."""
    versions = {int(version): (parse_object(body), status) for version, body, status in rows(_VERSIONS, (identity,))}
    newest = max(versions, default=0)
    if not newest or versions[newest][0].get("format") != "page":
        return "none"
    refused = set[str]()
    for (raw,) in rows(_REVIEWS, (REVIEW, identity)):
        review = msgspec.convert(parse_json(raw), type=ContentReview, strict=False)
        if review.status == "rejected":
            refused.add(review.words)
        if review.status != "approved" or review.version not in versions:
            continue
        body = versions[review.version][0]
        if review.words in refused or versions[newest][1] == "retired":
            return "gone"
        if body.get("format") == "page" and review.words == words_mark(body):
            content = msgspec.convert({**body, "id": identity}, type=Content, strict=False)
            return PublicPage(content=content, version=review.version)
    return "none"


def mark_of(vault: Vault, identity: str, link: Link) -> str:
    """Return what stands in a person's own link to a page."""
    # A dot parts the mark; a campaign keeps none of its own.
    campaign = quote(link.campaign, safe="").replace(".", "%2E")
    return f"{link.number:x}.{link.at_s:x}.{campaign}.{_signed(vault, identity, link)}"


def read_mark(vault: Vault, identity: str, mark: str) -> Link | None:
    """Return whose link it is, None where it is not one of ours to this page."""
    found = _MARK.fullmatch(mark)
    if found is None:
        return None
    link = Link(number=int(found[1], 16), at_s=int(found[2], 16), campaign=unquote(found[3]))
    return link if compare_digest(found[4], _signed(vault, identity, link)) else None


def address(vault: Vault, public_url: str, identity: str, link: Link) -> str:
    """Return the address of a page for one person."""
    return f"{address_for_all(public_url, identity)}?{WHO}={quote(mark_of(vault, identity, link), safe='')}"


def address_for_all(public_url: str, identity: str) -> str:
    """Return the address that may be printed or put on a poster."""
    return f"{public_url.rstrip('/')}{PAGES}{quote(identity, safe='')}"


def link_now(number: int, campaign: str, now_ms: int) -> Link:
    return Link(number=number, campaign=campaign[:CAMPAIGN_CHARACTERS_MAX], at_s=now_ms // SECOND_MS)


def whole_page(content: Content, shown: Shown) -> str:
    """Return a page in one of its languages, as HTML that loads nothing from elsewhere."""
    said = in_language(content, shown.language)
    title = escape(said.subject or content.name or content.id)
    return (
        f'<!doctype html><html lang="{escape(said.language)}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}{PAGE_STYLE}</style><main>{page_html(said.blocks, shown)}</main></html>"
    )


def _signed(vault: Vault, identity: str, link: Link) -> str:
    text = f"{identity}\n{link.number:x}\n{link.at_s:x}\n{link.campaign}"
    return f"{vault.keyed_hash(KIND, text) & (1 << 64) - 1:016x}"
