"""A content as one real person would get it: rendered by the dispatcher's own code, for the channel it is meant for."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.contents.checking import as_content
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import carrier_named, content_rules, reviews_of
from liftloop.app.desk import Desk
from liftloop.app.dispatch.personal import Told
from liftloop.app.dispatch.words import Due, Gathered, Wordings
from liftloop.app.people import find_profile
from liftloop.app.words import Said, reason_words
from liftloop.compose.contract import Carrier, Content
from liftloop.compose.fields import BadFields
from liftloop.compose.law.writing import Writing, whole_sms
from liftloop.compose.reading import Hit, hits_of, parts_reserved
from liftloop.compose.sms_length import SmsLength, sms_length
from liftloop.compose.sms_parts import counting
from liftloop.compose.text_part import text_part
from liftloop.deliver.contract import AddressKind, Envelope
from liftloop.deliver.coupons import Coupon
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.ids import MessageKey

DRAFT_VERSION = 0
"""Of words that nobody published; versions begin at 1."""
KEY = MessageKey("preview")
SAMPLE_CODE = "SAMPLE88"
"""Stands for the code of a coupon: none is given out for a look."""

Look = Literal["sms", "mail", "bubble", "card", "plain"]
LOOKS: Mapping[str, Look] = {
    "smtp": "mail",
    "aliyun_sms": "sms",
    "tencent_sms": "sms",
    "wecom_task": "bubble",
    "wecom_welcome": "bubble",
    "wechat_template": "card",
    "wechat_subscribe": "card",
    "mini_program": "card",
}


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be seen: words, for whom, through which channel, with which things."""

    content: Content
    person: str
    channel: str = ""
    offer: str = ""
    item: str = ""
    campaign: str = ""
    entry: Mapping[str, Any] = {}
    """With what the person entered the journey that sends it."""


class Preview(Struct, frozen=True, kw_only=True):
    """A message as its person would see it, or why it cannot be said to them."""

    look: Look
    channel: str
    language: str
    problem: Said | None = None
    subject: str = ""
    preheader: str = ""
    body: str = ""
    text: str = ""
    """Of a mail the text part; of an SMS the whole text; else the body."""
    sender: str = ""
    fields: Sequence[tuple[str, str]] = ()
    """Of a card: its lines."""
    length: SmsLength | None = None
    reserved: int = 0
    """For how many parts of an SMS money is set aside; marketing that takes more of a budget is not sent."""
    hits: Sequence[Hit] = ()
    """What the words break with this person's values in them."""


async def preview(desk: Desk, asked: Asked) -> Preview:
    """Return the message; raises `NotFound` where nobody is known by that name."""
    number = await find_profile(desk.tick, desk.clock, asked.person)
    carrier = carrier_named(desk.definitions.live, asked.channel or asked.content.channel)
    look: Look = LOOKS.get(carrier.kind, "sms" if carrier.medium == "sms" else "plain")
    seeming = _Seeming(name=carrier.id, address_kind="email" if carrier.kind == "smtp" else "customer_id")
    wordings = Wordings(desk.state, desk.vault, addressed=False)
    wordings.draft(asked.content, DRAFT_VERSION)
    due = Due(envelope=_envelope(asked, number, carrier, desk.clock.now_ms()), due_ms=0, waited=None)
    said, unsaid = wordings.say([due], seeming, desk.clock.now_ms(), await _gathered(desk, wordings, due, asked.entry))
    if unsaid:
        return Preview(
            look=look,
            channel=carrier.id,
            language=asked.content.language,
            problem=_gets_none(unsaid[0].reason),
        )
    message = said[0][1]
    writing = Writing(
        subject=message.subject,
        preheader=message.preheader,
        body=message.body,
        carrier=carrier,
        purpose=asked.content.purpose,
        language=message.language,
        rendered=True,
    )
    review = reviews_of(desk.definitions.live).get(asked.content.id)
    found = hits_of(writing, content_rules(desk.definitions.live), review.exemptions if review else ())
    seen = _shown(look, writing, tuple(found))
    if seen.length is None:
        return seen
    taken, reserved = seen.length.segments, parts_reserved(asked.content, carrier, asked.content.purpose)
    too_long = taken > reserved and asked.content.purpose == "marketing"
    problem = _gets_none(f"sms_parts:{taken}>{reserved}") if too_long else None
    return replace(seen, reserved=reserved, problem=problem)


def _gets_none(reason: str) -> Said:
    why = reason_words(reason)
    return Said(f"这位客户收不到：{why.zh}", f"this person gets none: {why.en}")


async def _gathered(desk: Desk, wordings: Wordings, due: Due, entry: Mapping[str, Any]) -> Gathered:
    """Return what the dispatcher would ask the tick, and a sample in place of a coupon."""
    wanted = wordings.asks([due])
    told = None
    if wanted is not None:
        given = msgspec.to_builtins(wanted)
        answer = await desk.tick.ask("known", now_ms=desk.clock.now_ms(), **given)
        told = (wanted, msgspec.convert(answer, type=Told))
    until_ms = desk.clock.now_ms() + 7 * DAY_MS
    coupons = {
        each.key: Coupon(pool=each.pool, code=SAMPLE_CODE, expires_ms=until_ms) for each in wordings.coupons([due])
    }
    return Gathered(told=told, coupons=coupons, entry=entry)


def _shown(look: Look, writing: Writing, found: Sequence[Hit]) -> Preview:
    carrier, text, fields = writing.carrier, writing.body, list[tuple[str, str]]()
    length: SmsLength | None = None
    match look:
        case "mail":
            text = text_part(writing.body)
        case "sms":
            text = whole_sms(writing) or writing.body
            length = sms_length(text, counting(carrier.kind))
        case "card":
            read = writing.fields()
            fields = [] if isinstance(read, BadFields) else list(read.values.items())
        case _:
            pass
    return Preview(
        look=look,
        channel=carrier.id,
        language=writing.language,
        subject=writing.subject,
        preheader=writing.preheader,
        body=writing.body,
        text=text,
        sender=carrier.sender or carrier.sign,
        fields=fields,
        length=length,
        hits=found,
    )


def _envelope(asked: Asked, number: int, carrier: Carrier, now_ms: int) -> Envelope:
    return Envelope(
        key=KEY,
        profile=number,
        campaign=asked.campaign,
        channel=carrier.id,
        content=asked.content.id,
        content_version=DRAFT_VERSION,
        purpose=asked.content.purpose,
        decided_ms=now_ms,
        expires_ms=now_ms + DAY_MS,
        offer=asked.offer,
        item=asked.item,
    )


class _Seeming(Struct, frozen=True, kw_only=True):
    """As much of a channel as words ask of it; it carries nothing."""

    name: str
    address_kind: AddressKind


def asked_of(desk: Desk, body: Mapping[str, Any] | None, identity: str, **more: Any) -> Asked:
    """Return what is to be seen: words as they are written now, or a content that exists."""
    if body is None and not identity:
        raise BadDefinition("content", "content or content_id is needed", "要写 content 或 content_id")
    written = body if body is not None else desk.definitions.newest("content", identity)[1]
    return Asked(content=as_content({**written, "id": identity or str(written.get("id") or "new")}), **more)
