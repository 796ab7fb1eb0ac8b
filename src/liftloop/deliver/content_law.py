"""What keeps a content's words from leaving through a channel: a rule that blocks, or an approval that is missing."""

from collections.abc import Mapping
from typing import Any

import msgspec

from liftloop.compose.contract import Content, ContentReview, ContentRules
from liftloop.compose.reading import barred, binding, hits, parts_reserved, unapproved
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.media import carrier_of

NIGHT_RULE = "CN-HOURS"
"""By which marketing by mainland SMS and call waits for the morning, whatever the quiet hours of this installation."""


class ContentLaw:
    """Contents, what people said of them, and the rules; every pair of content and channel is judged once."""

    def __init__(
        self,
        *,
        contents: Mapping[str, Mapping[str, Any]],
        reviews: Mapping[str, ContentReview],
        rules: ContentRules,
    ) -> None:
        self._contents = contents
        self._reviews = reviews
        self._rules = rules
        self._judged: dict[tuple[str, str, str], str] = {}
        self._parts: dict[tuple[str, str, str], int] = {}

    def refusal(self, content: str, channel: ChannelDefinition, purpose: str) -> str:
        """Return why a content may not leave through a channel: `law:RULE` or `not_approved:STATUS`; empty for none.

        `page_not_sent` for a landing page, to which messages link.
        """
        key = (content, channel.id, purpose)
        if key not in self._judged:
            self._judged[key] = self._judge(content, channel, purpose)
        return self._judged[key]

    def keeps_nights(self, channel: ChannelDefinition, purpose: str) -> bool:
        """Tell whether the law keeps a channel's messages of a purpose from leaving at night."""
        found = binding(carrier_of(channel, self._rules), purpose, self._rules, "send")
        return any(rule.id == NIGHT_RULE for rule in found)

    def parts(self, content: str, channel: ChannelDefinition, purpose: str) -> int:
        """Return for how many parts of an SMS money is set aside; 0 for what is not billed by parts."""
        key = (content, channel.id, purpose)
        if key not in self._parts:
            self._parts[key] = self._reserved(content, channel, purpose)
        return self._parts[key]

    def _reserved(self, content: str, channel: ChannelDefinition, purpose: str) -> int:
        carrier = carrier_of(channel, self._rules)
        if carrier.medium != "sms":
            return 0
        try:
            words = msgspec.convert(self._contents.get(content), type=Content, strict=False)
        except msgspec.ValidationError:  # It cannot be said to anybody; dispatch says so.
            return 1
        return parts_reserved(words, carrier, purpose)

    def _judge(self, content: str, channel: ChannelDefinition, purpose: str) -> str:
        body = self._contents.get(content)
        if body is None:
            return ""
        if body.get("format") == "page":
            return "page_not_sent"
        review = self._reviews.get(content)
        missing = unapproved(body, review, purpose, self._rules)
        if missing:
            return f"not_approved:{missing}"
        try:
            words = msgspec.convert(body, type=Content, strict=False)
        except msgspec.ValidationError:  # It cannot be said to anybody; dispatch says so.
            return ""
        exemptions = review.exemptions if review else ()
        rule = barred(hits(words, carrier_of(channel, self._rules), purpose, self._rules, exemptions, "send"))
        return f"law:{rule}" if rule else ""
