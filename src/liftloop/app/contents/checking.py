"""Checks a content while it is written: what its template cannot say, what it breaks, how long it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import carrier_named, content_hits, content_problems
from liftloop.app.definitions.uses import Live
from liftloop.compose.contract import Content, Problem
from liftloop.compose.law.writing import HOLE, languages_of, whole_sms
from liftloop.compose.reading import Hit, parts_reserved
from liftloop.compose.sms_length import SmsLength, sms_length
from liftloop.compose.sms_parts import counting

UNNAMED = "new"
"""The id of a content that has none yet."""


class SmsLook(Struct, frozen=True, kw_only=True):
    """How long an SMS is in one language; values that differ by person count as one character each."""

    language: str
    text: str
    length: SmsLength
    reserved: int
    """For how many parts money is set aside."""


class Checked(Struct, frozen=True, kw_only=True):
    """What there is to say of a content."""

    content: Content
    channel: str
    purpose: str
    hits: Sequence[Hit]
    problems: Sequence[Problem]
    sms: Sequence[SmsLook]

    @property
    def verdict(self) -> str:
        """Return `blocked` where it may not leave, `warned` where somebody should look, else `fine`."""
        if self.problems or any(hit.blocks for hit in self.hits):
            return "blocked"
        return "warned" if any(hit.exemption is None for hit in self.hits) else "fine"


def as_content(body: Mapping[str, Any]) -> Content:
    """Return a content as it was sent; raises `BadDefinition`."""
    try:
        return msgspec.convert({"id": UNNAMED, **body}, type=Content, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition("content", str(error)) from error


def check_written(live: Live, content: Content, channel: str = "", purpose: str = "") -> Checked:
    """Return what there is to say of a content through a channel; by default those that it names itself."""
    channel, purpose = channel or content.channel, purpose or content.purpose
    carrier = carrier_named(live, channel)
    texts = languages_of(content, carrier, purpose) if carrier.medium == "sms" else []
    sms = [(writing.language, whole_sms(writing)) for writing in texts]
    return Checked(
        content=content,
        channel=channel,
        purpose=purpose,
        hits=content_hits(live, content, channel, purpose),
        problems=content_problems(live, content),
        sms=[
            SmsLook(
                language=language,
                text=text.replace(HOLE, "…"),
                length=sms_length(text, counting(carrier.kind)),
                reserved=parts_reserved(content, carrier, purpose),
            )
            for language, text in sms
            if text
        ],
    )
