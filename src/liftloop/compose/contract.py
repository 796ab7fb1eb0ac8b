"""What content is, and what rendering one message needs and returns."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from liftloop.compose.blocks import Block

ContentFormat = Literal["text", "mjml", "page"]
Status = Literal["draft", "submitted", "approved", "rejected"]
"""What people said of a content's words."""


class Translation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same words in another language."""

    subject: str = ""
    preheader: str = ""
    body: str = ""
    blocks: tuple[Block, ...] = ()


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for one channel kind; kind `content` among the definitions. Liquid in subject, preheader and body."""

    id: str
    subject: str = ""
    body: str = ""
    language: str = "zh-CN"
    name: str = ""
    folder: str = ""
    """As a path: `会员/中秋`."""
    preheader: str = ""
    """What mail readers show after the subject."""
    format: ContentFormat = "text"
    """`text` is plain text or HTML; `mjml` becomes HTML that mail readers show alike; `page` is a landing page.

    A page is made of its blocks, has no body, and is sent to nobody: messages link to it.
    """
    blocks: tuple[Block, ...] = ()
    channel: str = ""
    """For which channel it is written; empty for any."""
    purpose: Literal["marketing", "transactional", "service"] = "marketing"
    translations: Mapping[str, Translation] = {}
    """By language; whoever speaks none of them gets `language`."""
    variant_of: str = ""
    """The content that it is another way of saying."""
    pool: str = ""
    """Where its `coupon.code` comes from, unless the message has an offer with a pool of its own."""


class Carrier(Struct, frozen=True, kw_only=True):
    """What the words of a message meet on their way: the channel, as far as rules ask."""

    id: str = ""
    kind: str = ""
    medium: str = ""
    sign: str = ""
    """The 签名 that the provider puts before the text."""
    template: str = ""
    """The channel's own, where a content names no other."""
    templates: Mapping[str, str] = {}
    """The approved text of each template, by its code."""
    sender: str = ""
    unsubscribes: bool = False
    """The channel adds a way to unsubscribe by itself."""


class ContentRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How contents are judged here; the setting `contents`."""

    jurisdictions: tuple[Literal["CN", "US"], ...] = ("CN",)
    """Where readers are: whose rules bind beside those of the providers."""
    stricter: tuple[str, ...] = ()
    """Rules that only warn by themselves and block here."""
    approval: Literal["none", "marketing", "all"] = "none"
    """Which contents leave only once somebody approved their words."""
    public_url: str = ""
    """Where the tracking port is reached from outside, `https://t.example.com`: mails then bear links of refusal."""


class Exemption(Struct, frozen=True, kw_only=True):
    """An exception from a rule for one phrase, with the evidence and who answers for it."""

    rule: str
    quote: str
    evidence: str
    by: str
    at_ms: int


class ContentReview(Struct, frozen=True, kw_only=True):
    """What people said of a content's words; kind `content_review` among the definitions, under the content's id."""

    status: Status
    words: str
    """Fingerprint of the words it was said of; other words have no such status."""
    terms: str = ""
    """Fingerprint of what they were for, by purpose, channel and pool; an approval holds for nothing else."""
    version: int
    """Of the content, when it was said."""
    remark: str = ""
    by: str
    at_ms: int
    exemptions: tuple[Exemption, ...] = ()


class Rendered(Struct, frozen=True, kw_only=True):
    """A message in words."""

    subject: str
    body: str
    preheader: str = ""


class RenderFailed(Exception):
    """The template could not be rendered for this person; `reason` is stable, `detail` names the variable or limit."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Problem(Struct, frozen=True, kw_only=True):
    """Something a static check found in a template."""

    code: str
    zh: str
    en: str
    variable: str = ""


Variables = Mapping[str, Any]
"""`customer` (attributes by name), `item`, `offer`, `campaign`, `person`, `coupon`."""
