"""Keeps a message from leaving whose words break a rule only once the values of a person or thing stand in them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from liftloop.app.definitions.lawful import content_rules
from liftloop.app.dispatch.people import ThingsReader
from liftloop.app.masking import sounds_personal
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.compose.as_read import ReadLaw
from liftloop.compose.contract import Carrier, ContentReview, ContentRules, Exemption, Rendered, RenderFailed
from liftloop.compose.law.writing import Writing
from liftloop.compose.reading import REVIEW
from liftloop.deliver.contract import ChannelDefinition, Envelope
from liftloop.deliver.media import carrier_of


class MessageLaw:
    """The rules for one batch through one channel, with the exceptions recorded for its contents."""

    def __init__(self, things: ThingsReader, channel: str, contents: Collection[str]) -> None:
        rules = content_rules(things.live)
        self._law = ReadLaw(sending_carrier(things, channel, rules), rules)
        self._exemptions: dict[str, tuple[Exemption, ...]] = {}
        self._named: dict[str, bool] = {}
        """Whether a field of people is their own, by its name."""
        if rules.stricter:  # Claims block nowhere else, and nothing else can be excused.
            self._named = {name: True for name, field in things.live("field").items() if field.get("personal")}
            reviews = things.read(REVIEW, contents)
            self._exemptions = {
                content: msgspec.convert(review, type=ContentReview, strict=False).exemptions
                for content, review in reviews.items()
                if review.get("exemptions")
            }

    def check(self, envelope: Envelope, rendered: Rendered, person: Mapping[str, Any], coupon: tuple[str, ...]) -> None:
        """Raise `RenderFailed("law", RULE)` where a rule keeps these words from leaving."""
        writing = Writing(
            subject=rendered.subject,
            preheader=rendered.preheader,
            body=rendered.body,
            carrier=self._law.carrier,
            purpose=envelope.purpose,
            rendered=True,
        )
        own = (*coupon, *self._own(person)) if self._law.claims(envelope.purpose) else ()
        if rule := self._law.broken(writing, own, self._exemptions.get(envelope.content, ())):
            raise RenderFailed("law", rule)

    def _own(self, person: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is a person's own: 王美最 is a name and praises nothing."""
        for name, value in person.items():
            if isinstance(value, str) and self._personal(name):
                yield value

    def _personal(self, name: str) -> bool:
        found = self._named.get(name)
        if found is None:
            found = self._named[name] = name == "id" or name in PERSONAL_TRAITS or sounds_personal(name)
        return found


def sending_carrier(things: ThingsReader, channel: str, rules: ContentRules) -> Carrier:
    """Return a channel as far as rules ask; one that is gone or cannot be read carries nothing, and says so itself."""
    try:
        definition = msgspec.convert(things.read("channel", [channel])[channel], type=ChannelDefinition, strict=False)
    except msgspec.ValidationError:
        return Carrier(id=channel)
    return carrier_of(definition, rules)
