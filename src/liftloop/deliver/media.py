"""By what a channel reaches people, and what it adds to the words of a message."""

from collections.abc import Mapping
from typing import Any

from liftloop.compose.contract import Carrier, ContentRules
from liftloop.deliver.contract import MEDIA, ChannelDefinition


def medium_of(channel: ChannelDefinition) -> str:
    """Return what consent is asked for."""
    return channel.medium or MEDIA.get(channel.kind, channel.id)


def carrier_of(channel: ChannelDefinition, rules: ContentRules) -> Carrier:
    """Return a channel as far as rules about words ask."""
    settings = channel.settings
    templates = settings.get("templates")
    return Carrier(
        id=channel.id,
        kind=channel.kind,
        medium=medium_of(channel),
        sign=_text(settings, "sign_name"),
        template=_text(settings, "template"),
        templates={str(code): str(text) for code, text in templates.items()} if isinstance(templates, Mapping) else {},
        sender=_text(settings, "sender"),
        unsubscribes=bool(_text(settings, "unsubscribe_url") or rules.public_url),
    )


def _text(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name)
    return value if isinstance(value, str) else ""
