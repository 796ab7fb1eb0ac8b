"""What mainland SMS by any provider share: numbers, approved templates and their fields, how a receipt is matched."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b, sha256

from msgspec import Struct

from liftloop.compose.fields import BadFields, read_fields
from liftloop.deliver.contract import Handover, Message
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.plugins.channels.calling import Verdict, handover

VALUE_CHARACTERS_MAX = 35  # Of one variable; longer ones are refused by Alibaba Cloud and cut by carriers.
OPTED_OUT = frozenset({"R", "T", "TD", "N", "退订", "退", "拒收", "取消"})
"""Replies that end all marketing by SMS at once; carriers oblige senders to honour them."""

BOOKED_WITHIN_MS = 20 * MINUTE_MS
"""A call is given up after fifteen minutes; what it carried was booked by then."""
SHANGHAI_MS = 8 * HOUR_MS

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class Sms(Struct, frozen=True, kw_only=True):
    """An approved template and what it is filled with."""

    template: str
    values: Mapping[str, str]


def mainland_number(address: str) -> str:
    """Return the eleven digits of a mainland mobile number, empty where it is none.

    >>> mainland_number("+86 138-0013-8000")
    '13800138000'
    """
    found = _MAINLAND.fullmatch(re.sub(r"[\s\-]", "", address))
    return found[1] if found else ""


def sms_of(message: Message, template: str) -> Sms | Verdict:
    """Return what is to be sent, or why the provider would not take it; `template` is the channel's own."""
    try:
        fields = read_fields(message.body, ("template",))
    except BadFields as wrong:
        return Verdict(outcome="rejected", reason=f"fields:{wrong}")
    chosen = fields.options.get("template", template)
    if not chosen:
        return Verdict(outcome="rejected", reason="no_template")
    for name, value in fields.values.items():
        if _LINK.search(value):
            return Verdict(outcome="rejected", reason=f"link_in_variable:{name}")
        if len(value) > VALUE_CHARACTERS_MAX:
            return Verdict(outcome="rejected", reason=f"too_long:{name}")
    return Sms(template=chosen, values=fields.values)


class Ready(Struct, frozen=True):
    """A message that the provider may be asked to carry."""

    message: Message
    sms: Sms
    number: str


def sorted_out(messages: Sequence[Message], template: str) -> tuple[list[Ready], list[Handover]]:
    """Return what can be carried, and what became of the rest without asking the provider."""
    ready: list[Ready] = []
    refused: list[Handover] = []
    for message in messages:
        sms, number = sms_of(message, template), mainland_number(message.address)
        if isinstance(sms, Verdict):
            refused.append(handover(message, sms))
        elif not number:
            refused.append(handover(message, Verdict(outcome="invalid_recipient", reason="not_a_mobile_number")))
        else:
            ready.append(Ready(message, sms, number))
    return ready, refused


def step_mark(key: str) -> str:
    """Return which message of which journey this is, whoever gets it; with a number it names one message.

    It travels as the provider's free field, so that a message whose answer was lost can be found again.

    >>> step_mark("autumn/send/17/0") == step_mark("autumn/send/18/0") != step_mark("autumn/send/18/1")
    True
    """
    parts = key.rsplit("/", 2)
    named = f"{parts[0]}/{parts[2]}" if len(parts) == 3 else key
    return f"ll{blake2b(named.encode(), digest_size=8).hexdigest()}"


def shanghai_days(left_ms: int) -> list[str]:
    """Return the days, `yyyyMMdd` in Shanghai, on which a hand-over of that instant may be booked.

    >>> shanghai_days(1_790_006_400_000 - 60_000)
    ['20260921', '20260922']
    """
    moments = (left_ms - MINUTE_MS, left_ms + BOOKED_WITHIN_MS)
    days = [datetime.fromtimestamp((at_ms + SHANGHAI_MS) / SECOND_MS, UTC).strftime("%Y%m%d") for at_ms in moments]
    return sorted(set(days))


def is_opt_out(reply: str) -> bool:
    """Tell whether a reply asks to be left alone.

    >>> [is_opt_out(text) for text in ("R", " td ", "回复R", "退订!", "谢谢")]
    [True, True, True, True, False]
    """
    word = re.sub(r"[\W_]", "", reply).upper().removeprefix("回复")
    return word in OPTED_OUT


def receipt_mark(call: str, token: str, address: str) -> str:
    """Return how a receipt that names a call and a number is matched; the number cannot be read from it.

    Keyed with the channel's callback token, without which there are no receipts to match.
    """
    if not token:
        return call
    number = mainland_number(address) or address
    return f"{call}.{hmac.new(token.encode(), f'{call}/{number}'.encode(), sha256).hexdigest()[:16]}"
